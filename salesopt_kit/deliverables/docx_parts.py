"""The parts of a Word document: styles of our own, headings, tables that repeat their head, pictures, contents."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from salesopt_kit.deliverables.branding import Look
from salesopt_kit.deliverables.columns import widths
from salesopt_kit.locale import _
from salesopt_kit.results import Missing, Result

PORTRAIT, LANDSCAPE, POSTER = (21.0, 29.7), (29.7, 21.0), (29.7, 42.0)
"""A4 and, for a flowchart that is to be read, A3; in centimetres."""
MARGIN = 2.0
SMALL, BODY = 8.5, 10.5
SOFT = RGBColor(0x4A, 0x5B, 0x6C)
CONTENTS = "toc 1"
"""The name by which Word knows the style of a table of contents."""


class Paper:
    """A document in the making; `save` writes it with its table of contents."""

    def __init__(self, look: Look, title: str, made_on: datetime) -> None:
        self.look, self.document = look, Document()
        self._headings: list[tuple[str, str]] = []
        self._contents: Any = None
        self._footer, self._page = "", PORTRAIT
        self._set_styles()
        properties = self.document.core_properties
        properties.title, properties.author, properties.comments = title, "", ""
        properties.created = properties.modified = made_on
        self._size(self.document.sections[0], PORTRAIT)

    @property
    def width(self) -> float:
        """Centimetres between the margins of the page."""
        return self._page[0] - 2 * MARGIN

    def heading(self, text: str, level: int = 1, *, on_new_page: bool = False) -> None:
        """Add a heading; those of the first level are numbered and stand in the contents."""
        if level > 1:
            self.document.add_heading(text, level)
            return
        numbered, mark = f"{len(self._headings) + 1}  {text}", f"_Toc{len(self._headings) + 1:06d}"
        self._headings.append((numbered, mark))
        added = self.document.add_heading(numbered, 1)
        added.paragraph_format.page_break_before = on_new_page
        _bookmark(added, mark, len(self._headings))

    def paragraph(self, text: str, *, style: str = "", small: bool = False, is_lead: bool = False) -> Any:  # noqa: ANN401 -- python-docx has no types
        """Add a paragraph; one that leads to what follows stays on its page."""
        added = self.document.add_paragraph(_clean(text), style=style or None)
        added.paragraph_format.keep_with_next = is_lead or None
        if small:
            for run in added.runs:
                run.font.size, run.font.color.rgb = Pt(SMALL), SOFT
        return added

    def bullets(self, texts: Iterable[str], *, small: bool = False) -> None:
        """Add a list."""
        for text in texts:
            self.paragraph(text, style="List Bullet", small=small)

    def answer(self, result: Result) -> None:
        """Add the sentence of an answer, its table and its caveats; what is missing is said with its remedy."""
        self.paragraph(result.sentence())
        if isinstance(result, Missing):
            self.paragraph(result.remedy, small=True)
            return
        self.table(result.table())
        self.bullets(result.caveats(), small=True)

    def table(self, frame: pd.DataFrame) -> None:
        """Add a table as wide as the page, its head on each page, no row broken; nothing where it is empty."""
        if frame.empty:
            return
        names = [str(name) for name in frame.columns]
        found = widths(frame, self.width)
        table = self._grid(found)
        self._row(table.rows[0], names, is_head=True)
        for line in frame.itertuples(index=False):
            self._row(table.add_row(), [str(cell) for cell in line])
        self._fix(table, found)
        self.document.add_paragraph().paragraph_format.space_after = Pt(2)

    def facts(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Add a table of two columns: what, and what is known of it."""
        found = [self.width * 0.22, self.width * 0.78]
        table = self._grid(found)
        for place, (name, said) in enumerate(pairs):
            self._row(table.rows[0] if place == 0 else table.add_row(), [name, said], is_named=True)
        self._fix(table, found, has_head=False)
        for row in table.rows[:-1]:
            row.cells[0].paragraphs[0].paragraph_format.keep_with_next = True
        self.document.add_paragraph().paragraph_format.space_after = Pt(2)

    def signatures(self, lines: Iterable[tuple[str, str, str, str]]) -> None:
        """Add a table to be signed: name, role, scope, the day of a signature that was given already, and a line."""
        heads = (_("Name"), _("Role"), _("Scope"), _("Signed before on"), _("Signature and date"))
        found = [self.width * part for part in (0.15, 0.15, 0.28, 0.15, 0.27)]
        table = self._grid(found)
        self._row(table.rows[0], heads, is_head=True)
        for line in lines:
            row = table.add_row()
            row.height = Cm(1.5)
            self._row(row, (*line, ""))
        self._fix(table, found)

    def picture(self, png: bytes, *, alt: str, height: float = 21.5, is_centred: bool = True) -> None:
        """Add a picture in its own size, or as large as the page and `height` (centimetres) allow."""
        shape = self.document.add_picture(io.BytesIO(png))
        scale = min(1.0, Cm(self.width) / shape.width, Cm(height) / shape.height)
        shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
        shape._inline.docPr.set("descr", alt)  # noqa: SLF001 -- python-docx has no other way to alternative text
        if is_centred:
            self.document.paragraphs[-1].alignment = WD_ALIGN_PARAGRAPH.CENTER

    def new_page(self) -> None:
        """Go on at the top of a page."""
        self.document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)

    def turn(self, size: tuple[float, float]) -> None:
        """Go on on a new page of this size."""
        section = self.document.add_section()
        section.different_first_page_header_footer = False
        self._size(section, size)
        section.footer.is_linked_to_previous = False
        self._write_footer(section)

    def contents(self) -> None:
        """Put the table of contents here when the document is saved."""
        title = self.document.add_paragraph(_("Contents"))
        title.style = self.document.styles["Contents title"]
        self._contents = self.document.add_paragraph()

    def footer(self, left: str) -> None:
        """Write `left` and the page of all pages at the foot of every page but the first."""
        section = self.document.sections[0]
        section.different_first_page_header_footer = True
        self._footer = left
        self._write_footer(section)

    def save(self, path: Path) -> None:
        """Write the document."""
        if self._contents is not None:
            self._write_contents()
        self.document.save(str(path))

    def _write_footer(self, section: Any) -> None:  # noqa: ANN401
        line = section.footer.paragraphs[0]
        line.style = self.document.styles["Normal"]
        line.paragraph_format.tab_stops.add_tab_stop(Cm(self.width), WD_TAB_ALIGNMENT.RIGHT)
        line.add_run(_clean(self._footer) + "\t")
        before, between, after = _("Page {page} of {pages}").replace("{pages}", "{page}").split("{page}")
        for text, code in ((before, "PAGE"), (between, "NUMPAGES"), (after, "")):
            line.add_run(text)
            if code:
                _field(line, code, "1")
        for run in line.runs:
            run.font.size, run.font.color.rgb = Pt(8), SOFT

    def _set_styles(self) -> None:
        styles, font = self.document.styles, self.look.sheet_font
        sizes = {"Normal": BODY, "Title": 28, "Heading 1": 16, "Heading 2": 12.5, "List Bullet": BODY}
        for name, style in (("Contents title", "Normal"), (CONTENTS, "Normal"), ("Subtitle line", "Normal")):
            made = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            made.base_style = styles[style]
        sizes |= {"Contents title": 16, CONTENTS: BODY, "Subtitle line": 14}
        for name, size in sizes.items():
            style = styles[name]
            style.font.size = Pt(size)
            _set_font(style.element.get_or_add_rPr(), font)
            if name.startswith(("Title", "Heading", "Contents title")):
                style.font.bold, style.font.color.rgb = True, RGBColor.from_string(self.look.primary[1:].upper())
        styles["Normal"].paragraph_format.space_after = Pt(6)
        styles["Heading 1"].paragraph_format.space_before = Pt(18)
        styles["Heading 1"].paragraph_format.space_after = Pt(8)
        for border in styles["Title"].element.xpath(".//w:pBdr"):
            border.getparent().remove(border)

    def _size(self, section: Any, size: tuple[float, float]) -> None:  # noqa: ANN401
        section.orientation = WD_ORIENT.PORTRAIT if size[0] < size[1] else WD_ORIENT.LANDSCAPE
        self._page = size
        section.page_width, section.page_height = Cm(size[0]), Cm(size[1])
        for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
            setattr(section, side, Cm(MARGIN))

    def _grid(self, widths: Sequence[float]) -> Any:  # noqa: ANN401
        table = self.document.add_table(rows=1, cols=len(widths), style="Table Grid")
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        return table

    def _row(self, row: Any, texts: Sequence[str], *, is_head: bool = False, is_named: bool = False) -> None:  # noqa: ANN401
        """Write the cells of a row; a head has white letters on the accent colour, a name stands bold on grey."""
        for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(1)
            run = paragraph.add_run(_clean(text))
            run.font.size = Pt(SMALL)
            if is_head or (is_named and place == 0):
                run.font.bold = True
                _shade(cell, self.look.accent[1:] if is_head else "EEF2F5")
            if is_head:
                run.font.color.rgb = RGBColor(0xFF, 0xFF, 0xFF)
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001 -- python-docx has no other way to these settings
        properties.append(OxmlElement("w:cantSplit"))

    def _fix(self, table: Any, widths: Sequence[float], *, has_head: bool = True) -> None:  # noqa: ANN401
        for place, width in enumerate(widths):
            table.columns[place].width = Cm(width)
            for cell in table.columns[place].cells:
                cell.width = Cm(width)
        if has_head:
            table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001
        for border in ("top", "left", "bottom", "right", "insideH", "insideV"):
            _border(table, border)

    def _write_contents(self) -> None:
        """Write the contents as a field: links for now, and pages as soon as Word renews it."""
        anchor = self._contents
        for place, (text, mark) in enumerate(self._headings):
            line = anchor.insert_paragraph_before(style=CONTENTS)
            if place == 0:
                _begin_field(line, 'TOC \\o "1-1" \\h \\z \\u')
            _link(line, text, mark)
        _mark(anchor, "end")


