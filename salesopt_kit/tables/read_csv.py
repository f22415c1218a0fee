"""CSV exports: encoding and delimiter are found out, rows that do not fit are named."""

import csv
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

from salesopt_kit.engagement import Source
from salesopt_kit.errors import InputError
from salesopt_kit.locale import _
from salesopt_kit.tables.encodings import CHUNK, encoding_of
from salesopt_kit.tables.odd_lines import looks, tidied, without_lead
from salesopt_kit.tables.scan import Scan, literal, located, quoted

DELIMITERS = ",;\t|"
MOST_COLUMNS = 2_000
"""More than any CRM exports; beyond, rows and columns were probably swapped, and queries grow too long to run."""
LONGEST_CELL = 1_000_000
"""Characters; no cell of a CRM export is longer, so a longer one is an unclosed quote or damage."""


def scan_csv(path: Path, file: str, source: Source, workspace: Path) -> Scan:
    """Return the CSV file `path` as a Scan; other encodings are rewritten as UTF-8 into `workspace`.

    Raises InputError for an empty file, an unknown encoding and doubled or blank headings.
    """
    if path.stat().st_size == 0:
        raise empty(file)
    csv.field_size_limit(1 << 30)  # so that a cell that is too long is found and named, and stops nothing here
    encoding = source.encoding or encoding_of(path, file)
    plain = path if encoding.lower().replace("_", "-") == "utf-8" else _as_utf8(path, file, encoding, workspace)
    body, named = without_lead(_head(plain))
    if not body.strip():
        raise empty(file)
    delimiter, first_row = source.delimiter or named or _delimiter(body), 2
    look = looks(plain, file)
    if look.has_odd_lines:
        plain, first_row = tidied(plain, delimiter, workspace)
        body = _head(plain)
    headings = checked_headings(next(csv.reader(io.StringIO(body, newline=""), delimiter=delimiter)), file)
    rows = look.lines - 1 if look.is_plain else 0
    sql = _selected(plain, headings, delimiter)
    return Scan(file, path, sql, headings, first_row, is_text=True, rows_if_plain=rows)


def scan_plain(path: Path, file: str, source: Source) -> tuple[Scan, str] | None:
    """Return a CSV file as a Scan, by its first lines alone, and its delimiter; None where it does not begin plainly.

    It begins with its heading row, without byte-order mark. Whether it goes on so is for the caller to see.
    """
    if path.stat().st_size == 0 or source.encoding.lower().replace("_", "-") not in ("", "utf-8"):
        return None
    with path.open("rb") as stream:
        begin = stream.read(CHUNK)
    lines = begin[: begin.rfind(b"\n") + 1]
    if not lines.isascii() and not _is_utf8(lines):
        return None
    head = lines.decode("utf-8")
    if head.startswith("\ufeff") or without_lead(head) != (head, ""):
        return None
    delimiter = source.delimiter or _delimiter(head)
    rows = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    headings = checked_headings(next(rows), file)
    if rows.line_num > 1:  # a heading with a line break
        return None
    return Scan(file, path, _selected(path, headings, delimiter), headings, is_text=True), delimiter


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _selected(path: Path, headings: tuple[str, ...], delimiter: str) -> str:
    """Return SQL that selects all columns of a UTF-8 file as text."""
    columns = ", ".join(f"{literal(heading)}: 'VARCHAR'" for heading in headings)
    selected = ", ".join(quoted(heading) for heading in headings)
    return (
        f"select {selected} from "
        f"read_csv({located(path)}, auto_detect=false, header=true, all_varchar=true, columns={{{columns}}}, "
        f"delim={literal(delimiter)}, quote='\"', escape='\"', strict_mode=true, "
        f"max_line_size={4 * LONGEST_CELL})"
    )


def explain_csv(scan: Scan, source: Source, wrong: duckdb.Error) -> InputError:
    """Return why the database could not read a CSV file, by reading it again row by row."""
    encoding = source.encoding or encoding_of(scan.path, scan.file)
    with scan.path.open(encoding=encoding, errors="replace", newline="") as stream:
        body, named = without_lead(stream.read(CHUNK).removeprefix("\ufeff"))
        stream.seek(0)
        delimiter = source.delimiter or named or _delimiter(body)
        for error in _faults(stream, delimiter, scan):
            return error
    lines = str(wrong).splitlines()
    return InputError(
        scan.file,
        lines[0] if lines else "",
        expected=_("a CSV file with one row per line"),
        remedy=_("Export the table again as CSV in UTF-8."),
    )


