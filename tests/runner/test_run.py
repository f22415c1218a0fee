"""A run of tiny workbooks: what is left behind, when all is well and when a workbook fails."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from salesopt_kit.errors import InputError
from salesopt_kit.locale import language
from salesopt_kit.runner import Outcome, Watcher, run_engagement
from salesopt_kit.runner.manifest import sha256
from salesopt_kit.runner.outcome import Order
from salesopt_kit.runner.workbooks import Workbook
from salesopt_kit.tables import QualityError

Writer = Callable[..., Path]
ROOT = Path(__file__).resolve().parents[2]


def test_a_complete_run_leaves_pages_notebooks_numbers_and_figures(
    engagement: Writer, books: Writer, tmp_path: Path
) -> None:
    run = run_engagement(engagement(), out=tmp_path / "out", workbooks_in=books("1_good"))
    assert run.is_complete
    assert re.fullmatch(r"\d{8}T\d{6}Z", run.folder.name)
    names = {str(path.relative_to(run.folder)) for path in run.folder.rglob("*") if path.is_file()}
    figures = {"figures/1_good-trend_1.png", "figures/1_good-trend_1-2.png"}
    process = {"process.bpmn", "process.svg", "process.png"}
    pages = {"1_good.html", "1_good.ipynb", "index.html"}
    assert names == pages | {"manifest.json", "results.json"} | figures | process
    assert (tmp_path / "out" / "acme" / "latest").resolve() == run.folder.resolve()
    assert not list((tmp_path / "out" / "acme").glob(".*"))
    png = (run.folder / "figures" / "1_good-trend_1.png").read_bytes()
    assert png.startswith(b"\x89PNG")


def test_every_number_is_in_results_json_with_its_workbook_and_cell(
    engagement: Writer, books: Writer, tmp_path: Path
) -> None:
    run = run_engagement(engagement(), out=tmp_path / "out", workbooks_in=books("1_good"))
    results = json.loads((run.folder / "results.json").read_text(encoding="utf-8"))
    assert {key: results[key] for key in ("client", "as_of", "window", "currency")} == {
        "client": "Acme",
        "as_of": "2024-06-30",
        "window": ["2024-01-01", "2024-06-30"],
        "currency": "USD",
    }
    rate, nothing = results["estimates"]
    assert (rate["workbook"], rate["cell"], rate["id"]) == ("1_good", "win-rate", "win_rate.count")
    assert (rate["value"], rate["unit"], rate["n"]) == (0.5, "fraction", 2)
    assert nothing["value"] is None


def test_the_same_run_twice_gives_the_same_results_notebooks_and_figures(
    engagement: Writer, books: Writer, tmp_path: Path
) -> None:
    folder, workbooks = engagement(), books("1_good", "3_unusable")
    first, second = (run_engagement(folder, out=tmp_path / "out", workbooks_in=workbooks) for _again in range(2))
    assert first.folder != second.folder
    same = ("results.json", "1_good.ipynb", "3_unusable.ipynb", "1_good.html", "figures/1_good-trend_1.png")
    for name in (*same, "process.bpmn", "process.svg", "process.png"):
        assert (first.folder / name).read_bytes() == (second.folder / name).read_bytes(), name


def test_the_manifest_names_each_input_with_its_hash_and_each_workbook_with_its_end(
    engagement: Writer, books: Writer, tmp_path: Path
) -> None:
    folder = engagement()
    (folder / "records").mkdir()
    (folder / "records" / "risks.yml").write_text("[]\n")
    run = run_engagement(folder, out=tmp_path / "out", workbooks_in=books("1_good", "2_broken"), as_of="2024-06-15")
    manifest = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))
    hashes = {item["file"]: item["sha256"] for item in manifest["inputs"]}
    assert hashes == {
        "engagement.yml": sha256(folder / "engagement.yml"),
        "exports/deals.csv": sha256(folder / "exports" / "deals.csv"),
        "records/risks.yml": sha256(folder / "records" / "risks.yml"),
    }
    assert manifest["status"] == "failed"
    assert manifest["parameters"]["as_of"] == "2024-06-15"
    assert {"salesopt-kit", "python", "pandas", "duckdb"} <= set(manifest["versions"])
    good, broken = manifest["workbooks"]
    assert (good["status"], good["error"]) == ("complete", None)
    assert broken["status"] == "failed"
    assert broken["error"].startswith("ZeroDivisionError: division by zero")
    assert "2_broken.ipynb, cell division" in broken["error"]
    assert good["seconds"] > 0
    assert manifest["process_map"] == {"files": ["process.bpmn", "process.svg", "process.png"], "error": None}


def test_a_failed_workbook_keeps_what_it_had_shown_and_the_others_go_on(
    engagement: Writer, books: Writer, tmp_path: Path
) -> None:
    folder = engagement()
    complete = run_engagement(folder, out=tmp_path / "out", workbooks_in=books("1_good"))
    run = run_engagement(folder, out=tmp_path / "out", workbooks_in=books("2_broken", "3_unusable"), jobs=2)
    assert [outcome.status for outcome in run.outcomes] == ["complete", "failed", "failed"]
    assert run.outcomes[2].reason == "deals.csv, row 3: found 'soon', expected a date.\nCorrect the cell."
    partial = nbformat.read(run.folder / "2_broken.ipynb", as_version=4)
    outputs = {cell.id: len(cell.outputs) for cell in partial.cells if cell.cell_type == "code"}
    assert (outputs["win-rate"], outputs["division"], outputs["after"]) == (1, 1, 0)
    assert not [cell for cell in partial.cells if "papermill" in cell.source]
    page = (run.folder / "2_broken.html").read_text(encoding="utf-8")
    assert "Half of the deals" in page
    assert "ZeroDivisionError: division by zero" in page
    assert "Not run, because the workbook stopped above." in page
    told = (run.folder / "3_unusable.html").read_text(encoding="utf-8")
    assert "Correct the cell." in told
    assert "Traceback" not in told
    assert "Correct the cell." in (run.folder / "index.html").read_text(encoding="utf-8")
    assert (tmp_path / "out" / "acme" / "latest").resolve() == complete.folder.resolve()


def test_errors_of_the_data_stop_the_run_before_anything_is_written(
    engagement: Writer, books: Writer, tmp_path: Path
) -> None:
    folder = engagement(deals="opportunity_id,stage\n1,Nowhere\n")
    with pytest.raises(QualityError, match="Nowhere"):
        run_engagement(folder, out=tmp_path / "out", workbooks_in=books("1_good"))
    assert not (tmp_path / "out").exists()


def test_a_workbook_without_one_of_the_parameters_is_refused(engagement: Writer, books: Writer, tmp_path: Path) -> None:
    workbooks = books("1_good", parameters='engagement: str = ""\nlocal: str = ""')
    with pytest.raises(InputError, match=r"(?s)1_good\.ipynb.*found 'engagement, local'.*Add locale, as_of, exports"):
        run_engagement(engagement(), out=tmp_path / "out", workbooks_in=workbooks)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("name", "said"), [("god", "Did you mean good"), ("9", "Leave --only out")])
def test_an_unknown_workbook_is_told_with_the_nearest(
    engagement: Writer, books: Writer, tmp_path: Path, name: str, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        run_engagement(engagement(), only=[name], out=tmp_path / "out", workbooks_in=books("1_good"))


def test_paths_in_the_notebooks_lead_from_the_run_to_the_engagement(
    engagement: Writer, books: Writer, tmp_path: Path
) -> None:
    folder = engagement()
    moved = (folder / "exports").rename(tmp_path / "elsewhere")
    run = run_engagement(folder, out=tmp_path / "out", exports=moved, workbooks_in=books("1_good"))
    notebook = nbformat.read(run.folder / "1_good.ipynb", as_version=4)
    injected = next(cell for cell in notebook.cells if cell.id == "injected-parameters")
    given = dict(line.split(" = ") for line in injected.source.splitlines() if " = " in line)
    assert (run.folder / json.loads(given["engagement"])).resolve() == folder.resolve()
    assert (run.folder / json.loads(given["exports"])).resolve() == moved.resolve()


def test_prose_is_translated_and_the_language_of_the_caller_stays(
    engagement: Writer, books: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "salesopt_kit.runner.prepare.translate", lambda text: {"## About win-rate": "## 赢单率"}.get(text, text)
    )
    run = run_engagement(engagement(), locale="zh-CN", out=tmp_path / "out", workbooks_in=books("1_good"))
    page = (run.folder / "1_good.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in page
    assert "赢单率" in page
    assert language() == "en"


def test_a_kernel_sees_no_secret_of_the_session(
    engagement: Writer, books: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_API_TOKEN", "s3cret")
    look = {"look": "import os\nsorted(os.environ), os.environ['PYTHONHASHSEED'], os.environ['MPLBACKEND']"}
    run = run_engagement(engagement(), out=tmp_path / "out", workbooks_in=books(**{"4_look": look}))
    text = (run.folder / "4_look.ipynb").read_text(encoding="utf-8")
    assert "MPLBACKEND" in text
    assert "CRM_API_TOKEN" not in text


def test_a_dead_kernel_is_a_readable_reason(engagement: Writer, books: Writer, tmp_path: Path) -> None:
    run = run_engagement(
        engagement(),
        out=tmp_path / "out",
        workbooks_in=books("1_good", **{"5_dies": {"die": "import os; os._exit(9)"}}),
    )
    assert [outcome.status for outcome in run.outcomes] == ["complete", "failed"]
    assert "The kernel died" in run.outcomes[1].reason
    assert (run.folder / "5_dies.html").is_file()


def test_the_watcher_is_told_of_each_cell_and_each_end(engagement: Writer, books: Writer, tmp_path: Path) -> None:
    told: list[str] = []

    class Listener(Watcher):
        def began(self, order: Order, n_cells: int) -> None:
            told.append(f"{order.engagement.config.client} {n_cells}")

        def ran_cell(self, workbook: Workbook) -> None:
            told.append(workbook.name)

        def finished(self, outcome: Outcome) -> None:
            told.append(outcome.status)

    run_engagement(engagement(), out=tmp_path / "out", workbooks_in=books("1_good"), watcher=Listener())
    assert told == ["Acme 5", *["1_good"] * 6, "complete"]


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_killed_leaves_no_run_and_does_not_move_latest(
    engagement: Writer, books: Writer, tmp_path: Path, how: signal.Signals
) -> None:
    folder = engagement()
    before = run_engagement(folder, out=tmp_path / "out", workbooks_in=books("1_good"))
    told = tmp_path / "kernel"
    wait = f"import os, pathlib, time\npathlib.Path({str(told)!r}).write_text(str(os.getpid()))\ntime.sleep(600)"
    waiting = books(**{"6_waits": {"wait": wait}})
    script = f"""
from pathlib import Path
from salesopt_kit.runner import run_engagement
run_engagement({str(folder)!r}, only=["waits"], out={str(tmp_path / "out")!r}, workbooks_in=Path({str(waiting)!r}))
"""
    client_folder = tmp_path / "out" / "acme"
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        _waited_for(lambda: told.is_file() and told.read_text())
        process.send_signal(how)
        assert process.wait(30) != 0
    finally:
        process.kill()
    assert [path for path in client_folder.iterdir() if path.name[0].isdigit()] == [before.folder]
    assert (client_folder / "latest").resolve() == before.folder.resolve()
    if how == signal.SIGINT:
        assert not list(client_folder.glob(".*.part"))
    _waited_for(lambda: not _is_running(int(told.read_text())))


def _waited_for(found: Callable[[], Any]) -> Any:  # noqa: ANN401
    """Return the first true value of `found`, asked for up to a minute."""
    for _again in range(600):
        if result := found():
            return result
        time.sleep(0.1)
    pytest.fail("waited for a minute in vain")


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
