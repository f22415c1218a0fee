"""The interval of a count of events that come by chance, one independent of the other."""

from salesopt_kit.stats.interval import Interval

TAIL = 0.025


def poisson(count: int) -> Interval:
    """Return the exact interval of the mean of a Poisson count (Garwood 1936), never narrower than 95 %.

    ValueError for a count below 0. Assumes independent events; several from one source make it too narrow.

    >>> interval = poisson(10)
    >>> f"{interval.low:.3f} {interval.high:.3f}"
    '4.795 18.390'
    """
    from scipy.special import gammaincinv  # noqa: PLC0415 -- SciPy is loaded only when asked for

    if count < 0:
        message = f"a count is at least 0, not {count}"
        raise ValueError(message)
    low = float(gammaincinv(count, TAIL)) if count else 0.0
    return Interval(low, float(gammaincinv(count + 1, 1 - TAIL)))
