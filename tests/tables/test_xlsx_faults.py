"""Oracle: workbooks written by XlsxWriter, whose cells are known."""

import zipfile
from pathlib import Path

import xlsxwriter

from salesopt_kit.tables.xlsx_faults import CellFault, cell_faults


def test_errors_and_formulas_without_a_result_are_found_and_sound_formulas_are_not(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("Notes")
    sheet = book.add_worksheet("Deals & more")
    for row in range(2000):
        sheet.write_row(row, 0, (row, f"text {row}"))
    sheet.write_blank(3, 0, None, book.add_format({"bold": True}))
    sheet.write_formula(3, 1, "=VLOOKUP(1;A1:B2;2)", None, "#N/A")
    sheet.write_formula(1500, 27, "=TODAY()", None, "")
    sheet.write_formula(1501, 2, "=A1+1", None, 7)
    sheet.write_formula(1501, 3, '="a"&"b"', None, "ab")
    book.close()
    assert list(cell_faults(path, "Deals & more")) == [CellFault(4, 2, "#N/A"), CellFault(1501, 28, "=TODAY()")]
    assert list(cell_faults(path, "Notes")) == []


def test_an_archive_that_hides_its_sheets_has_no_faults_to_show(tmp_path: Path) -> None:
    path = tmp_path / "odd.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/other.xml", "<x/>")
    assert list(cell_faults(path, "Sheet1")) == []
