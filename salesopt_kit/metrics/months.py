"""The calendar months of a window, and which of them the data cover in full."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import fmean, variance

from salesopt_kit.locale import _
from salesopt_kit.results import Estimate
from salesopt_kit.stats.moments import t_interval

EDGE_DAYS = 7
"""An export that begins or ends this far inside a month covers that month only in part."""


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month, or the part of it inside the window; `first` and `last` are days inside."""

    first: date
    last: date
    is_full: bool

    @property
    def name(self) -> str:
        """The month as "2024-01"."""
        return f"{self.first:%Y-%m}"

    @property
    def label(self) -> str:
        """The month as a reader sees it, marked where it is partial."""
        return self.name if self.is_full else _("{month} (partial)").format(month=self.name)

    def mark(self, group: str = "") -> str:
        """Return the mark of an estimate for this month, within the part of the whole that `group` marks."""
        return f"{group}, month={self.name}" if group else f"month={self.name}"

    @property
    def days(self) -> int:
        """How many days of the month are inside the window."""
        return (self.last - self.first).days + 1


def months(window: tuple[date, date], seen: tuple[date, date] | None) -> tuple[Month, ...]:
    """Return the months of `window` in which the data could show something, in order.

    `seen` is the first and the last day that the data show anything at all. Months before it and after it are left
    out: nothing is known of them, which is not the same as zero. A month is full if the window holds all its days and
    the data begin in its first, or end in its last, EDGE_DAYS days if they begin or end in it.
    """
    if seen is None:
        return ()
    found, day = [], window[0].replace(day=1)
    while day <= window[1]:
        last = (day + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        if last >= seen[0] and day <= seen[1]:
            inside = window[0] <= day and last <= window[1]
            covered = seen[0] < day + timedelta(days=EDGE_DAYS) and seen[1] > last - timedelta(days=EDGE_DAYS)
            found.append(Month(max(day, window[0]), min(last, window[1]), inside and covered))
        day = last + timedelta(days=1)
    return tuple(found)


def partial_caveat(found: Iterable[Month]) -> tuple[str, ...]:
    """Return a caveat that names the months which are not full, or nothing."""
    partial = [month.name for month in found if not month.is_full]
    if not partial:
        return ()
    return (
        _("Only partly in the window or the data, so left out of the mean: {months}.").format(
            months=_(", ").join(partial)
        ),
    )


def unknown_caveat(window: tuple[date, date], seen: tuple[date, date] | None, what: str) -> tuple[str, ...]:
    """Return a caveat where the data begin after, or end before, the window by a month or more."""
    if seen is None:
        return ()
    said = []
    if (seen[0].year, seen[0].month) > (window[0].year, window[0].month):
        said.append(_("{what} begin on {day}; earlier months are unknown, not zero.").format(what=what, day=seen[0]))
    if (seen[1].year, seen[1].month) < (window[1].year, window[1].month):
        said.append(_("{what} end on {day}; later months are unknown, not zero.").format(what=what, day=seen[1]))
    return tuple(said)


def mean_of_months(blank: Estimate, full: Sequence[float]) -> Estimate:
    """Return `blank` with the mean of the figures of full months, its t interval over months, and their number."""
    if not full:
        return replace(blank, value=None, n=0, low=None, high=None)
    mean = fmean(full)
    low, high = (t_interval(mean, variance(full), len(full)) if len(full) > 1 else None) or (None, None)
    if low is not None and min(full) >= 0:
        low = max(low, 0.0)  # what is never negative has no negative mean
    method = _("mean of full months, t interval over months")
    return replace(blank, value=mean, n=len(full), low=low, high=high, method=method)


def month_of(mark: str) -> str:
    """Return the month that an estimate's mark ends with, such as "2024-01" of "team=East, month=2024-01"."""
    return mark.rpartition("month=")[2]
