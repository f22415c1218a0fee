"""Blank cells: how much of each mapped column is missing."""

from salesopt_kit.locale import N_, _
from salesopt_kit.tables.checks.ids import IDENTIFIED
from salesopt_kit.tables.checks.places import examples, heading
from salesopt_kit.tables.checks.rules import outcome
from salesopt_kit.tables.quality import Finding
from salesopt_kit.tables.schema import TABLES, Column
from salesopt_kit.tables.store import Tables

TOLERATED = 0.05
"""Share of blanks in an optional column up to which the finding is no warning."""
NATURAL = {
    "leads": {"converted_at", "account"},
    "opportunities": {
        "closed_at",
        "expected_close_at",
        "lost_reason",
        "amount",
        "owner",
        "created_at",
        "stage",
        "status",
        "lead_id",
    },
    "stage_events": {"completed_at", "is_bulk"},
    "expected_closes": {"previous_close_at"},
    "activities": {"opportunity_id"},
    "complaints": {"opportunity_id"},
    "accounts": {"ended_at"},
    "people": {"left_at"},
    "feedback": {"text"},
    "kpi_daily": {"n"},
}
"""Columns that may well be blank, or that a check of their own looks at."""
BLANK = N_("Blank cells in `{column}`")


def blank_share(tables: Tables) -> list[Finding]:
    """Return one finding per mapped column that has blanks, and one per table whose columns have none."""
    return [finding for name in TABLES if name in tables for finding in _of_table(tables, name)]


def _of_table(tables: Tables, name: str) -> list[Finding]:
    columns = [
        column for column in TABLES[name] if f"{name}.{column.name}" in tables.supplied and _looked_at(name, column)
    ]
    if not columns:
        return []
    rows = tables.table(name)
    sums = {column.name: rows[column.name].count() for column in columns}
    counts = tables.to_frame(rows.aggregate(all_rows=rows.count(), **sums)).iloc[0]
    of = int(counts["all_rows"])
    blank = {column: of - int(counts[column.name]) for column in columns}
    found = [_of_column(tables, name, column, n=n, of=of) for column, n in blank.items() if n]
    return found or [outcome("blank_share", name, _("Blank cells"), 0, of)]


def _looked_at(name: str, column: Column) -> bool:
    return column.name not in NATURAL.get(name, ()) and column.name != IDENTIFIED.get(name)


def _of_column(tables: Tables, name: str, column: Column, *, n: int, of: int) -> Finding:
    """Return the finding on a column; one that the table cannot do without and that is blank throughout is an error."""
    rows = tables.table(name)
    is_useless = column.required and n == of
    return outcome(
        f"blank_share.{column.name}",
        name,
        _(BLANK).format(column=heading(tables, name, column.name)),
        n,
        of,
        tolerated=0.0 if column.required else TOLERATED,
        error_above=0.0 if is_useless else None,
        examples=examples(tables, name, rows.filter(rows[column.name].isnull()), column.name),
        remedy=_("Map another heading to {column}; the table says nothing without it.").format(column=column.name)
        if is_useless
        else _("Fill the column in the CRM; figures by this column show these rows apart."),
    )
