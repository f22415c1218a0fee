"""The map on the page: its figures are those of the event log, and its words can be read in both languages."""

from pathlib import Path

import drawn
import pandas as pd
import pytest

from salesopt_kit.cards import cards
from salesopt_kit.charts import Chart
from salesopt_kit.diagnose.map import ProcessMap, process_map, process_map_chart, process_map_files
from salesopt_kit.engagement import open_engagement
from salesopt_kit.process import NodeKind
from salesopt_kit.results import Missing
from salesopt_kit.tables import open_tables
from salesopt_kit.tables.store import Tables

HANDBOOK = ["线索获取", "初步筛选", "需求分析", "方案制定", "商务谈判", "合同签订", "售后对接"]


@pytest.fixture(scope="module", params=[("huaxin", "zh-CN"), ("huaxin", "en"), ("alder", "zh-CN"), ("alder", "en")])
def opened(request: pytest.FixtureRequest, samples: Path) -> tuple[Tables, str]:
    name, locale = request.param
    return open_tables(open_engagement(samples / name, locale=locale)), locale


@pytest.fixture
def tables(opened: tuple[Tables, str]) -> Tables:
    """The tables, with the language of the engagement switched on again."""
    open_engagement(opened[0].engagement.folder, locale=opened[1])
    return opened[0]


def test_no_word_lies_on_another_and_none_leaves_its_box(tables: Tables) -> None:
    chart = process_map_chart(tables)
    assert isinstance(chart, Chart)
    assert drawn.overlaps(chart) == []
    assert drawn.leaving(chart) == []


def test_rework_and_visits_are_what_pandas_counts_in_the_history(tables: Tables) -> None:
    answer = process_map(tables)
    assert isinstance(answer, ProcessMap)
    rows = tables.to_frame(tables.table("stage_events")).sort_values(["entered_at", "source_row"], kind="stable")
    places = {stage.id: place for place, stage in enumerate(tables.engagement.config.stages)}
    rows = rows.assign(place=rows["stage"].map(places))
    before = rows.groupby("opportunity_id")["place"].shift()
    stays = rows[before.isna() | (before != rows["place"])]
    stays = stays.assign(next_place=stays.groupby("opportunity_id")["place"].shift(-1))
    first, last = (pd.Timestamp(day) for day in tables.window)
    stays = stays[pd.to_datetime(stays["entered_on"]).between(first, last)]
    backs = int((stays["next_place"] < stays["place"]).sum())
    assert answer.rework is not None
    assert answer.rework.value is not None
    assert round(answer.rework.value * answer.rework.n) == backs
    visits = {estimate.group.removeprefix("stage="): estimate.value for estimate in answer.visits}
    counted = stays["stage"].value_counts()
    assert {stage: visits[stage] for stage in visits if stage != "won"} == {
        stage: counted[stage] for stage in visits if stage != "won"
    }


def test_the_handbooks_nodes_stand_in_order_with_their_documents(samples: Path) -> None:
    answer = process_map(open_tables(open_engagement(samples / "huaxin")))
    assert isinstance(answer, ProcessMap)
    nodes = [node.name for node in answer.found.process.nodes if node.kind is NodeKind.TASK]
    assert nodes == HANDBOOK
    table = answer.table()
    assert table.iloc[5].tolist()[:2] == ["合同签订", "法务部"]
    assert "谈判纪要；合同草案" in table.iloc[5].tolist()
    assert set(cards()["process_map"]) == set(cards()["win_rate"])


def test_the_files_are_what_they_are_called_and_the_same_each_time(samples: Path) -> None:
    tables = open_tables(open_engagement(samples / "alder"))
    files = process_map_files(tables)
    assert list(files) == ["process.bpmn", "process.svg", "process.png"]
    assert b"<bpmn:definitions" in files["process.bpmn"]
    assert b"<svg" in files["process.svg"]
    assert files["process.png"].startswith(b"\x89PNG")
    assert process_map_files(tables) == files


def test_a_process_without_open_stages_says_what_is_missing(tmp_path: Path) -> None:
    settings = (
        "client: None\nslug: none\nas_of: 2024-06-30\nstages:\n  - {id: won, name: Won, kind: won}\n"
        "  - {id: lost, name: Lost, kind: lost}\n"
        "sources:\n  opportunities: {file: exports/deals.csv}\n"
    )
    (tmp_path / "exports").mkdir()
    (tmp_path / "engagement.yml").write_text(settings, encoding="utf-8")
    (tmp_path / "exports" / "deals.csv").write_text("opportunity_id,created_at,stage\nA,2024-06-01,won\n", "utf-8")
    tables = open_tables(open_engagement(tmp_path))
    assert isinstance(process_map(tables), Missing)
    assert isinstance(process_map_chart(tables), Missing)
