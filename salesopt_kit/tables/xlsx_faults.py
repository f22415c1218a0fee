"""Cells of a workbook that hold an error or a formula without its result; the reader itself shows them as blank."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

CHUNK = 1 << 22
ROW_END = b"</row>"
CELL = re.compile(rb'<c r="([A-Z]+)([0-9]+)"([^>]*)(?<!/)>(.*?)</c>', re.DOTALL)
FORMULA = re.compile(rb"<f[^>]*?(?:/>|>(.*?)</f>)", re.DOTALL)
VALUE = re.compile(rb"<v>(.+?)</v>|<is>", re.DOTALL)
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell that has no value to read: its row and column, both from 1, and what it holds instead."""

    row: int
    column: int
    found: str


def cell_faults(path: Path, sheet: str) -> Iterator[CellFault]:
    """Yield the cells of a sheet that hold an error (#N/A) or a formula that no program has computed yet.

    Follows ECMA-376 part 1, 18.3.1.4: type "e" marks an error; a formula without `v` has no saved result.
    """
    with zipfile.ZipFile(path) as book:
        member = _member(book, sheet)
        if member is None:
            return
        with book.open(member) as stream:
            rest = b""
            while chunk := stream.read(CHUNK):
                whole, end, rest = (rest + chunk).rpartition(ROW_END)
                yield from _of_rows(whole + end)


def _of_rows(rows: bytes) -> Iterator[CellFault]:
    if b't="e"' not in rows and b"<f" not in rows:
        return
    for letters, row, attributes, inside in CELL.findall(rows):
        value, formula = VALUE.search(inside), FORMULA.search(inside)
        if b't="e"' in attributes and value:
            yield CellFault(int(row), _number(letters), value[1].decode())
        elif formula and not value:
            yield CellFault(int(row), _number(letters), "=" + (formula[1] or b"").decode())


def _number(letters: bytes) -> int:
    """Return the number of a column: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _member(book: zipfile.ZipFile, sheet: str) -> str | None:
    """Return where in the archive a sheet is; None where the archive does not tell as the standard has it."""
    try:
        sheets = ET.fromstring(book.read("xl/workbook.xml"))  # noqa: S314 -- expat stops entity bombs
        relations = ET.fromstring(book.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    except (KeyError, ET.ParseError):
        return None
    wanted = next((node.get(RELATION) for node in sheets.iter() if node.get("name") == sheet), None)
    target = next((node.get("Target", "") for node in relations if node.get("Id") == wanted), "")
    name = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return name if name in book.namelist() else None
