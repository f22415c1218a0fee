"""One export becomes a canonical Parquet file: names, types, UTC times, stage ids; what cannot be read is listed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from salesopt_kit.engagement import Config, Source
from salesopt_kit.errors import InputError, InputErrors, SalesOptError
from salesopt_kit.locale import _
from salesopt_kit.tables.currencies import currency_mix
from salesopt_kit.tables.export import Export, reshaped
from salesopt_kit.tables.mapping import CONSTANT, columns_of, mapping_errors
from salesopt_kit.tables.quality import Finding
from salesopt_kit.tables.read_csv import explain_csv
from salesopt_kit.tables.readings import readings
from salesopt_kit.tables.scan import Scan, literal, located, quoted
from salesopt_kit.tables.schema import TABLES
from salesopt_kit.tables.select_sql import canonical_select
from salesopt_kit.tables.units import heading_unit
from salesopt_kit.tables.unmapped import unmapped_damage
from salesopt_kit.tables.unreadable import unreadable
from salesopt_kit.terms import Severity


@dataclass(frozen=True, slots=True)
class Normalised:
    """What became of one export: its Parquet file (None if it could not be read), its columns, and findings.

    `day_grain` and `timed` hold "table.column" of time columns that have values: all without a time of day, some with.
    """

    path: Path | None
    supplied: frozenset[str] = frozenset()
    day_grain: frozenset[str] = frozenset()
    timed: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()
    errors: tuple[SalesOptError, ...] = ()
    first_row: int = 2
    headings: Mapping[str, str] = field(default_factory=dict)
    """What the export calls each "table.column"."""
    blank_where: tuple[str, ...] = ()
    """Columns that are all null in rows without any value; empty where the export has no such row."""
    file: str = ""
    """What engagement.yml calls the export."""
    has_rows: bool = False
    """Whether the Parquet file holds the number of each row."""
    is_ordered: bool = False
    """Whether the path is a folder that holds the stage events as their history in order."""


def normalise(
    connection: duckdb.DuckDBPyConnection, name: str, scan: Scan, source: Source, config: Config, target: Path
) -> Normalised:
    """Write the export `scan` of the canonical table `name` to the Parquet file `target`.

    Everything wrong with it is returned, not only the first thing; where anything is, the file is not to be used.
    """
    try:
        found = reshaped(name, scan, source)
        mapped = columns_of(name, source, found.headings)
        if wrong := mapping_errors(name, source, found.headings, mapped, scan.file):
            return Normalised(None, errors=tuple(wrong))
        return _written(connection, Export(name, found, source, config, mapped), target)
    except duckdb.Error as fault:
        said = explain_csv(scan, source, fault) if scan.is_text else _unread(scan, fault)
        return Normalised(None, errors=(said,))
    except InputErrors as several:
        return Normalised(None, errors=several.errors)


def _written(connection: duckdb.DuckDBPyConnection, export: Export, target: Path) -> Normalised:
    relation, errors = _copied(connection, export, target, is_thorough=False)
    if not connection.execute(f"select 1 from {relation} limit 1").fetchone():
        return Normalised(None, errors=(_only_headings(export.scan),))
    if errors:
        # The first rows may look plainer than the rest: decide over whole columns before calling a value unreadable.
        relation, errors = _copied(connection, export, target, is_thorough=True)
    clocks = dict(_clocks(connection, export, relation))
    blank_where, n_blank = ((), 0) if errors else _blank_rows(connection, export, relation)
    return Normalised(
        target,
        frozenset(f"{export.name}.{column}" for column in export.mapped),
        frozenset(column for column, is_timed in clocks.items() if not is_timed),
        frozenset(column for column, is_timed in clocks.items() if is_timed),
        (
            *_notes(export, n_blank),
            *currency_mix(connection, export),
            *unmapped_damage(connection, export.name, export.scan, export.mapped.values()),
        ),
        errors,
        export.scan.first_row,
        {f"{export.name}.{column}": heading for column, heading in export.mapped.items()},
        blank_where,
        export.scan.file,
        _has_rows(export),
    )


def _copied(
    connection: duckdb.DuckDBPyConnection, export: Export, target: Path, *, is_thorough: bool
) -> tuple[str, tuple[InputError, ...]]:
    """Write the canonical Parquet file; return it as a relation, and an error for each kind of value not read."""
    how = readings(connection, export, is_thorough=is_thorough)
    # Version 2 packs numbers and texts more tightly at no cost; nobody looks rows up by their values.
    options = "format parquet, parquet_version v2, compression lz4, write_bloom_filter false"
    copied = connection.execute(f"copy ({canonical_select(export, how)}) to {literal(str(target))} ({options})")
    if export.scan.rows_if_plain not in (0, copied.fetchall()[0][0]):  # line breaks inside cells
        with_breaks = replace(export, scan=replace(export.scan, rows_if_plain=0))
        return _copied(connection, with_breaks, target, is_thorough=is_thorough)
    relation = f"read_parquet({located(target)})"
    names = [row[0] for row in connection.execute(f"describe select * from {relation}").fetchall()]
    bad = " or ".join(quoted(name) for name in names if name.startswith("bad:")) or "false"
    if not connection.execute(f"select 1 from {relation} where {bad} limit 1").fetchone():
        return relation, ()
    row = "given_row" if _has_rows(export) else f"row_number() over () + {export.scan.first_row - 1}"
    texts = f"(select *, {row} as source_row from ({canonical_select(export, how, is_full=True)}))"
    return relation, tuple(unreadable(connection, export, texts))


def _has_rows(export: Export) -> bool:
    """Return whether the rows carry their numbers, as they are not those of the export in turn."""
    return "source_row" in export.scan.headings


def _blank_rows(connection: duckdb.DuckDBPyConnection, export: Export, relation: str) -> tuple[tuple[str, ...], int]:
    """Return the columns by which rows without any value are known, and how many such rows there are.

    Spreadsheets leave them behind, mostly at the end. A row that has something under an unused heading is not blank.
    """
    columns = tuple(column for column, heading in export.mapped.items() if not heading.startswith(CONSTANT))
    nothing = " and ".join(f"{column} is null" for column in columns)
    unused = " and ".join(
        f"coalesce(trim({quoted(heading)}), '') = ''" for heading in export.scan.headings if heading != "source_row"
    )
    counts = []
    for query in (f"{relation} where {nothing}", f"({export.scan.sql}) where {unused}"):
        row = connection.execute(f"select count(*) from {query}").fetchone()
        counts.append(int(row[0]) if row else 0)
        if not counts[-1]:
            return (), 0
    return (columns, counts[0]) if counts[0] == counts[1] else ((), 0)


def _clocks(connection: duckdb.DuckDBPyConnection, export: Export, relation: str) -> Iterator[tuple[str, bool]]:
    """Yield "table.column" of each time column that has values, and whether any of them has a time of day."""
    for column in TABLES[export.name]:
        if column.kind == "time" and column.name in export.mapped:
            counts = f'count({column.name}), count(*) filter ("clock:{column.name}")'
            row = connection.execute(f"select {counts} from {relation}").fetchone()
            if row is not None and row[0] > 0:
                yield f"{export.name}.{column.name}", row[1] > 0


def _unread(scan: Scan, fault: duckdb.Error) -> InputError:
    return InputError(
        scan.file,
        next(iter(str(fault).splitlines()), ""),
        expected=_("a table that can be read"),
        remedy=_("Download or export the file again; it is cut off or damaged."),
    )


def _only_headings(scan: Scan) -> InputError:
    return InputError(
        scan.file,
        _("only a heading row"),
        expected=_("at least one row below the headings"),
        remedy=_("Export the table again; check the filter of the export."),
    )


def _notes(export: Export, n_blank: int) -> Iterator[Finding]:
    for column in TABLES[export.name]:
        heading = export.mapped.get(column.name, "")
        if column.kind == "money" and (factor := heading_unit(heading)) != 1.0:
            yield Finding(
                "amount_unit",
                Severity.WARNING,
                export.name,
                _("Amounts below {heading} were multiplied by {factor:,.0f}, as the heading says.").format(
                    heading=heading, factor=factor
                ),
                examples=(export.scan.file,),
                remedy=_("If the amounts are whole ones, correct the heading in the export."),
            )
    if n_blank:
        yield Finding(
            "blank_rows",
            Severity.WARNING,
            export.name,
            _("Rows without any value: {n:,}").format(n=n_blank),
            n_blank,
            set_aside=n_blank,
            examples=(export.scan.file,),
            remedy=_("Nothing needs doing if they are at the end; elsewhere, look whether rows got lost."),
        )
    if export.scan.is_wide:
        yield Finding(
            "history.wide",
            Severity.WARNING,
            export.name,
            _("One entry time per stage: returns to an earlier stage are not in this export."),
            examples=(export.scan.file,),
            remedy=_("Export the property history of the deal stage for the whole path."),
        )
