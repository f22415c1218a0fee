"""Oracle: a few people worked by hand, and R's published median of the same shape of data through the estimator."""

from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest

from salesopt_kit.errors import MissingDataError
from salesopt_kit.metrics.ramp import ramp
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.tables.store import Tables

Open = Callable[..., Tables]
TODAY = date(2024, 6, 30)
MONTH = 30.4375
HIRES = [
    # person, hired, left, first own won deal closed
    ("quick", "2024-01-10", None, "2024-01-30"),
    ("slow", "2024-01-10", None, "2024-05-09"),
    ("none yet", "2024-01-10", None, None),
    ("gone", "2024-01-10", "2024-01-20", None),
    ("gone before", "2024-01-10", "2024-01-20", "2024-02-20"),
    ("veteran", "2020-01-10", None, "2024-02-01"),
    ("moved here", "2024-03-01", None, "2024-02-01"),
]


def tables_of(engaged: Open, hires: list[tuple[str, str, str | None, str | None]]) -> Tables:
    frame = pd.DataFrame(hires, columns=["person", "hired_at", "left_at", "won"])
    won = frame.dropna(subset="won")
    deals = pd.DataFrame(
        {
            "opportunity_id": [f"D{place}" for place in range(len(won) + 2)],
            "owner": [*won["person"], "none yet", "quick"],
            "status": ["won"] * len(won) + ["lost", "won"],
            "created_at": "2024-01-01",
            "closed_at": [*won["won"], "2024-02-01", "2024-06-01"],
        }
    )
    return engaged(as_of=TODAY, opportunities=deals, people=frame.drop(columns="won"))


def test_the_median_counts_people_who_have_not_won_yet(engaged: Open) -> None:
    """Wins after 20 and 120 days; leavers after 10 and 10 days; one waits 172 days: 3 at risk, S = 2/3, then 1/3."""
    answer = ramp(tables_of(engaged, HIRES))
    assert answer.median_months.value == pytest.approx(120 / MONTH)
    assert (answer.hires, answer.still_ramping) == (5, 3)
    assert (answer.hired_before, answer.won_before) == (1, 1)
    assert "Half of the 5 people hired in the period won their first own deal within 3.9 months" in answer.sentence()


def test_it_says_who_is_left_out_and_that_five_people_are_few(engaged: Open) -> None:
    left_out, moved, waiting, few = ramp(tables_of(engaged, HIRES)).caveats()
    assert "1 people were hired before the data begin" in left_out
    assert "1 people own a deal won before they were hired" in moved
    assert "3 people have not won a deal yet" in waiting
    assert "an impression, not a measurement" in few


def test_a_median_that_is_not_reached_is_said_so(engaged: Open) -> None:
    answer = ramp(tables_of(engaged, HIRES[1:4]))
    assert (answer.median_months.value, answer.hires) == (pytest.approx(120 / MONTH), 3)
    answer = ramp(tables_of(engaged, HIRES[2:4]))
    assert answer.median_months.value is None
    assert "fewer than half have won a deal" in answer.sentence()


def test_a_window_takes_those_hired_in_it(engaged: Open) -> None:
    with pytest.raises(MissingDataError, match="nobody was hired"):
        ramp(tables_of(engaged, HIRES), Selection((date(2024, 4, 1), TODAY)))


def test_without_hiring_dates_it_says_what_to_map(engaged: Open) -> None:
    people = pd.DataFrame({"person": ["quick"]})
    deals = pd.DataFrame({"opportunity_id": ["D"], "owner": ["quick"], "status": ["won"]})
    with pytest.raises(MissingDataError, match="no column `hired_at` in `people`"):
        ramp(engaged(as_of=TODAY, opportunities=deals, people=people))
