"""Dates that cannot be: after the day the figures are frozen at, before there was a CRM, or ended before started."""

from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from salesopt_kit.locale import N_, _
from salesopt_kit.tables.checks.deal_rows import deal_rows
from salesopt_kit.tables.checks.places import examples, heading
from salesopt_kit.tables.checks.rules import Condition, Rule, judge, outcome
from salesopt_kit.tables.quality import Finding
from salesopt_kit.tables.schema import TABLES, Column
from salesopt_kit.tables.store import Tables

EARLIEST = date(1990, 1, 1)
"""Days before are a program's zero (1899-12-30, 1900-01-01, 1970-01-01), not a date of business."""
MAY_LIE_AHEAD = {"expected_close_at", "previous_close_at", "left_at", "ended_at"}
"""Times that are planned, so that one in the future is nothing to wonder at."""
WRONG_ORDER_ERROR = 0.05
"""Share of events completed before they began above which the columns must be swapped or misread."""
SPANS = {
    "stage_events": ("entered_at", "completed_at"),
    "leads": ("created_at", "converted_at"),
    "accounts": ("started_at", "ended_at"),
    "people": ("hired_at", "left_at"),
}


def future_dates(tables: Tables) -> list[Finding]:
    """Return one finding per time column with dates after `as_of`, and one per table that has none."""
    return _beyond(tables, _Bound("future_dates", tables.as_of, is_after=True))


def early_dates(tables: Tables) -> list[Finding]:
    """Return one finding per time column with dates before EARLIEST, and one per table that has none."""
    return _beyond(tables, _Bound("early_dates", EARLIEST, is_after=False))


def wrong_order(tables: Tables) -> list[Finding]:
    """Return one finding per table whose things have a start and an end: ends before the start."""
    return [
        finding
        for name, (start, end) in SPANS.items()
        for finding in judge(tables, name, [_span(tables, name, start, end)])
    ]


def is_before(tables: Tables, name: str, end: str, start: str) -> Condition:
    """Return the condition that the time `end` lies before `start`; by day where either came as a bare date."""
    if {f"{name}.{end}", f"{name}.{start}"} & tables.day_grain:
        return lambda rows: rows[f"{end.removesuffix('_at')}_on"] < rows[f"{start.removesuffix('_at')}_on"]
    return lambda rows: rows[end] < rows[start]


def _span(tables: Tables, name: str, start: str, end: str) -> Rule:
    is_history = name == "stage_events"
    return Rule(
        "wrong_order",
        N_("Rows that end before they start"),
        is_before(tables, name, end, start),
        (end, start),
        N_("Look whether the two columns are swapped in `columns:` of engagement.yml; else correct the dates."),
        among=lambda rows: rows[end].notnull() & rows[start].notnull(),
        error_above=WRONG_ORDER_ERROR if is_history else None,
    )


@dataclass(frozen=True, slots=True)
class _Bound:
    """A day that no date should lie beyond."""

    check: str
    day: date
    is_after: bool

    def title(self, column: str) -> str:
        after = _("Dates in `{column}` after {day}, the day the figures are frozen at")
        before = _("Dates in `{column}` before {day}, such as a program writes for no date")
        return (after if self.is_after else before).format(column=column, day=self.day)

    def remedy(self) -> str:
        after = _("No figure counts what comes after that day. Correct them, or set a later as_of in engagement.yml.")
        before = _("Blank the cells where the day is not known; otherwise durations come out decades long.")
        return after if self.is_after else before

    def concerns(self, column: Column) -> bool:
        return column.kind == "time" and not (self.is_after and column.name in MAY_LIE_AHEAD)

    def broken(self, rows: ir.Table, column: Column) -> ir.BooleanValue:
        day = rows[column.date_name]
        if not self.is_after:
            return day < ibis.literal(self.day)
        # An open deal's date of closing is the day it is expected at.
        late = day > ibis.literal(self.day)
        return late & rows.is_decided if column.name == "closed_at" else late


def _beyond(tables: Tables, bound: _Bound) -> list[Finding]:
    findings = []
    for name, columns in TABLES.items():
        times = [column for column in columns if f"{name}.{column.name}" in tables.supplied and bound.concerns(column)]
        if times:
            findings += _of_table(tables, bound, name, times)
    return findings


def _of_table(tables: Tables, bound: _Bound, name: str, columns: list[Column]) -> list[Finding]:
    rows = deal_rows(tables) if name == "opportunities" else tables.table(name)
    sums = {column.name: bound.broken(rows, column).sum() for column in columns}
    counts = tables.to_frame(rows.aggregate(all_rows=rows.count(), **sums)).fillna(0).iloc[0]
    of = int(counts["all_rows"])
    found = [
        outcome(
            f"{bound.check}.{column.name}",
            name,
            bound.title(heading(tables, name, column.name)),
            n,
            of,
            set_aside=n if bound.is_after else 0,
            examples=examples(tables, name, rows.filter(bound.broken(rows, column)), column.name),
            remedy=bound.remedy(),
        )
        for column in columns
        if (n := int(counts[column.name]))
    ]
    names = ", ".join(heading(tables, name, column.name) for column in columns)
    return found or [outcome(bound.check, name, bound.title(names), 0, of)]
