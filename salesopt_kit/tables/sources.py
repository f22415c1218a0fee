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
from salesopt_kit.tables.read_csv import checked_headings, empty, scan_csv
from salesopt_kit.tables.read_xes import read_xes
from salesopt_kit.tables.read_xlsx import read_xlsx
from salesopt_kit.tables.scan import Scan, located, quoted

TEXT = (".csv", ".tsv", ".txt")
EXCEL = (".xlsx", ".xlsm")
KINDS = (*TEXT, *EXCEL, ".parquet", ".xes", ".xes.gz")


def source_files(engagement: Engagement, name: str, source: Source) -> list[tuple[str, Path]]:
    """Return the files of the source `name` (as engagement.yml calls them, and where they are), globs resolved.

    Raises InputError for a file that is not there, with the nearest name that is.
    """
    found: dict[Path, str] = {}
    for given in (source.file, *source.files):
        if given:
            for file, path in _matches(engagement, name, given):
                found.setdefault(path.resolve(), file)
                _stop_at_locked(path, file)
    return [(file, path) for path, file in found.items()]


def _stop_at_locked(path: Path, file: str) -> None:
    """Raise InputError for a file that may not be read."""
    try:
        path.open("rb").close()
    except OSError as wrong:
        raise InputError(
            file,
            wrong.strerror or str(wrong),
            expected=_("a file that can be read"),
            remedy=_("Check its permissions."),
        ) from None


def _matches(engagement: Engagement, name: str, given: str) -> Iterator[tuple[str, Path]]:
    path = engagement.source_path(given)
    if any(sign in given for sign in "*?["):
        matches = _globbed(engagement, given)
        if matches:
            yield from matches
            return
    try:
        is_file = path.is_file()
    except OSError as wrong:  # a name longer than the system allows
        raise InputError(
            f"engagement.yml, sources.{name}",
            given,
            expected=_("a path that leads to a file"),
            remedy=_("Correct the path: {said}.").format(said=wrong.strerror),
        ) from None
    if is_file:
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


def _globbed(engagement: Engagement, given: str) -> list[tuple[str, Path]]:
    """Return the files that a pattern matches, by the names that engagement.yml would call them."""
    parts = Path(given).parts
    is_export = parts[0] == "exports" and len(parts) > 1
    root, start = (engagement.exports, Path("exports")) if is_export else (engagement.folder, Path())
    try:
        found = sorted(match for match in root.glob(str(Path(*parts[is_export:]))) if match.is_file())
    except (NotImplementedError, ValueError):  # an absolute path, or ** inside a name
        return []
    return [(str(start / match.relative_to(root)), match) for match in found]


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
        names = pq.read_schema(path).names
        pq.ParquetFile(path).close()
    except (ArrowInvalid, OSError) as wrong:
        raise InputError(
            file,
            str(wrong).splitlines()[0][:120],
            expected=_("a complete Parquet file"),
            remedy=_("Download or export the file again; it is cut off or damaged."),
        ) from None
    headings = list(checked_headings(names, file))
    columns = ", ".join(
        f"cast({quoted(name)} as varchar) as {quoted(heading)}" for name, heading in zip(names, headings, strict=True)
    )
    return Scan(file, path, f"select {columns} from read_parquet({located(path)})", tuple(headings))
