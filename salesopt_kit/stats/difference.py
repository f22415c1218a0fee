"""Differences of independent estimates, and how sure they are."""

import math
from dataclasses import dataclass

from salesopt_kit.stats.interval import Interval

Estimated = tuple[float, float]
"""A value and its standard error."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference, its standard error, and the degrees of freedom of Student's t (infinite: normal)."""

    value: float
    error: float
    df: float = math.inf

    @property
    def interval(self) -> Interval:
        """The 95 % interval."""
        from scipy.special import ndtri, stdtrit  # noqa: PLC0415 -- SciPy is loaded only when asked for

        quantile = float(ndtri(0.975) if math.isinf(self.df) else stdtrit(self.df, 0.975))
        return Interval(self.value - quantile * self.error, self.value + quantile * self.error)

    @property
    def p(self) -> float:
        """The two-sided p value of no difference; 1 where there is neither a difference nor an error."""
        from scipy.special import ndtr, stdtr  # noqa: PLC0415

        if self.error == 0:
            return float(self.value == 0)
        score = -abs(self.value / self.error)
        return float(2 * (ndtr(score) if math.isinf(self.df) else stdtr(self.df, score)))


def difference(first: Estimated, second: Estimated) -> Difference:
    """Return first - second of two independent estimates, with the normal interval.

    Right for restricted means, incidences and other estimates of many cases; means of few go to `welch_difference`.
    """
    return Difference(first[0] - second[0], math.hypot(first[1], second[1]))


def difference_in_differences(
    treated_before: Estimated, treated_after: Estimated, control_before: Estimated, control_after: Estimated
) -> Difference:
    """Return (treated after - before) - (control after - before) of four independent estimates, normal interval.

    Assumes that without the treatment both groups would have changed alike. Cases of one person or team are not
    independent: with few teams see `stats.clustered`.
    """
    estimates = (treated_before, treated_after, control_before, control_after)
    value = (treated_after[0] - treated_before[0]) - (control_after[0] - control_before[0])
    return Difference(value, math.hypot(*(error for _value, error in estimates)))
