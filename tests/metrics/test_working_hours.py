"""Oracles: entries worked by hand, and pandas over the time sheets of a generated sample."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from salesopt_kit.engagement import WorkingHours, open_engagement
from salesopt_kit.errors import InputError, MissingDataError
from salesopt_kit.metrics.contracted import contracted_hours, working_days
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.metrics.working_hours import working_hours
from salesopt_kit.tables.load import open_tables
from salesopt_kit.tables.store import Tables

Open = Callable[..., Tables]
TODAY = date(2024, 6, 30)
SHEETS = pd.DataFrame(
    [
        # person, kind, day, hours, deal
        ("Ann", "Call", "2024-06-03", 3.0, "A"),
        ("Ann", "Office", "2024-06-03", 5.0, None),
        ("Ann", "Office", "2024-06-04", 4.0, "A"),
        ("Bob", "call", "2024-06-05", 1.0, "B"),
        ("Bob", "Office", "2024-06-05", 30.0, None),  # more than a day
        ("Bob", "Office", "2024-06-07", 2.0, "A"),
        ("Bob", "Office", "2023-01-02", 8.0, None),  # before the window
    ],
    columns=["person", "kind", "started_at", "hours", "opportunity_id"],
)
PEOPLE = pd.DataFrame(
    {
        "person": ["Ann", "Bob", "Cy"],
        "department": ["Sales", "Support", "Legal"],
        "hired_at": ["2020-01-01", "2024-06-06", "2020-01-01"],
    }
)
EVENTS = pd.DataFrame(
    {
        "opportunity_id": ["A", "A", "A"],
        "stage": ["lead", "talks", "won"],
        "entered_at": pd.to_datetime(["2024-06-03 18:00", "2024-06-04 10:00", "2024-06-06 10:00"]),
    }
)


@pytest.fixture
def tables(engaged: Open) -> Tables:
    return engaged(as_of=TODAY, activities=SHEETS, people=PEOPLE, stage_events=EVENTS)


def parts(tables: Tables, by: str) -> dict[str, float | None]:
    return {part.name: part.hours.value for part in working_hours(tables, by=by).parts}  # type: ignore[arg-type]


def test_hours_add_up_by_kind_person_department_and_stage(tables: Tables) -> None:
    assert parts(tables, "kind") == {"Office": 11.0, "Call": 3.0, "call": 1.0}
    assert parts(tables, "person") == {"Ann": 12.0, "Bob": 3.0}
    assert parts(tables, "department") == {"Sales": 12.0, "Support": 3.0}
    # A was a lead at the end of 3 June, in talks at the end of 4 June, won on 7 June; B has no history.
    assert parts(tables, "stage") == {
        "(no deal named)": 5.0,
        "Talks": 4.0,
        "Lead": 3.0,
        "Won": 2.0,
        "(deal without history by then)": 1.0,
    }


def test_time_with_customers_takes_the_listed_kinds_in_any_case(tables: Tables) -> None:
    assert working_hours(tables).selling.value == 4 / 15
    config = tables.engagement.config.model_copy(update={"working_hours": WorkingHours(customer_facing=("Office",))})
    other = replace(tables, engagement=replace(tables.engagement, config=config))
    assert working_hours(other).selling.value == 11 / 15
    config = tables.engagement.config.model_copy(update={"working_hours": WorkingHours(customer_facing=())})
    none = working_hours(replace(tables, engagement=replace(tables.engagement, config=config)))
    assert none.selling.value == 0.0
    assert any("customer_facing in engagement.yml" in caveat for caveat in none.caveats())


def test_coverage_counts_working_days_of_those_employed_whose_department_logs(tables: Tables) -> None:
    """The sheets span 3 to 7 June, five working days: Ann 40 hours; Bob, hired on the 6th, 16. Legal logs nothing."""
    answer = working_hours(tables)
    assert answer.coverage.value == 15 / 56
    assert (answer.unlogged.value, answer.overtime.value) == (28 + 13, 0)
    assert any("1 people of departments that log nothing" in caveat for caveat in answer.caveats())
    assert any("1 entries without plausible hours" in caveat for caveat in answer.caveats())
    found = {part.name: part.coverage.value for part in working_hours(tables, by="person").parts if part.coverage}
    assert found == {"Ann": 12 / 40, "Bob": 3 / 16}


def test_two_people_give_no_interval(tables: Tables) -> None:
    answer = working_hours(tables)
    assert (answer.selling.low, answer.selling.high) == (None, None)
    assert any("With 2 people" in caveat for caveat in answer.caveats())


def test_without_people_everybody_who_logs_counts(engaged: Open) -> None:
    answer = working_hours(engaged(as_of=TODAY, activities=SHEETS))
    assert answer.coverage.value == 15 / 80
    assert any("no table `people`" in caveat for caveat in answer.caveats())
    assert answer.per_deal.value is None


def test_a_selection_takes_its_people(tables: Tables) -> None:
    answer = working_hours(tables, Selection(dimension="owner", names=("Ann",)))
    assert (answer.total.value, answer.coverage.value) == (12.0, 12 / 40)
    with pytest.raises(MissingDataError, match="people have no product"):
        working_hours(tables, Selection(dimension="product", names=("X",)))


def test_hours_per_deal_are_those_of_closed_deals_that_the_sheets_could_see(engaged: Open) -> None:
    deals = pd.DataFrame(
        {
            "opportunity_id": ["A", "B", "old"],
            "status": ["won", "lost", "won"],
            "created_at": ["2024-06-03", "2024-06-04", "2022-06-01"],
            "closed_at": ["2024-06-10", "2024-06-11", "2024-06-12"],
        }
    )
    sheets = SHEETS[SHEETS["started_at"] > "2024"]
    answer = working_hours(engaged(as_of=TODAY, activities=sheets, opportunities=deals)).per_deal
    assert (answer.value, answer.n) == ((9.0 + 1.0) / 2, 2)


def test_nothing_logged_or_a_wrong_part_is_said(tables: Tables, engaged: Open) -> None:
    with pytest.raises(InputError, match="one of kind, stage"):
        working_hours(tables, by="team")  # type: ignore[arg-type]
    with pytest.raises(MissingDataError, match="no activity was logged"):
        working_hours(tables, Selection((date(2020, 1, 1), date(2020, 2, 1))))
    with pytest.raises(MissingDataError, match="no table `activities`"):
        working_hours(engaged(as_of=TODAY, people=PEOPLE))


def test_holidays_and_made_up_weekends_are_those_of_the_country(samples: Path) -> None:
    """China, May 2024: 1 to 5 May off, Sunday 28 April and Saturday 11 May worked instead."""
    days = working_days(open_engagement(samples / "huaxin", locale="en"), date(2024, 4, 28), date(2024, 5, 12))
    assert [day.day for day in days] == [28, 29, 30, 6, 7, 8, 9, 10, 11]


def test_a_sample_s_hours_and_interval_are_what_pandas_finds(samples: Path) -> None:
    tables = open_tables(open_engagement(samples / "huaxin", locale="en"))
    answer = working_hours(tables)
    rows = tables.to_frame(tables.table("activities"))
    rows = rows[rows["started_on"].between(*(pd.Timestamp(day) for day in tables.window))]
    assert answer.total.value == pytest.approx(rows["hours"].sum())
    calls = rows[rows["kind"] == "客户沟通"].groupby("person")["hours"].sum()
    whole = rows.groupby("person")["hours"].sum()
    share = calls.sum() / whole.sum()
    residuals, n = calls - share * whole, len(whole)
    error = np.sqrt(n / (n - 1) * (residuals**2).sum()) / whole.sum()
    step = t.ppf(0.975, n - 1) * error
    found = (answer.selling.value, answer.selling.low, answer.selling.high, answer.selling.n)
    assert found == pytest.approx((share, share - step, share + step, n))
    for by in ("kind", "stage", "person", "department"):
        split = working_hours(tables, by=by)  # type: ignore[arg-type]
        assert sum(part.hours.value or 0 for part in split.parts) == pytest.approx(answer.total.value)
        assert sum(part.share.value or 0 for part in split.parts) == pytest.approx(1)


def test_the_first_and_the_last_day_of_a_person_are_worked(engaged: Open) -> None:
    people = pd.DataFrame(
        {"hired_on": pd.to_datetime(["2024-06-04", None]), "left_on": pd.to_datetime(["2024-06-05"] * 2)}
    )
    engagement = engaged(as_of=TODAY, activities=SHEETS).engagement
    hours = contracted_hours(engagement, people, date(2024, 6, 3), date(2024, 6, 7))
    assert list(hours) == [2 * 8.0, 3 * 8.0]
