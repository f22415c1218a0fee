"""CSV files whose lines the database would refuse or miscount: they are written anew, one row a line."""

import csv
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from salesopt_kit.tables.encodings import CHUNK, stop_at_zero

HINT = "sep="
"""How the line starts that some spreadsheet programs put above the headings to name the delimiter."""


def without_lead(head: str) -> tuple[str, str]:
    """Return the start of a file from its headings on, and the delimiter that a line above them names ("" for none)."""
    body = head.lstrip("\r\n")
    if not body.lower().startswith(HINT):
        return body, ""
    hint, *rest = body.splitlines(keepends=True)
    return "".join(rest).lstrip("\r\n"), hint[len(HINT) :].strip("\r\n")[:1]


@dataclass(frozen=True, slots=True)
class Looks:
    """What a look at all bytes of a file tells: whether its lines are odd, how many there are, and if it is plain."""

    has_odd_lines: bool
    is_plain: bool = False
    """Whether it has no tab, no lone return and no character beyond ASCII."""
    lines: int = 0


def looks(path: Path, file: str) -> Looks:
    """Return whether a UTF-8 file mixes line ends, or has blank lines or a hint above or between its rows.

    A mix inside quoted cells counts too: it cannot be told apart without reading the file row by row. A file with odd
    lines is not looked at further and not called plain. Raises InputError for a zero byte.
    """
    ends: set[str] = set()
    offset, rest, is_plain, feeds = 0, b"", True, 0
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            stop_at_zero(path, file, chunk, offset)
            whole = rest + chunk
            body = whole.rstrip(b"\r\n")
            if not offset and body.lstrip(b"\xef\xbb\xbf").lower().startswith((b"\r", b"\n", HINT.encode())):
                return Looks(has_odd_lines=True)
            ends |= _line_ends(body)
            if len(ends) > 1 or "\r" in ends or (b"\n\r\n" if "\r\n" in ends else b"\n\n") in body:
                return Looks(has_odd_lines=True)
            is_plain = is_plain and chunk.isascii() and b"\t" not in chunk
            feeds += chunk.count(b"\n")
            offset, rest = offset + len(chunk), whole[len(body) :]
    # Line breaks at the end of the file are no rows; a last line without one is.
    lines = feeds - rest.count(b"\n") + 1
    return Looks(len(ends | _line_ends(rest)) > 1, is_plain, lines)


def tidied(path: Path, delimiter: str, workspace: Path) -> tuple[Path, int]:
    """Return a copy of the UTF-8 file `path` from its headings on, and the number of the row below them.

    A blank line between rows becomes a row of blank cells, so that rows keep their numbers. A file with a fault in its
    quotes is returned as it is, for the reader to name the fault.
    """
    with (
        path.open(encoding="utf-8-sig", newline="") as stream,
        tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="", dir=workspace, suffix=".csv", delete=False
        ) as copy,
    ):
        numbered = enumerate(csv.reader(stream, delimiter=delimiter, strict=True), 1)
        try:
            row, headings = next(
                (row, cells) for row, cells in numbered if cells and not ",".join(cells).lower().startswith(HINT)
            )
            writer = csv.writer(copy, delimiter=delimiter, lineterminator="\n")
            writer.writerows(chain([headings], _filled((cells for _row, cells in numbered), len(headings))))
        except (csv.Error, StopIteration):
            return path, 2
    return Path(copy.name), row + 1


def _filled(rows: Iterable[list[str]], width: int) -> Iterator[list[str]]:
    """Yield the rows with blank cells in place of blank lines, but for those at the end."""
    blank = 0
    for cells in rows:
        if not cells:
            blank += 1
            continue
        for _line in range(blank):
            yield [""] * width
        blank = 0
        yield cells


def _line_ends(text: bytes) -> set[str]:
    if b"\r" not in text:
        return {"\n"} if b"\n" in text else set()
    both, feeds, returns = (text.count(end) for end in (b"\r\n", b"\n", b"\r"))
    found = (("\r\n", both), ("\n", feeds - both), ("\r", returns - both))
    return {end for end, n in found if n > 0}
