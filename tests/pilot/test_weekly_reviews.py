"""Brute force over the samples' rows, and weeks made by hand."""

import re
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from salesopt_kit import metrics, open_engagement, open_tables
from salesopt_kit.locale import use_language
from salesopt_kit.pilot import z_chart
from salesopt_kit.pilot.weekly_reviews import WeeklyReviews, weekly_reviews, weeks_of
from salesopt_kit.pilot.weekly_runs import Pace, Runs
from salesopt_kit.pilot.weekly_section import Heard, Section
from salesopt_kit.records.models import PilotNote
from salesopt_kit.results import Missing
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import NoteKind

QUIET = Runs(10, 10.0, 2, 1, (), None, None)


@pytest.fixture(scope="module")
def alder(samples: Path) -> Tables:
    return open_tables(open_engagement(samples / "alder"))


def reviews(tables: Tables) -> WeeklyReviews:
    found = weekly_reviews(tables)
    assert isinstance(found, WeeklyReviews)
    return found


@pytest.fixture(scope="module")
def told(alder: Tables) -> WeeklyReviews:
    return reviews(alder)


def section(runs: Runs = QUIET, heard: Heard | None = None, **more: object) -> Section:
    parts = {"figures": (), "notes": (), "missing": ()} | more
    week = (date(2024, 3, 4), date(2024, 3, 10))
    return Section(2, week, runs, heard=heard or Heard(6, 7.5, (("Tools", 3),)), **parts)  # type: ignore[arg-type]


def test_weeks_run_from_monday_to_sunday_and_are_cut_off_at_both_ends() -> None:
    period = (date(2024, 3, 1), date(2024, 3, 19))
    assert weeks_of(period, date(2024, 12, 31)) == (
        (date(2024, 3, 1), date(2024, 3, 3)),
        (date(2024, 3, 4), date(2024, 3, 10)),
        (date(2024, 3, 11), date(2024, 3, 17)),
        (date(2024, 3, 18), date(2024, 3, 19)),
    )
    assert weeks_of(period, date(2024, 3, 6))[-1] == (date(2024, 3, 4), date(2024, 3, 6))
    assert weeks_of(period, date(2024, 2, 29)) == ()


def test_deals_are_counted_in_the_week_they_were_opened_and_closed(alder: Tables, told: WeeklyReviews) -> None:
    deals = alder.to_frame(metrics.deals(alder))
    deals = deals[deals["team"].isin(["Central", "Lakes"])]
    for one in told.sections:
        week = [pd.Timestamp(day) for day in one.week]
        assert one.runs.opened == deals["created_on"].between(*week).sum()
        closed = deals[deals["closed_on"].between(*week)]
        assert one.runs.won == (closed["status"] == "won").sum()
    opened = deals["created_on"].between("2023-05-01", "2023-08-31").sum()
    days = len(pd.bdate_range("2023-05-01", "2023-08-31")) - 3  # Memorial Day, Juneteenth, Independence Day
    assert told.sections[2].runs.usual == pytest.approx(5 * opened / days)


def test_approvals_left_to_one_person_are_those_of_small_amounts_and_named_segments(told: WeeklyReviews) -> None:
    ran = [one.runs for one in told.sections]
    assert all(run.by_one is not None and run.approved is not None and run.by_one <= run.approved for run in ran)
    assert 0 < sum(run.by_one or 0 for run in ran) < sum(run.approved or 0 for run in ran)


def test_cohorts_that_were_not_followed_long_enough_are_masked(samples: Path) -> None:
    found = reviews(open_tables(open_engagement(samples / "huaxin", locale="en", as_of="2024-04-12")))
    for one in found.sections:
        cycle, hours = one.figures[0], next(figure for figure in one.figures if figure.metric == "daily_hours")
        is_ripe = one.week[1] + timedelta(days=30) <= date(2024, 4, 12)
        assert (cycle.ripe_on is None) == is_ripe
        assert hours.ripe_on is None
    assert "not ripe before 2024-04-16" in found.sections[2].table()["Pilot"].tolist()
    assert (len(found.sections), found.n_weeks) == (7, 10)


def test_feedback_is_the_weeks_answers_and_hidden_below_five(alder: Tables, told: WeeklyReviews) -> None:
    rows = alder.to_frame(alder.table("feedback"))
    rows = rows[rows["unit"].isin(["Central", "Lakes"])]
    for one in told.sections:
        week = rows[rows["submitted_on"].between(*[pd.Timestamp(day) for day in one.week])]
        assert one.heard.n == len(week)
        if len(week) < 5:
            assert (one.heard.score, one.heard.topics) == (None, ())
            assert all(estimate.id != "pilot.week.score" for estimate in one.estimates())
        else:
            assert one.heard.score == pytest.approx(week["score"].mean())
            assert sum(count for _topic, count in one.heard.topics) <= len(week)


def test_notes_stand_in_their_week_with_their_kind(told: WeeklyReviews) -> None:
    weeks = {note.kind: one.number for one in told.sections for note in one.notes}
    assert weeks == {NoteKind.OBSERVATION: 3, NoteKind.INCIDENT: 5, NoteKind.ADJUSTMENT: 8}


def test_a_quiet_week_says_to_go_on() -> None:
    assert section().advice() == ("Go on; nothing special to do.",)


@pytest.mark.parametrize(
    ("runs", "heard", "more", "said"),
    [
        (Runs(2, 10.0, 0, 0, (), None, None), None, {}, "Far fewer deals"),
        (Runs(9, 10.0, 0, 0, (Pace("Contract", 6, 10, 1),), None, None), None, {}, "Clearly slower.*Contract"),
        (QUIET, Heard(3, None, ()), {}, "more feedback"),
        (QUIET, None, {"missing": (("Hours", "A"),)}, "1 daily values"),
        (QUIET, None, {"notes": (PilotNote(text="x", kind=NoteKind.INCIDENT),)}, "incident is settled"),
        (QUIET, None, {"notes": (PilotNote(text="x", kind=NoteKind.ADJUSTMENT),)}, "was adjusted"),
    ],
)
def test_what_to_do_next_follows_from_what_was_seen(
    runs: Runs, heard: Heard | None, more: dict[str, object], said: str
) -> None:
    assert re.search(said, " ".join(section(runs, heard, **more).advice()))


def test_a_step_is_not_called_slow_for_what_chance_may_bring() -> None:
    near = Runs(9, 10.0, 0, 0, (Pace("Contract", 6, 10, 3),), None, None)
    assert section(near).advice() == ("Go on; nothing special to do.",)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_page_has_a_section_for_every_week(alder: Tables, told: WeeklyReviews, language: str) -> None:
    use_language(language)
    found = told
    page = found._repr_html_()
    assert page.count("<summary>") >= len(found.sections) == len(found.table()) == 10
    assert len({(estimate.id, estimate.group) for estimate in found.estimates()}) == len(found.estimates())
    assert not isinstance(z_chart(alder), Missing)


def test_before_its_first_day_there_is_nothing_to_review(samples: Path) -> None:
    answer = weekly_reviews(open_tables(open_engagement(samples / "alder", as_of="2023-08-15")))
    assert isinstance(answer, Missing)
