"""Time until something happens, while it has not happened to everybody yet: Kaplan-Meier and what follows from it."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.interval import Z
from salesopt_kit.stats.life_table import Numbers, life_table

SAME = 1e-12
"""Shares that differ by less are one share, whatever the rounding of the product behind them."""


@dataclass(frozen=True, slots=True)
class Survival:
    """The Kaplan-Meier curve, arrays of one length: the share still waiting after each event time.

    `greenwood` is Greenwood's sum of d / (n (n - d)), the variance of the curve over its square. `last` is the longest
    follow-up: what comes later is unknown unless the curve is at 0.
    """

    times: Numbers
    share: Numbers
    greenwood: Numbers
    last: float

    def at(self, time: float) -> float:
        """Return the share still waiting after `time`."""
        place = int(np.searchsorted(self.times, time, side="right"))
        return 1.0 if place == 0 else float(self.share[place - 1])

    def quantile(self, p: float) -> tuple[float | None, float | None, float | None]:
        """Return the time by which the share `p` is done, and its 95 % interval; None where it is not reached.

        The first time at which the curve is at or below 1 - p; the interval is Brookmeyer and Crowley's (1982) on the
        log(-log) scale, as R's survfit(conf.type = "log-log") gives it.
        """
        low, high = self._band()
        value, first, last = (_first_below(self.times, curve, 1 - p) for curve in (self.share, low, high))
        return value, first, last

    def _band(self) -> tuple[Numbers, Numbers]:
        """Return the pointwise 95 % band on the log(-log) scale; without width where the curve is at 1 or 0."""
        inside = (self.share > 0) & (self.share < 1)
        share = np.where(inside, self.share, 0.5)
        spread = Z * np.sqrt(self.greenwood) / np.abs(np.log(share))
        low, high = share ** np.exp(spread), share ** np.exp(-spread)
        return np.where(inside, low, self.share), np.where(inside, high, self.share)


def kaplan_meier(
    durations: Numbers,
    events: npt.NDArray[np.bool_],
    entry: Numbers | None = None,
    weights: Numbers | None = None,
) -> Survival:
    """Return the product-limit estimate (Kaplan and Meier 1958) with Greenwood's (1926) variance.

    `events` says which durations ended in the event, the others are censored; `entry` and `weights` as in
    `life_table`. Assumes that censoring (and late entry) tells nothing about the time still to come. With late entry
    the curve may fall to 0 while few are at risk: the estimate is that of a life from the first entry on.
    """
    table = life_table(durations, np.asarray(events, int), entry, weights)
    n, d = table.at_risk, table.all_ended
    greenwood = np.where(n > d, d / (n * np.where(n > d, n - d, 1.0)), 0.0).cumsum()
    share: Numbers = np.cumprod(1 - d / n).astype(np.float64)
    return Survival(table.times, share, greenwood, table.last)


def restricted_mean(
    durations: Numbers,
    events: npt.NDArray[np.bool_],
    horizon: float,
    entry: Numbers | None = None,
    weights: Numbers | None = None,
) -> tuple[float, float]:
    """Return the mean of min(time, horizon), the area under the Kaplan-Meier curve, and its standard error.

    Plug-in variance: the sum over event times t of (area from t to the horizon)^2 d / (n (n - d)) (Klein and
    Moeschberger 2003, section 4.5). ValueError where nobody was followed up to the horizon and some still wait, for
    then the curve is unknown there. Compare two groups at one horizon that both reached.
    """
    curve = kaplan_meier(durations, events, entry, weights)
    if curve.last < horizon and curve.at(curve.last) > 0:
        message = f"the horizon {horizon:g} is beyond the longest follow-up, {curve.last:g}"
        raise ValueError(message)
    inside = curve.times <= horizon
    times, greenwood = curve.times[inside], curve.greenwood[inside]
    share = np.concatenate([[1.0], curve.share[inside]])
    areas = share * np.diff(np.concatenate([[0.0], times, [horizon]]))
    after = areas[::-1].cumsum()[::-1][1:]
    variance = float((after**2 * np.diff(greenwood, prepend=0.0)).sum())
    return float(areas.sum()), math.sqrt(variance)


def _first_below(times: Numbers, curve: Numbers, level: float) -> float | None:
    below = curve <= level + SAME
    return float(times[int(below.argmax())]) if below.any() else None
