"""One export on its way to a canonical table: what it is, how its columns map, and which of its rows count."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from salesopt_kit.engagement import Config, Source
from salesopt_kit.tables.presets import preset_columns, preset_filter, wide_stages
from salesopt_kit.tables.scan import Scan, literal, quoted
from salesopt_kit.tables.schema import normal_heading


@dataclass(frozen=True, slots=True)
class Export:
    """An export of the canonical table `name`; `mapped` is canonical column -> heading, or "=constant"."""

    name: str
    scan: Scan
    source: Source
    config: Config
    mapped: Mapping[str, str]

    def numbered(self, column: str) -> str:
        """Return a relation of the SQL expression `column` as `v` beside its `source_row`."""
        row = (
            "source_row" if "source_row" in self.scan.headings else f"row_number() over () + {self.scan.first_row - 1}"
        )
        return f"(select {column} as v, {row} as source_row from ({self.scan.sql}))"


def reshaped(name: str, scan: Scan, source: Source) -> Scan:
    """Return the scan with the rows that the preset counts, or one row per stage where it has one column per stage.

    Rows keep the numbers that the spreadsheet gives them, in a column source_row.
    """
    if wide := wide_stages(source.preset, name, scan.headings):
        return _long(scan, source, wide)
    known = {normal_heading(heading): heading for heading in scan.headings}
    conditions = [
        " and ".join(
            f"trim({quoted(known[normal_heading(key)])}) in ({', '.join(map(literal, values))})"
            for key, values in condition.items()
        )
        for condition in preset_filter(source.preset, name)
        if all(normal_heading(key) in known for key in condition)
    ]
    if not conditions:
        return scan
    where = " or ".join(f"({condition})" for condition in conditions)
    sql = f"select * from ({_with_rows(scan)}) where {where}"
    return replace(scan, sql=sql, headings=(*scan.headings, "source_row"))


def _long(scan: Scan, source: Source, wide: Mapping[str, str]) -> Scan:
    """Return one row per deal and stage from columns that hold the time each stage was entered."""
    known = {normal_heading(heading): heading for heading in scan.headings}
    named = [
        source.columns.get("opportunity_id", ""),
        *preset_columns(source.preset, "opportunities")["opportunity_id"],
    ]
    key = next((known[normal_heading(name)] for name in named if normal_heading(name) in known), scan.headings[0])
    parts = [
        f"select {quoted(key)}, {literal(stage)} as value, {quoted(heading)} as timestamp, source_row "
        f"from numbered where trim({quoted(heading)}) <> ''"
        for heading, stage in wide.items()
    ]
    sql = f"with numbered as ({_with_rows(scan)}) " + " union all ".join(parts)
    return replace(scan, sql=sql, headings=(key, "value", "timestamp", "source_row"), is_wide=True)


def _with_rows(scan: Scan) -> str:
    return f"select *, row_number() over () + {scan.first_row - 1} as source_row from ({scan.sql})"
