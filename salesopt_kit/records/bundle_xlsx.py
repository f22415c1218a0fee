"""A bundle as one workbook: a sheet per kind of record, then links and history; every text a text, never a formula."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from salesopt_kit.errors import InputError, InputErrors, shortened
from salesopt_kit.locale import _
from salesopt_kit.records.bundle import Bundle, BundleChange, BundleLink, BundleRecord
from salesopt_kit.records.cells import Cell, LongTexts, from_cell, to_cell
from salesopt_kit.records.changes import as_json
from salesopt_kit.records.kinds import BY_KEY, KINDS, kind_of

OWN = tuple(name for name in BundleRecord.model_fields if name != "fields")
"""The first columns of every sheet of records; the fields of the kind follow."""
TEXTS = "long_texts"
OLDEST = datetime(2000, 1, 1)  # noqa: DTZ001 -- a date that is always the same, so that the file is
WIDTH, WIDEST = 14, 40
WIDE = ("text", "problem", "measure", "risk", "contingency", "task", "notes", "steps", "before", "after", "value")


def to_xlsx(bundle: Bundle, path: Path) -> None:
    """Write the workbook, the same bytes for the same content."""
    from xlsxwriter import Workbook  # noqa: PLC0415 -- only who writes a workbook waits for it

    long_texts = LongTexts()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(str(path), options) as book:
        book.set_properties({"created": OLDEST})
        head = book.add_format({"bold": True, "bottom": 1})
        body = book.add_format({"text_wrap": True, "valign": "top"})
        for name, columns, lines in _tables(bundle):
            cells = [[to_cell(line.get(column), long_texts) for column in columns] for line in lines]
            _sheet(book.add_worksheet(name), columns, cells, head, body)
        _sheet(book.add_worksheet(TEXTS), ("key", "part", "text"), _pieces(long_texts), head, body)


def from_xlsx(path: Path) -> Bundle:
    """Return the bundle of a workbook; InputErrors with sheet and row of whatever cannot be understood."""
    sheets = _read(path)
    long_texts = LongTexts()
    for line in sheets.pop(TEXTS, []):
        long_texts.pieces.setdefault(str(line["key"]), []).append(str(line["text"]))
    content = {name: [_values(line, long_texts) for line in lines] for name, lines in sheets.items()}
    errors: list[InputError] = []
    parts: dict[str, Any] = {
        "records": _models(path, {name: map(_nested, content.get(name, [])) for name in BY_KEY}, BundleRecord, errors),
        "links": _models(path, {"links": content.get("links", [])}, BundleLink, errors),
        "history": _models(path, {"history": map(_parsed, content.get("history", []))}, BundleChange, errors),
    }
    if errors:
        raise InputErrors(errors)
    parts["records"].sort(key=lambda record: (record.seq == 0, record.seq))
    counters = {line["name"]: line["last"] for line in content.get("counters", [])}
    settings = {line["name"]: line["value"] for line in content.get("settings", [])}
    return Bundle(**parts, counters=counters, settings=settings)


def _tables(bundle: Bundle) -> Iterable[tuple[str, tuple[str, ...], Sequence[Mapping[str, Any]]]]:
    """Yield name, columns and rows of each sheet."""
    for kind in KINDS:
        found = [record for record in bundle.records if kind_of(record.id) is kind]
        columns = tuple(name for name in kind.model.model_fields if name != "id")
        lines = [{**record.fields, **record.model_dump(include=set(OWN))} for record in found]
        yield kind.key, (OWN[0], *columns, *OWN[1:]), lines
    yield "links", tuple(BundleLink.model_fields), [link.model_dump() for link in bundle.links]
    changes = [change.model_dump() for change in bundle.history]
    for change in changes:
        change |= {name: as_json(change[name]) if change[name] is not None else None for name in ("before", "after")}
    yield "history", tuple(BundleChange.model_fields), changes
    yield "counters", ("name", "last"), [{"name": name, "last": last} for name, last in bundle.counters.items()]
    yield "settings", ("name", "value"), [{"name": name, "value": value} for name, value in bundle.settings.items()]


def _pieces(long_texts: LongTexts) -> list[list[Cell]]:
    pieces = long_texts.pieces.items()
    return [[key, str(number), piece] for key, texts in pieces for number, piece in enumerate(texts, 1)]


def _sheet(sheet: Any, columns: Sequence[str], lines: list[list[Cell]], head: Any, body: Any) -> None:  # noqa: ANN401 -- xlsxwriter has no types
    sheet.freeze_panes(1, 1)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column, head)
        sheet.set_column(place, place, WIDEST if column in WIDE else WIDTH)
    for row, line in enumerate(lines, 1):
        for place, cell in enumerate(line):
            if isinstance(cell, bool):
                sheet.write_boolean(row, place, cell, body)
            elif isinstance(cell, int | float):
                sheet.write_number(row, place, cell, body)
            elif cell is not None:
                sheet.write_string(row, place, cell, body)


def _read(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each sheet by their heading; "#row" is the number that the spreadsheet shows."""
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 -- only who reads a workbook waits for it

    try:
        book = CalamineWorkbook.from_path(str(path))
        tables = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except (CalamineError, OSError) as wrong:
        raise InputError(
            str(path), str(wrong), expected=_("an Excel workbook"), remedy=_("Name the exported file.")
        ) from None
    if "links" not in tables:
        raise InputError(
            str(path),
            list(tables),
            expected=_("records as `salesopt records export` writes them"),
            remedy=_("Name the exported file."),
        )
    return {
        name: [
            {"#row": number, **dict(zip(map(str, rows[0]), row, strict=False))}
            for number, row in enumerate(rows[1:], 2)
            if any(cell not in ("", None) for cell in row)
        ]
        for name, rows in tables.items()
        if rows
    }


def _values(line: Mapping[str, Any], long_texts: LongTexts) -> dict[str, Any]:
    """Return the cells of a line that hold something, as values."""
    values = {name: from_cell(cell, long_texts) for name, cell in line.items()}
    return {name: value for name, value in values.items() if value is not None}


def _nested(line: dict[str, Any]) -> dict[str, Any]:
    """Return a line of a sheet of records with the fields of its kind together."""
    own = {name: line.pop(name) for name in (*OWN, "#row") if name in line}
    return {**own, "fields": line}


def _parsed(line: dict[str, Any]) -> dict[str, Any]:
    """Return a line of the history with its JSON read."""
    return line | {name: json.loads(line[name]) for name in ("before", "after") if name in line}


def _models(
    path: Path, sheets: Mapping[str, Iterable[dict[str, Any]]], model: type[Any], errors: list[InputError]
) -> list[Any]:
    made = []
    for sheet, lines in sheets.items():
        for line in lines:
            row = line.pop("#row", 0)
            try:
                made.append(TypeAdapter(model).validate_python(line))
            except ValidationError as wrong:
                for error in wrong.errors():
                    where = _("{file}, sheet {sheet}, row {row}").format(file=path, sheet=sheet, row=row)
                    found = shortened(error["input"]) if not isinstance(error["input"], dict) else line.get("id", "")
                    said = " ".join(error["msg"].split())
                    errors.append(
                        InputError(where, found, expected=said, remedy=_("Correct the cell and import again."))
                    )
    return made
