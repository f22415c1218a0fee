"""Excel exports: one sheet, typed cells turned into text that loses nothing."""

from collections.abc import Sequence
from datetime import date, datetime, time
from itertools import chain, islice
from pathlib import Path

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from salesopt_kit.engagement import Source
from salesopt_kit.errors import InputError, InputErrors
from salesopt_kit.locale import _
from salesopt_kit.tables.read_csv import checked_headings, empty
from salesopt_kit.tables.xlsx_faults import CellFault, cell_faults

ERRORS = frozenset(("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!"))
"""What a spreadsheet shows in place of a value (ECMA-376 part 1, 18.17.3, and newer ones); seen where it was pasted."""
MOST_NAMED = 5
"""Bad cells that one error message lists."""
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""First bytes of Excel 97-2003 and of encrypted files."""


def read_xlsx(path: Path, file: str, source: Source) -> tuple[pa.Table, int]:
    """Return the sheet as a table of text, and the row of its first data row as the spreadsheet numbers it.

    The sheet is `source.sheet`, else the first; the heading row is the first that is not empty. Raises InputError for
    a damaged or protected file, an unknown sheet, and cells that hold an error value such as #N/A.
    """
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            name = _sheet(book.sheet_names, source.sheet, file)
            sheet = book.get_sheet_by_name(name)
            rows = sheet.to_python(skip_empty_area=False)
    except CalamineError as wrong:
        raise _unreadable(path, file, wrong) from None
    heading = next((place for place, row in enumerate(rows) if any(cell != "" for cell in row)), None)
    if heading is None:
        raise empty(file)
    width = max(place for place, cell in enumerate(rows[heading], 1) if cell != "")
    headings = checked_headings([as_text(cell) or "" for cell in rows[heading][:width]], file)
    body = [row[:width] for row in rows[heading + 1 :]]
    while body and all(cell == "" for cell in body[-1]):
        body.pop()
    _stop_at_faults(path, body, headings, heading + 2, file, name)
    columns = [pa.array([as_text(row[place]) for row in body], pa.string()) for place in range(width)]
    return pa.table(columns, names=list(headings)), heading + 2


def as_text(cell: object) -> str | None:
    """Return a cell as text: dates in ISO form, whole numbers without a point, blanks as None."""
    if cell is None or cell == "":
        return None
    match cell:
        case bool():
            text = str(cell).lower()
        case float() if cell.is_integer():
            text = str(int(cell))
        case datetime() if cell.time() == time(0):
            text = cell.date().isoformat()
        case datetime():
            text = cell.isoformat(sep=" ")
        case date() | time():
            text = cell.isoformat()
        case _:
            text = str(cell)
    return text


def _sheet(names: list[str], wanted: str, file: str) -> str:
    if wanted and wanted not in names:
        raise InputError(
            file,
            wanted,
            expected=_("one of the sheets {names}").format(names=", ".join(names)),
            remedy=_("Correct `sheet:` of this source in engagement.yml."),
        )
    return wanted or names[0]


def _stop_at_faults(
    path: Path, body: Sequence[Sequence[object]], headings: tuple[str, ...], first_row: int, file: str, sheet: str
) -> None:
    """Raise InputErrors for the first cells that hold an error or a formula instead of a value."""
    typed = (
        CellFault(first_row + place, column, cell)
        for place, row in enumerate(body)
        for column, cell in enumerate(row, 1)
        if isinstance(cell, str) and cell in ERRORS
    )
    computed = (
        fault
        for fault in cell_faults(path, sheet)
        if first_row <= fault.row < first_row + len(body) and fault.column <= len(headings)
    )
    if faults := list(islice(chain(computed, typed), MOST_NAMED)):
        raise InputErrors([_fault(fault, headings, file, sheet) for fault in faults])


def _fault(fault: CellFault, headings: tuple[str, ...], file: str, sheet: str) -> InputError:
    is_formula = fault.found.startswith("=")
    return InputError(
        _("{file}, sheet {sheet}, row {row}, column {column}").format(
            file=file, sheet=sheet, row=fault.row, column=headings[fault.column - 1]
        ),
        fault.found,
        expected=_("a value, not a formula without its result") if is_formula else _("a value"),
        remedy=_("Repair the formula, or paste the column as values, and save the file again."),
    )


def _unreadable(path: Path, file: str, wrong: Exception) -> InputError:
    # An encrypted workbook is no zip archive but an OLE file with a stream of this name (MS-OFFCRYPTO 2.3.4.4).
    inside = path.read_bytes()
    protected = "password" in str(wrong).lower() or "EncryptedPackage".encode("utf-16-le") in inside
    if not protected and inside.startswith(OLE):
        return InputError(
            file,
            _("a workbook of Excel 97-2003 (.xls)"),
            expected=_("an Excel workbook (.xlsx) that opens without a password"),
            remedy=_("Open it in a spreadsheet program and save it as .xlsx."),
        )
    return InputError(
        file,
        _("a protected workbook") if protected else _("a damaged workbook"),
        expected=_("an Excel workbook (.xlsx) that opens without a password"),
        remedy=_("Remove the password.") if protected else _("Download or export the workbook again."),
    )
