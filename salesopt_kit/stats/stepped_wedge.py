"""A roll-out in waves: the effect against the units that still wait, with inference over the order of the waves."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import permutations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Starts = npt.NDArray[np.int_]
MOST = 5_040
"""Orders of roll-out up to which every one is tried; beyond, DRAWS are drawn."""
DRAWS = 1_999
SEED = 20240630
LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class WaveEffect:
    """An effect with its 95 % interval (None where so few orders cannot bound it) and its two-sided p.

    `cells` counts the unit-periods with the new process that had a waiting unit beside them.
    """

    value: float
    low: float | None
    high: float | None
    p: float
    cells: int


@dataclass(frozen=True, slots=True)
class TwoWay:
    """The effect of a regression with unit and period effects, its cluster-robust interval and p."""

    value: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class SteppedWedge:
    """What a roll-out in waves shows so far; `since` has the effect by whole periods since a unit's start."""

    effect: WaveEffect
    since: tuple[tuple[int, WaveEffect], ...]
    two_way: TwoWay | None
    orders: int
    """Different orders of roll-out that were possible."""

    @property
    def smallest_p(self) -> float:
        """The smallest p that so few units in so few waves could reach."""
        return 1 / self.orders


def stepped_wedge(values: Numbers, starts: Starts, base_periods: int | None = None) -> SteppedWedge | None:
    """Return the effect of a roll-out; None where no unit with the new process has a waiting one beside it.

    `values` has a row per unit and a column per period (NaN for unknown); `starts` is each unit's first period with the
    new process, the number of periods or more for those that still wait. Each unit-period with the new process is
    compared, as a change since the periods before its start, with the units that had not begun by then (Callaway and
    Sant'Anna 2021, not-yet-treated; with `base_periods=1` their estimate without covariates), so that no unit that
    changed long ago serves as a control (Goodman-Bacon 2021). All unit-periods weigh the same.

    p and interval come from permuting the starts over the units (Wang and De Gruttola 2017), which is exact where the
    order was drawn by lot; the interval holds the constant effects that this test does not reject.
    """
    values, starts = np.asarray(values, float), np.minimum(np.asarray(starts, int), values.shape[1])
    orders = possible_orders(starts.tolist())
    drawn = np.vstack([starts, _other_orders(starts, orders)])
    is_new = (np.arange(values.shape[1]) >= starts[:, None]).astype(float)
    is_new = np.where(np.isnan(values), np.nan, is_new)
    found, of_one = (_sums(data, drawn, base_periods) for data in (values, is_new))
    whole = _effect(found.sum(axis=0), of_one.sum(axis=0))
    if whole is None:
        return None
    since = tuple(
        (place, effect)
        for place in range(values.shape[1])
        if (effect := _effect(found[place], of_one[place])) is not None
    )
    return SteppedWedge(whole, since, two_way(values, starts), orders)


def two_way(values: Numbers, starts: Starts) -> TwoWay | None:
    """Return the regression with unit and period effects; None where it cannot tell the effect from them.

    statsmodels OLS with errors clustered by unit (CR1) and Student's t on units - 1 degrees of freedom. Wrong where the
    effect grows or differs between waves (Goodman-Bacon 2021): shown beside the main estimate, never instead of it.
    """
    import statsmodels.api as sm  # noqa: PLC0415 -- loaded only when asked for

    places: Starts = np.array(np.indices(values.shape), int)
    known = ~np.isnan(values)
    unit, period = places[0][known], places[1][known]
    is_new = (period >= starts[unit]).astype(float)
    dummies = [np.eye(values.shape[0])[unit], np.eye(values.shape[1])[period][:, 1:]]
    design = np.column_stack([is_new, *dummies])
    design = design[:, design.any(axis=0)]
    if np.linalg.matrix_rank(design) < design.shape[1] or len(is_new) <= design.shape[1]:
        return None
    fit = sm.OLS(values[known], design).fit(cov_type="cluster", cov_kwds={"groups": unit}, use_t=True)
    # The effect alone: with few units the variance of some period effect is 0, which rounding can make negative.
    effect = fit.t_test(np.eye(1, design.shape[1]))
    low, high = effect.conf_int()[0]
    return TwoWay(float(fit.params[0]), float(low), float(high), float(effect.pvalue))


