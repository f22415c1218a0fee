"""Oracle: simulated deals whose true times are known; docs/statistics.md shows the figures that this gives."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from salesopt_kit.stats.competing_risks import aalen_johansen
from salesopt_kit.stats.interval import Z
from salesopt_kit.stats.survival import kaplan_meier, restricted_mean

DRAWS, SEED = 1_000, 20240630
SPAN, HORIZON, BY = 180.0, 90.0, 60.0
"""Days observed; days that the mean is restricted to; days by which a win is asked for."""
SHAPE, SCALE, WON = 1.3, 90.0, 0.35
"""Time to close is Weibull; a closed deal was won with this chance."""


@dataclass
class Truth:
    """What the estimates should be."""

    median: float = SCALE * math.log(2) ** (1 / SHAPE)
    won_by: float = WON * (1 - math.exp(-((BY / SCALE) ** SHAPE)))

    @property
    def restricted(self) -> float:
        days = np.linspace(0, HORIZON, 100_001)
        return float(np.trapezoid(np.exp(-((days / SCALE) ** SHAPE)), days))

    @staticmethod
    def median_to_win(last: float) -> float:
        """The day by which half of the wins that come within `last` days have come; causes do not depend on time."""
        within = 1 - math.exp(-((last / SCALE) ** SHAPE))
        return float(SCALE * (-math.log(1 - within / 2)) ** (1 / SHAPE))


def drawn(random: np.random.Generator, n: int, first: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return days, cause and entry of the deals that a CRM shows on day SPAN whose history starts on day 0.

    They are created evenly from day `first` on; those created before day 0 are seen only if they are still open then.
    """
    created = random.uniform(first, SPAN, n)
    close = created + SCALE * random.weibull(SHAPE, n)
    cause = np.where(close > SPAN, 0, np.where(random.uniform(size=n) < WON, 1, 2))
    seen = close > 0
    days, entry = np.minimum(close, SPAN) - created, np.maximum(-created, 0.0)
    return days[seen], cause[seen], entry[seen]


def simulated(n: int, first: float) -> dict[str, float]:
    """Return relative bias and coverage of each estimate over the draws."""
    random, truth = np.random.default_rng(SEED), Truth()
    rows = [one(drawn(random, n, first), truth) for _draw in range(DRAWS)]
    return {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}


def one(deals: tuple[np.ndarray, np.ndarray, np.ndarray], truth: Truth) -> dict[str, float]:
    """Return the relative error of each estimate in one draw, and whether its interval holds the truth."""
    days, cause, entry = deals
    closed = cause > 0
    median, low, high = kaplan_meier(days, closed, entry).quantile(0.5)
    mean, error = restricted_mean(days, closed, HORIZON, entry)
    won, _lost = aalen_johansen(days, cause, entry)
    to_win, win_low, win_high = won.conditional_quantile(0.5)
    around, target = won.interval_at(BY), truth.median_to_win(won.last)
    return {
        "naive median": float(np.median(days[closed])) / truth.median - 1,
        "naive mean": float(np.minimum(days[closed], HORIZON).mean()) / truth.restricted - 1,
        "median from birth": (kaplan_meier(days, closed).quantile(0.5)[0] or math.inf) / truth.median - 1,
        "median": (median or math.inf) / truth.median - 1,
        "mean": mean / truth.restricted - 1,
        "won by": won.at(BY)[0] / truth.won_by - 1,
        "to win": (to_win or math.inf) / target - 1,
        "naive to win": float(np.median(days[cause == 1])) / target - 1,
        "median holds": (low or 0.0) <= truth.median <= (high or math.inf),
        "mean holds": mean - Z * error <= truth.restricted <= mean + Z * error,
        "won by holds": around.low <= truth.won_by <= around.high,
        "to win holds": (win_low or 0.0) <= target <= (win_high or math.inf),
    }


@pytest.mark.slow
@pytest.mark.parametrize("first", [0.0, -SPAN])
def test_medians_and_means_are_unbiased_and_their_intervals_cover_where_the_naive_ones_are_far_off(
    first: float,
) -> None:
    found = simulated(400 if first == 0 else 800, first)
    if first < 0:
        assert found["median from birth"] > 0.2  # counting from the creation, as if nothing had been closed unseen
    else:
        assert found["naive median"] < -0.2
        assert found["naive to win"] < -0.2
    assert max(abs(found[key]) for key in ("median", "mean", "won by", "to win")) < 0.02
    holds = {key: share for key, share in found.items() if key.endswith("holds")}
    assert all(0.93 <= share <= 0.97 for share in holds.values()), holds


@pytest.mark.slow
@pytest.mark.parametrize("n", [100, 200, 2000])
def test_the_median_among_wins_covers_whatever_the_number_of_deals(n: int) -> None:
    assert 0.93 <= simulated(n, 0.0)["to win holds"] <= 0.97
