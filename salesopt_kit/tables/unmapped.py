"""Columns of an export that nothing uses: what a spreadsheet did to them, it may have done to others."""

from collections.abc import Iterable

import duckdb

from salesopt_kit.tables.checks.damage import PATTERN, damaged_values
from salesopt_kit.tables.quality import Finding
from salesopt_kit.tables.scan import Scan, literal, quoted

ROWS = 100_000
"""Rows that are looked at, from the start of the file: enough to see the habit."""


def unmapped_damage(
    connection: duckdb.DuckDBPyConnection, name: str, scan: Scan, used: Iterable[str]
) -> tuple[Finding, ...]:
    """Return one finding per unused column of the export `scan` of the table `name` that holds damaged values."""
    unused = [heading for heading in scan.headings if heading not in {*used, "source_row"}]
    if not unused:
        return ()
    first = f"(select * from ({scan.sql}) limit {ROWS})"
    head = f"(select *, row_number() over () + {scan.first_row - 1} as row_ from {first})"
    counts = [
        part
        for heading in unused
        for part in (f"count(*) filter ({_damaged(heading)})", f"count(*) filter ({quoted(heading)} <> '')")
    ]
    row = connection.execute(f"select {', '.join(counts)} from {head}").fetchone() or ()
    findings = []
    for heading, n, of in zip(unused, row[::2], row[1::2], strict=True):
        if 0 < n < of:
            values = connection.execute(
                f"select {quoted(heading)}, count(*), min(row_) from {head} where {_damaged(heading)} group by 1"
            ).fetchall()
            findings.append(damaged_values(name, heading, values, of, scan.file))
    return tuple(findings)


def _damaged(heading: str) -> str:
    return f"regexp_matches({quoted(heading)}, {literal(PATTERN)})"
