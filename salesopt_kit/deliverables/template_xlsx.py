"""The three templates as one workbook: the handbook's headings, drop-downs, ready to print and to be filled in."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from salesopt_kit.charts import wrapped
from salesopt_kit.deliverables.branding import Look, look_of
from salesopt_kit.deliverables.template_cells import label_of
from salesopt_kit.deliverables.templates import (
    EVALUATION,
    ID,
    TEMPLATES,
    Column,
    Template,
    Value,
    computed_of,
    figures_of,
    lists_of,
    values_of,
)
from salesopt_kit.engagement import Engagement
from salesopt_kit.locale import _
from salesopt_kit.records.cells import LongTexts, to_cell
from salesopt_kit.records.changes import Saved
from salesopt_kit.records.load import reading_store

FORM, VERSION = "salesopt_template", "templates/1"
"""Name and value of the property by which the reader knows its own form."""
BASE, LISTS, TEXTS = "salesopt", "salesopt_lists", "salesopt_texts"
"""Hidden sheets: what was exported, the entries of the drop-downs, texts too long for a cell."""
TITLE_ROW, NOTE_ROW, HEAD_ROW, FIRST_ROW = 0, 1, 2, 3
BLANK_ROWS = 20
"""Rows below the last record that are ready for new ones."""
OLDEST = datetime(2000, 1, 1)  # noqa: DTZ001 -- a date that is always the same, so that the file is
LONGEST_LIST, LONGEST_NOTE = 500, 250
FORMULA_SIGNS = ("=", "+", "-", "@")
FORMATS = {"days": "0.0", "hours": "0.0", "score": "0.0", "fraction": "0.0%"}
LINE_HEIGHT, HIGHEST = 14.0, 400.0
"""Points of a line, and of the highest row that Excel allows (409)."""
GREY, LINE = "#8a97a5", "#c9d3dd"


def write_templates(engagement: Engagement, path: Path) -> None:
    """Write the workbook of the engagement's three templates, the same bytes for the same records.

    Every text is a text, whatever it begins with; a cell that starts with `=` is never a formula.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 -- only who writes a workbook waits for it

    with reading_store(engagement) as store:
        found: dict[str, list[Saved[Any]]] = {one.key: list(store.all(one.model)) for one in TEMPLATES}
    lists = lists_of(engagement, {key: [saved.record for saved in rows] for key, rows in found.items()})
    long_texts = LongTexts()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(str(path), options) as book:
        book.set_properties({"created": OLDEST, "title": engagement.config.client})
        book.set_custom_property(FORM, VERSION)
        styles = Styles(book, look_of(engagement))
        for template in TEMPLATES:
            sheet = book.add_worksheet(_(template.title))
            _Sheet(engagement, template, sheet, styles, long_texts).write(found[template.key])
        _write_lists(book, lists)
        _write_base(engagement, book.add_worksheet(BASE), found, long_texts)
        _write_texts(book.add_worksheet(TEXTS), long_texts)