def checked_headings(headings: list[str], file: str) -> tuple[str, ...]:
    """Return the headings trimmed; raise InputError for doubled ones. Blank ones are named by their place."""
    if len(headings) > MOST_COLUMNS:
        raise InputError(
            _("{file}, row 1").format(file=file),
            _("{n:,} columns").format(n=len(headings)),
            expected=_("at most {n:,} columns").format(n=MOST_COLUMNS),
            remedy=_("Export fewer columns; look whether rows and columns are swapped, or the delimiter is wrong."),
        )
    names = [heading.strip().removeprefix("\ufeff") or f"column {place}" for place, heading in enumerate(headings, 1)]
    seen: dict[str, int] = {}
    for place, name in enumerate(names, 1):
        if name.lower() in seen:
            raise InputError(
                _("{file}, row 1, columns {first} and {second}").format(
                    file=file, first=seen[name.lower()], second=place
                ),
                name,
                expected=_("headings that differ"),
                remedy=_("Rename one of the two columns in the export."),
            )
        seen[name.lower()] = place
    return tuple(names)


def empty(file: str) -> InputError:
    """Return the error of a file that holds nothing."""
    return InputError(
        file, _("an empty file"), expected=_("a heading row and at least one row"), remedy=_("Export the table again.")
    )


def _faults(stream: io.TextIOBase, delimiter: str, scan: Scan) -> Iterator[InputError]:
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    row = 0
    try:
        for row, cells in enumerate(reader, 1):
            long = next((place for place, cell in enumerate(cells) if len(cell) > LONGEST_CELL), None)
            if long is not None:
                yield _long_cell(scan, row, long, cells[long])
            if cells and row >= scan.first_row - 1 and len(cells) != len(scan.headings):
                yield InputError(
                    _("{file}, row {row}").format(file=scan.file, row=row),
                    _("{n} cells: {cells}").format(n=len(cells), cells=" | ".join(cells)[:60]),
                    expected=_("{n} cells, as the headings").format(n=len(scan.headings)),
                    remedy=_("Look for a delimiter or a line break inside a cell without quotes; quote that cell."),
                )
    except csv.Error as fault:
        yield InputError(
            _("{file}, row {row}").format(file=scan.file, row=row + 1),
            str(fault),
            expected=_("cells whose quotes are closed"),
            remedy=_("Look for a single quotation mark in that row or just above; close or double it."),
        )


def _long_cell(scan: Scan, row: int, place: int, cell: str) -> InputError:
    column = scan.headings[place] if place < len(scan.headings) else str(place + 1)
    return InputError(
        _("{file}, row {row}, column {column}").format(file=scan.file, row=row, column=column),
        cell,
        expected=_("a cell of at most {n:,} characters").format(n=LONGEST_CELL),
        remedy=_("Shorten the cell; if a quotation mark is missing above it, close it."),
    )


def _head(path: Path) -> str:
    """Return the start of a UTF-8 file, line ends as they are."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return stream.read(CHUNK)


def _delimiter(head: str) -> str:
    """Return the delimiter that splits the first lines into the most, equally many cells."""
    lines = [line for line in head.splitlines()[:20] if line.strip()]

    def fitness(delimiter: str) -> tuple[bool, int]:
        widths = [len(cells) for cells in csv.reader(lines, delimiter=delimiter)]
        return len(set(widths)) == 1 and widths[0] > 1, widths[0] if widths else 0

    return max(DELIMITERS, key=fitness)


def _as_utf8(path: Path, file: str, encoding: str, workspace: Path) -> Path:
    """Return a UTF-8 copy of `path`, made chunk by chunk; raise InputError where the named encoding does not fit."""
    try:
        with (
            path.open(encoding=encoding, newline="") as coded,
            tempfile.NamedTemporaryFile(
                "w", encoding="utf-8", newline="", dir=workspace, suffix=".csv", delete=False
            ) as copy,
        ):
            while chunk := coded.read(CHUNK):
                copy.write(chunk)
            return Path(copy.name)
    except (UnicodeError, LookupError, ValueError) as wrong:
        raise InputError(
            file,
            str(wrong).splitlines()[0][:120],
            expected=_("text in the encoding {encoding}").format(encoding=encoding),
            remedy=_("Correct `encoding:` of this source in engagement.yml, or leave it out."),
        ) from None
