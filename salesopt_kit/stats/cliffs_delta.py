"""Cliff's delta: how far two groups lie apart, on a scale from -1 to 1 that any ordinal figure allows."""

from typing import Literal

import numpy as np
import numpy.typing as npt

Size = Literal["negligible", "small", "medium", "large"]
BOUNDS: tuple[tuple[float, Size], ...] = ((0.147, "negligible"), (0.33, "small"), (0.474, "medium"))
"""Romano, Kromrey, Coraggio and Skowronek (2006): Cohen's 0.2, 0.5 and 0.8 as overlaps of two normal groups."""


def cliffs_delta(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """Return P(first > second) - P(first < second) over all pairs (Cliff 1993); ValueError for an empty group.

    >>> cliffs_delta([1, 2, 3], [2, 3, 4])
    -0.5555555555555556
    """
    x, y = np.sort(np.asarray(first, float)), np.asarray(second, float)
    if not len(x) or not len(y):
        message = "each side needs a value"
        raise ValueError(message)
    below = np.searchsorted(x, y, side="left").sum()
    above = len(x) * len(y) - np.searchsorted(x, y, side="right").sum()
    return float((above - below) / (len(x) * len(y)))


def size_of(delta: float) -> Size:
    """Return how large a delta is by convention, whatever its sign.

    >>> size_of(-0.25), size_of(0.6)
    ('small', 'large')
    """
    return next((size for bound, size in BOUNDS if abs(delta) < bound), "large")
