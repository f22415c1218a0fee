"""Oracle: the restricted mean of the survival curve, and brute force over the deals of the sample."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from salesopt_kit import open_engagement, open_tables
from salesopt_kit.metrics.followup import followed_deals
from salesopt_kit.pilot.panel import panel
from salesopt_kit.stats.clustered import restricted_mean_of
from salesopt_kit.tables.store import Tables


@pytest.fixture(scope="module")
def huaxin(samples: Path) -> Tables:
    return open_tables(open_engagement(samples / "huaxin"))


def test_the_cycle_of_fully_followed_deals_is_the_area_under_their_survival_curve(huaxin: Tables) -> None:
    found = panel(huaxin, "team", "cycle_days", 60)
    last = huaxin.as_of - timedelta(days=60)
    window = (last - timedelta(days=200), last)
    deals = followed_deals(huaxin, window, "team")
    deals = deals[deals["unit"] == "A组"]
    curve = restricted_mean_of(
        np.zeros(len(deals), dtype=int),
        deals["days"].to_numpy(float),
        deals["is_closed"].to_numpy(bool),
        deals["n"].to_numpy(float),
        60.0,
        1,
    )
    assert found.value(("A组",), window) == pytest.approx(float(curve(np.ones((1, 1)))[0]))


@pytest.mark.parametrize("metric", ["won_in_time", "lead_conversion", "win_rate"])
def test_shares_are_shares_and_every_case_is_counted_once(huaxin: Tables, metric: str) -> None:
    rows = panel(huaxin, "team", metric, 30).rows
    assert (rows["total"] <= rows["n"]).all()
    assert not rows.duplicated(["unit", "cluster", "day"]).any()


def test_weeks_that_are_not_whole_are_left_out(huaxin: Tables) -> None:
    weekly = panel(huaxin, "team", "cycle_days", 60).weekly()
    assert (weekly["week"].dt.day_of_week == 0).all()
    assert weekly["week"].max().date() + timedelta(days=6) <= huaxin.as_of - timedelta(days=60)
