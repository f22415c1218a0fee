"""What is still there after a time: the share of customers, and of their revenue."""

import math
from dataclasses import dataclass

import numpy as np

from salesopt_kit.stats.clustered import Clustered, clustered_ratio
from salesopt_kit.stats.interval import Z
from salesopt_kit.stats.life_table import Numbers
from salesopt_kit.stats.survival import Survival

Bounded = tuple[float | None, float | None, float | None]
"""A value and its 95 % interval."""


def share_waiting(curve: Survival, time: float) -> Bounded:
    """Return the share of `curve` still waiting after `time` with its log(-log) interval (Kalbfleisch and Prentice).

    None where nobody was followed so far and some still wait: the curve is unknown there. Without an interval where the
    curve is still at 1 or already at 0, for Greenwood's variance says nothing there.
    """
    place = int(np.searchsorted(curve.times, time, side="right"))
    share = 1.0 if place == 0 else float(curve.share[place - 1])
    if time > curve.last and share > 0:
        return None, None, None
    if not 0 < share < 1:
        return share, None, None
    spread = Z * math.sqrt(float(curve.greenwood[place - 1])) / abs(math.log(share))
    return share, share ** math.exp(spread), share ** math.exp(-spread)


@dataclass(frozen=True, slots=True)
class RevenueRetention:
    """Revenue of the customers at the start: what it was, and what became of it until the end, in its own unit."""

    gross: Clustered
    net: Clustered
    start: float
    churned: float
    contraction: float
    expansion: float
    customers: int


def revenue_retention(start: Numbers, end: Numbers) -> RevenueRetention:
    """Return gross and net revenue retention of the customers with revenue at the start; arrays of one length.

    Gross = sum of min(start, end) / sum of start, net = sum of end / sum of start; customers that are new at the end
    are in neither. Intervals take customers as independent (linearised ratio, Cochran 1977, section 6.4, Student's t).
    ValueError where nobody has revenue at the start.
    """
    there = start > 0
    if not there.any():
        message = "nobody has revenue at the start"
        raise ValueError(message)
    before, after = start[there], end[there]
    kept = np.minimum(before, after)
    stayed = after > 0
    return RevenueRetention(
        clustered_ratio(kept, before),
        clustered_ratio(after, before),
        float(before.sum()),
        float(before[~stayed].sum()),
        float((before - kept)[stayed].sum()),
        float((after - kept).sum()),
        int(there.sum()),
    )


def regular_period(
    gaps: Numbers, counts: Numbers, periods: tuple[int, ...] = (30, 91, 182, 365), slack: float = 0.15, enough: int = 20
) -> int | None:
    """Return the period in days at which orders come again, as renewals do; None where they come at no fixed one.

    `gaps` in days, each seen as often as `counts` says. The shortest of `periods` that at least half of all gaps keep
    to within `slack` of it; None below `enough` gaps, where a few could agree by chance.
    """
    if counts.sum() < enough:
        return None
    for period in periods:
        near = np.abs(gaps - period) <= slack * period
        if 2 * counts[near].sum() >= counts.sum():
            return period
    return None
