"""The ratio of two sums over the same items, such as approvals saved over approvals today, with its interval."""

import math
from collections.abc import Sequence

from salesopt_kit.stats.interval import Interval, Z

LEAST = 2
"""Items that an interval needs."""


def ratio_of_sums(groups: Sequence[tuple[float, float, int]]) -> tuple[float | None, Interval | None]:
    """Return sum(part) / sum(whole) over items and its 95 % interval.

    `groups` are items that are alike: (part, whole, how many). Variance of a ratio estimator by linearisation (Cochran
    1977, Sampling Techniques, 3rd ed., section 2.11), with n / (n - 1) in front, normal interval. Takes the items as a
    sample of independent ones. None where the wholes add up to nothing; no interval for fewer than two items.

    >>> value, interval = ratio_of_sums([(1, 2, 50), (0, 2, 50)])
    >>> f"{value:.2f} {interval.low:.3f} {interval.high:.3f}"
    '0.25 0.201 0.299'
    """
    n = sum(count for _part, _whole, count in groups)
    whole = sum(size * count for _part, size, count in groups)
    if whole == 0:
        return None, None
    ratio = sum(part * count for part, _whole, count in groups) / whole
    if n < LEAST:
        return ratio, None
    squares = sum(count * (part - ratio * size) ** 2 for part, size, count in groups)
    step = Z * math.sqrt(squares * n / (n - 1)) / abs(whole)
    return ratio, Interval(ratio - step, ratio + step)
