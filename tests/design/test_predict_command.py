"""The command that keeps the expected effect of the planned changes, on exports with a known process."""

import json
from pathlib import Path

import made_log as made
import pytest
from typer.testing import CliRunner

from salesopt_kit.cli import app
from salesopt_kit.engagement import open_engagement
from salesopt_kit.records import open_store
from salesopt_kit.records.rows import Prediction


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    (tmp_path / "exports").mkdir()
    (tmp_path / "records").mkdir()
    frames = dict(zip(("stage_events", "opportunities"), made.events(), strict=True))
    sources = {}
    for name, frame in frames.items():
        frame.to_csv(tmp_path / "exports" / f"{name}.csv", index=False)
        sources[name] = {"file": f"exports/{name}.csv", "columns": {column: column for column in frame.columns}}
    settings = {"client": "Test", "slug": "test", "currency": "USD", "window_months": 12, "as_of": made.AS_OF}
    settings |= {"timezone": "UTC", "stages": made.STAGES, "sources": sources}
    (tmp_path / "engagement.yml").write_text(json.dumps(settings, default=str), encoding="utf-8")
    (tmp_path / "records" / "measures.yml").write_text("- {id: ME-1, measure: Sign at once}\n", encoding="utf-8")
    return tmp_path


def predict(folder: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["--lang", "en", "predict", str(folder), *arguments])
    return done.exit_code, done.output


def test_the_expected_effect_is_kept_once_and_linked_to_its_measure(folder: Path) -> None:
    change = "- {id: NC-1, measure: ME-1, stage: contract, text: At once, expected_days: 1, basis: tried by two}\n"
    (folder / "records" / "node_changes.yml").write_text(change, encoding="utf-8")
    code, said = predict(folder, "--who", "A. Smith")
    assert code == 0, said
    assert "PR-1" in said
    predict(folder)
    with open_store(open_engagement(folder, locale="en")) as store:
        (kept,) = store.all(Prediction)
        assert kept.changed_by == "A. Smith"
        assert kept.record.high < kept.record.now
        assert "ME-1" in {link.start for link in store.links_of("PR-1")}


def test_without_a_planned_change_nothing_is_kept_and_the_way_on_is_named(folder: Path) -> None:
    code, said = predict(folder)
    assert code == 1
    assert "node_changes" in said
    with open_store(open_engagement(folder, locale="en")) as store:
        assert not store.all(Prediction)
