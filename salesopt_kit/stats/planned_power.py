"""How often a planned pilot would find an effect: many pilots drawn with the scatter that the history shows."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.interval import Interval
from salesopt_kit.stats.share_changes import binomial, error_share

Numbers = npt.NDArray[np.float64]
DRAWS = 6_000
"""Pilots that are drawn, over all choices of units."""
FEWEST_DRAWS = 20
"""Pilots a choice."""
SEED = 20240630
STEPS = 30
"""Halvings in the search for an effect."""


@dataclass(frozen=True, slots=True)
class Scatter:
    """The variance of a unit's change, for each 1 / cases before + 1 / cases after, and what it rests on."""

    variance: float
    freedom: float
    """Independent differences it was computed from."""

    @property
    def bounds(self) -> Interval:
        """The 95 % interval of the variance, by chi-squared."""
        from scipy.special import chdtri  # noqa: PLC0415 -- SciPy is loaded only when asked for

        high, low = (float(chdtri(self.freedom, tail)) for tail in (0.975, 0.025))
        return Interval(self.variance * self.freedom / low, self.variance * self.freedom / high)


def scatter_of(gains: Numbers, loads: Numbers, windows: float) -> Scatter | None:
    """Return the scatter of units' changes in which nothing was done, by moments; None where nothing tells it.

    `gains` and `loads` (1 / cases before + 1 / cases after) have one row a window and one column a unit, NaN where a
    unit had no case; `windows` is the number of those that share no day. The expected square of a change from the mean
    of its window is variance x load x (1 - 1 / units), however unequal the loads.
    """
    n = (~np.isnan(gains)).sum(axis=1)
    kept = n > 1
    if not kept.any():
        return None
    gains, loads, n = gains[kept], loads[kept], n[kept]
    squares = np.nansum((gains - np.nanmean(gains, axis=1, keepdims=True)) ** 2)
    loads = np.where(np.isnan(gains), 0.0, loads)
    variance = float(squares / (loads.sum(axis=1) * (1 - 1 / n)).sum())
    return Scatter(variance, max(1.0, windows * float(n.mean() - 1)))


@dataclass(frozen=True)
class PlannedPilot:
    """A pilot before it starts: the cases expected of each unit, who could take part, and how it will be judged."""

    cases: Numbers
    """Of each unit (rows), before and after (columns), above 0."""
    chosen: npt.NDArray[np.int_]
    """One row per choice of pilot units (their rows in `cases`)."""
    share: float | None
    """The figure today where it is a share, which scatters by what it is; None for a mean."""
    alpha: float = 0.05

    @cached_property
    def _member(self) -> npt.NDArray[np.bool_]:
        found = np.zeros((len(self.chosen), 1, len(self.cases)), dtype=bool)
        found[np.arange(len(self.chosen))[:, None], 0, self.chosen] = True
        return found

    @cached_property
    def _noise(self) -> Numbers:
        each = max(FEWEST_DRAWS, math.ceil(DRAWS / len(self.chosen)))
        return np.random.default_rng(SEED).standard_normal((len(self.chosen), each, len(self.cases)))

    @cached_property
    def _line(self) -> Numbers:
        """The squared t that is needed, times the squared error for squares of 1."""
        from scipy.special import stdtrit  # noqa: PLC0415 -- SciPy is loaded only when asked for

        loads = (1 / self.cases).sum(axis=1) if self.share is not None else np.ones(len(self.cases))
        quantile = float(stdtrit(len(self.cases) - 2, 1 - self.alpha / 2))
        return quantile**2 * error_share(np.broadcast_to(loads, self._member.shape), self._member)

    def power(self, effect: float, variance: float) -> float:
        """Return the share of pilots that come out as a gain, where units' changes scatter by `variance` x load.

        Normal changes of units, `effect` added to those of the pilot; judged as `difference_of_changes` does, a share
        as `difference_of_share_changes`. The pilot units of a share scatter after by p (1 - p) of the share they reach.
        """
        more = 1.0 if self.share is None else float(binomial(self.share + effect) / binomial(self.share))
        before, after = 1 / self.cases.T
        sd = np.sqrt(variance * (before + np.where(self._member, more, 1.0) * after))
        gains = self._noise * sd + effect * self._member
        k, n = self.chosen.shape[1], len(self.cases)
        treated = (gains * self._member).sum(axis=2)
        others = gains.sum(axis=2) - treated
        squares = (gains**2).sum(axis=2) - treated**2 / k - others**2 / (n - k)
        gained = treated / k - others / (n - k)
        return float(np.mean((gained > 0) & (gained**2 > self._line * squares)))

    def smallest(self, wanted: float, variance: float) -> float:
        """Return the smallest effect that is found with the chance `wanted`; infinite where a share has no room."""
        if variance <= 0:
            return 0.0
        low, high = 0.0, math.sqrt(variance * float((1 / self.cases).sum(axis=1).max()))
        most = math.inf if self.share is None else 1 - self.share
        while self.power(min(high, most), variance) < wanted:
            if high >= most:
                return math.inf
            low, high = high, 2 * high
        high = min(high, most)
        for _step in range(STEPS):
            middle = (low + high) / 2
            low, high = (low, middle) if self.power(middle, variance) >= wanted else (middle, high)
        return high
