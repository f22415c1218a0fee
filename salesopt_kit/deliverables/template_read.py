"""The workbook of templates as it came back: its rows by sheet and address, and what was exported in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from salesopt_kit.deliverables.template_cells import CannotRead, shown_value, value_in
from salesopt_kit.deliverables.template_xlsx import BASE, FORM, TEXTS, VERSION
from salesopt_kit.deliverables.templates import ID, TEMPLATES, Column, Template, Value
from salesopt_kit.errors import InputError
from salesopt_kit.locale import LANGUAGES, _, catalogue
from salesopt_kit.records.cells import LongTexts, from_cell

HEAD_ROWS = 12
"""Rows from the top in which the headings are looked for; somebody may have put lines above them."""
LONGEST_SAID = 120
"""Letters of a value in a diff."""
Cells = list[list[Any]]


@dataclass(frozen=True, slots=True)
class Exported:
    """What a record was when the workbook was written."""

    version: int
    values: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a sheet: the id in it ("" for a new row), its values by field, and the address of each cell."""

    template: Template
    sheet: str
    id: str
    values: dict[str, Value]
    addresses: dict[str, str]
    where: str
    """Sheet and address of the id."""


@dataclass(frozen=True, slots=True)
class Returned:
    """A workbook that came back; `wrong` holds an error per cell that cannot be understood."""

    slug: str
    exported: dict[str, Exported]
    lines: tuple[Line, ...]
    wrong: tuple[InputError, ...]


def is_templates(path: Path) -> bool:
    """Return whether a file is a workbook of the kit's templates, by the hidden sheet that it writes."""
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 -- only who reads a workbook waits for it

    if path.suffix.lower() != ".xlsx":
        return False
    try:
        book = CalamineWorkbook.from_path(str(path))
        return BASE in book.sheet_names and book.get_sheet_by_name(BASE).to_python()[0][0] == FORM
    except (CalamineError, OSError, IndexError):
        return False


def read_templates(path: Path) -> Returned:
    """Return what a workbook of templates holds; InputError where it is another version or lacks a sheet or heading."""
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 -- as above

    book = CalamineWorkbook.from_path(str(path))
    tables: dict[str, Cells] = {
        name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names
    }
    long_texts = _long_texts(tables.get(TEXTS, []))
    head, *base = tables[BASE]
    if str(head[1]) != VERSION:
        raise InputError(
            str(path), head[1], expected=VERSION, remedy=_("Export the templates anew and fill in that file.")
        )
    exported = {str(line[1]): Exported(int(line[2]), from_cell(line[3], long_texts) or {}) for line in base}
    lines: list[Line] = []
    wrong: list[InputError] = []
    for template in TEMPLATES:
        name = _sheet_of(template, tables, path)
        for line, errors in _lines(template, name, tables[name], long_texts, path):
            lines.append(line)
            wrong.extend(errors)
    return Returned(str(head[2]), exported, tuple(lines), tuple(wrong))


def refused(path: Path, sheet: str, address: str, found: object, expected: str, remedy: str = "") -> InputError:
    """Return the error for a cell, named by sheet and address."""
    return InputError(
        _("{file}, sheet {sheet}, cell {address}").format(file=path.name, sheet=sheet, address=address),
        found,
        expected=expected,
        remedy=remedy or _("Correct the cell and import again; nothing was written."),
    )


def said_in(message: str) -> set[str]:
    """Return a message in every language of the kit."""
    return {message, *(catalogue(name).gettext(message) for name in LANGUAGES)}


def _long_texts(cells: Cells) -> LongTexts:
    found = LongTexts()
    for key, piece, *_rest in cells:
        found.pieces.setdefault(str(key), []).append(str(piece))
    return found


def _sheet_of(template: Template, tables: dict[str, Cells], path: Path) -> str:
    """Return the name of the sheet of a template, in whichever language it was written."""
    for name in tables:
        if name in said_in(template.title):
            return name
    raise InputError(
        str(path),
        [name for name in tables if name not in (BASE, TEXTS)],
        expected=_("a sheet {name}").format(name=_(template.title)),
        remedy=_("Give the sheet its name back, or export the templates anew."),
    )


def _lines(
    template: Template, sheet: str, cells: Cells, long_texts: LongTexts, path: Path
) -> Iterator[tuple[Line, list[InputError]]]:
    """Yield the rows that hold anything, each with an error per bad cell."""
    head, places = _places(template, sheet, cells, path)
    for row in range(head + 1, len(cells)):
        values: dict[str, Value] = {}
        errors = []
        for column in template.read:
            cell = cells[row][places[column.field]]
            address = xl_rowcol_to_cell(row, places[column.field])
            try:
                values[column.field] = value_in(column, _plain(cell, long_texts))
            except CannotRead as reason:
                errors.append(refused(path, sheet, address, cell, reason.expected))
        id_ = _text(cells[row][places[ID]])
        if id_ or errors or any(value is not None for value in values.values()):
            addresses = {column.field: xl_rowcol_to_cell(row, places[column.field]) for column in template.read}
            yield Line(template, sheet, id_, values, addresses, xl_rowcol_to_cell(row, places[ID])), errors


def _places(template: Template, sheet: str, cells: Cells, path: Path) -> tuple[int, dict[str, int]]:
    """Return the row of the headings and the place of each column, by its field."""
    wanted: dict[str, set[str]] = {
        ID: said_in(ID),
        **{column.field: said_in(column.heading) for column in template.read},
    }
    best: tuple[int, dict[str, int]] = (0, {})
    for number, row in enumerate(cells[:HEAD_ROWS]):
        names = [_text(cell) for cell in row]
        found = {field: place for field, known in wanted.items() for place, name in enumerate(names) if name in known}
        if len(found) > len(best[1]):
            best = number, found
    missing = [field for field in wanted if field not in best[1]]
    if missing:
        headings = {ID: _(ID), **{column.field: _(column.heading) for column in template.read}}
        raise InputError(
            _("{file}, sheet {sheet}").format(file=path.name, sheet=sheet),
            [_text(cell) for cell in (cells[best[0]] if cells else [])],
            expected=_("the headings {names}").format(names=_(", ").join(headings[field] for field in missing)),
            remedy=_("Give the columns their headings back, or export the templates anew."),
        )
    return best


def _plain(cell: Any, long_texts: LongTexts) -> Any:  # noqa: ANN401 -- whatever a reader finds
    return from_cell(cell, long_texts) if isinstance(cell, str) else cell


def _text(cell: Any) -> str:  # noqa: ANN401
    return "" if cell is None else str(cell).strip()


def said(column: Column, value: Value) -> str:
    """Return a value as a diff shows it: one line, not too long."""
    text = " ".join(shown_value(column, value).split())
    return text if len(text) <= LONGEST_SAID else text[: LONGEST_SAID - 1] + "…"
