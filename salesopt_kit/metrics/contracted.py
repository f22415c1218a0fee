"""Contracted hours: what the people present should have worked by the client's calendar."""

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pandas as pd

from salesopt_kit.engagement import Engagement
from salesopt_kit.tables.store import Tables
from salesopt_kit.work_calendar import work_calendar


def working_days(engagement: Engagement, first: date, last: date) -> list[date]:
    """Return the client's working days from `first` to `last`, both inside, in order."""
    calendar, zone = work_calendar(engagement, first, last), ZoneInfo(engagement.config.timezone)
    opened = calendar.starts[calendar.ends > calendar.starts]
    days = [datetime.fromtimestamp(int(second), UTC).astimezone(zone).date() for second in opened]
    return [day for day in days if first <= day <= last]


def people_listed(tables: Tables) -> pd.DataFrame:
    """Return one row per person of the table `people`: person, department (else team), hired_on, left_on.

    Of several rows of one person the widest time and the greatest name count. The frame is empty without such a table.
    """
    if "people" not in tables:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in ("person", "department", "hired_on", "left_on")})
    people = tables.table("people")
    unit = people.department if "people.department" in tables else people.team
    once = people.filter(people.person.notnull()).group_by("person")
    found = once.aggregate(department=unit.max(), hired_on=people.hired_on.min(), left_on=people.left_on.max())
    return tables.to_frame(found).sort_values("person", ignore_index=True)


def contracted_hours(
    engagement: Engagement, people: pd.DataFrame, first: date, last: date
) -> pd.Series:  # of float, indexed like `people`
    """Return the contracted hours of each row of `people` (hired_on, left_on) between two days, both inside.

    Working days on which the person was employed (the leaving day included; without a hiring date all along) times
    `calendar.hours_per_day`. Leave, illness and part time are not known and count as work.
    """
    days = working_days(engagement, first, last)
    hours = engagement.config.calendar.hours_per_day
    spans = zip(people["hired_on"], people["left_on"], strict=True)
    counts = [max(_until(days, left) - _before(days, hired), 0) for hired, left in spans]
    return pd.Series([count * hours for count in counts], index=people.index, dtype=float)


def _before(days: list[date], hired: object) -> int:
    return 0 if pd.isna(hired) else bisect_left(days, pd.Timestamp(hired).date())  # type: ignore[call-overload, arg-type]


def _until(days: list[date], left: object) -> int:
    return len(days) if pd.isna(left) else bisect_right(days, pd.Timestamp(left).date())  # type: ignore[call-overload, arg-type]
