"""The test of a look while a pilot runs: one change per unit, as a z, with bounds that hold with few units too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from salesopt_kit.stats.clustered import Numbers, difference_of_changes
from salesopt_kit.stats.confidence_sequence import always_valid_bound
from salesopt_kit.stats.sequential import spending_bounds

MANY = 40
"""Units from which on t and z are as good as the same."""
DRAWS = 40_000
MOST_NUMBERS = 8_000_000
"""Random numbers drawn at most, so that many days and units take seconds, not minutes."""
SEED = 20240630
DAYS = tuple((day + 1) / 60 for day in range(60))
"""Where an unplanned look may fall: on any of sixty days."""


@dataclass(frozen=True, slots=True)
class Interim:
    """The difference of the changes and its z; None with too few units."""

    value: float
    z: float | None

    @property
    def error(self) -> float | None:
        """The error by which value / error is z; larger than the usual one, for t has wider tails than z."""
        return abs(self.value / self.z) if self.z else None


def interim(treated: Numbers, controls: Numbers) -> Interim:
    """Return the pooled t test of one change per unit, its t moved to the normal quantile with the same p.

    Assumes that the units' changes are normal with one variance. `z` is None with fewer than three units or an empty
    arm, or where nothing varies.
    """
    if not len(treated) or not len(controls):
        return Interim(float("nan"), None)
    found = difference_of_changes(treated, controls)
    if not found.error:
        return Interim(found.value, None)
    return Interim(found.value, normal_score(found.value / found.error, found.freedom))


def normal_score(t: float, freedom: float) -> float:
    """Return the z with the same p as Student's `t` on `freedom` degrees of freedom.

    >>> round(normal_score(2.776445, 4), 3)
    1.96
    """
    score = float(_normal_scores(np.array([t]), freedom)[0])
    return score if t > 0 else -score


@lru_cache(maxsize=256)
def look_bounds(fractions: tuple[float, ...], units: tuple[int, int], alpha: float = 0.05) -> tuple[float, ...]:
    """Return the Lan-DeMets O'Brien-Fleming bounds of |z| at planned looks, for so many treated and control units.

    At one look the moved t is exactly normal, but from look to look the spread of few units is estimated anew, and the
    plain bounds are crossed too often: by 6 % with six units, 9 % with three. So the alpha that they spend is lowered
    until simulated units without an effect (`DRAWS` of them, fixed seed) cross any bound with chance `alpha`.
    """
    return spending_bounds(fractions, _kept(lambda level: spending_bounds(fractions, level), fractions, units, alpha))


def any_day_bound(fraction: float, units: tuple[int, int], alpha: float = 0.05) -> float:
    """Return the |z| of the confidence sequence for an unplanned look at this fraction of information.

    Its alpha is lowered in the same way where looking on every one of sixty days would raise too many false alarms.
    """
    return always_valid_bound(fraction, _any_day_alpha(units, alpha))


@lru_cache(maxsize=64)
def _any_day_alpha(units: tuple[int, int], alpha: float) -> float:
    return _kept(lambda level: [always_valid_bound(at, level) for at in DAYS], DAYS, units, alpha)


def _kept(
    bounds_at: Callable[[float], Sequence[float]], fractions: Sequence[float], units: tuple[int, int], alpha: float
) -> float:
    """Return the largest level up to `alpha` whose bounds are crossed with chance `alpha` at most."""
    if sum(units) >= MANY or min(units) < 1 or sum(units) < 3:  # noqa: PLR2004 -- a spread needs a third unit
        return alpha
    walks = _walks(tuple(fractions), units)

    def alarms(level: float) -> float:
        return float((walks > np.array(bounds_at(level))).any(axis=1).mean())

    low, high = alpha / 8, alpha
    if alarms(alpha) <= alpha:
        return alpha
    for _step in range(10):
        middle = (low + high) / 2
        low, high = (middle, high) if alarms(middle) <= alpha else (low, middle)
    return low


@lru_cache(maxsize=8)
def _walks(fractions: tuple[float, ...], units: tuple[int, int]) -> Numbers:
    """Return |z| of simulated pilots without an effect: one row a pilot, one column a look."""
    n_t, n = units[0], sum(units)
    draws = min(DRAWS, MOST_NUMBERS // (n * len(fractions)))
    steps = np.sqrt(np.diff(np.array(fractions), prepend=0.0))
    sums = (np.random.default_rng(SEED).normal(0, 1, (draws, n, len(fractions))) * steps).cumsum(axis=2)
    treated, controls = sums[:, :n_t], sums[:, n_t:]
    squares = sum(((arm - arm.mean(axis=1, keepdims=True)) ** 2).sum(axis=1) for arm in (treated, controls))
    error = np.sqrt(squares / (n - 2) * (1 / n_t + 1 / (n - n_t)))
    return _normal_scores((treated.mean(axis=1) - controls.mean(axis=1)) / error, n - 2.0)


def _normal_scores(t: Numbers, freedom: float) -> Numbers:
    from scipy.special import ndtri, stdtr  # noqa: PLC0415 -- SciPy is loaded only when asked for

    scores: Numbers = -ndtri(np.maximum(stdtr(freedom, -np.abs(t)), 1e-300))
    return scores