def _clean(text: str) -> str:
    """Return a text without the signs that XML does not allow."""
    return "".join(sign for sign in text if sign in "\n\t" or (sign >= " " and sign not in "\ufffe\uffff"))


def _set_font(properties: Any, font: str) -> None:  # noqa: ANN401
    """Set one font for Latin and for Chinese letters, in place of those of the theme."""
    fonts = properties.get_or_add_rFonts()
    for key in list(fonts.attrib):
        del fonts.attrib[key]
    for script in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{script}"), font)
    fonts.set(qn("w:eastAsia"), "Microsoft YaHei")


def _shade(cell: Any, colour: str) -> None:  # noqa: ANN401
    shade = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", colour.upper())):
        shade.set(qn(f"w:{key}"), value)
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001


def _border(table: Any, side: str) -> None:  # noqa: ANN401
    properties = table._tbl.tblPr  # noqa: SLF001
    borders = properties.find(qn("w:tblBorders"))
    if borders is None:
        borders = OxmlElement("w:tblBorders")
        later = [
            child
            for name in ("shd", "tblLayout", "tblCellMar", "tblLook")
            for child in properties.iter(qn(f"w:{name}"))
        ]
        if later:  # the standard fixes the order of these settings
            later[0].addprevious(borders)
        else:
            properties.append(borders)
    line = OxmlElement(f"w:{side}")
    for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "C9D3DD")):
        line.set(qn(f"w:{key}"), value)
    borders.append(line)


