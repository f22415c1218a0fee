"""Limits that a baseline set once and that later points are held against: what every control chart has in common."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
ChartKind = Literal["xmr", "p", "laney_p", "c", "u", "laney_u"]
WIDTH = 3.0
"""Standard deviations from the centre to a limit."""
D2 = 1.128
"""Mean range of two values in standard deviations."""


@dataclass(frozen=True, slots=True)
class FrozenLimits:
    """Centre and scatter of a baseline of `n` points.

    `spread` is the standard deviation that one case adds (for an XmR or c chart: of one point); `dispersion` is
    Laney's factor, 1 elsewhere; `is_by_size` says whether a point of n cases scatters by 1 / sqrt(n).
    """

    kind: ChartKind
    center: float
    spread: float
    n: int
    dispersion: float = 1.0
    is_by_size: bool = True

    def sigma(self, sizes: Numbers) -> Numbers:
        """Return the standard deviation of points of so many cases."""
        scale = np.sqrt(sizes) if self.is_by_size else np.ones(len(sizes))
        return np.asarray(self.spread * self.dispersion / scale, dtype=np.float64)

    def limits(self, sizes: Numbers, width: float = WIDTH) -> tuple[Numbers, Numbers]:
        """Return the lower and the upper limit of points of so many cases, uncut (a share may fall below 0)."""
        step = width * self.sigma(sizes)
        return self.center - step, self.center + step

    def scores(self, values: Numbers, sizes: Numbers) -> Numbers:
        """Return how many standard deviations each point is from the centre; 0 where nothing scatters at all."""
        sigma = self.sigma(sizes)
        apart = values - self.center
        return np.divide(apart, sigma, out=np.zeros(len(apart)), where=sigma > 0)


def mean_range(values: Numbers) -> float:
    """Return the mean of the ranges of two values that follow each other; at least two values."""
    return float(np.abs(np.diff(values)).mean())
