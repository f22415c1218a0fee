"""Which of several ends comes first, and when: the Aalen-Johansen estimate of cumulative incidence.

Counting the other ends as censored would overstate every one of them; here they compete.
"""

import math
from dataclasses import dataclass

import numpy as np

from salesopt_kit.stats.difference import Difference, difference
from salesopt_kit.stats.interval import Interval, Z
from salesopt_kit.stats.life_table import Codes, LifeTable, Numbers, life_table
from salesopt_kit.stats.survival import SAME

WIDEST = 500.0
"""Half a width on the log(-log) scale beyond which the interval is all of [0, 1] and the exponential overflows."""


@dataclass(frozen=True, slots=True)
class Incidence:
    """The share that ended by one cause up to each time at which anything ended; arrays of one length.

    `error` is the standard error of `share`, `covariance` that of each share with the last one; `thin` is what Aalen's
    (1978) variance adds to error**2, which matters where few are at risk. `last` is the longest follow-up; what comes
    later is unknown.
    """

    times: Numbers
    share: Numbers
    error: Numbers
    covariance: Numbers
    thin: Numbers
    last: float

    def at(self, time: float) -> tuple[float, float]:
        """Return the share by `time` and its standard error."""
        place = int(np.searchsorted(self.times, time, side="right"))
        return (0.0, 0.0) if place == 0 else (float(self.share[place - 1]), float(self.error[place - 1]))

    def interval_at(self, time: float) -> Interval:
        """Return the 95 % interval of the share by `time` on the log(-log) scale, which stays inside [0, 1]."""
        share, error = self.at(time)
        if not SAME < share < 1 - SAME or error == 0:
            return Interval(share, share)
        log = math.log(1 - share)
        step = min(Z * error / ((1 - share) * abs(log)), WIDEST)
        return Interval(1 - math.exp(log * math.exp(-step)), 1 - math.exp(log * math.exp(step)))

    def conditional_quantile(self, p: float) -> tuple[float | None, float | None, float | None]:
        """Return the time by which the share `p` of all that ended so has done so, and its 95 % interval.

        "All" are those who end by this cause within the longest follow-up: the first time at which the incidence is at
        least p times its last value. The interval holds the times at which incidence - p x last incidence is within
        1.96 of its standard errors of zero: Brookmeyer and Crowley's (1982) inverted test, applied to a difference of
        two incidences of one curve. None where nobody ended so, or where an end of the interval is not reached.
        """
        if not len(self.share) or self.share[-1] <= 0:
            return None, None, None
        gap = self.share - p * self.share[-1]
        step = Z * np.sqrt(np.maximum(self._gap_variance(p), 0.0))
        return tuple(_first(self.times, reached) for reached in (gap >= -SAME, gap >= -step, gap > step))  # type: ignore[return-value]

    def _gap_variance(self, p: float) -> Numbers:
        """Return the variance of share - p x last share at each time, with Aalen's instead of the binomial steps.

        The last share hangs on the few who are followed longest. A binomial step says that it is certain where all of
        them end at once, and so the interval would be too narrow (91.9 % instead of 95 %, docs/statistics.md). A step
        before t counts in both shares, so 1 - p times in the gap; a later one only in the last share, so -p times.
        """
        binomial = self.error**2 + (p * self.error[-1]) ** 2 - 2 * p * self.covariance
        variance: Numbers = binomial + (1 - p) ** 2 * self.thin + p**2 * (self.thin[-1] - self.thin)
        return variance


def aalen_johansen(
    durations: Numbers,
    causes: Codes,
    entry: Numbers | None = None,
    weights: Numbers | None = None,
    *,
    n_causes: int = 2,
) -> tuple[Incidence, ...]:
    """Return the cumulative incidence of each of the causes 1 to `n_causes`; the cause 0 means censored.

    Aalen and Johansen (1978); variance by the delta method (Marubini and Valsecchi 1995, section 10.3), the one that
    R's cmprsk and statsmodels' CumIncidenceRight give. `entry` and `weights` as in `life_table`. Assumes that
    censoring (and late entry) tells nothing about the end still to come. All incidences share their times.
    """
    table = life_table(durations, causes, entry, weights, n_causes)
    return tuple(_incidence(table, cause) for cause in range(n_causes))


def incidence_difference(first: Incidence, second: Incidence, horizon: float) -> Difference:
    """Return the share of the first group that ended so by `horizon` minus that of the second, both independent.

    ValueError where a group was not followed that far while some of it still wait: its share there is not known yet.
    """
    for one in (first, second):
        if one.last < horizon:
            message = f"the horizon {horizon:g} is beyond the longest follow-up, {one.last:g}"
            raise ValueError(message)
    return difference(first.at(horizon), second.at(horizon))


def _incidence(table: LifeTable, cause: int) -> Incidence:
    """Return the incidence of one cause with its variances, from running sums: millions of times take one pass.

    With F the incidence and S the share without any end before t_j, the covariance of F(s) and F(t), s <= t, is the
    sum over t_j <= s of (F(s) - F_j) (F(t) - F_j) a_j + b_j - (F(s) + F(t) - 2 F_j) c_j, where
    a = d / (n (n - d)), b = S^2 k (n - k) / n^3, c = S k / n^2; d end at t_j, k of them by this cause.
    This is the sum of the squares of everybody's influence on F. With `thin`, b becomes S^2 k (n - k + 1) / n^3: that
    is Aalen's (1978) S^2 / n^2, the square of the step, for one end at a time, and about the binomial one for many.
    """
    n, d, k = table.at_risk, table.all_ended, table.ended[cause]
    before = np.concatenate([[1.0], np.cumprod(1 - d / n)[:-1]]) if len(n) else np.ones(0)
    share = (before * k / n).cumsum()
    a = np.where(n > d, d / (n * np.where(n > d, n - d, 1.0)), 0.0)
    c = before * k / n**2
    fixed = (a * share**2 + before**2 * k * (n - k) / n**3 + 2 * c * share).cumsum()
    slope, square = (a * share + c).cumsum(), a.cumsum()
    end = share[-1] if len(share) else 0.0
    variance = share**2 * square - 2 * share * slope + fixed
    covariance = share * end * square - (share + end) * slope + fixed
    thin = (before**2 * k / n**3).cumsum()
    return Incidence(table.times, share, np.sqrt(np.maximum(variance, 0.0)), covariance, thin, table.last)


def _first(times: Numbers, reached: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> float | None:
    return float(times[int(reached.argmax())]) if reached.any() else None
