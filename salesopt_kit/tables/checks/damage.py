"""What spreadsheets do to values: `5-20` becomes `May-20`, a long id `2.0E+15`, and a narrow cell `#####`."""

from collections.abc import Iterable

import ibis.expr.types as ir

from salesopt_kit.errors import shortened
from salesopt_kit.locale import N_, _
from salesopt_kit.tables.checks.places import MOST_NAMED, examples, heading
from salesopt_kit.tables.checks.rules import outcome
from salesopt_kit.tables.quality import Finding
from salesopt_kit.tables.schema import TABLES
from salesopt_kit.tables.store import Tables

MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec"
DAMAGED = (
    f"^(({MONTHS})-[0-9]{{1,2}}|[0-9]{{1,2}}-({MONTHS})|[0-9]{{1,2}}月[0-9]{{1,2}}日"
    "|[0-9]([.][0-9]+)?[eE][+][0-9]{1,3}|#{3,}|#(N/A|REF!|VALUE!|NAME[?]|DIV/0!|NUM!|NULL!))$"
)
"""Dates made of ranges and codes, numbers in scientific notation, cells too narrow, and errors of formulas."""
UNREADABLE = "\ufffd|锟斤拷|烫烫烫"
"""Traces of a text that was once read in the wrong encoding."""
PATTERN = f"{DAMAGED}|{UNREADABLE}"
TITLE = N_("Values in `{column}` that a spreadsheet or a wrong encoding has changed")
CLEAN = N_("Values that a spreadsheet or a wrong encoding has changed")
REMEDY = N_("Export the table from the CRM again and do not save it in a spreadsheet; the old values cannot be told.")
PROSE = {"complaints.text", "interviews.text", "feedback.text", "opportunities.stage", "stage_events.stage"}
"""Columns that hold sentences, or ids of the kit's own."""


def damage_checks(tables: Tables) -> list[Finding]:
    """Return one finding per text column with damaged values, and one per table that has none."""
    return [finding for name in TABLES if name in tables for finding in _of_table(tables, name)]


def damaged_values(table: str, column: str, found: Iterable[tuple[str, int, int]], of: int, file: str) -> Finding:
    """Return the finding on a damaged column of an export that no canonical column holds.

    `found` are the values that match PATTERN, each with how often and in which row first; `of` counts all values that
    are not blank.
    """
    values = sorted(found, key=lambda value: (-value[1], value[2]))
    named = _("{file}, row {row}, column {column}: {value} ({times:,} times)")
    return outcome(
        f"damaged_values.{column}",
        table,
        _(TITLE).format(column=column),
        sum(times for _value, times, _row in values),
        of,
        examples=tuple(
            named.format(file=file, row=row, column=column, value=shortened(value), times=times)
            for value, times, row in values[:MOST_NAMED]
        ),
        remedy=_(REMEDY) + " " + _("No figure of the kit uses this column."),
    )


def _of_table(tables: Tables, name: str) -> list[Finding]:
    """Return the findings of one table; a column in which every value looks so holds months, and nothing is wrong."""
    columns = [
        column.name
        for column in TABLES[name]
        if column.kind == "text" and f"{name}.{column.name}" in tables.supplied - PROSE
    ]
    if not columns:
        return []
    rows = tables.table(name)
    n_rows = int(tables.to_frame(rows.aggregate(n=rows.count())).iloc[0]["n"])
    counts = {column: _counts(tables, name, column, n_rows) for column in columns}
    found = [_of_column(tables, name, column, n=n, of=of) for column, (n, of) in counts.items() if 0 < n < of]
    return found or [outcome("damaged_values", name, _(CLEAN), 0, n_rows)]


def _counts(tables: Tables, name: str, column: str, n_rows: int) -> tuple[int, int]:
    """Return how many values of a column are damaged, of how many that are not blank; each value is looked at once."""
    if (name, column) == ("stage_events", "opportunity_id") and _all_sound(tables, n_rows):
        return 0, n_rows
    rows = tables.table(name)
    rows = rows.filter(rows[column].notnull())
    values = rows.group_by(column).aggregate(times=rows.count())
    sums = values.aggregate(n=values.times.sum(where=_is_damaged(values, column)), of=values.times.sum())
    row = tables.to_frame(sums).fillna(0).iloc[0]
    return int(row["n"]), int(row["of"])


def _all_sound(tables: Tables, n_rows: int) -> bool:
    """Return whether every stage event is in the ordered history, and none of its deals has a damaged id."""
    events, deals = (tables.backend.table(name) for name in (tables.history, f"{tables.history}_deals"))
    n = int(tables.to_frame(events.aggregate(n=events.count())).iloc[0]["n"])
    damaged = deals.aggregate(n=_is_damaged(deals, "opportunity_id").sum())
    return n == n_rows and not int(tables.to_frame(damaged).fillna(0).iloc[0]["n"])


def _of_column(tables: Tables, name: str, column: str, *, n: int, of: int) -> Finding:
    rows = tables.table(name)
    return outcome(
        f"damaged_values.{column}",
        name,
        _(TITLE).format(column=heading(tables, name, column)),
        n,
        of,
        examples=examples(tables, name, rows.filter(_is_damaged(rows, column)), column),
        remedy=_(REMEDY),
    )


def _is_damaged(rows: ir.Table, column: str) -> ir.BooleanValue:
    return rows[column].re_search(PATTERN)
