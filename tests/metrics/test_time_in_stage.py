"""Oracles: statsmodels' survival functions, brute force over a random history, and figures known of a public log."""

from collections.abc import Callable
from datetime import date
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from random_log import AS_OF, random_log, visits_of
from statsmodels.duration.survfunc import SurvfuncRight

from salesopt_kit.errors import MissingDataError
from salesopt_kit.metrics.paths import spent
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.metrics.time_in_stage import time_in_stage
from salesopt_kit.tables.store import Tables

Open = Callable[..., Tables]


@pytest.mark.parametrize("seed", [1, 2])
def test_medians_and_totals_are_those_of_the_visits(engaged: Open, seed: int) -> None:
    log = random_log(seed)
    answer = time_in_stage(engaged(as_of=AS_OF, stage_events=log))
    found = {stage.stage_id: stage for stage in answer.stages}
    assert set(found) == {"lead", "talks"}
    for name, stage in found.items():
        visits = [visit for visit in visits_of(log) if visit.stage == name]
        days, ended = [visit.days for visit in visits], [visit.exit != "still_there" for visit in visits]
        curve = SurvfuncRight(np.array(days), np.array(ended))
        assert (stage.visits, stage.still_there) == (len(visits), len(visits) - sum(ended))
        assert stage.median.value == pytest.approx(curve.quantile(0.5))
        late = curve.quantile(0.9)
        assert stage.p90.value == (None if np.isnan(late) else pytest.approx(late))
        assert stage.total_days.value == pytest.approx(sum(days))
        done = [day for day, is_done in zip(days, ended, strict=True) if is_done]
        assert (stage.mean.value, stage.mean.n) == (pytest.approx(np.mean(done)), len(done))


def test_shares_add_up_and_the_stage_with_most_days_comes_first(engaged: Open) -> None:
    stages = time_in_stage(engaged(as_of=AS_OF, stage_events=random_log(3))).stages
    assert sum(stage.share.value or 0.0 for stage in stages) == pytest.approx(1.0)
    assert sum(stage.first_probability.value or 0.0 for stage in stages) == pytest.approx(1.0)
    assert (stages[0].total_days.value or 0.0) > (stages[1].total_days.value or 0.0)


def test_the_chance_of_coming_first_is_what_a_bootstrap_over_deals_gives(engaged: Open) -> None:
    log = random_log(5)
    first = time_in_stage(engaged(as_of=AS_OF, stage_events=log)).stages[0]
    visits = pd.DataFrame([(visit.deal, visit.stage, visit.days) for visit in visits_of(log)])
    spent = visits.pivot_table(index=0, columns=1, values=2, aggfunc="sum", fill_value=0.0)[["lead", "talks"]]
    random = np.random.default_rng(1)
    draws = spent.to_numpy()[random.integers(0, len(spent), (4000, len(spent)))].sum(axis=1)
    is_first = draws.argmax(axis=1) == spent.columns.get_loc(first.stage_id)
    assert first.first_probability.value == pytest.approx(is_first.mean(), abs=0.03)
    column = draws[:, spent.columns.get_loc(first.stage_id)]
    assert (first.total_days.low, first.total_days.high) == pytest.approx(np.quantile(column, [0.025, 0.975]), rel=0.05)


def test_parked_time_is_left_out_and_counted(engaged: Open) -> None:
    log = random_log(1)
    parked = [visit for visit in visits_of(log) if visit.stage == "parked"]
    caveats = time_in_stage(engaged(as_of=AS_OF, stage_events=log)).caveats()
    days = f"{sum(visit.days for visit in parked):,.1f} days"
    assert f"{len(parked)} visits to parked stages with {days} are left out." in caveats


def test_a_log_whose_time_lies_in_abandoned_cases_says_so(purchasing: Tables) -> None:
    """131 of the 608 cases stop in this stage (facts.json, end_activities), months before the end of the log."""
    answer = time_in_stage(purchasing, Selection((date(2011, 1, 1), date(2011, 10, 31))))
    first = answer.stages[0]
    assert (first.stage_id, first.visits, first.still_there) == ("analyze_request_for_quotation", 1107, 131)
    assert "Analyze Request for Quotation are of 131 deals still there" in answer.caveats()[0]
    assert "those to Amend Request for Quotation took most time" in answer.caveats()[1]


def test_a_selection_takes_its_window_and_its_deals(engaged: Open) -> None:
    log = random_log(2)
    names = sorted(log["opportunity_id"].unique())
    deals = pd.DataFrame({"opportunity_id": names, "team": ["A", "B"] * (len(names) // 2)})
    tables = engaged(as_of=AS_OF, stage_events=log, opportunities=deals)
    of_a = set(deals.loc[deals["team"] == "A", "opportunity_id"])
    window = (date(2024, 2, 1), date(2024, 2, 29))
    stages = time_in_stage(tables, Selection(window, "team", ("A",))).stages
    kept = [visit for visit in visits_of(log) if visit.deal in of_a and window[0] <= visit.entered.date() <= window[1]]
    for stage in stages:
        assert stage.visits == sum(visit.stage == stage.stage_id for visit in kept)


def test_a_window_without_visits_says_what_to_do(engaged: Open) -> None:
    tables = engaged(as_of=AS_OF, stage_events=random_log(1))
    with pytest.raises(MissingDataError, match="no stage was entered between 2020-01-01 and 2020-01-31"):
        time_in_stage(tables, Selection((date(2020, 1, 1), date(2020, 1, 31))))


@pytest.mark.parametrize("as_of", [date(2024, 12, 31), AS_OF])
@pytest.mark.parametrize("months", [24, 10])
def test_days_known_since_the_history_was_put_in_order_are_those_of_the_visits(
    engaged: Open, monkeypatch: pytest.MonkeyPatch, as_of: date, months: int
) -> None:
    log = random_log(7)
    odd = log["entered_at"] + pd.to_timedelta(np.arange(len(log)) % 7 * 123_457, unit="us")
    tables = engaged(as_of=as_of, months=months, stage_events=log.assign(entered_at=odd))
    found = time_in_stage(tables)
    is_known = (as_of, months) == (date(2024, 12, 31), 24)  # else events are too late, or too early
    assert (spent(tables, [0, 1], tables.window) is not None) == is_known
    tables.answers.clear()
    monkeypatch.setattr(import_module("salesopt_kit.metrics.time_in_stage"), "spent", lambda *_arguments: None)
    assert time_in_stage(tables) == found


def test_deals_with_closing_dates_of_their_own_and_bare_dates_have_their_visits_added_up(engaged: Open) -> None:
    log = random_log(7)
    bare = log.assign(entered_at=log["entered_at"].dt.date)
    deals = pd.DataFrame({"opportunity_id": ["D1"], "status": ["won"]})
    for frames in ({"stage_events": bare}, {"stage_events": log, "opportunities": deals}):
        tables = engaged(as_of=date(2024, 12, 31), months=24, **frames)
        assert spent(tables, [0, 1], tables.window) is None
