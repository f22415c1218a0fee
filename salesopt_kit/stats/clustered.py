"""Means, restricted means and differences of clustered cases: forty deals of four sellers are near four facts.

Every figure here is a function of cluster weights, so that a bootstrap over whole clusters is one matrix product.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int_]
Figure = Callable[[Numbers], Numbers]
"""Cluster weights, one row a draw and one column a cluster, to one value a draw (NaN where a draw holds no case)."""
DRAWS = 1_999
SEED = 20240630


@dataclass(frozen=True, slots=True)
class Clustered:
    """An estimate with its 95 % interval (None with fewer than two clusters), standard error and degrees of freedom."""

    value: float
    low: float | None
    high: float | None
    error: float | None
    freedom: float


def ratio(totals: Numbers, counts: Numbers) -> Figure:
    """Return the figure total / count, such as a mean or a share; arrays of one value per cluster."""

    def of(weights: Numbers) -> Numbers:
        part, whole = weights @ totals, weights @ counts
        value: Numbers = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
        return value

    return of


def restricted_mean_of(
    clusters: Places, durations: Numbers, events: npt.NDArray[np.bool_], cases: Numbers, horizon: float, n_clusters: int
) -> Figure:
    """Return the figure "mean time up to `horizon`": the area under the Kaplan-Meier curve, as stats.survival has it.

    Arrays of one length: the cluster (0 to n_clusters - 1), how long it took, whether it ended then (else it was still
    going on), and how many cases the entry stands for.
    """
    capped = np.minimum(durations, horizon)
    times, place = np.unique(capped, return_inverse=True)
    leaving, ended = np.zeros((n_clusters, len(times))), np.zeros((n_clusters, len(times)))
    np.add.at(leaving, (clusters, place), cases)
    np.add.at(ended, (clusters, place), cases * (events & (durations <= horizon)))
    widths = np.diff(np.concatenate([[0.0], times, [horizon]]))

    def of(weights: Numbers) -> Numbers:
        gone, done = weights @ leaving, weights @ ended
        at_risk = gone[:, ::-1].cumsum(axis=1)[:, ::-1]
        hazard = np.divide(done, at_risk, out=np.zeros_like(done), where=at_risk > 0)
        share = np.concatenate([np.ones((len(weights), 1)), np.cumprod(1 - hazard, axis=1)], axis=1)
        area: Numbers = share @ widths
        return np.where(gone.sum(axis=1) > 0, area, np.nan)

    return of


def clustered_ratio(totals: Numbers, counts: Numbers) -> Clustered:
    """Return sum(totals) / sum(counts) with an interval that takes clusters, not cases, as independent.

    The linearised ratio estimator (Cochran 1977, section 6.4; statsmodels' cov_type "cluster" for an intercept differs
    by a factor near one) with Student's t on clusters - 1 degrees of freedom. Counts above 0 in total.
    """
    n = len(totals)
    value = float(totals.sum() / counts.sum())
    if n < 2:  # noqa: PLR2004 -- one cluster shows no spread
        return Clustered(value, None, None, None, 0.0)
    residuals = totals - value * counts
    error = math.sqrt(n / (n - 1) * float((residuals**2).sum())) / float(counts.sum())
    return bounded(value, error, n - 1.0)


def change(after: Figure, before: Figure, n_clusters: int) -> Clustered:
    """Return after - before of one arm whose clusters are seen in both periods, by bootstrap over clusters."""
    value, variance = _point_and_variance(after, before, n_clusters, SEED)
    return _with_variance(value, variance, n_clusters - 1.0)


def difference_in_differences(
    treated: tuple[Figure, Figure], control: tuple[Figure, Figure], n_treated: int, n_control: int
) -> Clustered:
    """Return the change of the treated minus the change of the controls; each arm is (after, before).

    Bootstrap over whole clusters within each arm (1,999 draws, fixed seed), each arm's variance times n / (n - 1), and
    Student's t with Welch's degrees of freedom over the clusters of both arms. Assumes clusters to be independent; what
    whole teams share is not in it, which is why the permutation over teams stands beside it.
    """
    value_t, variance_t = _point_and_variance(*treated, n_treated, SEED)
    value_c, variance_c = _point_and_variance(*control, n_control, SEED + 1)
    if variance_t is None or variance_c is None:
        return Clustered(value_t - value_c, None, None, None, 0.0)
    squares = variance_t**2 / (n_treated - 1) + variance_c**2 / (n_control - 1)
    freedom = (variance_t + variance_c) ** 2 / squares if squares > 0 else n_treated + n_control - 2.0
    return _with_variance(value_t - value_c, variance_t + variance_c, freedom)


def difference_of_changes(treated: Numbers, control: Numbers) -> Clustered:
    """Return mean(treated) - mean(control) of one change per unit, with Student's pooled t on n - 2 degrees of freedom.

    With a handful of units their spread cannot be told apart by arm, so it is pooled (equal variances assumed).
    """
    n, m = len(treated), len(control)
    value = float(treated.mean() - control.mean())
    freedom = n + m - 2.0
    if freedom < 1:
        return Clustered(value, None, None, None, 0.0)
    squares = float(((treated - treated.mean()) ** 2).sum() + ((control - control.mean()) ** 2).sum())
    return bounded(value, math.sqrt(squares / freedom * (1 / n + 1 / m)), freedom)


def weighted_difference_of_changes(changes: Numbers, weights: Numbers, is_treated: npt.NDArray[np.bool_]) -> Clustered:
    """Return the difference of the arms' weighted mean changes, pooled t on n - 2; one change and weight per unit.

    Weighted least squares of the changes on the arm: a unit's variance is taken as inverse to its weight.
    """
    value = float(np.average(changes[is_treated], weights=weights[is_treated]))
    other = float(np.average(changes[~is_treated], weights=weights[~is_treated]))
    freedom = len(changes) - 2.0
    if freedom < 1:
        return Clustered(value - other, None, None, None, 0.0)
    squares = float((weights * (changes - np.where(is_treated, value, other)) ** 2).sum())
    scale = 1 / weights[is_treated].sum() + 1 / weights[~is_treated].sum()
    return bounded(value - other, math.sqrt(squares / freedom * float(scale)), freedom)


def two_sided_p(found: Clustered) -> float | None:
    """Return the two-sided p of "no difference" by Student's t; None without a standard error, 0 where that is 0."""
    from scipy.special import stdtr  # noqa: PLC0415 -- SciPy is loaded only when asked for

    if found.error is None:
        return None
    if found.error == 0:
        return 1.0 if found.value == 0 else 0.0
    return 2 * float(stdtr(found.freedom, -abs(found.value) / found.error))


def _point_and_variance(after: Figure, before: Figure, n: int, seed: int) -> tuple[float, float | None]:
    whole = np.ones((1, n))
    value = float((after(whole) - before(whole))[0])
    if n < 2:  # noqa: PLR2004 -- one cluster shows no spread
        return value, None
    weights = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=DRAWS).astype(float)
    drawn = after(weights) - before(weights)
    return value, float(np.var(drawn[~np.isnan(drawn)], ddof=1)) * n / (n - 1)


def _with_variance(value: float, variance: float | None, freedom: float) -> Clustered:
    if variance is None:
        return Clustered(value, None, None, None, 0.0)
    return bounded(value, math.sqrt(variance), freedom)


def bounded(value: float, error: float, freedom: float) -> Clustered:
    """Return `value` with its 95 % interval by Student's t."""
    from scipy.special import stdtrit  # noqa: PLC0415 -- SciPy is loaded only when asked for

    step = float(stdtrit(freedom, 0.975)) * error
    return Clustered(value, value - step, value + step, error, freedom)
