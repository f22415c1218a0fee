"""`salesopt export` and `salesopt import` as somebody types them."""

import json
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from salesopt_kit import cli
from salesopt_kit.engagement import Engagement
from salesopt_kit.records import open_store
from salesopt_kit.records.exchange import export_records
from salesopt_kit.records.rows import Measure


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALESOPT_LANG", "en")


def called(*arguments: object) -> Result:
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def exported(filled: Engagement, tmp_path: Path) -> Path:
    done = called("export", filled.folder, "--to", "xlsx", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    return next((tmp_path / "out" / "acme" / "deliverables").glob("2*/templates.xlsx"))


def test_a_sheet_goes_out_comes_back_and_is_brought_in_only_with_yes(filled: Engagement, tmp_path: Path) -> None:
    path = exported(filled, tmp_path)
    assert "records say all of this already" in called("import", filled.folder, path).output
    book = openpyxl.load_workbook(path)
    book["Responsibility table"]["B4"] = "Approve by amount"
    book.save(path)
    line = "Responsibility table B4 (ME-1, Measure): Tiered approval → Approve by amount"
    for options, code in ((["--dry-run"], 0), ([], 1), (["--yes", "--who", "Lee"], 0)):
        done = called("import", filled.folder, path, *options)
        assert (line in done.output, done.exit_code) == (True, code)
        with open_store(filled) as store:
            assert store.get("ME-1", Measure).version == (2 if "--yes" in options else 1)
    again = called("import", filled.folder, path, "--yes")
    assert "records say all of this already" in again.output


def test_all_records_of_another_file_can_be_brought_in_and_tried(filled: Engagement, tmp_path: Path) -> None:
    path = tmp_path / "all.xlsx"
    with open_store(filled) as store:
        export_records(store, path)
        store.delete("ME-1", 1)
    assert "0 records to add" in called("import", filled.folder, path, "--dry-run").output
    bare = filled.folder.parent / "bare"
    bare.mkdir()
    (bare / "engagement.yml").write_bytes((filled.folder / "engagement.yml").read_bytes())
    for options, code, there in (["--dry-run"], 0, 0), ([], 1, 0), (["--yes"], 0, 3):
        done = called("import", bare, path, *options)
        assert ("3 records to add" in done.output, done.exit_code) == (True, code)
        with open_store(bare) as store:
            assert len(store.everything()[0]) == there
    assert called("import", filled.folder, tmp_path / "none.txt").exit_code == 1


def test_what_cannot_be_made_is_told_and_the_rest_is_written(filled: Engagement, tmp_path: Path) -> None:
    done = called("export", filled.folder, "--to", "bpmn,xlsx", "--out", tmp_path)
    assert done.exit_code == 1
    assert "bpmn was not made" in done.output
    assert len(list(tmp_path.glob("acme/deliverables/2*/templates.xlsx"))) == 1
    assert not list(tmp_path.glob("acme/deliverables/.*"))


def test_a_run_that_is_older_than_what_it_was_made_from_is_told(filled: Engagement, tmp_path: Path) -> None:
    run = tmp_path / "acme" / "20240701T000000Z"
    run.mkdir(parents=True)
    manifest = {"status": "complete", "inputs": [{"file": "engagement.yml", "bytes": 1, "sha256": "other"}]}
    (run / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (run / "index.html").write_text("<p>page</p>", encoding="utf-8")
    (tmp_path / "acme" / "latest.txt").write_text(run.name, encoding="utf-8")
    (filled.folder / "exports").mkdir()
    (filled.folder / "exports" / "deals.csv").write_text("opportunity_id\n", encoding="utf-8")
    done = called("export", filled.folder, "--to", "html", "--out", tmp_path)
    assert "older than engagement.yml" in done.output
    assert done.exit_code == 0
    assert len(list(tmp_path.glob("acme/deliverables/2*/pages/index.html"))) == 1


def test_a_format_that_there_is_not_is_wrong_usage(filled: Engagement, tmp_path: Path) -> None:
    done = called("export", filled.folder, "--to", "xlsx,odt", "--out", tmp_path)
    assert done.exit_code == 2
    assert not list(tmp_path.glob("acme/deliverables/*"))
