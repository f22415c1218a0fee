"""Intervals for ratios and products, which the textbook interval of a proportion or a mean does not cover."""

import math

from salesopt_kit.stats.interval import Z


def share_interval(
    part: float, rest: float, part_squares: float, rest_squares: float, n: int
) -> tuple[float, float] | None:
    """Return the 95 % interval of part / (part + rest), such as the won share of the value of n decided deals.

    `part_squares` and `rest_squares` are the sums of the squared amounts of either side. Variance of a ratio estimator
    by linearisation (Cochran 1977, Sampling Techniques, 3rd ed., section 6.4), with n / (n - 1) in front; on the logit
    scale, so that the bounds stay between 0 and 1. Assumes independent items, none of which holds most of the sum.
    None where one side is empty.

    >>> low, high = share_interval(81.0, 182.0, 81.0, 182.0, 263)
    >>> f"{low:.3f} {high:.3f}"
    '0.255 0.366'
    """
    if part <= 0 or rest <= 0:
        return None
    total = part + rest
    share = part / total
    spread = part_squares * (1 - share) ** 2 + rest_squares * share**2
    error = math.sqrt(spread * n / (n - 1)) / total
    logit, step = math.log(part / rest), Z * error / (share * (1 - share))
    return 1 / (1 + math.exp(step - logit)), 1 / (1 + math.exp(-step - logit))


def log_interval(value: float, relative_error: float) -> tuple[float, float]:
    """Return the 95 % interval value * exp(+-1.96 relative_error) of a positive value, which cannot go below zero.

    The delta method on the log scale: good while relative_error is well below one half.

    >>> low, high = log_interval(100.0, 0.1)
    >>> f"{low:.1f} {high:.1f}"
    '82.2 121.7'
    """
    factor = math.exp(Z * relative_error)
    return value / factor, value * factor