class Styles:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any, look: Look) -> None:  # noqa: ANN401 -- xlsxwriter has no types
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.look = look
        self.title = self.of(bold=True, font_size=16, font_color=look.primary)
        self.note = self.of(font_color=GREY, font_size=9)
        self.head = self.of(
            bold=True,
            font_color="white",
            bg_color=look.accent,
            text_wrap=True,
            valign="vcenter",
            align="center",
            border=1,
            border_color=LINE,
        )
        self.body = {"valign": "top", "text_wrap": True, "border": 1, "border_color": LINE}

    def of(self, **properties: Any) -> Any:  # noqa: ANN401
        """Return the format of some properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({"font_name": self.look.sheet_font, "font_size": 10} | properties)
        return self._made[key]


class _Sheet:
    """Writes the sheet of one template."""

    def __init__(
        self,
        engagement: Engagement,
        template: Template,
        sheet: Any,  # noqa: ANN401
        styles: Styles,
        long_texts: LongTexts,
    ) -> None:
        self.engagement, self.template, self.sheet = engagement, template, sheet
        self.styles, self.long_texts = styles, long_texts

    def write(self, found: Sequence[Saved[Any]]) -> None:
        """Write head, rows and drop-downs."""
        self._head()
        for place, saved in enumerate(found):
            self._row(FIRST_ROW + place, saved.record)
        drafts = self._drafts(found)
        last = FIRST_ROW + len(found) + BLANK_ROWS - 1
        for row in range(FIRST_ROW + len(found), last + 1):
            place = row - FIRST_ROW - len(found)
            self._blank(row, drafts[place] if place < len(drafts) else ("", ""))
        self._drop_downs(last)
        self._set_up_page(last)

    def _head(self) -> None:
        sheet, styles, config = self.sheet, self.styles, self.engagement.config
        sheet.set_row(TITLE_ROW, 34)
        sheet.write_string(TITLE_ROW, 1, _(self.template.title), styles.title)
        note = _("{client}. White cells are read back; leave the ID of a new row empty.")
        sheet.write_string(NOTE_ROW, 1, note.format(client=config.client), styles.note)
        sheet.set_row(HEAD_ROW, _height((_(one.heading), one.width - 3) for one in self.template.columns) + 6)
        sheet.write_string(HEAD_ROW, 0, _(ID), styles.of(font_color=GREY, font_size=8, valign="vcenter"))
        sheet.set_column(0, 0, 6)
        for place, column in enumerate(self.template.columns, 1):
            sheet.write_string(HEAD_ROW, place, _(column.heading), styles.head)
            sheet.set_column(place, place, column.width)
        if styles.look.logo:
            styles.look.put_on_sheet(sheet, len(self.template.columns))

    def _row(self, row: int, record: Any) -> None:  # noqa: ANN401
        self.sheet.write_string(row, 0, record.id, self.styles.of(font_color=GREY, font_size=8, valign="top"))
        values: dict[str, Any] = {**values_of(self.engagement, record), **computed_of(record)}
        unit = getattr(record, "unit", "")
        texts = ((str(values[one.field] or ""), one.width - 2) for one in self.template.columns)
        self.sheet.set_row(row, _height(texts))
        for place, column in enumerate(self.template.columns, 1):
            self._cell(row, place, column, values[column.field], unit)

    def _blank(self, row: int, draft: tuple[str, str]) -> None:
        """Write a row that waits for a record; in template 3 it may name a figure that has a target."""
        metric, unit = draft
        for place, column in enumerate(self.template.columns, 1):
            self._cell(row, place, column, metric if metric and column.kind == "metric" else None, unit)

    def _drafts(self, found: Sequence[Saved[Any]]) -> list[tuple[str, str]]:
        """Return label and unit of each figure that has a target and is not evaluated yet; template 3 alone has any."""
        if self.template is not EVALUATION:
            return []
        entered = {saved.record.metric for saved in found}
        return [(name, unit) for key, (name, unit) in figures_of(self.engagement).items() if key not in entered]

    def _cell(self, row: int, place: int, column: Column, value: Value, unit: str) -> None:
        sheet, style = self.sheet, dict(self.styles.body)
        if column.kind == "computed":
            style |= {"bg_color": "#eef2f5", "font_color": "#4a5b6c"}
        if column.kind in ("number", "date", "term", "computed"):
            style |= {"align": "center"}
        if column.kind == "date":
            style |= {"num_format": "yyyy-mm-dd"}
        if column.kind == "number":
            style |= {"num_format": FORMATS.get(unit, "0.0##" if column.field == "days_per_deal" else "General")}
        if value is None:
            sheet.write_blank(row, place, None, self.styles.of(**style))
        elif column.kind == "date":
            sheet.write_datetime(row, place, date.fromisoformat(str(value)), self.styles.of(**style))
        elif isinstance(value, float):
            sheet.write_number(row, place, value, self.styles.of(**style))
        else:
            shown = label_of(column.terms, value) if column.kind == "term" and column.terms else value
            text = str(to_cell(shown, self.long_texts))
            style |= {"quote_prefix": True} if text.startswith(FORMULA_SIGNS) else {}
            sheet.write_string(row, place, text, self.styles.of(**style))

    def _drop_downs(self, last: int) -> None:
        for place, column in enumerate(self.template.columns, 1):
            if rule := _rule(column):
                self.sheet.data_validation(FIRST_ROW, place, last, place, rule)

    def _set_up_page(self, last: int) -> None:
        sheet, footer = self.sheet, self.styles.look.footer.replace("&", "&&")
        sheet.freeze_panes(FIRST_ROW, 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(HEAD_ROW)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.7)
        sheet.print_area(TITLE_ROW, 1, last, len(self.template.columns))
        client = self.engagement.config.client.replace("&", "&&")
        sheet.set_footer(f"&L&8{(footer or client)[:180]}&R&8&P / &N")
        sheet.hide_gridlines(2)


def _height(texts: Iterable[tuple[str, int]]) -> float:
    """Return the height in points of a row that holds texts in columns of some width; no program fits it by itself."""
    lines = [sum(len(wrapped(line, width)) for line in text.split("\n")) for text, width in texts]
    return min(LINE_HEIGHT * max(lines) + 4, HIGHEST)


def _rule(column: Column) -> dict[str, Any]:
    """Return what Excel is to check in a column; a list of proposals lets other words through."""
    if column.list_name in ("types", "levels"):
        return {
            "validate": "list",
            "source": f"={LISTS}_{column.list_name}",
            "error_title": _(column.heading)[:30],
            "error_message": _("Choose one of the list.")[:LONGEST_NOTE],
        }
    if column.list_name:
        return {"validate": "list", "source": f"={LISTS}_{column.list_name}", "show_error": False}
    if column.kind == "number":
        return {
            "validate": "decimal",
            "criteria": ">=",
            "value": 0,
            "error_message": _("A number, 0 or larger.")[:LONGEST_NOTE],
        }
    if column.kind == "date":
        return {
            "validate": "date",
            "criteria": ">=",
            "value": date(2000, 1, 1),
            "error_message": _("A date such as 2024-03-15.")[:LONGEST_NOTE],
        }
    return {}


def _write_lists(book: Any, lists: Mapping[str, list[str]]) -> None:  # noqa: ANN401
    """Write the entries of the drop-downs on a hidden sheet, each list under a name."""
    sheet = book.add_worksheet(LISTS)
    sheet.hide()
    for place, (name, entries) in enumerate(lists.items()):
        for row, entry in enumerate(entries[:LONGEST_LIST] or [""]):
            sheet.write_string(row, place, entry[:LONGEST_NOTE])
        column = chr(ord("A") + place)
        last = max(1, min(len(entries), LONGEST_LIST))
        book.define_name(f"{LISTS}_{name}", f"={LISTS}!${column}$1:${column}${last}")


def _write_base(
    engagement: Engagement,
    sheet: Any,  # noqa: ANN401
    found: Mapping[str, Sequence[Saved[Any]]],
    long_texts: LongTexts,
) -> None:
    """Write what was exported, so that the reader can tell what was changed since and by whom."""
    sheet.very_hidden()
    for place, text in enumerate((FORM, VERSION, engagement.config.slug)):
        sheet.write_string(0, place, text)
    lines = [
        (template.key, saved.record.id, saved.version, values_of(engagement, saved.record))
        for template in TEMPLATES
        for saved in found[template.key]
    ]
    for row, (key, id_, version, values) in enumerate(lines, 1):
        sheet.write_string(row, 0, key)
        sheet.write_string(row, 1, id_)
        sheet.write_number(row, 2, version)
        sheet.write_string(row, 3, str(to_cell(values, long_texts)))


def _write_texts(sheet: Any, long_texts: LongTexts) -> None:  # noqa: ANN401
    sheet.very_hidden()
    pieces = [(key, piece) for key, texts in long_texts.pieces.items() for piece in texts]
    for row, (key, piece) in enumerate(pieces):
        sheet.write_string(row, 0, key)
        sheet.write_string(row, 1, piece)
