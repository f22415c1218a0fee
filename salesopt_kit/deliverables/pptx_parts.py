"""The parts of a slide deck: titles, sentences that fit, tables that go on over slides, native charts."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from pptx import Presentation
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
)
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Cm, Pt

from salesopt_kit.charts import wrapped
from salesopt_kit.deliverables.branding import Look
from salesopt_kit.deliverables.columns import PADDING, SIGN, widths
from salesopt_kit.deliverables.docx_parts import SMALL
from salesopt_kit.locale import _
from salesopt_kit.results import Estimate

WIDTH, HEIGHT, MARGIN = 33.87, 19.05, 1.5
"""Centimetres of a 16:9 slide."""
TOP, BOTTOM = 5.2, 17.6
"""Where the content of a slide begins and ends, below title and sentence."""
TITLE_LAYOUT = 5
"""The layout of the default template that has a title alone."""
TABLE_SIZES = (14, 12, 11)
"""Points: a table takes the largest at which it fits on one slide, or goes on over several at the smallest."""
TITLE_SIZES = (26, 22, 18, 16)
LOGO_WIDTH = 4.0
SENTENCE_SIZES = (16, 14, 12)
HEADROOM = 1.2
"""How much longer than its longest bar an axis is, so that the label behind the bar has room."""
POINT_COLOURS = ("#c8553d", "#c98a2b", "#7b93ab")
INK, SOFT, WHITE = "1F2D3D", "4A5B6C", "FFFFFF"
LINE_CM = 0.0353 * 1.4
"""Centimetres of a line per point of its letters."""


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle on a slide, in centimetres."""

    left: float
    top: float
    width: float
    height: float

    @property
    def lengths(self) -> tuple[Any, Any, Any, Any]:
        """The four numbers as python-pptx takes them."""
        return Cm(self.left), Cm(self.top), Cm(self.width), Cm(self.height)


FULL = Area(MARGIN, TOP, WIDTH - 2 * MARGIN, BOTTOM - TOP)


def half(side: int, of: int = 2) -> Area:
    """Return one of `of` columns of a slide, counted from 0."""
    gap = 0.6
    width = (FULL.width - gap * (of - 1)) / of
    return Area(FULL.left + side * (width + gap), FULL.top, width, FULL.height)


