"""What every reader hands on: a relation of text columns, as the export has them, with the place of each row."""

import glob
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Scan:
    """One export, opened: `sql` selects its columns under their own headings, all as text.

    Row `i` (from 0) of the relation is row `i + first_row` of the file as a spreadsheet numbers it.
    """

    file: str
    path: Path
    sql: str
    headings: tuple[str, ...]
    first_row: int = 2
    is_text: bool = False
    """Whether the database reads the file itself, so that a fault in it shows only then."""
    is_excel: bool = False
    """Whether dates may have come as a spreadsheet's serial numbers."""
    rows_if_plain: int = 0
    """How many rows a text file of ASCII without tabs has if no cell holds a line break; 0 where that is not known.

    If the database finds as many, none does, and the spaces around them are all that has to be cleaned off cells.
    """
    is_wide: bool = False
    """Whether the export has one column per stage, which was turned into one row per stage."""


def quoted(name: str) -> str:
    """Return a heading as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def located(path: Path) -> str:
    """Return a path as an SQL literal for the database to read; a folder named `Acme [2024]` is no pattern."""
    return literal(glob.escape(str(path)))
