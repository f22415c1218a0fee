"""Intervals for a proportion and for the difference of two."""

import math

from salesopt_kit.stats.interval import Interval, Z


def wilson(count: float, n: float) -> Interval:
    """Return the score interval of count / n (Wilson 1927), which holds at small n and at 0 and n.

    `n` is above 0 and `count` between 0 and n, else ValueError. Assumes independent cases.

    >>> interval = wilson(81, 263)
    >>> f"{interval.low:.4f} {interval.high:.4f}"
    '0.2553 0.3662'
    """
    if not 0 <= count <= n or n == 0:
        message = f"count / n must lie in [0, 1], not {count} / {n}"
        raise ValueError(message)
    share, square = count / n, Z * Z / n
    middle = (share + square / 2) / (1 + square)
    step = Z * math.sqrt(share * (1 - share) / n + square / (4 * n)) / (1 + square)
    low = 0.0 if count == 0 else middle - step
    high = 1.0 if count == n else middle + step
    return Interval(low, high)


def newcombe_difference(count_1: float, n_1: float, count_2: float, n_2: float) -> Interval:
    """Return the interval of count_1 / n_1 - count_2 / n_2 for two independent groups.

    Newcombe (1998), method 10: the distances of the two Wilson intervals from their shares, squared and added. Stays
    inside [-1, 1] and holds at small n.

    >>> interval = newcombe_difference(56, 70, 48, 80)
    >>> f"{interval.low:.4f} {interval.high:.4f}"
    '0.0524 0.3339'
    """
    share_1, share_2 = count_1 / n_1, count_2 / n_2
    first, second = wilson(count_1, n_1), wilson(count_2, n_2)
    below = math.hypot(share_1 - first.low, second.high - share_2)
    above = math.hypot(first.high - share_1, share_2 - second.low)
    return Interval(share_1 - share_2 - below, share_1 - share_2 + above)
