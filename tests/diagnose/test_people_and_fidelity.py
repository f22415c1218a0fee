"""The answers and charts on people, customers and records: shown whole in both languages, or what is missing said."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import drawn
import pandas as pd
import pytest

from salesopt_kit.cards import cards
from salesopt_kit.charts import Chart
from salesopt_kit.diagnose import fidelity, fidelity_figures, people, people_figures
from salesopt_kit.engagement import Config, Engagement, open_engagement
from salesopt_kit.results import Missing, Result
from salesopt_kit.tables.frames import tables_from_frames
from salesopt_kit.tables.load import open_tables
from salesopt_kit.tables.store import Tables

FIELDS = {"name", "formula", "population", "clock", "uncertainty", "beware", "source"}
ANSWERS: tuple[Callable[[Tables], Result], ...] = (
    people.working_hours,
    lambda tables: people.working_hours_by(tables, "stage"),
    lambda tables: people.working_hours_by(tables, "department"),
    lambda tables: people.working_hours_by(tables, "person"),
    people.churn,
    people.ramp_to_output,
    fidelity.crm_fidelity,
    lambda tables: fidelity.crm_fidelity_by(tables, "owner"),
    fidelity.fidelity_effect,
)
CHARTS: tuple[Callable[[Tables], Chart | Missing], ...] = (
    people_figures.hours_chart,
    lambda tables: people_figures.hours_chart(tables, "stage"),
    people_figures.churn_chart,
    people_figures.ramp_chart,
    fidelity_figures.fidelity_chart,
)


@pytest.mark.parametrize("name", ["working_hours", "churn", "ramp_to_output", "crm_fidelity"])
def test_a_card_has_every_field_in_both_languages(name: str) -> None:
    card = cards()[name]
    assert set(card) == FIELDS
    assert all(set(field) == {"en", "zh-CN"} and all(field.values()) for field in card.values())


@pytest.mark.parametrize(("name", "locale"), [("huaxin", "zh-CN"), ("alder", "en")])
def test_every_answer_and_chart_of_a_sample_shows_whole(samples: Path, name: str, locale: str) -> None:
    tables = open_tables(open_engagement(samples / name, locale=locale))
    for question in ANSWERS:
        answer = question(tables)
        assert not isinstance(answer, Missing)
        assert answer.sentence() in answer._repr_html_().replace("&#x27;", "'")
        assert len(answer.table())
        ids = [(estimate.id, estimate.group) for estimate in answer.estimates()]
        assert len(ids) == len(set(ids))
    for draw in CHARTS:
        chart = draw(tables)
        assert isinstance(chart, Chart)
        assert _on_each_other(chart) == [], chart.id


def test_what_the_data_lack_is_said_with_its_remedy() -> None:
    stages = [{"id": "talks", "name": "Talks"}, {"id": "won", "name": "Won", "kind": "won"}]
    sources = {"opportunities": {"file": "deals.csv"}}
    config = Config.model_validate({"client": "Test", "slug": "test", "stages": stages, "sources": sources})
    deals = pd.DataFrame({"opportunity_id": ["A"], "status": ["won"]})
    engagement = Engagement(config, Path(), Path("exports"))
    tables = tables_from_frames(engagement, {"opportunities": deals}, as_of=date(2024, 6, 30))
    for question in (*ANSWERS, *CHARTS):
        answer = question(tables)
        assert isinstance(answer, Missing)
        assert answer.remedy


def _on_each_other(chart: Chart) -> list[tuple[str, str]]:
    """Return the texts that lie on each other; an axis's label is placed as it is drawn, which the look cannot see."""
    labels = {text for axes in chart.figure.axes for text in (axes.get_xlabel(), axes.get_ylabel())}
    return [pair for pair in drawn.overlaps(chart) if not labels & set(pair)]
