"""Oracles: the dirt that the samples' generator counted as it put it in, and a few events worked by hand."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from salesopt_kit.engagement import Fidelity, open_engagement
from salesopt_kit.metrics.suspect_rows import SIGN_NAMES, Sign, quarter_ends, signs
from salesopt_kit.tables.load import open_tables
from salesopt_kit.tables.store import Tables

Open = Callable[..., Tables]
TODAY = date(2024, 6, 30)
EVENTS = pd.DataFrame(
    [
        ("A", "lead", "2024-06-03 09:00:00", "Ann"),
        ("A", "lead", "2024-06-03 09:01:00", "Ann"),  # the same stage again is no stay of its own
        ("A", "talks", "2024-06-04 09:00:00", "Ann"),  # four minutes: clicked through
        ("A", "parked", "2024-06-04 09:04:00", "Ann"),  # five minutes: not
        ("A", "won", "2024-06-04 09:09:00", "Ann"),
        ("B", "lead", "2024-06-05 10:00:00", "Bob"),  # the same moment as the next one
        ("B", "talks", "2024-06-05 10:00:00", "Bob"),
        ("B", "lost", "2024-06-06 10:00:59", "Bob"),
        ("C", "lost", "2024-06-06 10:00:00", "Bob"),
        ("C", "lead", "2024-06-06 10:00:30", "Cy"),  # reopened: the stay in lost is none
    ],
    columns=["opportunity_id", "stage", "entered_at", "actor"],
)
EVENTS["entered_at"] = pd.to_datetime(EVENTS["entered_at"])


def with_limits(tables: Tables, **limits: float) -> Tables:
    config = tables.engagement.config.model_copy(update={"fidelity": Fidelity.model_validate(limits)})
    return replace(tables, engagement=replace(tables.engagement, config=config))


def suspects(tables: Tables, id_: str) -> list[tuple[str, int]]:
    rows = sign(tables, id_).rows
    assert rows is not None
    found = tables.to_frame(rows.filter(rows.is_suspect)).sort_values("source_row")
    return list(zip(found["opportunity_id"], found["source_row"].fillna(0).astype(int), strict=True))


def sign(tables: Tables, id_: str) -> Sign:
    return next(known for known in signs(tables) if known.id == id_)


def test_each_sign_has_a_short_name(engaged: Open) -> None:
    assert [known.id for known in signs(engaged(as_of=TODAY, stage_events=EVENTS))] == list(SIGN_NAMES)


def test_short_stays_and_identical_moments_are_told_apart(engaged: Open) -> None:
    tables = engaged(as_of=TODAY, stage_events=EVENTS)
    assert suspects(tables, "click_throughs") == [("A", 4)]
    assert suspects(tables, "identical_times") == [("B", 7)]
    assert suspects(with_limits(tables, click_minutes=6), "click_throughs") == [("A", 4), ("A", 5)]


def test_a_bulk_edit_is_many_changes_of_one_person_in_one_minute(engaged: Open) -> None:
    tables = engaged(as_of=TODAY, stage_events=EVENTS)
    assert suspects(tables, "bulk_edits") == []
    assert suspects(with_limits(tables, bulk_changes=2), "bulk_edits") == [("B", 7), ("B", 8), ("B", 9), ("C", 10)]


def test_the_crm_s_own_flag_counts_without_any_actor(engaged: Open) -> None:
    events = EVENTS.drop(columns="actor").assign(is_bulk=[None] * 9 + ["TRUE"])
    assert suspects(engaged(as_of=TODAY, stage_events=events), "bulk_edits") == [("C", 11)]


def test_late_entries_are_counted_in_days(engaged: Open) -> None:
    sheets = pd.DataFrame(
        {
            "person": "Ann",
            "kind": "Call",
            "hours": 1.0,
            "opportunity_id": ["A", "B", "C"],
            "started_at": "2024-06-03",
            "logged_at": ["2024-06-05", "2024-06-06", None],
        }
    )
    assert suspects(engaged(as_of=TODAY, activities=sheets), "late_logging") == [("B", 3)]


def test_quarter_ends_are_the_last_working_day_and_what_follows(engaged: Open) -> None:
    """31 March 2024 and 30 June 2024 are Sundays."""
    tables = engaged(as_of=TODAY, stage_events=EVENTS)
    assert quarter_ends(tables, date(2023, 11, 5), date(2024, 6, 29)) == [
        (date(2023, 12, 29), date(2023, 12, 31)),
        (date(2024, 3, 29), date(2024, 3, 31)),
        (date(2024, 6, 28), date(2024, 6, 30)),
    ]


def test_many_deals_of_one_owner_at_a_quarter_s_end_are_suspect(engaged: Open) -> None:
    days = ["2024-03-29", "2024-03-30", "2024-03-31", "2024-03-28", "2024-03-29"]
    deals = pd.DataFrame(
        {
            "opportunity_id": list("ABCDE"),
            "owner": ["Ann", "Ann", "Ann", "Ann", "Bob"],
            "status": "won",
            "created_at": "2024-01-02",
            "closed_at": days,
        }
    )
    tables = with_limits(engaged(as_of=TODAY, opportunities=deals), quarter_end_deals=3)
    assert sorted(suspects(tables, "quarter_end")) == [("A", 0), ("B", 0), ("C", 0)]
    assert suspects(with_limits(tables, quarter_end_deals=4), "quarter_end") == []


def test_what_cannot_be_told_says_why(engaged: Open) -> None:
    by_day = EVENTS.assign(entered_at=EVENTS["entered_at"].dt.date)
    told = {known.id: known.why for known in signs(engaged(as_of=TODAY, stage_events=by_day))}
    assert told["click_throughs"] == told["bulk_edits"] == "the stage history has days and no times of day"
    assert told["late_logging"] == "the activities do not tell when they were entered"
    assert told["quarter_end"] == "the deals have no owner or no closing date"
    assert "history of the expected closing date" in told["pushed_dates"]
    deals = pd.DataFrame({"opportunity_id": ["A"], "status": ["won"]})
    told = {known.id: known.why for known in signs(engaged(as_of=TODAY, opportunities=deals))}
    assert told["identical_times"] == "there is no stage history"
    nobody = EVENTS.drop(columns="actor")
    told = {known.id: known.why for known in signs(engaged(as_of=TODAY, stage_events=nobody))}
    assert told["bulk_edits"] == "the stage history does not tell who made an entry"


@pytest.mark.parametrize("name", ["huaxin", "alder"])
def test_exactly_the_dirt_that_was_put_in_is_found(samples: Path, name: str) -> None:
    dirt = json.loads((samples / name / "truth.json").read_text(encoding="utf-8"))["dirt"]
    tables = open_tables(open_engagement(samples / name, locale="en"))
    found = {id_: len(suspects(tables, id_)) for id_ in list(SIGN_NAMES)[:4]}
    assert found == {
        "bulk_edits": dirt["bulk_edit_events"],
        "click_throughs": dirt["click_throughs"],
        "identical_times": dirt["identical_timestamps"],
        "late_logging": dirt["activities_logged_late"],
    }
