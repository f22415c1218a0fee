"""How each time and number column of an export is to be read."""

import duckdb

from salesopt_kit.errors import InputError, InputErrors
from salesopt_kit.locale import _
from salesopt_kit.tables.dates import OFFSET, Reading, reading
from salesopt_kit.tables.export import Export
from salesopt_kit.tables.money import Marks, marks
from salesopt_kit.tables.schema import TABLES, Column
from salesopt_kit.tables.select_sql import text_of

PROBE = 5_000
"""Rows of a time column that are looked at first; where they are not plain, the whole column is studied."""
NOT_ISO = f"not regexp_matches(v, '^[0-9]{{4}}-') or regexp_matches(v, '{OFFSET}')"
MAYBE_GROUPED = "regexp_matches(v, '^[0-9]{1,3}[.][0-9]{3}$')"


def readings(connection: duckdb.DuckDBPyConnection, export: Export, *, is_thorough: bool) -> dict[str, Reading | Marks]:
    """Return how to read each mapped time and number column, by name; `is_thorough` studies every column whole.

    Raises InputErrors with all columns whose day/month order, decimal mark or time zone cannot be decided.
    """
    found: dict[str, Reading | Marks] = {}
    wrong: list[InputError] = []
    for column in TABLES[export.name]:
        if column.name in export.mapped and column.kind != "text":
            try:
                found[column.name] = _one(connection, export, column, is_thorough=is_thorough)
            except InputError as undecided:
                wrong.append(undecided)
    if wrong:
        raise InputErrors(wrong)
    return found


def _one(
    connection: duckdb.DuckDBPyConnection, export: Export, column: Column, *, is_thorough: bool
) -> Reading | Marks:
    heading = export.mapped[column.name]
    where = _("{file}, column {column}").format(file=export.scan.file, column=heading)
    relation = export.numbered(text_of(export, column))
    given = export.source.dates if column.kind == "time" else export.source.decimal
    if not given and not is_thorough and _is_plain(connection, relation, column):
        return Reading() if column.kind == "time" else Marks(plain=True)
    if column.kind == "time":
        return reading(connection, "v", relation, where, given)
    return marks(connection, "v", relation, where, given)


def _is_plain(connection: duckdb.DuckDBPyConnection, relation: str, column: Column) -> bool:
    """Return whether a column is as the database reads it by itself: ISO times without offset, or numbers.

    Of times the first rows tell, as later ones in another form do not pass for times; 1.234 passes for a number, so
    numbers are looked at in full.
    """
    kind, doubt = ("timestamp", NOT_ISO) if column.kind == "time" else ("double", MAYBE_GROUPED)
    some = f"limit {PROBE}" if column.kind == "time" else ""
    row = connection.execute(
        f"select count(*) filter (try_cast(v as {kind}) is null or {doubt}) "
        f"from (select v from {relation} {some}) where v is not null"
    ).fetchone()
    return row is not None and row[0] == 0
