"""The slides as python-pptx reads them: native charts with the figures of the metrics, everything inside the slide."""

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pptx import Presentation
from pptx.enum.chart import XL_CHART_TYPE

from salesopt_kit import diagnose, pilot
from salesopt_kit.deliverables.pptx_parts import FULL, paged
from salesopt_kit.deliverables.summary_pptx import write_summary
from salesopt_kit.engagement import open_engagement
from salesopt_kit.records import load_records
from salesopt_kit.tables import open_tables
from salesopt_kit.tables.store import Tables

pytestmark = pytest.mark.slow


@cache
def made(folder: Path) -> tuple[Tables, Path]:
    """Return the tables of a sample and its deck, written once."""
    tables = open_tables(open_engagement(folder))
    path = Path(tempfile.mkdtemp()) / "summary.pptx"
    write_summary(tables, path)
    return tables, path


@pytest.fixture(params=["alder", "huaxin"])
def deck(request: pytest.FixtureRequest, samples: Path) -> tuple[Tables, Any]:
    folder = samples / str(request.param)
    open_engagement(folder)
    tables, path = made(folder)
    return tables, Presentation(str(path))


def charts(deck: Any) -> list[Any]:  # noqa: ANN401 -- python-pptx has no types
    return [shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart]


def test_the_charts_are_native_and_hold_the_figures_of_the_metrics(deck: tuple[Tables, Any]) -> None:
    tables, slides = deck
    found = charts(slides)
    time = diagnose.time_in_stage(tables)
    assert list(found[0].plots[0].categories) == [stage.name for stage in time.stages]
    assert list(found[0].plots[0].series[0].values) == [stage.share.value for stage in time.stages]
    assert list(found[1].plots[0].series[0].values) == [round(stage.median.value, 2) for stage in time.stages]
    kinds = [chart.chart_type for chart in found]
    assert XL_CHART_TYPE.XY_SCATTER in kinds
    assert XL_CHART_TYPE.BAR_STACKED in kinds
    before_after = [chart for chart in found if chart.chart_type is XL_CHART_TYPE.COLUMN_CLUSTERED]
    rows = pilot.evaluation(tables).rows  # type: ignore[attr-defined]
    assert [[next(iter(series.values)) for series in chart.plots[0].series] for chart in before_after] == [
        [row.before.value, row.after.value] for row in rows
    ]


def test_the_funnel_only_falls(deck: tuple[Tables, Any]) -> None:
    counts = list(charts(deck[1])[2].plots[0].series[0].values)
    assert counts == sorted(counts, reverse=True)
    assert len(counts) == len(charts(deck[1])[3].plots[0].categories) + 1


def test_every_slide_but_the_first_has_title_and_sentence_and_figures_have_their_source(
    deck: tuple[Tables, Any],
) -> None:
    slides = list(deck[1].slides)
    assert 10 <= len(slides) <= 18
    assert all(slide.shapes.title.text_frame.text for slide in slides)
    notes = slides[1].notes_slide.notes_text_frame.text
    assert "n=" in notes
    assert str(deck[0].window[0]) in notes


def test_nothing_stands_outside_the_slide(deck: tuple[Tables, Any]) -> None:
    slides = deck[1]
    for slide in slides.slides:
        for shape in slide.shapes:
            bottom = shape.top + (sum(row.height for row in shape.table.rows) if shape.has_table else shape.height)
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= slides.slide_width + 10
            assert bottom <= slides.slide_height


def test_every_measure_and_cause_is_on_the_slides(deck: tuple[Tables, Any]) -> None:
    tables, slides = deck
    cells = {
        cell.text
        for slide in slides.slides
        for shape in slide.shapes
        if shape.has_table
        for row in shape.table.rows
        for cell in row.cells
    }
    records = load_records(tables.engagement)
    assert {measure.measure for measure in records.measures} <= cells
    assert {f"{cause.id} {cause.text}" for cause in records.root_causes.values()} <= cells


@given(
    rows=st.lists(st.tuples(st.text(max_size=300), st.sampled_from(["合同审批" * 20, "a b" * 60, "–"])), max_size=25)
)
@settings(max_examples=30, deadline=None)
def test_a_table_is_cut_into_slides_without_losing_a_row(rows: list[tuple[str, str]]) -> None:
    frame = pd.DataFrame(rows, columns=["one", "two"])
    _size, pages = paged(frame, FULL)
    assert [number for first, end in pages for number in range(first, end)] == list(range(len(frame)))
