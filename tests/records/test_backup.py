"""Backups are whole while others write, restoring checks first, and what is no store is never written over."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from salesopt_kit.errors import InputError
from salesopt_kit.records import database, open_store, schema
from salesopt_kit.records.backup import back_up, restore
from salesopt_kit.records.rows import PilotNote
from salesopt_kit.records.store import Store

WRITERS = Path(__file__).parent / "writers.py"
ROOT = Path(__file__).resolve().parents[2]


def texts(place: str | Path) -> list[str]:
    with Store(place) as store:
        return [saved.record.text for saved in store.all(PilotNote)]


def filled(place: Path, *words: str) -> Store:
    store = Store(place, who="test")
    for one in words:
        store.add(PilotNote(text=one))
    return store


def test_a_backup_holds_what_was_there_and_is_one_file(tmp_path: Path) -> None:
    with filled(tmp_path / "records.sqlite", "a") as store:
        path = back_up(store)
        store.add(PilotNote(text="b"))
    assert path.parent == tmp_path
    assert path.name.startswith("records.sqlite.")  # which git ignores in an engagement folder
    assert texts(path) == ["a"]
    assert database.is_sound(path)


def test_a_backup_taken_while_others_write_is_a_whole_state_of_the_store(tmp_path: Path) -> None:
    place = tmp_path / "records.sqlite"
    filled(place, "a").close()
    with subprocess.Popen(
        [sys.executable, str(WRITERS), "write", str(place), "1", "300"], cwd=ROOT, stdout=subprocess.DEVNULL
    ) as writer:
        with Store(place) as store:
            while len(store.history()) < 50:
                pass
            copies = [back_up(store, tmp_path / f"copy{number}") for number in range(5)]
        writer.wait()
    for copy in copies:
        assert database.is_sound(copy)
        with Store(copy) as store:
            assert [line.seq for line in store.history()] == list(range(1, len(store.history()) + 1))
            assert len(store.history()) == len(store.all(PilotNote)) >= 50


def test_a_backup_never_overwrites_a_file(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with filled(tmp_path / "records.sqlite", "a") as store, pytest.raises(InputError, match="not there yet"):
        back_up(store, tmp_path / "taken")
    assert (tmp_path / "taken").read_text() == "mine"


def test_restoring_brings_a_backup_back_and_keeps_what_was_there(tmp_path: Path) -> None:
    with filled(tmp_path / "records.sqlite", "a") as store:
        path = back_up(store, tmp_path / "copy")
        store.add(PilotNote(text="b"))
        kept = restore(tmp_path, path)
        assert [saved.record.text for saved in store.all(PilotNote)] == ["a"]  # seen by whoever has it open
        store.add(PilotNote(text="c"))
    assert texts(tmp_path) == ["a", "c"]
    assert texts(kept) == ["a", "b"]


def test_restoring_where_there_is_no_store_makes_it(tmp_path: Path) -> None:
    with filled(tmp_path / "records.sqlite", "a") as store:
        path = back_up(store, tmp_path / "copy")
    (tmp_path / "new").mkdir()
    assert restore(tmp_path / "new", path) is None
    assert texts(tmp_path / "new") == ["a"]


def test_restoring_puts_a_damaged_store_aside(tmp_path: Path) -> None:
    with filled(tmp_path / "records.sqlite", "a") as store:
        path = back_up(store, tmp_path / "copy")
    (tmp_path / "records.sqlite").write_bytes(b"damaged" * 1000)
    kept = restore(tmp_path, path)
    assert texts(tmp_path) == ["a"]
    assert kept.read_bytes() == b"damaged" * 1000


def damaged(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:8192] + b"\x07" * 20_000 + path.read_bytes()[28_192:])


def newer(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()


def others(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE deals (id)")
    connection.close()


def no_database(path: Path) -> None:
    path.write_text("pain points,impact\n" * 100)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (damaged, "damaged"),
        (newer, "newer version of the kit"),
        (others, "tables of another program"),
        (no_database, "damaged"),
        (Path.unlink, "no such file"),
    ],
)
def test_what_is_no_sound_backup_is_refused_and_the_store_stays_as_it_is(
    tmp_path: Path, harm: Callable[[Path], None], said: str
) -> None:
    with filled(tmp_path / "records.sqlite", "a", *("长" * 5000 for _number in range(5))) as store:
        path = back_up(store, tmp_path / "copy")
        harm(path)
        before = store.everything()
        with pytest.raises(InputError, match=said):
            restore(tmp_path, path)
        assert store.everything() == before
    assert sorted(one.name for one in tmp_path.iterdir() if one != path) == ["records.sqlite"]


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (newer, "newer version of the kit"),
        (others, "tables of another program"),
        (no_database, "restore a backup"),
    ],
)
@pytest.mark.parametrize("read_only", [False, True])
def test_a_file_that_is_no_store_of_this_kit_is_told_and_not_touched(
    tmp_path: Path, harm: Callable[[Path], None], said: str, read_only: bool
) -> None:
    path = tmp_path / "records.sqlite"
    filled(path, "a").close()
    harm(path)
    before = path.read_bytes()
    with pytest.raises(InputError, match=said):
        Store(path, read_only=read_only)
    assert path.read_bytes() == before


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Check that the folder is there"):
        Store(tmp_path / "nowhere" / "records.sqlite")


def test_a_viewer_reads_and_cannot_write(tmp_path: Path) -> None:
    filled(tmp_path / "records.sqlite", "a").close()
    with open_store(tmp_path, read_only=True) as viewer:
        assert [saved.record.text for saved in viewer.all(PilotNote)] == ["a"]
        with pytest.raises(InputError, match="right to write"):
            viewer.add(PilotNote(text="b"))
    with pytest.raises(InputError):
        Store(tmp_path / "another.sqlite", read_only=True)
    assert not (tmp_path / "another.sqlite").exists()


def test_a_writer_who_waits_too_long_is_told_who_to_look_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.1)
    with filled(tmp_path / "records.sqlite", "a") as store, Store(tmp_path) as other:
        with store.together(), pytest.raises(InputError, match="keeps it locked"):
            other.add(PilotNote(text="b"))
        assert other.add(PilotNote(text="c")).record.id == "PN-2"


def test_a_store_of_the_first_revision_is_brought_up_to_date_with_all_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    engine = database._engine(database.address(path), read_only=False)
    with database.writing(engine) as connection:
        database.upgrade(connection, schema.REVISIONS[0])
        row = "'PN-1', 1, 'pilot_notes', 1, 0, '{\"text\": \"a\"}', '', '', '', ''"
        connection.execute(text(f"INSERT INTO records VALUES ({row})".replace(":", r"\:")))
        connection.execute(text("INSERT INTO counters VALUES ('PN', 1), ('#records', 1)"))
        assert database.revision(connection) == "0001"
    engine.dispose()
    assert texts(path) == ["a"]
    with Store(path) as store:
        store.add(PilotNote(text="b"))
        with database.reading(store.engine) as connection:
            assert database.revision(connection) == schema.REVISIONS[-1]
        with pytest.raises(InputError), database.writing(store.engine) as connection:
            connection.execute(text("DELETE FROM history"))


def test_the_steps_make_the_tables_that_the_kit_works_with(place: str) -> None:
    with Store(place) as store, database.reading(store.engine) as connection:
        found = inspect(connection)
        for name, table in schema.metadata.tables.items():
            ours = {column.name: bool(column.nullable) for column in table.columns}
            assert {one["name"]: bool(one["nullable"]) for one in found.get_columns(name)} == ours
            assert found.get_pk_constraint(name)["constrained_columns"] == [key.name for key in table.primary_key]
        assert set(found.get_table_names()) == {*schema.metadata.tables, "alembic_version"}


def test_a_backup_of_a_server_is_a_bundle_that_an_empty_store_takes_and_no_other(place: str, tmp_path: Path) -> None:
    if "://" not in place:
        pytest.skip("about PostgreSQL")
    with Store(place) as store:
        store.add(PilotNote(text="a"))
        path = back_up(store, tmp_path / "copy.yml")
    with pytest.raises(InputError, match="an empty store"):
        restore(place, path)
    (tmp_path / "new").mkdir()
    restore(tmp_path / "new", path)
    assert texts(tmp_path / "new") == ["a"]
