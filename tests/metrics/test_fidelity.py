"""Oracles: the same metrics over tables from which pandas took the suspect rows, and deals worked by hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from salesopt_kit.engagement import open_engagement
from salesopt_kit.errors import InputError, MissingDataError
from salesopt_kit.metrics.crm_fidelity import crm_fidelity, crm_fidelity_by
from salesopt_kit.metrics.deal_cycle import deal_cycle
from salesopt_kit.metrics.fidelity_effect import CORE, fidelity_effect
from salesopt_kit.metrics.handoffs import handoffs
from salesopt_kit.metrics.suspect_rows import signs
from salesopt_kit.metrics.time_in_stage import time_in_stage
from salesopt_kit.metrics.trusted import trusted
from salesopt_kit.metrics.win_rate import win_rate
from salesopt_kit.tables.frames import tables_from_frames
from salesopt_kit.tables.load import open_tables
from salesopt_kit.tables.schema import TABLES
from salesopt_kit.tables.store import Tables

Open = Callable[..., Tables]
TODAY = date(2024, 6, 30)
DEALS = pd.DataFrame(
    {
        "opportunity_id": [f"D{place:02d}" for place in range(30)],
        "owner": ["Ann"] * 15 + ["Bob"] * 15,
        "team": ["East"] * 15 + ["West"] * 15,
        "status": ["lost"] * 14 + ["won"] * 16,
        "created_at": pd.Timestamp("2024-04-01 09:00"),
        "closed_at": [pd.Timestamp("2024-05-02 17:00") + pd.Timedelta(seconds=place) for place in range(12)]
        + [pd.Timestamp("2024-05-03 09:00") + pd.Timedelta(hours=7 * place) for place in range(18)],
    }
)
EVENTS = pd.concat(
    [
        DEALS.assign(stage="lead", entered_at=DEALS["created_at"] + pd.to_timedelta(range(30), unit="h"), actor="Ann"),
        DEALS.assign(stage=DEALS["status"], entered_at=DEALS["closed_at"], actor="Ann"),
    ]
)[["opportunity_id", "stage", "entered_at", "actor"]]


def test_a_bulk_edit_takes_its_deals_out_whole(engaged: Open) -> None:
    """Twelve of the fourteen lost deals were marked lost within a minute."""
    tables = engaged(as_of=TODAY, opportunities=DEALS, stage_events=EVENTS)
    answer = fidelity_effect(tables)
    pair = next(pair for pair in answer.compared if pair.all_rows.id == "win_rate.count")
    assert (pair.all_rows.value, pair.without.value, pair.without.n) == (16 / 30, 16 / 18, 18)
    assert pair.difference == pytest.approx(16 / 18 - 16 / 30)
    assert pair.is_moved
    assert "leave their 95% interval" in answer.sentence()
    assert "+35.6 points" in set(answer.table()["Difference"])
    assert '53.3%<br><span class="range">36.1% to 69.8%</span>' in answer._repr_html_()
    assert win_rate(tables).by_count.value == 16 / 30  # the tables themselves are as they were


def test_a_click_through_takes_out_the_one_stay(engaged: Open) -> None:
    times = ["2024-05-01 09:00", "2024-05-03 09:00", "2024-05-03 09:01", "2024-05-05 09:00"]
    events = pd.DataFrame(
        {"opportunity_id": "A", "stage": ["lead", "talks", "parked", "won"], "entered_at": pd.to_datetime(times)}
    )
    tables = engaged(as_of=TODAY, stage_events=events)
    clean = trusted(tables, signs(tables))
    stages = list(clean.to_frame(clean.table("stage_events"))["stage"])
    assert sorted(stages) == ["lead", "parked", "won"]
    found = {stage.stage_id: stage.median.value for stage in time_in_stage(clean).stages}
    assert found == {"lead": 2.0 + 1 / 1440}


def test_only_the_signs_asked_for_are_left_out(engaged: Open) -> None:
    tables = engaged(as_of=TODAY, opportunities=DEALS, stage_events=EVENTS)
    answer = fidelity_effect(tables, only=("click_throughs",))
    assert all(pair.difference == 0 for pair in answer.compared if pair.difference is not None)
    assert "(click-throughs)" in answer.sentence()
    assert "stays within its 95% interval" in answer.sentence()
    with pytest.raises(InputError, match="one of bulk_edits, click_throughs"):
        fidelity_effect(tables, only=("clicks",))


def test_without_any_sign_it_says_what_to_export(engaged: Open) -> None:
    tables = engaged(as_of=TODAY, opportunities=DEALS[["opportunity_id", "status"]])
    for question in (fidelity_effect, crm_fidelity):
        with pytest.raises(MissingDataError, match="no sign of suspect rows") as missing:
            question(tables)  # type: ignore[operator]
        assert "times of day" in missing.value.remedy


def test_each_figure_of_a_sample_is_that_of_tables_without_the_rows(samples: Path) -> None:
    tables = open_tables(open_engagement(samples / "huaxin", locale="en"))
    answer = fidelity_effect(tables)
    frames = {name: tables.to_frame(tables.table(name)) for name in ("opportunities", "stage_events", "people")}
    for sign in signs(tables):
        if sign.rows is None:
            continue
        rows = tables.to_frame(sign.rows)
        rows = rows[rows["is_suspect"]]
        if sign.whole_deal:
            for name in ("opportunities", "stage_events"):
                frames[name] = frames[name][~frames[name]["opportunity_id"].isin(rows["opportunity_id"])]
        elif sign.table in frames:
            places = set(zip(rows["source_file"], rows["source_row"], strict=True))
            keys = zip(frames[sign.table]["source_file"], frames[sign.table]["source_row"], strict=True)
            frames[sign.table] = frames[sign.table][[key not in places for key in keys]]
    for name, frame in frames.items():
        for column in TABLES[name]:
            if column.kind == "time":
                frame[column.name] = pd.to_datetime(frame[column.name], utc=True)
        given = [column.name for column in TABLES[name] if f"{name}.{column.name}" in tables.supplied]
        frames[name] = frame[given]
    other = replace(
        tables_from_frames(tables.engagement, frames, as_of=tables.as_of),
        day_grain=tables.day_grain,
        window=tables.window,
    )
    expected = {
        (figure.id, figure.group): figure
        for metric in (win_rate, deal_cycle, time_in_stage, handoffs)
        for figure in metric(other).estimates()  # type: ignore[operator]
    }
    compared = [pair for pair in answer.compared if not pair.all_rows.id.startswith("stage_conversion")]
    assert len(compared) == 15
    for pair in compared:
        truth = expected[pair.without.id, pair.without.group]
        assert (pair.without.value, pair.without.n) == (pytest.approx(truth.value), truth.n), pair.without.id
    assert {pair.all_rows.id.partition(".")[0] for pair in answer.compared} == {
        ids[0].partition(".")[0] for ids in CORE.values()
    }


def test_the_score_is_the_share_of_deals_without_a_suspect_row(engaged: Open) -> None:
    tables = engaged(as_of=TODAY, opportunities=DEALS, stage_events=EVENTS)
    answer = crm_fidelity(tables)
    assert (answer.score.value, answer.score.n) == (18 / 30, 30)
    assert (answer.score.low, answer.score.high) == pytest.approx(proportion_confint(18, 30, method="wilson"))
    bulk = next(sign for sign in answer.suspect if sign.id == "crm_fidelity.bulk_edits")
    assert (bulk.value, bulk.n) == (12 / 60, 60)
    assert "Most frequent: Bulk edits" in answer.sentence()
    found = {name: group.estimates()[0].value for name, group in crm_fidelity_by(tables, "owner").results}
    assert found == {"Ann": 3 / 15, "Bob": 1.0}


def test_groups_of_a_sample_add_up_to_the_whole(samples: Path) -> None:
    tables = open_tables(open_engagement(samples / "alder", locale="en"))
    whole = crm_fidelity(tables).score
    teams = [group.estimates()[0] for _name, group in crm_fidelity_by(tables, "team").results]
    assert sum(team.n for team in teams) == whole.n
    assert sum((team.value or 0) * team.n for team in teams) == pytest.approx((whole.value or 0) * whole.n)
