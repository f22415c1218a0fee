"""The commands on records, as a person types them."""

import shutil
from pathlib import Path

import handbook_example as handbook
import pytest
from typer.testing import CliRunner, Result

from salesopt_kit import cli
from salesopt_kit.engagement import open_engagement
from salesopt_kit.records import load_records, open_store


def called(*arguments: object) -> Result:
    return CliRunner().invoke(cli.app, ["--lang", "en", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    (tmp_path / "acme").mkdir()
    return handbook.written(tmp_path / "acme")


def test_trace_prints_the_chain_and_its_gaps(folder: Path) -> None:
    done = called("trace", "PP-2", folder)
    assert done.exit_code == 0, done.output
    for words in ("PP-2", "T2", "WHY-1.4", "(unsupported)", "RC-1", "ME-1", "TG-1", "Missing", "WHY-1  why 4"):
        assert words in done.output


def test_trace_looks_in_the_current_folder_by_default(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert "ME-1" in called("trace", "RC-1").output


@pytest.mark.parametrize(("id_", "said"), [("PP-77", "one of PP-1, PP-2, PP-3"), ("pain", "an id such as")])
def test_trace_of_what_is_not_there_ends_with_1(folder: Path, id_: str, said: str) -> None:
    done = called("trace", id_, folder)
    assert done.exit_code == 1
    assert said in done.output


def test_a_backup_brings_back_what_was_deleted_since(folder: Path) -> None:
    copy = folder.parent / "copy.sqlite"
    assert str(copy) in called("backup", folder, copy).output
    engagement = open_engagement(folder, locale="en")
    before = load_records(engagement)
    with open_store(engagement) as store:
        store.delete("PP-3", store.get("PP-3").version)
    done = called("restore", folder, copy)
    assert done.exit_code == 0, done.output
    assert "before-restore" in done.output
    assert load_records(engagement) == before
    assert called("backup", folder, copy).exit_code == 1


@pytest.mark.parametrize("ending", ["yml", "xlsx"])
def test_records_go_to_another_folder_in_one_file(folder: Path, ending: str) -> None:
    path = folder.parent / f"all.{ending}"
    assert "Wrote 27 records" in called("records", "export", folder, path).output
    other = folder.parent / "other"
    other.mkdir()
    shutil.copyfile(folder / "engagement.yml", other / "engagement.yml")
    done = called("records", "import", other, path)
    assert "27 records added, 0 changed, 0 left as they were; 24 links made." in done.output
    assert load_records(open_engagement(other, locale="en")) == load_records(open_engagement(folder, locale="en"))


def test_import_tells_of_a_conflict_and_takes_the_side_that_is_named(folder: Path) -> None:
    path = folder.parent / "all.yml"
    called("records", "export", folder, path)
    path.write_text(
        path.read_text(encoding="utf-8").replace("信息重复录入，增加", "信息录入三次，增加"), encoding="utf-8"
    )
    with open_store(open_engagement(folder, locale="en")) as store:
        found = store.get("PP-3")
        store.save(found.record.model_copy(update={"problem": "else"}), found.version)
    done = called("records", "import", folder, path)
    assert (done.exit_code, "PP-3" in done.output) == (1, True)
    assert called("records", "import", folder, path, "--take", "both").exit_code == 2
    assert "1 changed" in called("records", "import", folder, path, "--take", "file", "--who", "A. Smith").output
    with open_store(open_engagement(folder, locale="en")) as store:
        assert store.history("PP-3")[-1].who == "A. Smith"


@pytest.mark.parametrize("command", ["trace", "backup", "restore", "records"])
def test_each_command_is_named_in_the_readme(command: str) -> None:
    readme = Path(__file__).resolve().parents[2] / "README.md"
    assert f"salesopt {command}" in readme.read_text(encoding="utf-8")
