"""The questions and charts of bottlenecks, waiting, hand-overs and rework, on the samples, in both languages."""

from pathlib import Path

import drawn
import pandas as pd
import pytest

from salesopt_kit import open_engagement, open_tables
from salesopt_kit.cards import cards
from salesopt_kit.charts import Chart
from salesopt_kit.diagnose import bottleneck, bottleneck_figures, figures
from salesopt_kit.results import Missing, Result
from salesopt_kit.tables.store import Tables

QUESTIONS = ("bottlenecks", "waiting", "directly_follows", "handover_matrix", "rework")
CHARTS = ("bottleneck_chart", "waiting_chart", "handover_chart", "rework_chart")


@pytest.fixture(scope="module", params=[("huaxin", "zh-CN"), ("huaxin", "en"), ("alder", "en")])
def tables(request: pytest.FixtureRequest, samples: Path) -> Tables:
    name, locale = request.param
    return open_tables(open_engagement(samples / name, locale=locale))


@pytest.fixture
def asked(tables: Tables, in_the_source_language: None) -> Tables:  # noqa: ARG001 -- then the sample's own language
    open_engagement(tables.engagement.folder, locale=tables.engagement.config.locale)
    return tables


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_question_is_answered_with_a_card_a_table_and_intervals_around_the_values(
    asked: Tables, question: str
) -> None:
    answer = getattr(bottleneck, question)(asked)
    if isinstance(answer, Missing):
        assert question == "waiting"
        assert "stage_events.completed_at" not in asked
        return
    assert isinstance(answer, Result)
    assert answer.card in cards()
    assert isinstance(answer.table(), pd.DataFrame)
    assert len(answer.table())
    assert answer.caveats()
    assert answer.sentence() in answer._repr_html_()
    ids = [(estimate.id, estimate.group) for estimate in answer.estimates()]
    assert len(ids) == len(set(ids))
    for estimate in answer.estimates():
        assert estimate.value is not None
        assert estimate.low is None or estimate.low <= estimate.value + 1e-9
        assert estimate.high is None or estimate.value <= estimate.high + 1e-9


@pytest.mark.parametrize("name", CHARTS)
def test_each_chart_is_drawn_without_texts_on_each_other(asked: Tables, name: str) -> None:
    chart = getattr(bottleneck_figures, name)(asked)
    if isinstance(chart, Missing):
        assert name == "waiting_chart"
        return
    assert isinstance(chart, Chart)
    # Matplotlib itself keeps the labels of an axis apart, and some of them lie outside what is drawn.
    chart.png()
    ticks = {label.get_text() for axes in chart.figure.axes for label in axes.xaxis.get_majorticklabels()}
    assert [pair for pair in drawn.overlaps(chart) if not ticks & set(pair)] == []
    assert drawn.crossing(chart) == []


def test_the_labels_of_the_longest_bars_stay_inside_the_plot(asked: Tables) -> None:
    chart = figures.stage_time_chart(asked)
    assert isinstance(chart, Chart)
    assert drawn.crossing(chart) == []
