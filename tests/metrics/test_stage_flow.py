"""Oracles: invariants over random histories with loops, skips and re-opened deals, and brute force over the same."""

from collections import Counter
from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from random_log import AS_OF, END, ORDER, random_log, visits_of
from statsmodels.stats.proportion import proportion_confint

from salesopt_kit.errors import MissingDataError
from salesopt_kit.metrics.deals import deals
from salesopt_kit.metrics.replay import as_seen_on
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.metrics.stage_flow import stage_flow
from salesopt_kit.metrics.visits import visits
from salesopt_kit.tables.store import Tables

Open = Callable[..., Tables]
YEAR = Selection((date(2024, 1, 1), AS_OF))
some = settings(max_examples=6, deadline=None, phases=[Phase.explicit, Phase.generate])
seeds = st.integers(0, 10_000)


@some
@given(seed=seeds)
def test_outcomes_add_up_to_entries_and_are_those_of_brute_force(engaged: Open, seed: int) -> None:
    log = random_log(seed, 40)
    answer = stage_flow(engaged(as_of=AS_OF, stage_events=log), YEAR)
    found = visits_of(log)
    names = {"won": "closed", "lost": "closed", "parked": "put_aside"}
    expected = Counter((visit.stage, names.get(visit.exit, visit.exit)) for visit in found)
    again = Counter(visit.stage for visit in found if visit.number > 1)
    assert answer.is_conserved
    for stage in answer.stages:
        assert stage.counts == {key: expected[stage.stage_id, key] for key in stage.counts}
        assert sum(stage.counts.values()) == stage.entries.value == sum(v.stage == stage.stage_id for v in found)
        assert stage.entries.n - stage.first_visits == again[stage.stage_id]


@some
@given(seed=seeds)
def test_visit_days_add_up_to_the_cycle(engaged: Open, seed: int) -> None:
    """Of a deal never re-opened, from its first event to its first closure, or to the end of the as-of day."""
    log = random_log(seed, 40)
    tables = engaged(as_of=AS_OF, stage_events=log)
    days = tables.to_frame(visits(tables)).groupby("opportunity_id")["days"].sum()
    for deal, events in log[log["entered_at"] < END].groupby("opportunity_id"):
        is_closed = events["stage"].isin(["won", "lost"]).tolist()
        if any(is_closed[:-1]):
            continue
        end = events["entered_at"].iloc[-1] if is_closed[-1] else END
        cycle = (end - events["entered_at"].iloc[0]) / pd.Timedelta(days=1)
        assert days.get(deal, 0.0) == pytest.approx(cycle, abs=1e-6)


@some
@given(seed=seeds)
def test_on_every_day_work_in_progress_is_arrivals_less_departures(engaged: Open, seed: int) -> None:
    log = random_log(seed, 30)
    tables = engaged(as_of=AS_OF, stage_events=log)
    stays = tables.to_frame(visits(tables))
    for day in pd.date_range("2024-01-01", "2024-03-31"):
        end = day + pd.Timedelta(days=1)
        last = log[log["entered_at"] < end].groupby("opportunity_id")["stage"].last()
        in_progress = last[~last.isin(["won", "lost"])].value_counts()
        arrived = stays.loc[stays["entered_at"] < end, "stage"].value_counts()
        left = stays.loc[stays["exited_at"] < end, "stage"].value_counts()
        for stage in ("lead", "talks", "parked"):
            assert in_progress.get(stage, 0) == arrived.get(stage, 0) - left.get(stage, 0)


@pytest.mark.parametrize("seed", [5, 6])
def test_a_past_day_s_open_deals_are_arrivals_less_departures(engaged: Open, seed: int) -> None:
    log = random_log(seed, 60)
    tables = engaged(as_of=AS_OF, stage_events=log)
    for day in (date(2024, 1, 15), date(2024, 2, 20), AS_OF):
        past = as_seen_on(tables, day)
        found = past.to_frame(deals(past))
        last = (
            log[log["entered_at"] < pd.Timestamp(day) + pd.Timedelta(days=1)].groupby("opportunity_id")["stage"].last()
        )
        assert found.set_index("opportunity_id")["stage"].to_dict() == last.to_dict()
        assert (found["status"] == "open").sum() == (~last.isin(["won", "lost"])).sum()


@pytest.mark.parametrize("seed", [1, 2])
def test_skip_and_reopen_rates_are_those_of_brute_force(engaged: Open, seed: int) -> None:
    log = random_log(seed)
    answer = stage_flow(engaged(as_of=AS_OF, stage_events=log), YEAR)
    known = [list(part) for _deal, part in log[log["entered_at"] < END].groupby("opportunity_id")["stage"]]
    beyond = [stages for stages in known if {"talks", "won"} & set(stages)]
    skipped = sum("lead" not in stages for stages in beyond)
    rate = answer.stages[0].skipped
    assert (rate.value, rate.n) == (pytest.approx(skipped / len(beyond)), len(beyond))
    closings = [[stage in ("won", "lost") for stage in stages] for stages in known]
    closed = [is_closed for is_closed in closings if any(is_closed)]
    reopened = sum(not all(is_closed[is_closed.index(True) :]) for is_closed in closed)
    assert (answer.reopened.value, answer.reopened.n) == (pytest.approx(reopened / len(closed)), len(closed))
    bounds = proportion_confint(reopened, len(closed), method="wilson")
    assert (answer.reopened.low, answer.reopened.high) == pytest.approx(bounds)


def test_with_the_first_closure_nothing_after_it_counts(engaged: Open) -> None:
    log = random_log(3)
    answer = stage_flow(engaged(as_of=AS_OF, stage_events=log), YEAR, closure="first")
    closed = log["stage"].isin(["won", "lost"]).groupby(log["opportunity_id"]).cumsum()
    is_first = log["stage"].isin(["won", "lost"]) & (closed == 1)
    expected = Counter(visit.stage for visit in visits_of(log[(closed == 0) | is_first]))
    assert {stage.stage_id: stage.entries.n for stage in answer.stages} == {
        stage: expected[stage] for stage in ORDER[:2]
    }
    assert answer.is_conserved
    assert any("first closure counts" in caveat for caveat in answer.caveats())


def test_an_empty_window_says_what_to_do(engaged: Open) -> None:
    tables = engaged(as_of=AS_OF, stage_events=random_log(1))
    with pytest.raises(MissingDataError, match="no stage was entered"):
        stage_flow(tables, Selection((date(2020, 1, 1), date(2020, 12, 31))))
