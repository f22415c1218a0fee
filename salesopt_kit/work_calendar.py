"""The client's working time: which days count, and how much of it lies between two moments."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from salesopt_kit.engagement import Engagement, Weekday

Seconds = npt.NDArray[np.int64]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Working windows in UTC seconds since 1970, ascending and apart; arrays of one length.

    `before` is the working time before each start. `day_seconds` is the length of a whole working day.
    """

    starts: Seconds
    ends: Seconds
    before: Seconds
    day_seconds: int

    def elapsed(self, moments: npt.ArrayLike) -> Seconds:
        """Return the working seconds from the calendar's first window up to each moment (UTC seconds since 1970)."""
        at = np.asarray(moments, np.int64)
        place = np.maximum(np.searchsorted(self.starts, at, side="right") - 1, 0)
        inside = np.clip(at - self.starts[place], 0, self.ends[place] - self.starts[place])
        found: Seconds = self.before[place] + inside
        return found

    def days_between(self, start: npt.ArrayLike, end: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the working days, with their fraction, between moments (UTC seconds since 1970)."""
        days: npt.NDArray[np.float64] = (self.elapsed(end) - self.elapsed(start)) / self.day_seconds
        return days


def work_calendar(engagement: Engagement, first: date, last: date) -> WorkCalendar:
    """Return the working windows of the client from a day before `first` to a day after `last`.

    A working day is one of `calendar.workdays` that is no public holiday of `calendar.country`, or a weekend day that
    the country makes up for a holiday with (as China does). Its window starts at `calendar.day_starts`, local time, and
    is `calendar.hours_per_day` long; breaks are not known.
    """
    calendar, zone = engagement.config.calendar, ZoneInfo(engagement.config.timezone)
    length = round(calendar.hours_per_day * 3600)
    opens = time.fromisoformat(calendar.day_starts)
    days = [first + timedelta(days=step) for step in range(-1, (last - first).days + 2)]
    local = [datetime.combine(day, opens, zone) for day in _working(days, engagement)]
    starts = np.array([int(moment.astimezone(UTC).timestamp()) for moment in local], np.int64)
    if not len(starts):  # a calendar without any working day: no time passes
        starts, length_of = np.zeros(1, np.int64), np.zeros(1, np.int64)
    else:
        # Where clocks go forward, a window of 24 hours would run into the next one.
        length_of = np.minimum(length, np.diff(starts, append=starts[-1] + length))
    before = np.concatenate([[0], length_of.cumsum()[:-1]])
    return WorkCalendar(starts, starts + length_of, before, length)


def working_days(engagement: Engagement, first: date, last: date) -> list[date]:
    """Return the client's working days from `first` to `last`, both within; see `work_calendar`."""
    return _working([first + timedelta(days=step) for step in range((last - first).days + 1)], engagement)


def _working(days: list[date], engagement: Engagement) -> list[date]:
    calendar = engagement.config.calendar
    wanted = {WEEKDAYS.index(day) for day in calendar.workdays}
    if not calendar.country:
        return [day for day in days if day.weekday() in wanted]
    import holidays  # noqa: PLC0415 -- its tables are loaded only where a country is named

    years = range(days[0].year, days[-1].year + 1)
    free = holidays.country_holidays(calendar.country, years=years)
    made_up: set[date] = getattr(free, "weekend_workdays", set())
    return [day for day in days if (day.weekday() in wanted and day not in free) or day in made_up]
