"""The rules that the project's own files keep."""

import ast
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from salesopt_kit.cards import cards

ROOT = Path(__file__).resolve().parents[1]
WORKBOOKS = sorted((ROOT / "workbooks").glob("*.ipynb"))
BANNED = ast.FunctionDef | ast.ClassDef | ast.Lambda | ast.If | ast.For | ast.While | ast.Try | ast.IfExp | ast.ListComp


def test_there_is_one_workbook_per_phase() -> None:
    phases = ["0_kickoff", "1_diagnose", "2_prioritise", "3_design", "4_pilot", "5_rollout"]
    assert [path.stem for path in WORKBOOKS] == phases


@pytest.mark.parametrize("path", WORKBOOKS, ids=lambda path: path.stem)
def test_a_workbook_holds_narrative_and_calls_and_no_logic(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code[0]["metadata"]["tags"] == ["parameters"]
    names = [target.id for node in ast.parse("".join(code[0]["source"])).body for target in [node.target]]
    assert names == ["engagement", "locale", "as_of", "exports"]
    for cell in code:
        source = "".join(cell["source"])
        assert not cell["outputs"], f"{path.name}, cell {cell['id']}: outputs are committed"
        assert len(source.splitlines()) <= 12, f"{path.name}, cell {cell['id']} is long"
        logic = [type(node).__name__ for node in ast.walk(ast.parse(source)) if isinstance(node, BANNED)]
        assert not logic, f"{path.name}, cell {cell['id']} holds {logic}"


def test_the_conda_environment_has_the_dependencies_and_bounds_of_the_package() -> None:
    checked = subprocess.run([sys.executable, ROOT / "tools" / "environment.py", "--check"], check=False)
    assert checked.returncode == 0


def test_every_message_is_translated_and_compiled() -> None:
    checked = subprocess.run(
        [sys.executable, ROOT / "tools" / "messages.py", "--check"], check=False, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout


def test_every_card_is_complete_in_both_languages() -> None:
    assert cards()
    for name, card in cards().items():
        assert {"name", "formula", "population", "clock", "uncertainty", "beware", "source"} <= set(card), name
        for field, texts in card.items():
            assert set(texts) == {"en", "zh-CN"}, f"{name}: {field}"
            assert all(texts.values()), f"{name}: {field}"


def test_importing_the_package_is_fast() -> None:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import salesopt_kit"], check=True)
    whole = time.perf_counter() - began
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    assert whole - (time.perf_counter() - began) < 0.2


def test_no_client_data_and_no_outputs_are_tracked() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    assert not [name for name in tracked if "/exports/" in name or name.endswith((".sqlite", ".parquet"))]
    assert [name for name in tracked if name.startswith("outputs/")] in ([], ["outputs/.gitkeep"])
