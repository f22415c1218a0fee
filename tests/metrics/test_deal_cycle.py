"""Oracles: facts.json beside the CRM export, NumPy, statsmodels' incidences, and a few deals worked by hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.survfunc import CumIncidenceRight

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import use_language
from salesopt_kit.metrics.deal_cycle import DealCycle, deal_cycle, deal_cycle_by
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.tables.store import Tables

Open = Callable[..., Tables]
TODAY = date(2024, 6, 30)
ALL = Selection((date(2016, 1, 1), date(2017, 12, 31)))


def random_deals(seed: int, n: int = 400, slowness: float = 1.0) -> pd.DataFrame:
    """Return deals that would be won after 30 days or lost after 40 on average, some still open on TODAY."""
    random = np.random.default_rng(seed)
    created = pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 181, n), unit="D")
    won, lost = (np.ceil(slowness * days) for days in (random.gamma(2.0, 15.0, n), random.exponential(40, n)))
    closed = created + pd.to_timedelta(np.minimum(won, lost), unit="D")
    is_open = closed > pd.Timestamp(TODAY)
    status = np.where(is_open, "open", np.where(won < lost, "won", "lost"))
    return pd.DataFrame(
        {
            "opportunity_id": [f"D{place}" for place in range(n)],
            "created_at": created,
            "closed_at": closed.where(~is_open),
            "status": status,
            "team": random.choice(["A", "B"], n),
        }
    )


def test_maven_has_the_published_cycles(maven: Tables, facts: Callable[[str, str], dict[str, Any]]) -> None:
    known = facts("maven_crm", "sales_pipeline.csv")
    answer = deal_cycle(maven, ALL)
    for estimates, fact in (
        ((answer.won_mean, answer.won_median), known["cycle_days_won"]),
        ((answer.lost_mean, answer.lost_median), known["cycle_days_lost"]),
    ):
        mean, median = estimates
        assert (mean.n, median.n) == (fact["n"], fact["n"])
        assert (mean.value, median.value) == (pytest.approx(fact["mean"], abs=5e-4), fact["median"])
        step = 1.96 * fact["sd"] / fact["n"] ** 0.5
        assert (mean.low, mean.high) == pytest.approx((fact["mean"] - step, fact["mean"] + step), abs=2e-3)


def test_shares_won_by_a_day_agree_with_statsmodels(engaged: Open) -> None:
    deals = random_deals(1)
    answer = deal_cycle(engaged(as_of=TODAY, opportunities=deals))
    days = (deals["closed_at"].fillna(pd.Timestamp(TODAY)) - deals["created_at"]).dt.days
    causes = deals["status"].map({"open": 0, "won": 1, "lost": 2})
    with np.errstate(divide="ignore", invalid="ignore"):  # at its last time nobody is left
        expected = CumIncidenceRight(days.to_numpy(), causes.to_numpy())
    for estimate, horizon in zip(answer.won_within, (30, 60, 90), strict=True):
        place = np.searchsorted(expected.times, horizon, side="right") - 1
        assert estimate.value == pytest.approx(expected.cinc[0][place])
        assert estimate.low < estimate.value < estimate.high
        assert estimate.n == len(deals)


def test_both_medians_are_told_and_their_difference_is_the_bias(engaged: Open) -> None:
    deals = random_deals(2)
    answer = deal_cycle(engaged(as_of=TODAY, opportunities=deals))
    won = deals[deals["status"] == "won"]
    naive = (won["closed_at"] - won["created_at"]).dt.days.median()
    assert answer.won_median.value == naive
    assert answer.bias_days.value == naive - answer.median_to_win.value
    assert answer.bias_days.value < 0
    assert f"closed deals look {-answer.bias_days.value} days too quick" in answer.sentence()


def test_the_two_populations_are_deals_closed_and_deals_created_in_the_window(engaged: Open) -> None:
    deals = pd.DataFrame(
        {
            "opportunity_id": ["old", "new", "open"],
            "created_at": ["2023-12-01", "2024-06-03", "2024-06-10"],
            "closed_at": ["2024-06-01", "2024-06-23", None],
            "status": ["won", "won", "open"],
        }
    )
    answer = deal_cycle(engaged(as_of=TODAY, months=1, opportunities=deals))
    assert (answer.won_mean.value, answer.won_mean.n) == ((183 + 20) / 2, 2)
    assert (answer.median_to_win.value, answer.median_to_win.n) == (20, 2)


def test_a_horizon_that_too_few_open_deals_have_reached_is_not_told(engaged: Open) -> None:
    deals = random_deals(3, slowness=3.0)
    answer = deal_cycle(engaged(as_of=TODAY, months=2, opportunities=deals))
    thirty, sixty, ninety = answer.won_within
    assert thirty.value is not None
    assert (sixty.value, ninety.value) == (None, None)


def test_groups_split_the_whole_and_months_are_those_of_creation(engaged: Open) -> None:
    deals = random_deals(4)
    tables = engaged(as_of=TODAY, opportunities=deals)
    whole = deal_cycle(tables)
    teams = [answer for _name, answer in deal_cycle_by(tables, "team").results if isinstance(answer, DealCycle)]
    assert sum(team.won_mean.n for team in teams) == whole.won_mean.n
    total = sum((team.won_mean.value or 0.0) * team.won_mean.n for team in teams)
    assert total / whole.won_mean.n == pytest.approx(whole.won_mean.value)
    months = dict(deal_cycle_by(tables, "month").results)
    assert sorted(months) == [f"2024-{month:02d}" for month in range(1, 7)]
    created = deals["created_at"].dt.strftime("%Y-%m").value_counts()
    assert all(answer.estimates()[4].n == created[name] for name, answer in months.items())
    chosen = deal_cycle(tables, Selection(dimension="team", names=("A",))).estimates()
    group = next(team for team in teams if team.won_mean.group == "team=A").estimates()
    assert [replace(estimate, group="") for estimate in group] == list(chosen)


def test_a_deal_closed_before_it_was_created_is_left_out_and_counted(engaged: Open) -> None:
    deals = random_deals(5, 40).assign(created_at=lambda frame: frame["created_at"].astype("datetime64[us]"))
    is_won = deals["status"] == "won"
    deals.loc[is_won, "created_at"] = deals.loc[is_won, "closed_at"] + pd.Timedelta(days=1)
    answer = deal_cycle(engaged(as_of=TODAY, opportunities=deals))
    counted = f"{is_won.sum()} deals were closed before they were created; they have no cycle and are left out."
    assert (answer.won_mean.n, answer.won_mean.value) == (0, None)
    assert counted in answer.caveats()
    assert answer.sentence() == "No deal with a known cycle was won in the period."


def test_an_export_of_wins_alone_tells_no_share_of_deals_won(olist: Tables) -> None:
    answer = deal_cycle(olist)
    assert all(estimate.value is None for estimate in answer.won_within)
    assert "The export holds only deals that were won, so no share of deals won can be told." in answer.caveats()
    assert answer.won_median.value == 14.0


def test_the_curve_ends_at_the_shares_of_the_estimates_and_can_be_drawn(maven: Tables) -> None:
    answer = deal_cycle(maven, ALL)
    days, won, lost = answer.curve
    assert len(days) == len(won) == len(lost) <= 1000
    assert np.all(np.diff(won) >= 0)
    assert won[np.searchsorted(days, 90, side="right") - 1] == answer.won_within[2].value


def test_it_reads_in_chinese(maven: Tables) -> None:
    use_language("zh-CN")
    assert "赢单" in deal_cycle(maven, ALL).sentence()
    assert not any("median" in label for label in deal_cycle(maven, ALL).table().iloc[:, 0])


def test_without_deals_it_says_what_to_add(engaged: Open) -> None:
    with pytest.raises(MissingDataError, match="no deals"):
        deal_cycle(engaged(as_of=TODAY, people=pd.DataFrame({"person": ["A"]})))
