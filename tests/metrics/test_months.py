"""Oracle: the calendar."""

from datetime import date

import pytest

from salesopt_kit.metrics.months import mean_of_months, month_of, months, partial_caveat, unknown_caveat
from salesopt_kit.results import Estimate

WINDOW = (date(2024, 1, 16), date(2024, 4, 30))


def test_a_month_is_full_where_window_and_data_cover_it() -> None:
    found = months(WINDOW, (date(2023, 1, 1), date(2024, 4, 28)))
    assert [(month.name, month.is_full, month.days) for month in found] == [
        ("2024-01", False, 16),
        ("2024-02", True, 29),
        ("2024-03", True, 31),
        ("2024-04", True, 30),
    ]
    assert partial_caveat(found) == ("Only partly in the window or the data, so left out of the mean: 2024-01.",)


@pytest.mark.parametrize(
    ("first", "last", "full"),
    [
        (date(2024, 2, 7), date(2024, 4, 24), ["2024-02", "2024-03", "2024-04"]),
        (date(2024, 2, 8), date(2024, 4, 23), ["2024-03"]),
        (date(2024, 3, 5), date(2024, 3, 20), []),
    ],
)
def test_data_that_begin_or_end_a_week_into_a_month_leave_it_partial(first: date, last: date, full: list[str]) -> None:
    assert [month.name for month in months(WINDOW, (first, last)) if month.is_full] == full


def test_months_outside_the_data_are_unknown_and_not_zero() -> None:
    seen = (date(2024, 2, 3), date(2024, 3, 31))
    assert [month.name for month in months(WINDOW, seen)] == ["2024-02", "2024-03"]
    before, after = unknown_caveat(WINDOW, seen, "The leads")
    assert "begin on 2024-02-03" in before
    assert "end on 2024-03-31" in after
    assert (months(WINDOW, None), unknown_caveat(WINDOW, None, "The leads")) == ((), ())


def test_the_mean_of_months_is_that_of_a_textbook_and_never_bounded_below_zero() -> None:
    blank = Estimate("leads.mean", "Leads", None, "leads", 0)
    mean = mean_of_months(blank, [10.0, 12.0, 14.0])
    assert (mean.value, mean.n) == (12.0, 3)
    assert mean.high == pytest.approx(12 + 4.302653 * 2 / 3**0.5, abs=1e-5)  # t with 2 degrees of freedom
    assert mean_of_months(blank, [0.0, 9.0]).low == 0.0
    assert mean_of_months(blank, [9.0]).low is None
    assert mean_of_months(mean, []).value is None


def test_a_mark_tells_its_month() -> None:
    february = months(WINDOW, WINDOW)[1]
    assert (february.mark(), february.mark("team=East")) == ("month=2024-02", "team=East, month=2024-02")
    assert month_of(february.mark("team=East")) == "2024-02"
