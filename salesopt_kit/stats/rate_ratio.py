"""The ratio of two rates of events, such as complaints per open deal now and before."""

from dataclasses import dataclass

from salesopt_kit.stats.proportion import wilson


@dataclass(frozen=True, slots=True)
class RateRatio:
    """A ratio with its 95 % interval; `value` and `high` are None where the second count is 0."""

    value: float | None
    low: float
    high: float | None


def rate_ratio(count: int, exposure: float, other_count: int, other_exposure: float) -> RateRatio | None:
    """Return (count / exposure) / (other_count / other_exposure); None where there is no event or no exposure.

    Given their sum, the first of two Poisson counts is binomial (Przyborowski and Wilenski 1940), so Wilson's interval
    of its share gives that of the ratio: the score interval, good at small counts. Assumes independent events; many
    from one source make it too narrow.

    >>> ratio = rate_ratio(60, 51477.5, 30, 54308.7)
    >>> f"{ratio.value:.3f} {ratio.low:.2f} {ratio.high:.2f}"
    '2.110 1.37 3.26'
    """
    n = count + other_count
    if not n or exposure <= 0 or other_exposure <= 0:
        return None
    around = wilson(count, n)
    scale = other_exposure / exposure
    high = scale * around.high / (1 - around.high) if other_count else None
    value = scale * count / other_count if other_count else None
    return RateRatio(value, scale * around.low / (1 - around.low), high)
