"""Do two groups leave at the same pace? The log-rank test, over strata that may each have a pace of their own."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.life_table import Numbers

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LogRank:
    """Ends in the marked group: how many there were, how many to expect were both alike, and the test's p.

    `pace` is the ratio of observed to expected ends in the marked group over that ratio in the others: above 1 where
    the marked leave faster. NaN where a group has no end to expect.
    """

    observed: float
    expected: float
    pace: float
    p: float
    n: int
    variance: float = math.nan
    """Of observed - expected."""


def log_rank(days: Numbers, ended: Flags, marked: Flags, strata: npt.NDArray[np.int_]) -> LogRank:
    """Return the log-rank test (Mantel 1966), stratified: sums of observed, expected and variance over the strata.

    Hypergeometric variance at each time of an end. Takes the stays as independent of one another.
    """
    observed = expected = variance = total = 0.0
    for stratum in np.unique(strata):
        here = strata == stratum
        seen, due, spread = _one(days[here], ended[here], marked[here])
        observed, expected, variance = observed + seen, expected + due, variance + spread
        total += float(ended[here].sum())
    others, due = total - observed, total - expected
    pace = (observed / expected) / (others / due) if expected > 0 and due > 0 and others > 0 else math.nan
    p = math.erfc(abs(observed - expected) / math.sqrt(2 * variance)) if variance > 0 else math.nan
    return LogRank(observed, expected, pace, p, int(marked.sum()), variance)


def _one(days: Numbers, ended: Flags, marked: Flags) -> tuple[float, float, float]:
    times, place = np.unique(days, return_inverse=True)
    n = len(times)
    leaving, of_marked = np.bincount(place, minlength=n), np.bincount(place, weights=marked, minlength=n)
    d = np.bincount(place, weights=ended, minlength=n)
    at_risk, marked_at_risk = leaving[::-1].cumsum()[::-1], of_marked[::-1].cumsum()[::-1]
    share = marked_at_risk / at_risk
    spread = d * share * (1 - share) * (at_risk - d) / np.maximum(at_risk - 1, 1)
    return float((ended & marked).sum()), float((d * share).sum()), float(spread.sum())
