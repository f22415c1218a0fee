"""Values that a canonical column cannot hold, each with its row and what to do about it."""

import difflib
from collections.abc import Iterator

import duckdb

from salesopt_kit.engagement import Config
from salesopt_kit.errors import InputError
from salesopt_kit.locale import _
from salesopt_kit.tables.export import Export
from salesopt_kit.tables.schema import TABLES, Column

MOST_NAMED = 3
"""Examples of unreadable values per column."""


def unreadable(connection: duckdb.DuckDBPyConnection, export: Export, relation: str) -> Iterator[InputError]:
    """Yield an error for each of the first few values that a column cannot hold, with their number and what to do."""
    present = [row[0] for row in connection.execute(f"describe select * from {relation}").fetchall()]
    for column in TABLES[export.name]:
        if (bad := f"bad:{column.name}") not in present:
            continue
        rows = connection.execute(
            f'select "{bad}", min(source_row), count(*) from {relation} where "{bad}" is not null '
            f"group by 1 order by 2 limit {MOST_NAMED}"
        ).fetchall()
        total = connection.execute(f'select count("{bad}") from {relation}').fetchone()
        for found, row, n in rows:
            where = _("{file}, row {row}, column {column}").format(
                file=export.scan.file, row=row, column=export.mapped[column.name]
            )
            expected, remedy = _wanted(column, str(found), export.config)
            more = _(" ({n:,} rows like it, {total:,} unreadable in all)").format(n=n, total=total[0] if total else n)
            yield InputError(where, found, expected=expected, remedy=remedy + (more if total and total[0] > 1 else ""))


def _wanted(column: Column, found: str, config: Config) -> tuple[str, str]:
    if column.name == "stage":
        known = [value for stage in config.stages for value in (stage.name, *stage.values)]
        near = difflib.get_close_matches(found, known, 1, 0.5)
        stage = next((s.id for s in config.stages if near and near[0] in (s.name, *s.values)), "…")
        expected = _("one of the stages {names}").format(names=", ".join(known)[:200])
        return expected, _("Add it to `values` of a stage in engagement.yml, such as {stage}.").format(stage=stage)
    if column.name == "status":
        return _("open, won or lost"), _("Map it: values: {status: {<found>: won}} in engagement.yml.")
    if column.kind == "time":
        return _("a date such as 2024-03-05"), _('Correct the cell, or name the format: `dates: "%d-%m-%Y"`.')
    return _("a number such as 1234.50"), _("Correct the cell, or map it with `values:` in engagement.yml.")