def _sums(values: Numbers, drawn: Starts, base_periods: int | None) -> Numbers:
    """Return [periods since the start, (sum of effects, cells), order]: one column per order of roll-out."""
    n_periods = values.shape[1]
    found = np.zeros((n_periods, 2, len(drawn)))
    for first in sorted(set(drawn[0].tolist()) - {0, n_periods}):
        base = values[:, max(0, first - (base_periods or first)) : first]
        known_before = ~np.isnan(base)
        counts = known_before.sum(axis=1)
        level = np.divide(np.nansum(base, axis=1), counts, out=np.full(len(counts), np.nan), where=counts > 0)
        for period in range(first, n_periods):
            change = values[:, period] - level
            known = ~np.isnan(change)
            change = np.where(known, change, 0.0)
            begun, waiting = (drawn == first) & known, (drawn > period) & known
            n_waiting = waiting.sum(axis=1)
            others = np.divide(waiting @ change, n_waiting, out=np.zeros(len(drawn)), where=n_waiting > 0)
            n_begun = np.where(n_waiting > 0, begun.sum(axis=1), 0)
            found[period - first, 0] += np.where(n_waiting > 0, begun @ change, 0.0) - n_begun * others
            found[period - first, 1] += n_begun
    return found


def _effect(found: Numbers, of_one: Numbers) -> WaveEffect | None:
    """Return the effect from sums and cells per order, the actual one first; `of_one` are those of an effect of 1."""
    if not found[1, 0]:
        return None
    usable = found[1] > 0
    values, slopes = found[0, usable] / found[1, usable], of_one[0, usable] / of_one[1, usable]
    low, high = _bounds(values, slopes)
    return WaveEffect(float(values[0]), low, high, float(_p(values, slopes, np.zeros(1))[0]), int(found[1, 0]))


def _p(values: Numbers, slopes: Numbers, effects: Numbers) -> Numbers:
    """Return the two-sided p of each supposed constant effect."""
    left = np.abs(values[:, None] - slopes[:, None] * effects)
    share: Numbers = (left >= left[0] - 1e-9 * np.maximum(1.0, np.abs(values[0]))).mean(axis=0)
    return share


def _bounds(values: Numbers, slopes: Numbers) -> tuple[float | None, float | None]:
    """Return the ends of the effects around the estimate that are not rejected at 5 %."""
    with np.errstate(divide="ignore", invalid="ignore"):
        turns = np.concatenate([(values[0] - values) / (1 - slopes), (values[0] + values) / (1 + slopes)])
    turns = np.unique(turns[np.isfinite(turns)])
    sides = []
    for side in (turns[turns < values[0]][::-1], turns[turns > values[0]]):
        beyond = np.append(side[1:], side[-1] + np.sign(side[-1] - values[0])) if len(side) else side
        rejected = np.concatenate(
            [_p(values, slopes, part) <= LEVEL for part in np.array_split((side + beyond) / 2, 1 + len(side) // 400)]
        )
        sides.append(float(side[rejected.argmax()]) if rejected.any() else None)
    return sides[0], sides[1]


def possible_orders(starts: Iterable[object]) -> int:
    """Return how many different orders of roll-out units with these starts have.

    >>> possible_orders([1, 1, 2, 2, 3, 3])
    90
    """
    waves = Counter(starts)
    return math.factorial(waves.total()) // math.prod(math.factorial(n) for n in waves.values())


def _other_orders(starts: Starts, orders: int) -> Starts:
    """Return every order but the actual one, or DRAWS random ones."""
    if orders <= MOST and len(starts) <= 8:  # noqa: PLR2004 -- 8! repeats can still be gone through
        others = sorted(set(permutations(starts.tolist())) - {tuple(starts.tolist())})
        return np.array(others, int).reshape(-1, len(starts))
    rng = np.random.default_rng(SEED)
    return np.array([rng.permutation(starts) for _draw in range(DRAWS)])
