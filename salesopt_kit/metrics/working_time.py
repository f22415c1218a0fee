"""Working days between two moments, computed where the rows are: a small table of days is joined to them."""

from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from salesopt_kit.engagement import Engagement
from salesopt_kit.tables.store import Tables
from salesopt_kit.work_calendar import WorkCalendar, work_calendar

DAY = 86_400
Span = tuple[str, str]
"""The names of two timestamp columns: from, to."""


def with_working_days(tables: Tables, rows: ir.Table, **spans: Span) -> ir.Table:
    """Return `rows` with one float column per span: working days of the client between two of its timestamp columns.

    A working day has `calendar.hours_per_day` hours; half of them are 0.5 days. Never below 0; null where either moment
    is. Moments outside the range of the data's own dates do not occur.
    """
    moments = sorted({name for span in spans.values() for name in span})
    range_ = _range(tables, rows, moments)
    if range_ is None:
        return rows.mutate(**{name: ibis.null("float64") for name in spans})
    days = _days(tables.engagement, *range_)
    keep, length = list(rows.columns), round(tables.engagement.config.calendar.hours_per_day * 3600)
    for name in moments:
        rows = _with_elapsed(rows, days, name)
    columns = {
        name: ibis.greatest((rows[f"{end}__worked"] - rows[f"{start}__worked"]).cast("float64") / length, 0.0)
        for name, (start, end) in spans.items()
    }
    # The greater of null and 0 would be 0.
    known = {
        name: ibis.cases((rows[start].notnull() & rows[end].notnull(), columns[name]), else_=ibis.null("float64"))
        for name, (start, end) in spans.items()
    }
    return rows.select(*keep, **known)


def _range(tables: Tables, rows: ir.Table, moments: list[str]) -> tuple[date, date] | None:
    measures = {f"{end}_{name}": getattr(rows[name], end)() for name in moments for end in ("min", "max")}
    found = pd.to_datetime(tables.to_frame(rows.aggregate(**measures)).iloc[0]).dropna()
    return (found.min().date(), found.max().date()) if len(found) else None


def _with_elapsed(rows: ir.Table, days: ir.Table, name: str) -> ir.Table:
    """Return `rows` with `<name>__worked`: the working seconds up to the moment in column `name`."""
    joined = rows.mutate(calendar_day=rows[name].date()).left_join(days, "calendar_day")
    second = (joined[name].epoch_seconds() - joined.midnight).cast("int64")
    parts = [
        ibis.greatest(ibis.least(second - joined[f"start_{part}"], joined[f"length_{part}"]), 0) for part in (1, 2)
    ]
    return joined.mutate(**{f"{name}__worked": joined.before + parts[0] + parts[1]}).select(
        *rows.columns, f"{name}__worked"
    )


def _days(engagement: Engagement, first: date, last: date) -> ir.Table:
    return ibis.memtable(day_table(work_calendar(engagement, first, last), first, last))


def day_table(calendar: WorkCalendar, first: date, last: date) -> pd.DataFrame:
    """Return one row per UTC day: calendar_day, midnight (UTC seconds), before, and start and length of two windows.

    `before` is the working time up to midnight; at most two working windows of up to 24 hours touch one UTC day, given
    in seconds from midnight, and of length 0 where there is none.
    """
    days = pd.date_range(first, last, freq="D")
    midnight = days.to_numpy("datetime64[s]").astype(np.int64)
    place = np.searchsorted(calendar.ends, midnight, side="right")
    table = {"calendar_day": days.date, "midnight": midnight, "before": calendar.elapsed(midnight)}
    for part in (1, 2):
        at = np.minimum(place + part - 1, len(calendar.starts) - 1)
        start = np.clip(calendar.starts[at] - midnight, 0, DAY)
        end = np.clip(calendar.ends[at] - midnight, 0, DAY)
        is_there = (place + part - 1 < len(calendar.starts)) & (end > start)
        table[f"start_{part}"] = np.where(is_there, start, 0)
        table[f"length_{part}"] = np.where(is_there, end - start, 0)
    return pd.DataFrame(table)
