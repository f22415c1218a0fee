"""Which files a source names, and each of them opened by the reader of its kind."""

import difflib
import itertools
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
from pyarrow import ArrowInvalid

from salesopt_kit.engagement import Engagement, Source
from salesopt_kit.errors import InputError
from salesopt_kit.locale import _
from salesopt_kit.tables.read_csv import empty, scan_csv
from salesopt_kit.tables.read_xes import read_xes
from salesopt_kit.tables.read_xlsx import read_xlsx
from salesopt_kit.tables.scan import Scan, literal, quoted

TEXT = (".csv", ".tsv", ".txt")
EXCEL = (".xlsx", ".xlsm")
KINDS = (*TEXT, *EXCEL, ".parquet", ".xes", ".xes.gz")


def source_files(engagement: Engagement, name: str, source: Source) -> list[tuple[str, Path]]:
    """Return the files of the source `name` (as engagement.yml calls them, and where they are), globs resolved.

    Raises InputError for a file that is not there, with the nearest name that is.
    """
    if source.table:
        raise InputError(
            f"engagement.yml, sources.{name}.table",
            source.table,
            expected=_("a file"),
            remedy=_("Reading straight from a database is not supported yet; export the table as Parquet or CSV."),
        )
    found: list[tuple[str, Path]] = []
    for given in (source.file, *source.files):
        if given:
            found.extend(_matches(engagement, name, given))
    return found


def _matches(engagement: Engagement, name: str, given: str) -> Iterator[tuple[str, Path]]:
    path = engagement.source_path(given)
    if any(sign in given for sign in "*?["):
        matches = sorted(path.parent.glob(path.name))
        if matches:
            yield from ((str(Path(given).parent / match.name), match) for match in matches)
            return
    if path.is_file():
        yield given, path
        return
    if path.is_dir():
        raise InputError(
            f"engagement.yml, sources.{name}",
            given,
            expected=_("a file, not a folder"),
            remedy=_("Name the file in it, or all of them as `{given}/*.csv`.").format(given=given),
        )
    siblings = [child.name for child in path.parent.iterdir()] if path.parent.is_dir() else []
    near = difflib.get_close_matches(path.name, siblings, 1, 0.5)
    there = _("Did you mean {near}?").format(near=near[0]) if near else _("Put the export there.")
    raise InputError(
        f"engagement.yml, sources.{name}",
        given,
        expected=_("a file that exists in {folder}").format(folder=path.parent),
        remedy=there + " " + _("`--exports PATH` says where the exports are."),
    )


def open_file(
    connection: duckdb.DuckDBPyConnection,
    file: str,
    path: Path,
    source: Source,
    workspace: Path,
    counter: "itertools.count[int]",
) -> Scan:
    """Return the export `path` as a Scan; tables that do not stream are registered in `connection`."""
    kind = path.name.lower()
    if kind.endswith(TEXT):
        return scan_csv(path, file, source, workspace)
    if path.stat().st_size == 0:
        raise empty(file)
    if kind.endswith(".parquet"):
        return _scan_parquet(path, file)
    if kind.endswith((".xes", ".xes.gz")):
        table, first_row = read_xes(path, file), 1
    elif kind.endswith(EXCEL):
        table, first_row = read_xlsx(path, file, source)
    else:
        raise InputError(
            file,
            path.suffix,
            expected=_("one of {names}").format(names=", ".join(KINDS)),
            remedy=_("Export the table as CSV or xlsx."),
        )
    name = f"read_{next(counter)}"
    connection.complete()  # a result of which only one row was fetched still occupies the connection
    connection.register(name, table)
    return Scan(
        file, path, f"select * from {name}", tuple(table.column_names), first_row, is_excel=kind.endswith(EXCEL)
    )


def _scan_parquet(path: Path, file: str) -> Scan:
    try:
        headings = pq.read_schema(path).names
        pq.ParquetFile(path).close()
    except (ArrowInvalid, OSError) as wrong:
        raise InputError(
            file,
            str(wrong).splitlines()[0][:120],
            expected=_("a complete Parquet file"),
            remedy=_("Download or export the file again; it is cut off or damaged."),
        ) from None
    columns = ", ".join(f"cast({quoted(name)} as varchar) as {quoted(name)}" for name in headings)
    return Scan(file, path, f"select {columns} from read_parquet({literal(str(path))})", tuple(headings))
