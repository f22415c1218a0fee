"""Every acknowledged save outlives two writers at once and kill -9, in a file and on a server."""

import collections
import json
import subprocess
import sys
from pathlib import Path

import handbook_example as handbook
import pytest

from salesopt_kit.records.database import is_sound
from salesopt_kit.records.rows import PilotNote
from salesopt_kit.records.store import Store

WRITERS = Path(__file__).parent / "writers.py"
ROOT = Path(__file__).resolve().parents[2]


def told(order: str, place: str, *numbers: int) -> list[str]:
    """Return what the processes of writers.py were told is saved."""
    command = [sys.executable, str(WRITERS), order, place, *map(str, numbers)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    assert done.stderr == ""
    return [str(line) for line in json.loads(done.stdout)]


@pytest.mark.slow
def test_two_processes_that_write_1000_records_each_lose_none(place: str) -> None:
    lines = told("write", place, 2, 1000)
    with Store(place) as store:
        saved = store.all(PilotNote)
        history = store.history()
    assert collections.Counter(one.created_by for one in saved) == {"w0": 1000, "w1": 1000}
    assert sorted(f"{one.record.id} 1" for one in saved) == sorted(lines)
    assert [line.seq for line in history] == list(range(1, 2001))


@pytest.mark.slow
def test_200_processes_killed_in_the_middle_of_a_save_leave_a_sound_store_with_every_acknowledged_save(
    place: str,
) -> None:
    lines = told("kill", place, 200)
    with Store(place) as store:
        changes = {f"{line.id} {line.version}": line for line in store.history()}
        saved = {one.record.id: one for one in store.all(PilotNote)}
    assert len(lines) > 400
    assert set(lines) <= changes.keys()
    for id_, one in saved.items():
        assert one.record.model_dump(mode="json") == changes[f"{id_} {one.version}"].after
        assert f"{id_} {one.version + 1}" not in changes
    if "://" not in place:
        assert is_sound(Path(place))


@pytest.mark.slow
def test_processes_that_make_a_store_at_the_same_moment_make_one(place: str) -> None:
    assert len(told("write", place, 8, 5)) == 40
    with Store(place) as store:
        assert len(store.all(PilotNote)) == 40


@pytest.mark.slow
def test_a_process_that_dies_while_it_makes_a_store_leaves_one_that_can_be_opened(tmp_path: Path) -> None:
    for place in told("make", str(tmp_path), 40):
        with Store(place) as store:
            before = len(store.all(PilotNote))
            store.add(PilotNote(text="after"))
            assert len(store.all(PilotNote)) == before + 1
        assert is_sound(Path(place))


@pytest.mark.slow
def test_workbooks_that_open_a_new_engagement_at_once_take_its_files_over_once(tmp_path: Path) -> None:
    assert told("load", str(handbook.written(tmp_path)), 6) == ["3 5"] * 6
    with Store(tmp_path) as store:
        assert len({line.id for line in store.history() if not line.other}) == len(store.everything()[0])
        assert [line.version for line in store.history() if not line.other] == [1] * len(store.everything()[0])
