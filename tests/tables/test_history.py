"""The stage history that the kit puts in order itself, against window functions of the database."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from gated import opened
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesopt_kit.metrics.paths import paths
from salesopt_kit.metrics.sequence import named, runs, sequence
from salesopt_kit.tables.history import with_history
from salesopt_kit.tables.order import parts
from salesopt_kit.tables.store import Tables

START = datetime(2024, 1, 1, tzinfo=UTC)
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["D1", "D2", "D3", "甲"]),
        st.sampled_from(["lead", "talks", "won", "lost", "unknown", None]),
        st.integers(0, 9),
        st.sampled_from(["Sales", "Legal", None]),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=40,
)


def history(events: list[tuple[str, str | None, int, str | None, int]], *names: str) -> pd.DataFrame:
    """Return the events as a frame with the columns `names` beside deal, stage and time."""
    frame = pd.DataFrame(events, columns=["opportunity_id", "stage", "hour", "department", "lasted"])
    entered = START + pd.to_timedelta(frame.pop("hour") * 7, unit="h")
    frame["entered_at"] = entered
    frame["completed_at"] = entered + pd.to_timedelta(frame.pop("lasted"), unit="h")
    frame["actor"] = frame["department"].map({"Sales": "Ann", "Legal": "Bob"})
    return frame[["opportunity_id", "stage", "entered_at", *names]]


def rows(tables: Tables, *, of_runs: bool) -> pd.DataFrame:
    """Return the ordered events, sorted so that both ways can be compared."""
    found = runs(tables) if of_runs else sequence(tables)
    keys = ["opportunity_id", "position"]
    columns = [name for name in SAID if name in found.columns]
    return tables.to_frame(found.select(*columns)).sort_values(keys, ignore_index=True)


SAID = (
    *("opportunity_id", "position", "place", "department", "entered_at", "entered_on", "ended_at", "ended_on"),
    *("previous_place", "previous_department", "previous_ended_at", "next_place", "next_at"),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EVENTS, st.sampled_from([(), ("department",), ("actor",), ("department", "completed_at")]), st.integers(0, 4))
def test_the_kit_and_the_window_functions_tell_the_same_neighbours(
    events: list[tuple[str, str | None, int, str | None, int]], names: tuple[str, ...], days: int
) -> None:
    people = pd.DataFrame({"person": ["Ann", "Bob", "Bob"], "department": ["Sales", "Law", "Legal"]})
    as_of = (START + timedelta(days=days)).date()
    tables = opened("America/New_York", as_of, stage_events=history(events, *names), people=people)
    assert tables.history
    windowed = replace(tables, history="")
    for of_runs in (False, True):
        pd.testing.assert_frame_equal(rows(tables, of_runs=of_runs), rows(windowed, of_runs=of_runs), check_dtype=False)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EVENTS, st.sampled_from([("department",), ("department", "completed_at")]), st.integers(0, 4))
def test_the_kit_and_the_window_functions_tell_the_same_path_of_each_deal(
    events: list[tuple[str, str | None, int, str | None, int]], names: tuple[str, ...], days: int
) -> None:
    tables = opened("Asia/Tokyo", (START + timedelta(days=days)).date(), stage_events=history(events, *names))
    found = []
    for each in (tables, replace(tables, history="")):
        rows_ = named(each, paths(each)).drop("deal_key")
        found.append(each.to_frame(rows_).sort_values("opportunity_id", ignore_index=True))
    pd.testing.assert_frame_equal(found[0][found[1].columns], found[1], check_dtype=False)


@pytest.mark.parametrize("repeated", [(), (0,), (39,), range(40)])
def test_stays_are_kept_whether_repeats_come_early_late_or_never(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repeated: Iterable[int]
) -> None:
    # Many small parts in two files, of which only some hold a stage that was written again.
    monkeypatch.setattr("salesopt_kit.tables.history.parts", partial(parts, part=4))
    monkeypatch.setattr("salesopt_kit.tables.history.FILES", 2)
    steps = [(f"D{deal}", "lead", 1, "Sales", 0) for deal in range(40)]
    steps += [(f"D{deal}", "lead", 2, "Sales", 0) for deal in repeated]
    steps += [(f"D{deal}", "won", 3, "Legal", 0) for deal in range(40)]
    tables = opened(as_of=date(2024, 6, 30), stage_events=history(steps, "department"))
    _forget(tables)
    kept = with_history(tables, tmp_path / "history")
    windowed = replace(tables, history="")
    for of_runs in (False, True):
        pd.testing.assert_frame_equal(rows(kept, of_runs=of_runs), rows(windowed, of_runs=of_runs), check_dtype=False)
    assert bool(list(tmp_path.glob("history/*stays*"))) == bool(list(repeated))


def _forget(tables: Tables) -> None:
    """Drop the history that was made in memory."""
    for name in ("", "_stays", "_paths", "_deals"):
        tables.backend.drop_table(f"{tables.history}{name}")


def test_a_history_is_written_once_and_then_taken_from_its_folder(tmp_path: Path) -> None:
    events = [("D1", "lead", 0, "Sales", 0), ("D1", "won", 1, "Legal", 0), ("D2", "lead", 2, None, 0)]
    tables = opened(as_of=date(2024, 6, 30), stage_events=history(events, "department"))
    remembered = tables.to_frame(tables.backend.table(tables.history))
    _forget(tables)
    folder = tmp_path / "history"
    with_history(tables, folder)
    first = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    kept = with_history(tables, folder)
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == first
    assert [path.name for path in tmp_path.iterdir()] == ["history"]
    pd.testing.assert_frame_equal(kept.to_frame(kept.backend.table(kept.history)), remembered)


def test_a_history_that_cannot_be_written_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = opened(as_of=date(2024, 6, 30), stage_events=history([("D1", "lead", 0, "Sales", 0)], "department"))

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("salesopt_kit.tables.history_files.HistoryFiles.write", full)
    with pytest.raises(OSError, match="No space left"):
        with_history(tables, tmp_path / "history")
    assert not list(tmp_path.iterdir())
