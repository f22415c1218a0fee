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
    sums = {f"n_{column}": _is_damaged(rows, column).sum() for column in columns}
    filled = {f"of_{column}": rows[column].count() for column in columns}
    counts = tables.to_frame(rows.aggregate(all_rows=rows.count(), **sums, **filled)).fillna(0).iloc[0]
    found = [
        _of_column(tables, name, column, n=int(counts[f"n_{column}"]), of=int(counts[f"of_{column}"]))
        for column in columns
        if 0 < counts[f"n_{column}"] < counts[f"of_{column}"]
    ]
    return found or [outcome("damaged_values", name, _(CLEAN), 0, int(counts["all_rows"]))]


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