class Deck:
    """A slide deck in the making."""

    def __init__(self, look: Look, title: str, footer: str, made_on: datetime) -> None:
        self.look, self._footer = look, footer
        self.deck = Presentation()
        self.deck.slide_width, self.deck.slide_height = Cm(WIDTH), Cm(HEIGHT)
        properties = self.deck.core_properties
        properties.title, properties.author = title, ""
        properties.created = properties.modified = made_on

    def cover(self, title: str, lines: Sequence[str]) -> None:
        """Add the first slide."""
        slide = self.deck.slides.add_slide(self.deck.slide_layouts[TITLE_LAYOUT])
        self._band(slide, Area(0, 0, 0.8, HEIGHT))
        self._title(slide, title, Area(3, 6, WIDTH - 6, 3), 40)
        for place, line in enumerate(lines):
            self.text(slide, line, Area(3, 9.4 + 1.3 * place, WIDTH - 6, 1.2), size=20 if place == 0 else 14)
        if self.look.logo:
            slide.shapes.add_picture(io.BytesIO(self.look.logo), Cm(3), Cm(2), height=Cm(2))

    def slide(self, title: str, sentence: str, notes: Sequence[str] = ()) -> Any:  # noqa: ANN401 -- python-pptx has no types
        """Add a slide with its title, the sentence that says what it shows, and notes with sources."""
        slide = self.deck.slides.add_slide(self.deck.slide_layouts[TITLE_LAYOUT])
        self._band(slide, Area(0, 0, WIDTH, 0.35))
        room = WIDTH - 2 * MARGIN - (LOGO_WIDTH + 0.5 if self.look.logo else 0)
        self._title(slide, title, Area(MARGIN, 0.8, room, 1.6), size_for(title, Area(0, 0, room, 1.7), TITLE_SIZES))
        area = Area(MARGIN, 2.5, WIDTH - 2 * MARGIN, 2.5)
        self.text(slide, sentence, area, size=size_for(sentence, area, SENTENCE_SIZES), colour=SOFT)
        self._foot(slide, len(self.deck.slides))
        if notes:
            slide.notes_slide.notes_text_frame.text = "\n".join(notes)
        return slide

    def text(
        self,
        slide: Any,  # noqa: ANN401
        text: str,
        area: Area,
        *,
        size: float = 14,
        colour: str = INK,
        bold: bool = False,
    ) -> Any:  # noqa: ANN401
        """Write a text box."""
        frame = slide.shapes.add_textbox(*area.lengths).text_frame
        frame.word_wrap = True
        for side in ("margin_left", "margin_right", "margin_top", "margin_bottom"):
            setattr(frame, side, 0)
        self._write(frame.paragraphs[0], text, size, colour, bold=bold)
        return frame

    def table(self, title: str, sentence: str, frame: pd.DataFrame, notes: Sequence[str] = ()) -> None:
        """Add a slide with a table, and further ones where it is too long for one."""
        size, pages = paged(frame, FULL)
        for number, rows in enumerate(pages, 1):
            counted = f"{title} ({number}/{len(pages)})" if len(pages) > 1 else title
            slide = self.slide(counted, sentence, notes)
            self.grid(slide, frame.iloc[rows[0] : rows[1]], frame, FULL, size)

    def grid(self, slide: Any, rows: pd.DataFrame, whole: pd.DataFrame, area: Area, size: float) -> None:  # noqa: ANN401
        """Draw the rows of a table on a slide, its columns as wide as the whole table needs them."""
        found = scaled(whole, area.width, size)
        shape = slide.shapes.add_table(len(rows) + 1, len(found), *area.lengths)
        table = shape.table
        for place, width in enumerate(found):
            table.columns[place].width = Cm(width)
            self._cell(table.cell(0, place), str(rows.columns[place]), size, is_head=True)
        table.rows[0].height = Cm(row_height([str(name) for name in rows.columns], found, size))
        for number, line in enumerate(rows.itertuples(index=False), 1):
            cells = [str(cell) for cell in line]
            table.rows[number].height = Cm(row_height(cells, found, size))
            for place, cell in enumerate(cells):
                self._cell(table.cell(number, place), cell, size, is_striped=number % 2 == 0)

    def bars(
        self,
        slide: Any,  # noqa: ANN401
        area: Area,
        names: Sequence[str],
        series: dict[str, Sequence[float]],
        *,
        number_format: str,
        axis: str = "",
        across: bool = True,
        title: str = "",
    ) -> Any:  # noqa: ANN401
        """Draw a native bar chart with labels; `across` draws bars from left to right, the first name on top."""
        data = CategoryChartData(number_format=number_format)
        data.categories = list(names)
        for name, values in series.items():
            data.add_series(name, list(values))
        kind = XL_CHART_TYPE.BAR_CLUSTERED if across else XL_CHART_TYPE.COLUMN_CLUSTERED
        chart = slide.shapes.add_chart(kind, *area.lengths, data).chart
        self.dress(chart, title)
        chart.category_axis.reverse_order = across
        chart.category_axis.format.line.color.rgb = RGBColor.from_string("9FB3C8")
        self.axis(chart.value_axis, axis, number_format)
        chart.value_axis.minimum_scale = 0
        chart.value_axis.maximum_scale = HEADROOM * max(
            [value for values in series.values() for value in values] or [1]
        )
        chart.value_axis.visible = across
        if across:  # with the order turned, the value axis would stand on top
            chart.value_axis.tick_label_position = XL_TICK_LABEL_POSITION.HIGH
        plot = chart.plots[0]
        plot.gap_width = 60
        plot.has_data_labels = True
        plot.data_labels.number_format, plot.data_labels.number_format_is_linked = number_format, False
        plot.data_labels.position = XL_LABEL_POSITION.OUTSIDE_END
        self._font(plot.data_labels.font, 12)
        colours = [self.look.accent, "#9fb3c8"] if len(series) == 1 else ["#9fb3c8", self.look.accent]
        for one, colour in zip(plot.series, colours, strict=False):
            self.fill(one, colour)
        chart.has_legend = len(series) > 1
        if chart.has_legend:
            chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
        return chart

    def points(
        self,
        slide: Any,  # noqa: ANN401
        area: Area,
        points: Sequence[tuple[str, float, float, str]],
        axes: tuple[str, str],
    ) -> Any:  # noqa: ANN401
        """Draw a native scatter chart, each point (name, x, y, series) with its name beside it."""
        data = XyChartData()
        series = data.add_series(axes[1])
        for _name, x, y, _group in points:
            series.add_data_point(x, y)
        key = Area(area.left, area.top + area.height - 0.9, area.width, 0.8)
        plot_area = Area(area.left, area.top, area.width, area.height - 1.0)
        chart = slide.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, *plot_area.lengths, data).chart
        self.dress(chart, "")
        for axis, name in ((chart.category_axis, axes[0]), (chart.value_axis, axes[1])):
            self.axis(axis, name, '[<0.5]"";[>3.5]"";0')
            axis.minimum_scale, axis.maximum_scale, axis.major_unit = 0, 4, 1
            axis.has_major_gridlines = True
            axis.major_gridlines.format.line.color.rgb = RGBColor.from_string("DDE4EA")
        colours = dict(zip(dict.fromkeys(point[3] for point in points), POINT_COLOURS, strict=False))
        drawn = chart.plots[0].series[0]
        drawn.format.line.fill.background()
        for number, (name, _x, _y, group) in enumerate(points):
            point = drawn.points[number]
            point.marker.style, point.marker.size = XL_MARKER_STYLE.CIRCLE, 12
            self.fill(point.marker, colours[group])
            point.data_label.position = XL_LABEL_POSITION.RIGHT
            self._write(point.data_label.text_frame.paragraphs[0], name, 11, INK)
        chart.has_legend = False
        line = self.text(slide, "", key).paragraphs[0]
        line.alignment = PP_ALIGN.CENTER
        for group, colour in colours.items():
            self._write(line, f"●  {group}     ", 12, colour[1:].upper())
        return chart

    def picture(self, slide: Any, png: bytes, area: Area, alt: str) -> None:  # noqa: ANN401
        """Put a picture into the middle of an area, as large as fits."""
        left, top, width, height = area.lengths
        shape = slide.shapes.add_picture(io.BytesIO(png), left, top)
        scale = min(width / shape.width, height / shape.height)
        shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
        shape.left, shape.top = left + (width - shape.width) // 2, top
        shape._element.nvPicPr.cNvPr.set("descr", alt)  # noqa: SLF001 -- python-pptx has no other way to say it

    def save(self, path: Path) -> None:
        """Write the deck."""
        self.deck.save(str(path))

    def _title(self, slide: Any, title: str, area: Area, size: float) -> None:  # noqa: ANN401
        shape = slide.shapes.title
        shape.left, shape.top, shape.width, shape.height = area.lengths
        frame = shape.text_frame
        frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.MIDDLE
        frame.margin_left = frame.margin_right = 0
        paragraph = frame.paragraphs[0]
        paragraph.alignment = PP_ALIGN.LEFT
        self._write(paragraph, title, size, self.look.primary[1:].upper(), bold=True)

    def _band(self, slide: Any, area: Area) -> None:  # noqa: ANN401
        band = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *area.lengths)
        band.fill.solid()
        band.fill.fore_color.rgb = RGBColor.from_string(self.look.accent[1:].upper())
        band.line.fill.background()

    def _foot(self, slide: Any, number: int) -> None:  # noqa: ANN401
        self.text(slide, self._footer, Area(MARGIN, 18.1, WIDTH - 6, 0.6), size=9, colour=SOFT)
        frame = self.text(slide, str(number), Area(WIDTH - 3.5, 18.1, 2, 0.6), size=9, colour=SOFT)
        frame.paragraphs[0].alignment = PP_ALIGN.RIGHT
        if self.look.logo:
            wide, high = self.look.logo_size
            width = min(LOGO_WIDTH, 1.1 * wide / high)
            left = WIDTH - MARGIN - width
            slide.shapes.add_picture(io.BytesIO(self.look.logo), Cm(left), Cm(0.9), width=Cm(width))

    def _cell(self, cell: Any, text: str, size: float, *, is_head: bool = False, is_striped: bool = False) -> None:  # noqa: ANN401
        colour = self.look.accent[1:].upper() if is_head else "EEF2F5" if is_striped else WHITE
        cell.fill.solid()
        cell.fill.fore_color.rgb = RGBColor.from_string(colour)
        cell.margin_left = cell.margin_right = Cm(PADDING / 2)
        cell.margin_top = cell.margin_bottom = Cm(0.1)
        cell.text_frame.word_wrap = True
        self._write(cell.text_frame.paragraphs[0], text, size, WHITE if is_head else INK, bold=is_head)

    def _write(self, paragraph: Any, text: str, size: float, colour: str, *, bold: bool = False) -> None:  # noqa: ANN401
        for number, line in enumerate(text.split("\n")):
            if number:
                paragraph.add_line_break()
            run = paragraph.add_run()
            run.text = "".join(sign for sign in line if sign >= " " or sign == "\t")
            self._font(run.font, size, bold=bold)
            run.font.color.rgb = RGBColor.from_string(colour)

    def _font(self, font: Any, size: float, *, bold: bool = False) -> None:  # noqa: ANN401
        """Set size and one font for Latin and for Chinese letters."""
        font.size, font.bold, font.name = Pt(size), bold, self.look.sheet_font
        properties = font._element  # noqa: SLF001 -- python-pptx has no other way to the font of Chinese letters
        far_east = properties.find(qn("a:ea"))
        if far_east is None:
            far_east = properties.makeelement(qn("a:ea"), {})
            properties.find(qn("a:latin")).addnext(far_east)
        far_east.set("typeface", "Microsoft YaHei")

    def fill(self, part: Any, colour: str) -> None:  # noqa: ANN401
        """Fill a series or a marker with a colour, "#rrggbb"."""
        part.format.fill.solid()
        part.format.fill.fore_color.rgb = RGBColor.from_string(colour[1:].upper())

    def dress(self, chart: Any, title: str) -> None:  # noqa: ANN401
        """Set the letters of a chart, and its title."""
        self._font(chart.font, 12)
        chart.font.color.rgb = RGBColor.from_string(INK)
        chart.has_title = bool(title)
        if title:
            chart.chart_title.include_in_layout = False
            self._write(chart.chart_title.text_frame.paragraphs[0], title, 12, INK, bold=True)

    def axis(self, axis: Any, name: str, number_format: str) -> None:  # noqa: ANN401
        """Set the name and the numbers of an axis."""
        axis.has_major_gridlines = False
        axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = number_format, False
        axis.has_title = bool(name)
        if name:
            self._write(axis.axis_title.text_frame.paragraphs[0], name, 12, SOFT)


