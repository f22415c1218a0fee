"""Synthetic control: the mix of controls that followed the pilot's units before tells how they would have gone on."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.clustered import Clustered, bounded

Numbers = npt.NDArray[np.float64]
FEWEST_STRETCHES = 3
MOST_PLACEBOS = 750
"""Groups of controls that are tried as if they had piloted; beyond, as many are drawn."""
FEWEST_DONORS = 3
DOUBLINGS = 8
SEED = 20240630


@dataclass(frozen=True, slots=True)
class Synthetic:
    """The mix of controls, the gap to it (in each time, the mean before taken off) and the mean gap in the pilot."""

    weights: Numbers
    gaps: Numbers
    value: float
    error_before: float
    """Root mean square of the gap before."""
    error_after: float

    @property
    def ratio(self) -> float:
        """Return how much larger the gap is in the pilot than before (Abadie, Diamond and Hainmueller 2010)."""
        return self.error_after / self.error_before if self.error_before > 0 else math.inf


@dataclass(frozen=True, slots=True)
class Conformal:
    """The p of no effect on any day, and the bounds of an equal effect a day.

    Both bounds are None where no equal effect is left over, or where so few times can reject none.
    """

    p: float
    low: float | None
    high: float | None
    smallest: float


@dataclass(frozen=True, slots=True)
class Placebos:
    """How the pilot's gap ranks among those of controls taken as if they had piloted; bounds None if none rejects."""

    p: float
    """By the mean gap over the error before."""
    ratio_p: float
    """By the ratio of errors after and before."""
    low: float | None
    high: float | None
    smallest: float
    tried: int


def simplex_weights(target: Numbers, donors: Numbers) -> Numbers:
    """Return weights of at least 0 that sum to 1 and bring `donors` (times, units) nearest to `target` (times,).

    With w = s v for a v on the simplex, |(X - y) w|^2 + m^2 (s - 1)^2 has its least v wherever |(X - y) v|^2 has, so
    non-negative least squares (scipy, Lawson and Hanson) finds it, exactly, for any m.
    """
    from scipy.optimize import nnls  # noqa: PLC0415 -- SciPy is loaded only when asked for

    off = donors - target[:, None]
    size = float(np.abs(off).max()) or 1.0
    found, _ = nnls(np.vstack([off, np.full(off.shape[1], size)]), np.append(np.zeros(len(off)), size))
    weights: Numbers = found / found.sum()
    return weights


def synthetic_control(target: Numbers, donors: Numbers, n_before: int) -> Synthetic:
    """Return the synthetic control fitted on the first `n_before` times; arrays (times,) and (times, units).

    Levels are taken off first (the mean before of each unit), so that only movements have to be matched and a pilot
    larger than every control has one too (Doudchenko and Imbens 2016; Ferman and Pinto 2021; augsynth's fixed effects).
    """
    before = np.arange(len(target)) < n_before
    weights = simplex_weights(*_levelled(target, donors, before))
    gaps = target - donors @ weights
    gaps -= gaps[before].mean()
    errors = [math.sqrt(float((gaps[part] ** 2).mean())) for part in (before, ~before)]
    return Synthetic(weights, gaps, float(gaps[~before].mean()), errors[0], errors[1])


