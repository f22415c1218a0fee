"""Oracles: a team of five worked by hand, and the metric `ramp`, which shares one milestone."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from salesopt_kit.engagement import open_engagement
from salesopt_kit.errors import MissingDataError
from salesopt_kit.metrics.ramp import ramp
from salesopt_kit.metrics.ramp_to_output import ramp_to_output
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.tables.load import open_tables
from salesopt_kit.tables.store import Tables

Open = Callable[..., Tables]
TODAY = date(2024, 6, 30)
MONTH = 30.4375
PEOPLE = pd.DataFrame(
    [
        ("old 1", "East", "2020-01-01", None),
        ("old 2", "East", "2020-01-01", None),
        ("old 3", "East", "2020-01-01", None),
        ("quick", "East", "2023-09-10", None),
        ("slow", "East", "2023-09-10", None),
        ("gone", "East", "2023-09-10", "2023-12-05"),
    ],
    columns=["person", "team", "hired_at", "left_at"],
)
MONTHS = pd.period_range("2023-07", "2024-06", freq="M")


def deals_of(monthly: dict[str, dict[str, float]]) -> pd.DataFrame:
    """Return one won deal per person and month, opened on the 3rd and closed on the 20th."""
    rows = [
        (name, f"{month}-03", f"{month}-20", amount) for name, of in monthly.items() for month, amount in of.items()
    ]
    frame = pd.DataFrame(rows, columns=["owner", "created_at", "closed_at", "amount"])
    return frame.assign(opportunity_id=[f"D{place}" for place in range(len(frame))], status="won")


def every_month(amount: float, since: str = "2023-07") -> dict[str, float]:
    return {str(month): amount for month in MONTHS if str(month) >= since}


MONTHLY = {
    "old 1": every_month(80),
    "old 2": every_month(100),
    "old 3": every_month(300),
    "quick": every_month(100, "2023-11"),
    "slow": every_month(60, "2023-12"),
    "gone": every_month(10, "2023-10"),
}


def test_output_is_reached_when_three_months_average_the_median_of_the_tenured(engaged: Open) -> None:
    """Median of 80, 100, 300 is 100: quick has 100 on average from November to January; slow and gone never."""
    answer = ramp_to_output(engaged(as_of=TODAY, opportunities=deals_of(MONTHLY), people=PEOPLE))
    assert (answer.hires, answer.reached) == (3, {"opened": 3, "won": 3, "output": 1})
    days = (date(2024, 1, 31) - date(2023, 9, 10)).days
    months, waiting = answer.curves["output"]
    # Gone left before: two at risk, one gets there.
    assert list(months[:2]) == pytest.approx([0, days / MONTH])
    assert waiting[1] == pytest.approx(1 / 2)
    assert answer.medians[2].value == pytest.approx(days / MONTH)
    opened = sorted((pd.Timestamp(f"2023-{month}-03") - pd.Timestamp("2023-09-10")).days for month in (10, 11, 12))
    assert answer.medians[0].value == pytest.approx(opened[1] / MONTH)


def test_a_season_that_lifts_everybody_lifts_the_bar_too(engaged: Open) -> None:
    monthly = {name: {month: amount * (2 if month >= "2024-01" else 1) for month, amount in of.items()}
               for name, of in MONTHLY.items()}  # fmt: skip
    answer = ramp_to_output(engaged(as_of=TODAY, opportunities=deals_of(monthly), people=PEOPLE))
    assert answer.reached["output"] == 1


def test_deals_taken_over_from_before_the_hiring_do_not_count(engaged: Open) -> None:
    deals = deals_of(MONTHLY)
    early = deals.iloc[:1].assign(opportunity_id="E", owner="quick", created_at="2023-08-01", closed_at="2023-09-20")
    answer = ramp_to_output(engaged(as_of=TODAY, opportunities=pd.concat([deals, early]), people=PEOPLE))
    without = ramp_to_output(engaged(as_of=TODAY, opportunities=deals, people=PEOPLE))
    assert answer.medians[0] == without.medians[0]


def test_people_of_departments_without_deals_are_no_sellers(engaged: Open) -> None:
    clerk = pd.DataFrame([("clerk", "East", "2023-10-01", None, "Legal")], columns=[*PEOPLE.columns, "department"])
    people = pd.concat([PEOPLE.assign(department="Sales"), clerk])
    assert ramp_to_output(engaged(as_of=TODAY, opportunities=deals_of(MONTHLY), people=people)).hires == 3


def test_without_amounts_it_counts_won_deals_and_says_so(engaged: Open) -> None:
    deals = deals_of(MONTHLY).drop(columns="amount")
    answer = ramp_to_output(engaged(as_of=TODAY, opportunities=deals, people=PEOPLE))
    assert any("counted in won deals" in caveat for caveat in answer.caveats())
    assert answer.reached["output"] == 2  # one deal a month is what everybody tenured wins


def test_nobody_hired_or_no_hiring_dates_is_said(engaged: Open) -> None:
    tables = engaged(as_of=TODAY, opportunities=deals_of(MONTHLY), people=PEOPLE)
    with pytest.raises(MissingDataError, match="nobody was hired"):
        ramp_to_output(tables, Selection((date(2024, 4, 1), TODAY)))
    with pytest.raises(MissingDataError, match="no column `hired_at`"):
        ramp_to_output(engaged(as_of=TODAY, opportunities=deals_of(MONTHLY), people=PEOPLE[["person"]]))


@pytest.mark.parametrize("name", ["huaxin", "alder"])
def test_the_first_win_takes_as_long_as_the_metric_ramp_says(samples: Path, name: str) -> None:
    tables = open_tables(open_engagement(samples / name, locale="en"))
    won, known = ramp_to_output(tables).medians[1], ramp(tables).median_months
    assert (won.value, won.low, won.high, won.n) == (known.value, known.low, known.high, known.n)


def test_only_months_after_the_hiring_count(engaged: Open) -> None:
    """Quick owns big deals from July on, before the hiring in September: the first three months end in December."""
    monthly = MONTHLY | {"quick": every_month(500)}
    answer = ramp_to_output(engaged(as_of=TODAY, opportunities=deals_of(monthly), people=PEOPLE))
    days = (date(2023, 12, 31) - date(2023, 9, 10)).days
    assert answer.curves["output"][0][1] == pytest.approx(days / MONTH)