def _bookmark(paragraph: Any, name: str, number: int) -> None:  # noqa: ANN401
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for mark in (start, end):
        mark.set(qn("w:id"), str(number))
    start.set(qn("w:name"), name)
    paragraph._p.insert(1 if paragraph._p.pPr is not None else 0, start)  # noqa: SLF001
    paragraph._p.append(end)  # noqa: SLF001


def _link(paragraph: Any, text: str, mark: str) -> None:  # noqa: ANN401
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), mark)
    run = paragraph.add_run(_clean(text))
    link.append(run._r)  # noqa: SLF001
    paragraph._p.append(link)  # noqa: SLF001


def _mark(paragraph: Any, kind: str, *, dirty: bool = False) -> None:  # noqa: ANN401
    sign = OxmlElement("w:fldChar")
    sign.set(qn("w:fldCharType"), kind)
    if dirty:
        sign.set(qn("w:dirty"), "true")
    paragraph.add_run()._r.append(sign)  # noqa: SLF001


def _begin_field(paragraph: Any, code: str) -> None:  # noqa: ANN401
    _mark(paragraph, "begin", dirty=True)
    text = OxmlElement("w:instrText")
    text.set(qn("xml:space"), "preserve")
    text.text = f" {code} "
    paragraph.add_run()._r.append(text)  # noqa: SLF001
    _mark(paragraph, "separate")


def _field(paragraph: Any, code: str, shown: str) -> None:  # noqa: ANN401
    _begin_field(paragraph, code)
    paragraph.add_run(shown)
    _mark(paragraph, "end")
