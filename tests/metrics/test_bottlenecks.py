"""Oracles: time_in_stage, truth.json of the generated samples, a public log with a timer, and planted bottlenecks."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from five_stages import STAGES

from salesopt_kit import open_engagement, open_tables
from salesopt_kit.errors import MissingDataError
from salesopt_kit.metrics.bottlenecks import Bottlenecks, bottlenecks
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.metrics.stage_counts import timed_stages
from salesopt_kit.metrics.time_in_stage import time_in_stage
from salesopt_kit.metrics.waiting import waiting
from salesopt_kit.tables.store import Tables

Open = Callable[..., Tables]
TODAY = date(2024, 6, 30)


def test_the_automatic_close_of_the_helpdesk_is_seen_in_the_data_and_is_no_bottleneck(helpdesk: Tables) -> None:
    answer = bottlenecks(helpdesk)
    kinds = {stage.name: stage.kind for stage in answer.stages}
    assert kinds["Resolve ticket"] == "automatic"
    assert kinds["Closed"] == "end"
    assert set(kinds.values()) == {"work", "automatic", "end"}
    assert "Resolve ticket" not in {stage.name for stage in answer.work}
    assert "Resolve ticket" not in answer.sentence()
    assert any("Resolve ticket ends by a timer" in caveat for caveat in answer.caveats())
    resolve = next(stage for stage in answer.stages if stage.name == "Resolve ticket")
    assert (resolve.total_days.value or 0) > (answer.work[0].total_days.value or 0)
    assert resolve.first_probability is None


def test_no_stage_of_work_is_taken_for_a_timer(purchasing: Tables) -> None:
    assert timed_stages(purchasing) == {}


def test_days_and_efficiencies_are_those_of_the_measures_behind_them(purchasing: Tables) -> None:
    answer = bottlenecks(purchasing)
    known = {stage.stage_id: stage.total_days for stage in time_in_stage(purchasing).stages}
    assert {s.stage_id: s.total_days.value for s in answer.stages} == pytest.approx(
        {key: days.value for key, days in known.items()}
    )
    first = answer.work[0]
    error = (known[first.stage_id].high or 0) - (known[first.stage_id].value or 0)
    assert (first.total_days.high or 0) - (first.total_days.value or 0) == pytest.approx(error, rel=0.25)
    without = {stage.stage_id: stage.without for stage in waiting(purchasing).stages}
    assert {s.stage_id: s.without for s in answer.stages} == {s.stage_id: without[s.stage_id] for s in answer.stages}
    assert sum(stage.first_probability.value or 0 for stage in answer.work if stage.first_probability) == 1.0
    assert all(stage.win_gain is None for stage in answer.stages)


@pytest.mark.parametrize("name", ["huaxin", "alder"])
def test_the_true_bottleneck_of_a_sample_comes_first_and_its_true_days_are_in_the_interval(
    name: str, samples: Path
) -> None:
    truth = json.loads((samples / name / "truth.json").read_text(encoding="utf-8"))
    answer = bottlenecks(open_tables(open_engagement(samples / name, locale="en")))
    first = answer.work[0]
    assert first.stage_id == truth["bottleneck"]
    assert first.first_probability is not None
    assert first.first_probability.value == pytest.approx(1.0, abs=0.01)
    known = {key.rpartition("=")[2]: v["value"] for key, v in truth["figures"].items() if "total_days" in key}
    low, high = first.total_days.low, first.total_days.high
    assert low is not None
    assert high is not None
    assert low <= known[first.stage_id] <= high
    assert all(stage.money is not None and stage.money.low is not None for stage in answer.work)


def planted(deals: int, quick: frozenset[str] = frozenset({"East", "West"})) -> dict[str, pd.DataFrame]:
    """Return deals of eight teams: 2 days in the first stage, 10 in the second; the `quick` ones win more, in 1."""
    random = np.random.default_rng(7)
    teams = ["East", "West", "North", "South", "A", "B", "C", "D"]
    rows, sold = [], []
    for number in range(deals):
        deal, team = f"D{number}", teams[number % 8]
        is_quick = team in quick
        start = pd.Timestamp("2024-01-02 09:00") + pd.Timedelta(hours=int(random.integers(0, 80 * 24)))
        talks = start + pd.Timedelta(days=float(random.exponential(2.0)))
        end = talks + pd.Timedelta(days=float(random.exponential(1.0 if is_quick else 10.0)))
        last = "won" if random.random() < (0.8 if is_quick else 0.4) else "lost"
        rows += [(deal, "lead", start), (deal, "talks", talks), (deal, last, end)]
        sold.append((deal, team, 1_000.0, last, start, end))
    events = pd.DataFrame(rows, columns=["opportunity_id", "stage", "entered_at"])
    columns = ["opportunity_id", "team", "amount", "stage", "created_at", "closed_at"]
    return {"stage_events": events, "opportunities": pd.DataFrame(sold, columns=columns)}


def test_the_stage_in_which_teams_differ_gains_what_was_planted_and_the_other_nothing(engaged: Open) -> None:
    answer = bottlenecks(engaged(as_of=TODAY, **planted(2_400)))
    stages = {stage.stage_id: stage for stage in answer.work}
    talks, lead = stages["talks"], stages["lead"]
    assert talks.win_gain is not None
    assert talks.win_gain.low is not None
    assert talks.win_gain.high is not None
    # All teams as the quick ones: 80 % won; now two of eight win 80 % and six 40 %, all within 90 days.
    assert talks.win_gain.low <= 0.8 - 0.5 <= talks.win_gain.high
    assert talks.win_gain.high - talks.win_gain.low < 0.12
    assert talks.teams == ("East", "West")
    assert talks.money is not None
    weekly = 2_400 / ((TODAY - date(2024, 1, 1)).days + 1) * 7
    assert talks.money.value == pytest.approx((talks.win_gain.value or 0) * weekly * 1_000.0)
    assert talks.money_first is not None
    assert talks.money_first.value == 1.0
    assert lead.win_gain is not None
    assert lead.win_gain.low is not None
    assert lead.win_gain.low <= 0 <= (lead.win_gain.high or 0)
    assert "Talks at its best teams would be worth most" in answer.sentence()


def test_an_external_stage_is_shown_and_never_first(engaged: Open) -> None:
    stages = [dict(stage, external=True) if stage["id"] == "talks" else dict(stage) for stage in STAGES]
    answer = bottlenecks(engaged(as_of=TODAY, stages=stages, **planted(400)))
    assert [(stage.stage_id, stage.kind) for stage in answer.stages] == [("lead", "work"), ("talks", "external")]
    assert answer.stages[1].total_days.value is not None
    assert "Talks" not in answer.sentence()


def test_without_teams_it_says_why_no_gain_is_shown_and_the_answer_is_the_same_twice(engaged: Open) -> None:
    def asked() -> Bottlenecks:
        return bottlenecks(engaged(as_of=TODAY, stage_events=planted(200)["stage_events"]))

    answer = asked()
    assert any("No gain at the best teams" in caveat for caveat in answer.caveats())
    assert answer.estimates() == asked().estimates()


def test_without_stays_in_the_window_it_says_so(engaged: Open) -> None:
    tables = engaged(as_of=TODAY, stage_events=planted(50)["stage_events"])
    with pytest.raises(MissingDataError, match="no stage was entered"):
        bottlenecks(tables, Selection((date(2020, 1, 1), date(2020, 2, 1))))
