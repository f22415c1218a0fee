"""The interval of a mean where only its moments are known, as a database returns them."""

import math


def covariance(x: float, y: float, products: float, n: int) -> float:
    """Return the sample covariance of n pairs from the sums of x, of y and of their products; the variance if x is y.

    ValueError for fewer than two pairs. Sums of products lose digits where the spread is a tiny part of the mean.

    >>> covariance(6.0, 6.0, 14.0, 3)
    1.0
    """
    if n < 2:  # noqa: PLR2004 -- a variance needs two
        message = "a variance needs two values"
        raise ValueError(message)
    return (products - x * y / n) / (n - 1)


def t_interval(mean: float, variance: float, n: int) -> tuple[float, float] | None:
    """Return the 95 % Student t interval of a mean of n values with sample `variance`; None for fewer than two.

    Assumes independent values of one distribution; with skewed values it needs n in the tens.

    >>> low, high = t_interval(10.0, 4.0, 16)
    >>> f"{low:.3f} {high:.3f}"
    '8.934 11.066'
    """
    from scipy.special import stdtrit  # noqa: PLC0415 -- SciPy is loaded only when asked for

    if n < 2:  # noqa: PLR2004 -- a variance needs two
        return None
    step = float(stdtrit(n - 1, 0.975)) * math.sqrt(variance / n)
    return mean - step, mean + step
