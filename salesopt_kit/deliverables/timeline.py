"""The measures on a slide: a table, and a native chart with a bar from start to due date of each."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_TICK_LABEL_POSITION

from salesopt_kit.deliverables.pptx_parts import FULL, Area, Deck, paged, source_notes
from salesopt_kit.design.responsibilities import Responsibilities
from salesopt_kit.locale import _
from salesopt_kit.records import Measure

ORIGIN = date(1899, 12, 30)
"""The day from which sheets and charts count."""
TABLE_SHARE = 0.56
MARGIN_DAYS = 7


def draw_timeline(deck: Deck, title: str, answer: Responsibilities) -> None:
    """Add the slide of the measures; a table too long for it goes on over further ones."""
    notes = [*source_notes(answer.estimates()), *answer.caveats()]
    slide = deck.slide(title, answer.sentence(), notes)
    frame = pd.DataFrame(
        {
            _("Record"): one.id,
            _("Measure"): one.measure,
            _("Person in charge"): " ".join(filter(None, (one.department, one.owner))) or "–",
            _("Planned completion"): one.due.isoformat() if one.due else "–",
        }
        for one in answer.measures
    )
    left = Area(FULL.left, FULL.top, FULL.width * TABLE_SHARE, FULL.height)
    size, pages = paged(frame, left)
    deck.grid(slide, frame.iloc[: pages[0][1]], frame, left, size)
    dated = [one for one in answer.measures if one.due and one.start]
    if dated:
        start = left.left + left.width + 0.6
        _chart(deck, slide, Area(start, FULL.top, FULL.left + FULL.width - start, FULL.height), dated)
    for number, rows in enumerate(pages[1:], 2):
        more = deck.slide(f"{title} ({number}/{len(pages)})", answer.sentence())
        deck.grid(more, frame.iloc[rows[0] : rows[1]], frame, FULL, size)


def _chart(deck: Deck, slide: Any, area: Area, dated: list[Measure]) -> None:  # noqa: ANN401 -- python-pptx has no types
    """Draw stacked bars: an unseen one up to the start, then one from start to due date."""
    data = CategoryChartData(number_format="yyyy-mm-dd")
    data.categories = [one.id for one in dated]
    starts = [_serial(one.start) for one in dated]
    data.add_series(_("Start"), starts)
    data.add_series(
        _("Days to the due date"), [_serial(one.due) - start for one, start in zip(dated, starts, strict=True)]
    )
    chart = slide.shapes.add_chart(XL_CHART_TYPE.BAR_STACKED, *area.lengths, data).chart
    deck.dress(chart, _("From start to due date"))
    chart.has_legend = False
    chart.category_axis.reverse_order = True
    axis = chart.value_axis
    deck.axis(axis, "", "yyyy-mm")
    axis.tick_label_position = XL_TICK_LABEL_POSITION.HIGH
    axis.minimum_scale = min(starts) - MARGIN_DAYS
    axis.maximum_scale = max(_serial(one.due) for one in dated) + MARGIN_DAYS
    axis.major_unit = max(30, (axis.maximum_scale - axis.minimum_scale) // 4)
    plot = chart.plots[0]
    plot.gap_width = 80
    plot.series[0].format.fill.background()
    deck.fill(plot.series[1], deck.look.accent)


def _serial(day: date | None) -> int:
    return ((day or ORIGIN) - ORIGIN) // timedelta(days=1)
