"""The benchmark of flow: all sides find the same, which a loop over the generated rows confirms; limits hold."""

import importlib
import importlib.util
import itertools
import json
import re
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
EVENTS = 20_000
SIDES = ["pandas", *(["polars"] if importlib.util.find_spec("polars") else [])]
"""polars comes with the extra `benchmark` only."""
PLACES = {"lead": 0, "screening": 1, "solution": 2, "negotiation": 3, "contract": 4, "won": 5, "lost": 6}


@pytest.fixture
def flow(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module("flow")


@pytest.fixture
def history(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module("long_history")


def looped(rows: pd.DataFrame) -> dict[str, float]:
    """Return ends of visits, sums of their days, and pairs of consecutive events, from a loop over the rows."""
    deals: dict[str, list[tuple[datetime, str]]] = {}
    for row in rows.itertuples():
        if row.entered_at < datetime(2026, 1, 1):  # noqa: DTZ001 -- all times are UTC without a zone
            deals.setdefault(row.deal, []).append((row.entered_at, row.stage))
    found: Counter[str] = Counter()
    for events in deals.values():
        events.sort(key=lambda event: event[0])
        found.update(f"directly_follows.{one[1]}>{two[1]}" for one, two in itertools.pairwise(events))
        visits = [event for n, event in enumerate(events) if not n or events[n - 1][1] != event[1]]
        for (since, stage), after in zip(visits, [*visits[1:], None], strict=True):
            if stage in {"won", "lost"}:
                continue
            until, following = after or (datetime(2026, 1, 1), None)  # noqa: DTZ001
            found[f"visits.{stage}.{end(stage, following)}"] += 1
            found[f"time_in_stage.total_days.{stage}"] += (until - since) / timedelta(days=1)
    return dict(found)


def end(stage: str, following: str | None) -> str:
    if following is None:
        return "still_there"
    if following in {"won", "lost"}:
        return following
    return "advanced" if PLACES[following] > PLACES[stage] else "back"


def test_all_sides_agree_and_the_tables_tell_time_memory_and_ratios() -> None:
    command = [sys.executable, BENCHMARKS / "flow.py", str(EVENTS / 1e6), "--against", *SIDES]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    rows = [line.strip("| ").split(" | ") for line in told.stdout.splitlines() if line.startswith("| 0.02")]
    assert [row[2] for row in rows[:-1]] == ["kit", *SIDES]
    assert all(len(row) == 10 and float(row[9].replace(",", "")) > 50 for row in rows[:-1])
    assert len(rows[-1]) == 5 + 3 * len(SIDES)
    assert told.stdout.endswith("All figures of all sides agree.\n")


def test_the_kit_finds_what_a_loop_over_the_rows_finds(tmp_path: Path, history: ModuleType, flow: ModuleType) -> None:
    history.write_engagement(tmp_path, EVENTS, "parquet")
    expected = looped(pd.read_parquet(tmp_path / "exports" / "stage_events.parquet"))
    figures = flow.run("kit", tmp_path).figures
    names = re.compile(r"visits\.|time_in_stage\.total_days|directly_follows\.\w+>\w+$")
    assert {name: value for name, value in figures.items() if names.match(name)} == pytest.approx(expected)
    kinds = {name.rpartition(".")[2] for name in expected if name.startswith("visits.")}
    assert kinds == {"advanced", "back", "won", "lost", "still_there"}
    assert {"directly_follows.lead>lead", "directly_follows.lost>solution"} <= expected.keys()


def test_a_side_that_takes_too_much_memory_is_told_of_and_ends_nothing(tmp_path: Path, flow: ModuleType) -> None:
    greedy = tmp_path / "greedy.py"
    greedy.write_text("kept = [bytearray(b'x' * 2**20) for _ in range(2000)]\nprint('{}')", encoding="utf-8")
    run = flow.watched("pandas", [sys.executable, str(greedy)], limit_mb=600)
    assert not run.steps
    assert 600 < run.peak_mb < 1500
    assert "out of memory" in flow.details(1, "parquet", run)
    assert "out of memory" in flow.summary(
        1, "parquet", [flow.Run("kit", 2.0, 300.0, {"open": 1.0, "visits": 1.0}, {}), run]
    )


def test_a_side_that_says_it_has_no_memory_left_is_told_of_too(tmp_path: Path, flow: ModuleType) -> None:
    failing = "from flow_side import answer; answer(lambda path: [0] * 2**60, {})"
    (tmp_path / "failing.py").write_text(f"import sys; sys.path.insert(0, {str(BENCHMARKS)!r}); {failing}")
    assert not flow.watched("polars", [sys.executable, str(tmp_path / "failing.py"), "."]).steps


def test_a_figure_that_differs_by_over_a_part_in_a_million_is_told(flow: ModuleType) -> None:
    kit = {"visits.lead.won": 2e6, "directly_follows.lead>won.median": 3.0, "only.kit": 1.0}
    other = {"visits.lead.won": 2e6 + 3, "directly_follows.lead>won.median": 3.0 + 0.9 / 1440}
    runs = [flow.Run(name, 1.0, 1.0, {"open": 1.0}, figures) for name, figures in (("kit", kit), ("pandas", other))]
    assert [line.partition(":")[0] for line in flow.differences(*runs)] == ["only.kit", "visits.lead.won"]


def test_batches_hold_all_events_and_no_deal_is_in_two(history: ModuleType) -> None:
    parts = [part.to_pandas() for part in history.batches(2500, size=1000)]
    assert [len(part) for part in parts] == [1000, 1000, 500]
    deals = [set(part["deal"]) for part in parts]
    assert sum(map(len, deals)) == len(set().union(*deals))
    assert all(part["entered_at"].is_monotonic_increasing for part in parts)
    again = pd.concat(part.to_pandas() for part in history.batches(2500, size=1000))
    pd.testing.assert_frame_equal(pd.concat(parts), again)


def test_a_csv_export_holds_the_same_rows(tmp_path: Path, history: ModuleType) -> None:
    for kind in ("csv", "parquet"):
        history.write_engagement(tmp_path, 500, kind)
    exports = tmp_path / "exports"
    read = pd.read_csv(exports / "stage_events.csv", parse_dates=["entered_at"])
    stored = pd.read_parquet(exports / "stage_events.parquet")
    pd.testing.assert_frame_equal(read.astype(stored.dtypes.to_dict()), stored)


def test_each_side_prints_what_the_driver_reads(tmp_path: Path, history: ModuleType, flow: ModuleType) -> None:
    history.write_engagement(tmp_path, 2000, "csv")
    command = [sys.executable, BENCHMARKS / "flow_pandas.py", tmp_path]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert tuple(told["seconds"]) == flow.STEPS
