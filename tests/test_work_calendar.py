"""Oracles: numpy's busday_count, a count minute by minute, and the State Council's calendar of China for 2024."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from salesopt_kit.engagement import Config, Engagement
from salesopt_kit.metrics.working_time import with_working_days
from salesopt_kit.tables.frames import tables_from_frames
from salesopt_kit.work_calendar import work_calendar

FIRST, LAST = date(2024, 1, 1), date(2024, 4, 30)


def engagement(zone: str = "UTC", **calendar: object) -> Engagement:
    stages = [{"id": "lead", "name": "Lead"}, {"id": "won", "name": "Won", "kind": "won"}]
    source = {"stage_events": {"file": "a.csv"}}
    fields = {"client": "Test", "slug": "test", "timezone": zone, "calendar": calendar}
    return Engagement(Config.model_validate({**fields, "stages": stages, "sources": source}), Path(), Path())


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def test_whole_days_are_those_that_numpy_counts() -> None:
    calendar = work_calendar(engagement(), FIRST, LAST)
    days = np.arange("2024-01-01", "2024-04-30", dtype="datetime64[D]")
    starts, ends = np.meshgrid(days[::7], days[::5])
    later = ends >= starts
    found = calendar.days_between(*(part[later].astype("datetime64[s]").astype(int) for part in (starts, ends)))
    assert found == pytest.approx(np.busday_count(starts[later], ends[later]))


def minutes_at_work(start: datetime, end: datetime, zone: ZoneInfo, opens: int, hours: int) -> int:
    moments = (start + timedelta(minutes=step) for step in range(int((end - start).total_seconds() // 60)))
    local = (moment.astimezone(zone) for moment in moments)
    return sum(moment.weekday() < 5 and opens <= moment.hour < opens + hours for moment in local)


@pytest.mark.parametrize(("zone", "opens"), [("UTC", 9), ("Asia/Shanghai", 9), ("America/New_York", 9), ("UTC", 16)])
def test_parts_of_days_are_those_counted_minute_by_minute(zone: str, opens: int) -> None:
    engaged = engagement(zone, day_starts=f"{opens:02d}:00", hours_per_day=8)
    random = np.random.default_rng(5)
    span = [datetime(2024, 2, 20, tzinfo=UTC) + timedelta(minutes=int(m)) for m in random.integers(0, 30_000, 12)]
    starts, ends = [min(a, b) for a, b in zip(span[:6], span[6:], strict=True)], list(map(max, span[:6], span[6:]))
    expected = [
        minutes_at_work(start, end, ZoneInfo(zone), opens, 8) / 480 for start, end in zip(starts, ends, strict=True)
    ]
    calendar = work_calendar(engaged, FIRST, LAST)
    assert calendar.days_between([*map(seconds, starts)], [*map(seconds, ends)]) == pytest.approx(expected)
    frame = pd.DataFrame({"opportunity_id": list("abcdef"), "entered_at": starts, "completed_at": ends})
    tables = tables_from_frames(engaged, {"stage_events": frame}, as_of=LAST)
    rows = with_working_days(tables, tables.table("stage_events"), worked=("entered_at", "completed_at"))
    found = tables.to_frame(rows.order_by("opportunity_id"))["worked"]
    assert list(found) == pytest.approx(expected)


def test_holidays_are_free_and_the_weekends_made_up_for_them_are_not() -> None:
    calendar = work_calendar(engagement("Asia/Shanghai", country="CN"), date(2024, 2, 1), date(2024, 2, 29))
    zone = ZoneInfo("Asia/Shanghai")

    def days(first: int, last: int) -> float:
        start, end = (seconds(datetime(2024, 2, day, tzinfo=zone)) for day in (first, last + 1))
        return float(calendar.days_between([start], [end])[0])

    assert days(4, 4) == 1  # a Sunday that was worked
    assert days(10, 17) == 0  # the Spring Festival
    assert days(18, 18) == 1  # a Sunday that was worked
    assert days(24, 25) == 0


def test_a_moment_that_is_not_known_leaves_the_time_unknown_and_a_negative_time_is_none() -> None:
    frame = pd.DataFrame(
        {
            "opportunity_id": ["a", "b"],
            "entered_at": pd.to_datetime(["2024-03-05 12:00", "2024-03-05 12:00"]),
            "completed_at": pd.to_datetime([None, "2024-03-04 12:00"]),
        }
    )
    tables = tables_from_frames(engagement(), {"stage_events": frame}, as_of=LAST)
    rows = with_working_days(tables, tables.table("stage_events"), worked=("entered_at", "completed_at"))
    found = tables.to_frame(rows.order_by("opportunity_id"))["worked"]
    assert pd.isna(found[0])
    assert found[1] == 0


def test_a_calendar_without_working_days_lets_no_time_pass() -> None:
    assert work_calendar(engagement(workdays=[]), FIRST, LAST).elapsed([10**9]) == [0]
