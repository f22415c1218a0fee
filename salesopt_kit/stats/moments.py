"""The interval of a mean where only its moments are known, as a database returns them."""

import math


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