def stretches_test(target: Numbers, donors: Numbers, n_before: int) -> Clustered:
    """Return the effect with its t interval from stretches of the baseline that were each left out of the fit.

    The t-test for synthetic controls of Chernozhukov, Wuethrich and Zhu (2021): the gap in the pilot minus that in the
    stretch left out, which is free of what a fit to its own days hides; averaged, with t on stretches - 1. There are
    as many stretches of the pilot's length as the baseline holds, and three at least. Assumes a steady relation.
    """
    n_after = len(target) - n_before
    k = max(FEWEST_STRETCHES, n_before // n_after)
    length = min(n_before // k, n_after)
    found = []
    for stretch in range(k):
        first = stretch * (n_before // k)
        held = np.arange(first, first + length)
        rest = np.isin(np.arange(len(target)), held, invert=True) & (np.arange(len(target)) < n_before)
        gaps = target - donors @ simplex_weights(*_levelled(target, donors, rest))
        found.append(float(gaps[n_before:].mean() - gaps[held].mean()))
    spread = float(np.std(found, ddof=1)) * math.sqrt((1 + k * length / n_after) / k)
    return bounded(float(np.mean(found)), spread, k - 1.0)


def conformal_test(target: Numbers, donors: Numbers, n_before: int, level: float = 0.95) -> Conformal:
    """Return the conformal test: are the pilot's days as near to the mix as any stretch of as many days?

    Chernozhukov, Wuethrich and Zhu (2021) with moving blocks: under the effect to be tested, taken off, the mix is
    fitted to all times, and the sum of absolute gaps in the pilot is ranked among all its cyclic shifts, which keeps
    the memory of the series. The interval is all equal effects a day that are not rejected.
    """
    smallest = 1 / len(target)
    estimate = synthetic_control(target, donors, n_before)

    def p(effect: float) -> float:
        return conformal_p(target, donors, n_before, effect)

    alpha = 1 - level
    if smallest > alpha or p(estimate.value) <= alpha:
        return Conformal(p(0.0), None, None, smallest)
    step = max(estimate.error_before, 1e-9)
    low, high = (_last_kept(p, estimate.value, sign * step, alpha) for sign in (-1, 1))
    return Conformal(p(0.0), low, high, smallest)


def conformal_p(target: Numbers, donors: Numbers, n_before: int, effect: float = 0.0) -> float:
    """Return the p of the conformal test of an equal `effect` a day."""
    imposed = target - effect * (np.arange(len(target)) >= n_before)
    everywhere = np.ones(len(target), dtype=bool)
    level_off, others = _levelled(imposed, donors, everywhere)
    gaps = np.abs(level_off - others @ simplex_weights(level_off, others))
    around = np.concatenate([[0.0], np.cumsum(np.concatenate([gaps, gaps]))])
    n, length = len(gaps), len(gaps) - n_before
    sums = around[length : length + n] - around[:n]
    return float(np.mean(sums >= sums[n_before] * (1 - 1e-9)))


def _last_kept(p: Callable[[float], float], start: float, step: float, alpha: float) -> float | None:
    """Return where p first falls to alpha from `start` outwards, to a fiftieth of `step`; None if it never does."""
    inside, reach = start, step
    for _ in range(DOUBLINGS):
        if p(start + reach) <= alpha:
            break
        inside, reach = start + reach, 2 * reach
    else:
        return None
    outside = start + reach
    while abs(outside - inside) > abs(step) / 50:
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if p(middle) > alpha else (inside, middle)
    return (inside + outside) / 2


def placebos(units: Numbers, n_treated: int, n_before: int, level: float = 0.95) -> Placebos:
    """Return the placebo test in space; `units` (times, units) has the treated ones first.

    Every group of as many controls stands in for the pilot, with the others as its controls (Abadie, Diamond and
    Hainmueller 2010). The interval is all effects whose removal leaves the pilot unremarkable (Firpo and Possebom
    2018).
    """
    treated, donors = units[:, :n_treated], units[:, n_treated:]
    actual = synthetic_control(treated.mean(axis=1), donors, n_before)
    ranks, ratios = [], []
    for group in _groups(donors.shape[1], n_treated):
        rest = np.delete(donors, group, axis=1)
        fake = synthetic_control(donors[:, group].mean(axis=1), rest, n_before)
        ranks.append(abs(fake.value) / fake.error_before if fake.error_before > 0 else math.inf)
        ratios.append(fake.ratio)
    tried = len(ranks) + 1
    extreme = 1 + int(np.sum(np.array(ranks) >= abs(actual.value) / actual.error_before))
    by_ratio = 1 + int(np.sum(np.array(ratios) >= actual.ratio))
    needed = math.floor((1 - level) * tried + 1e-9)
    reach = math.inf if needed < 1 else float(np.sort(ranks)[-needed]) * actual.error_before
    low, high = (None, None) if math.isinf(reach) else (actual.value - reach, actual.value + reach)
    return Placebos(extreme / tried, by_ratio / tried, low, high, 1 / tried, len(ranks))


def _levelled(target: Numbers, donors: Numbers, rows: npt.NDArray[np.bool_]) -> tuple[Numbers, Numbers]:
    return target[rows] - target[rows].mean(), donors[rows] - donors[rows].mean(axis=0)


def _groups(n: int, k: int) -> list[list[int]]:
    if n - k < FEWEST_DONORS:
        return []
    if math.comb(n, k) <= MOST_PLACEBOS:
        return [list(group) for group in combinations(range(n), k)]
    rng = np.random.default_rng(SEED)
    return [sorted(rng.choice(n, k, replace=False).tolist()) for _ in range(MOST_PLACEBOS)]
