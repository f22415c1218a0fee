"""Plain stage histories that are read straight into order, against the general reading of the same files."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesopt_kit import open_engagement, open_tables
from salesopt_kit.metrics import deals, handoffs, stage_conversion, time_in_stage
from salesopt_kit.metrics.sequence import runs, sequence
from salesopt_kit.tables import plain_log, plain_pieces
from salesopt_kit.tables.crowded import CROWDED
from salesopt_kit.tables.load import check_tables
from salesopt_kit.tables.store import Tables

STAGES = "[{id: lead, name: Lead}, {id: talks, name: 商谈}, {id: won, name: Won, kind: won}]"
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["D1", "D2", "D-3", "2024/7"]),
        st.sampled_from(["Lead", "lead ", "商谈", "won", "  WON"]),
        st.integers(0, 40),
        st.sampled_from(["Ann", " Ann", "李  四", "", "-"]),
        st.sampled_from(["Sales", "Legal", ""]),
        st.sampled_from(["", "May-20", "7"]),
    ),
    min_size=1,
    max_size=30,
)

HEAD = "Deal,Stage,At,Who\n"
GOOD = "D1,lead,2024-03-30 10:00:00,Ann\n"


def engagement_of(folder: Path, text: str, zone: str = "UTC", more: str = "", file: str = "events.csv") -> Path:
    """Write an engagement whose only export is `text`; return its folder."""
    (folder / "exports").mkdir(parents=True, exist_ok=True)
    (folder / "exports" / "events.csv").write_bytes(text.encode())
    (folder / "engagement.yml").write_text(
        f"client: A\nslug: a\ntimezone: {zone}\nas_of: 2024-06-30\nstages: {STAGES}\nsources:\n  stage_events:\n"
        f"    file: exports/{file}\n    columns: {{opportunity_id: Deal, entered_at: At, stage: Stage, actor: Who}}\n"
        f"{more}",
        encoding="utf-8",
    )
    return folder


def csv_of(
    rows: list[tuple[str, str, int, str, str, str]], mark: str = "", end: str = "\n", *, by_day: bool = False
) -> str:
    """Return the rows as CSV, each cell between `mark`s; the last column is one that the kit does not use."""
    lines = [("Deal", "Stage", "At", "Who", "Department", "Note")]
    for deal, stage, step, who, department, note in rows:
        at = datetime(2024, 3, 30, tzinfo=UTC) + timedelta(hours=7 * step)
        lines.append((deal, stage, at.strftime("%Y-%m-%d" if by_day else "%Y-%m-%d %H:%M:%S"), who, department, note))
    return "".join(",".join(f"{mark}{cell}{mark}" for cell in cells) + end for cells in lines)


def both_ways(folder: Path, text: str, zone: str = "UTC", more: str = "") -> tuple[Tables, Tables]:
    """Return the tables of one export as the plain reading has them and as the general one has."""
    plain = open_tables(open_engagement(engagement_of(folder / "plain", text, zone, more)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("salesopt_kit.tables.load.read_plainly", lambda *_arguments: None)
        general = open_tables(open_engagement(engagement_of(folder / "general", text, zone, more)))
    assert is_ordered(folder / "plain")
    assert not is_ordered(folder / "general")
    return plain, general


def is_ordered(folder: Path) -> bool:
    """Return whether the kept reading of the stage events is their history."""
    (meta,) = folder.glob(".salesopt/tables/*/meta.json")
    return bool(json.loads(meta.read_text(encoding="utf-8"))["tables"]["stage_events"][0]["is_ordered"])


def same(plain: Tables, general: Tables, what: Callable[[Tables], object], *keys: str) -> None:
    """Assert that both tables hold the same rows of `what`, and of the same types."""
    found = [tables.to_frame(what(tables)) for tables in (plain, general)]  # type: ignore[arg-type]
    columns = [name for name in found[1].columns if name != "deal_key"]
    left, right = (frame[columns].sort_values(list(keys), ignore_index=True) for frame in found)
    pd.testing.assert_frame_equal(left, right)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    ROWS,
    st.sampled_from(["", '"']),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["UTC", "Asia/Shanghai", "Europe/Berlin"]),
    st.booleans(),
)
def test_both_ways_of_reading_tell_the_same_events_history_and_deals(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str, int, str, str, str]],
    mark: str,
    end: str,
    zone: str,
    by_day: bool,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_pieces, "PIECE", 100)
        plain, general = both_ways(tmp_path_factory.mktemp("read"), csv_of(rows, mark, end, by_day=by_day), zone)
    same(plain, general, lambda tables: tables.table("stage_events"), "source_row")
    same(plain, general, sequence, "opportunity_id", "position")
    same(plain, general, runs, "opportunity_id", "position")
    same(plain, general, deals, "opportunity_id")
    assert plain.quality == general.quality
    assert (plain.supplied, plain.day_grain, plain.headings, plain.thinned) == (
        *(general.supplied, general.day_grain, general.headings, general.thinned),
    )


def test_both_ways_of_reading_give_the_same_figures(tmp_path: Path) -> None:
    rows = [
        (f"D{deal}", stage, step + deal % 5, "Ann", who, "")
        for deal in range(60)
        for step, (stage, who) in enumerate([("lead", "Sales"), ("商谈", "Legal"), ("won", "Sales")][: 1 + deal % 3])
    ]
    plain, general = both_ways(tmp_path, csv_of(rows, '"'))
    for question in (time_in_stage, stage_conversion, handoffs):
        assert question(plain) == question(general)


def test_busy_minutes_are_found_by_both_ways_of_reading(tmp_path: Path) -> None:
    times = [f"2024-03-30 10:{n // 12:02}:{n % 12:02}" for n in range(40)]
    plain, general = both_ways(tmp_path, HEAD + "".join(f"D{n},lead,{at},Ann\n" for n, at in enumerate(times)))
    assert CROWDED in {name for (name,) in plain.backend.raw_sql("select view_name from duckdb_views()").fetchall()}
    found = [{f.check: f for f in tables.quality.findings}["bulk_edits"] for tables in (plain, general)]
    assert found[0] == found[1]
    assert found[0].n == 36  # three minutes of twelve; the last has four


def test_values_of_the_engagement_are_applied_to_what_is_read_plainly(tmp_path: Path) -> None:
    rows = [("D1", "Erstgespräch", 0, "AL", "Sales", ""), ("D1", "won", 1, "Ann Lee", "Sales", "")]
    more = "    values: {stage: {Erstgespräch: Lead}, actor: {AL: Ann Lee}}\n"
    plain, general = both_ways(tmp_path, csv_of(rows), more=more)
    same(plain, general, lambda tables: tables.table("stage_events"), "source_row")
    assert set(plain.to_frame(plain.table("stage_events"))["actor"]) == {"Ann Lee"}


@pytest.mark.parametrize(
    "line",
    [
        'D2,lead,2024-03-30 10:00:00,"Lee, Ann"\n',
        'D2,lead,2024-03-30 10:00:00,"Lee\nAnn"\n',
        'D2,lead,2024-03-30 10:00:00,"the ""old"" one"\n',
        '"D2",lead,2024-03-30 10:00:00,Ann\n',
        "D 2,lead,2024-03-30 10:00:00,Ann\n",
        "项目2,lead,2024-03-30 10:00:00,Ann\n",
        "D2\t,lead,2024-03-30 10:00:00,Ann\n",
        "D2,lead,2024-03-30 10:00,Ann\n",
        "D2,lead,2024-03-30 10:00:00.5,Ann\n",
        "D2,lead,,Ann\n",
        ",lead,2024-03-30 10:00:00,Ann\n",
        "D2,,2024-03-30 10:00:00,Ann\n",
        ",,,\n",
        "\n" + GOOD,
        "D2,lead,2024-03-30 10:00:00,Ann\r\n",
    ],
)
def test_what_is_not_plain_is_read_as_before(tmp_path: Path, line: str) -> None:
    assert_left_to_the_general_reading(tmp_path, HEAD + GOOD + line + GOOD.replace("lead", "won"))


@pytest.mark.parametrize("ids", [('"D2"b"', '"'), ('"D2"b"', '""'), ('"D2"', "D3"), ('"D2"', '"D3'), ('"D2"', '""')])
def test_ids_in_odd_quotes_are_read_as_before(tmp_path: Path, ids: tuple[str, str]) -> None:
    lines = "".join(GOOD.replace("D1", id_) for id_ in ('"D1"', *ids))
    assert_left_to_the_general_reading(tmp_path, HEAD + lines)


def assert_left_to_the_general_reading(tmp_path: Path, text: str) -> None:
    """Assert that a file is not read plainly, and judged as if there were no plain reading."""
    found = []
    for way in ("plain", "general"):
        with pytest.MonkeyPatch.context() as patch:
            if way == "general":
                patch.setattr("salesopt_kit.tables.load.read_plainly", lambda *_arguments: None)
            found.append(check_tables(open_engagement(engagement_of(tmp_path / way, text))))
    assert found[0] == found[1]
    for meta in (tmp_path / "plain").glob(".salesopt/tables/*/meta.json"):
        assert json.loads(meta.read_text(encoding="utf-8"))["tables"]["stage_events"][0]["is_ordered"] is False


@pytest.mark.parametrize(
    "broken", [HEAD, "", HEAD + "D1,lead\n", HEAD + "D1,nowhere,2024-03-30,Ann\n", HEAD + "D1,lead,3024\n"]
)
def test_faults_are_named_by_the_general_reading(tmp_path: Path, broken: str) -> None:
    report = check_tables(open_engagement(engagement_of(tmp_path, broken)))
    assert not list(tmp_path.glob(".salesopt/tables/*"))
    assert any(finding.check == "reading" for finding in report.findings)


def test_several_files_are_read_by_the_general_way(tmp_path: Path) -> None:
    folder = engagement_of(tmp_path, HEAD + GOOD, file="*.csv")
    (folder / "exports" / "more.csv").write_text(HEAD + GOOD.replace("D1", "D2"), encoding="utf-8")
    open_tables(open_engagement(folder))
    assert not is_ordered(folder)


def test_a_column_of_too_many_texts_or_ids_is_left_to_the_general_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = HEAD + "".join(f"D{n},lead,2024-03-30 10:00:00,person {n}\n" for n in range(50))
    for module, name in ((plain_pieces, "MOST_TEXTS"), (plain_log, "MOST_ID_BYTES")):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, 20)
            folder = engagement_of(tmp_path / name, text)
            open_tables(open_engagement(folder))
            assert not is_ordered(folder)


def test_a_plain_reading_is_opened_again_from_its_folder(tmp_path: Path) -> None:
    engagement = open_engagement(engagement_of(tmp_path, HEAD + GOOD + GOOD.replace("lead", "won")))
    first = open_tables(engagement)
    (tmp_path / "exports" / "events.csv").touch()
    again = open_tables(engagement)
    same(first, again, lambda tables: tables.table("stage_events"), "source_row")
    assert first.quality == again.quality
