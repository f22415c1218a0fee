"""The folder of a run: names that never meet, and `latest` on the newest complete one."""

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from salesopt_kit.runner import folder as folders
from salesopt_kit.runner.folder import latest, point_at_newest, prepared_folder


def made(client_folder: Path, status: str) -> str:
    with prepared_folder(client_folder) as run:
        (run.part / "manifest.json").write_text(json.dumps({"status": status}))
    return run.name


class StandingClock:
    """A clock that shows one and the same second."""

    @staticmethod
    def now(_zone: object) -> datetime:
        """Return that second."""
        return datetime(2024, 11, 24, 13, 5, 1, tzinfo=UTC)


def test_runs_that_begin_in_the_same_second_have_names_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "datetime", StandingClock)
    with prepared_folder(tmp_path) as first, prepared_folder(tmp_path) as second:
        assert first.part.is_dir()
        assert second.part.is_dir()
    assert (first.name, second.name, made(tmp_path, "complete")) == (
        "20241124T130501Z",
        "20241124T130501Z-2",
        "20241124T130501Z-3",
    )


def test_a_run_that_fails_half_way_vanishes(tmp_path: Path) -> None:
    def interrupted() -> None:
        with prepared_folder(tmp_path) as run:
            (run.part / "page.html").write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not list(tmp_path.iterdir())


def test_latest_is_the_newest_complete_run_whatever_ended_last(tmp_path: Path) -> None:
    for name, status in [
        ("20240102T000000Z", "complete"),
        ("20240102T000000Z-10", "complete"),
        ("20240103T000000Z", "failed"),
    ]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text(json.dumps({"status": status}))
    (tmp_path / "20240104T000000Z").mkdir()
    point_at_newest(tmp_path)
    assert latest(tmp_path) == tmp_path / "20240102T000000Z-10"
    assert (tmp_path / "latest").is_symlink()


def test_where_links_are_refused_a_file_names_the_newest_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_arguments: object, **_options: object) -> None:
        raise OSError

    monkeypatch.setattr(Path, "symlink_to", refused)
    name = made(tmp_path, "complete")
    point_at_newest(tmp_path)
    assert (tmp_path / "latest.txt").read_text() == name + "\n"
    assert latest(tmp_path) == tmp_path / name
    assert sorted(path.name for path in tmp_path.iterdir()) == [name, "latest.txt"]


def test_folders_of_ended_processes_are_removed_after_a_day(tmp_path: Path) -> None:
    old, new = tmp_path / ".20200101T000000Z.part", tmp_path / ".20200102T000000Z.part"
    old.mkdir()
    new.mkdir()
    os.utime(old, (time.time() - 2 * 24 * 3600,) * 2)
    made(tmp_path, "complete")
    assert not old.exists()
    assert new.exists()