def size_for(text: str, area: Area, sizes: Sequence[float]) -> float:
    """Return the largest of the sizes at which a text fits into an area, or the smallest."""
    for size in sizes:
        if lines_of(text, area.width, size) * LINE_CM * size <= area.height:
            return size
    return sizes[-1]


def scaled(frame: pd.DataFrame, total: float, size: float) -> list[float]:
    """Return the widths of the columns for letters of a size, in centimetres."""
    factor = size / SMALL
    return [width * factor for width in widths(frame, total / factor)]


def lines_of(text: str, width: float, size: float) -> int:
    """Return how many lines a text takes in a cell of `width` centimetres."""
    columns = max(2, int((width - PADDING) / (SIGN * size / SMALL)))
    return sum(max(1, len(wrapped(line, columns))) for line in text.split("\n"))


def row_height(cells: Sequence[str], found: Sequence[float], size: float) -> float:
    """Return the centimetres that a row of a table takes, for columns of these widths."""
    most = max(lines_of(cell, width, size) for cell, width in zip(cells, found, strict=True))
    return most * LINE_CM * size + 0.25


def paged(frame: pd.DataFrame, area: Area) -> tuple[float, list[tuple[int, int]]]:
    """Return the size of the letters of a table and the rows (first, end) of each slide."""
    for size in TABLE_SIZES:
        pages = _pages(frame, area, size)
        if len(pages) == 1:
            return size, pages
    return TABLE_SIZES[-1], pages


def _pages(frame: pd.DataFrame, area: Area, size: float) -> list[tuple[int, int]]:
    found = scaled(frame, area.width, size)
    head = row_height([str(name) for name in frame.columns], found, size)
    pages, first, used = [], 0, head
    for number, line in enumerate(frame.itertuples(index=False)):
        row = row_height([str(cell) for cell in line], found, size)
        if number > first and used + row > area.height:
            pages.append((first, number))
            first, used = number, head
        used += row
    return [*pages, (first, len(frame))]


def source_notes(estimates: Sequence[Estimate], most: int = 30) -> list[str]:
    """Return a line per estimate for the notes: label, group, n, method and window."""
    lines = []
    for one in estimates[:most]:
        parts = [one.label, one.group, f"n={one.n:,}", one.method]
        if one.window:
            parts.append(_("{first} to {last}").format(first=one.window[0], last=one.window[1]))
        lines.append(" · ".join(part for part in parts if part))
    return lines
