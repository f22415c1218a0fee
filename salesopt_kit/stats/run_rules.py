"""Rules of control charts, each by itself: which points call for a look?

Western Electric's and Nelson's rules, and the CUSUM and EWMA that see slow erosion.

Every rule takes standardised points, (value - centre) / standard deviation, with time along the last axis, and marks
the point at which its pattern is complete. A point on the centre line itself is on neither side.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.cusum import cusum
from salesopt_kit.stats.ewma import ewma
from salesopt_kit.stats.frozen_limits import Numbers

Flags = npt.NDArray[np.bool_]


def beyond_limits(z: Numbers) -> Flags:
    """Mark points more than three standard deviations from the centre."""
    return np.asarray(np.abs(z) > 3, dtype=np.bool_)  # noqa: PLR2004 -- what the rule says


def on_one_side(z: Numbers, n: int) -> Flags:
    """Mark the last of n points in a row on one side of the centre, and every further one."""
    return _all_of_last(z > 0, n) | _all_of_last(z < 0, n)


def far_on_one_side(z: Numbers, k: int, n: int, far: float) -> Flags:
    """Mark points beyond `far` standard deviations that are the k-th such point on their side among the last n."""
    above, below = z > far, z < -far
    return (above & (_of_last(above, n) >= k)) | (below & (_of_last(below, n) >= k))


def trending(z: Numbers, n: int) -> Flags:
    """Mark the last of n points in a row that each rise, or each fall."""
    steps = np.diff(z, axis=-1, prepend=z[..., :1])
    return _all_of_last(steps > 0, n - 1) | _all_of_last(steps < 0, n - 1)


def alternating(z: Numbers, n: int) -> Flags:
    """Mark the last of n points in a row that go up and down in turn."""
    side = np.sign(np.diff(z, axis=-1, prepend=z[..., :1]))
    turns = np.zeros(z.shape, dtype=np.bool_)
    turns[..., 1:] = side[..., 1:] * side[..., :-1] < 0
    return _all_of_last(turns, n - 2)


def hugging(z: Numbers, n: int) -> Flags:
    """Mark the last of n points in a row within one standard deviation of the centre."""
    return _all_of_last(np.abs(z) < 1, n)


def avoiding(z: Numbers, n: int) -> Flags:
    """Mark the last of n points in a row beyond one standard deviation, some above and some below."""
    is_mixed = (_of_last(z > 1, n) > 0) & (_of_last(z < -1, n) > 0)
    return _all_of_last(np.abs(z) > 1, n) & is_mixed


RULES: Mapping[str, Callable[[Numbers], Flags]] = {
    "western_electric_1": beyond_limits,
    "western_electric_2": lambda z: far_on_one_side(z, 2, 3, 2.0),
    "western_electric_3": lambda z: far_on_one_side(z, 4, 5, 1.0),
    "western_electric_4": lambda z: on_one_side(z, 8),
    "nelson_1": beyond_limits,
    "nelson_2": lambda z: on_one_side(z, 9),
    "nelson_3": lambda z: trending(z, 6),
    "nelson_4": lambda z: alternating(z, 14),
    "nelson_5": lambda z: far_on_one_side(z, 2, 3, 2.0),
    "nelson_6": lambda z: far_on_one_side(z, 4, 5, 1.0),
    "nelson_7": lambda z: hugging(z, 15),
    "nelson_8": lambda z: avoiding(z, 8),
    "cusum": lambda z: cusum(z).signal,
    "ewma": lambda z: ewma(z).signal,
}
"""Western Electric (1956), Statistical Quality Control Handbook; Nelson (1984), J. of Quality Technology 16:237-239;
CUSUM and EWMA as their own files have them."""
WESTERN_ELECTRIC = tuple(key for key in RULES if key.startswith("western_electric"))
NELSON = tuple(key for key in RULES if key.startswith("nelson"))
FEW_RULES = ("western_electric_1", "western_electric_4")
"""A point outside the limits, or eight in a row on one side: enough, for each further rule adds false alarms."""


def signals(z: Numbers, rules: Sequence[str] = FEW_RULES) -> dict[str, Flags]:
    """Return which points each of `rules` marks."""
    return {rule: RULES[rule](z) for rule in rules}


def any_signal(z: Numbers, rules: Sequence[str] = FEW_RULES) -> Flags:
    """Return which points one of `rules` or more marks."""
    return np.asarray(np.logical_or.reduce([RULES[rule](z) for rule in rules]), dtype=np.bool_)


def _of_last(flags: Flags, n: int) -> npt.NDArray[np.int64]:
    """Return how many of the last n points, the point itself included, are so; fewer than n at the start."""
    counts = np.cumsum(flags, axis=-1, dtype=np.int64)
    earlier = np.zeros_like(counts)
    earlier[..., n:] = counts[..., :-n]
    return counts - earlier


def _all_of_last(flags: Flags, n: int) -> Flags:
    return np.asarray(_of_last(flags, n) == n, dtype=np.bool_)
