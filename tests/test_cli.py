"""The command line: what it prints, in which language, and its exit codes."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from salesopt_kit import cli
from salesopt_kit.runner.samples import samples
from salesopt_kit.terminal.language import asked_for, of_system

ROOT = Path(__file__).resolve().parents[1]
Writer = Callable[..., Path]
ENGAGEMENT = """\
client: Acme
slug: acme
locale: {locale}
currency: USD
as_of: 2024-06-30
stages:
  - {{id: lead, name: Lead, values: [New]}}
  - {{id: won, name: Won, kind: won}}
sources:
  opportunities: {{file: exports/deals.csv}}
"""
DEALS = "opportunity_id,stage,amount,created_at,closed_at\n1,New,100,2024-05-01,\n2,Won,250,2024-05-03,2024-06-01\n"
BROKEN = DEALS.replace("2,Won,250", "2,Wonn,lots")


@pytest.fixture
def client(tmp_path: Path) -> Writer:
    """Return a function that writes an engagement folder."""

    def write(deals: str = DEALS, locale: str = "en") -> Path:
        folder = tmp_path / "acme"
        (folder / "exports").mkdir(parents=True)
        (folder / "engagement.yml").write_text(ENGAGEMENT.format(locale=locale), encoding="utf-8")
        (folder / "exports" / "deals.csv").write_text(deals, encoding="utf-8")
        return folder

    return write


@pytest.fixture(autouse=True)
def no_language_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in an English system."""
    monkeypatch.delenv("SALESOPT_LANG", raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


def called(*arguments: object) -> Result:
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def typed(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, as a person does."""
    return subprocess.run(
        [sys.executable, "-m", "salesopt_kit.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"} | environment,
        check=False,
    )


def test_check_prints_the_counts_and_ends_with_0_where_all_is_well(client: Writer) -> None:
    done = called("check", client())
    assert done.exit_code == 0, done.output
    assert "Errors: 0." in done.output


def test_check_names_file_row_column_and_remedy_of_each_error_and_ends_with_1(client: Writer) -> None:
    done = called("check", client(BROKEN))
    assert done.exit_code == 1
    assert "exports/deals.csv, row 3, column stage: found 'Wonn'" in done.output
    assert "exports/deals.csv, row 3, column amount: found 'lots'" in done.output
    assert "Correct the cell" in done.output
    assert "Traceback" not in done.output


def test_run_prints_the_same_report_and_writes_nothing_where_the_data_are_broken(
    client: Writer, tmp_path: Path
) -> None:
    done = called("run", client(BROKEN), "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert "row 3, column stage: found 'Wonn'" in done.stderr
    assert not (tmp_path / "out").exists()


def test_messages_come_in_the_engagements_language_unless_another_is_asked_for(client: Writer) -> None:
    folder = client(BROKEN, locale="zh-CN")
    assert "错误" in called("check", folder).output
    assert "错误" not in called("--lang", "en", "check", folder).output
    assert "错误" not in typed("check", folder, SALESOPT_LANG="en").stdout


@pytest.mark.parametrize(
    ("arguments", "variable", "language"),
    [
        (["--lang", "zh_CN", "check"], "", "zh-CN"),
        (["--lang=en", "check"], "zh", "en"),
        (["check"], "zh-CN", "zh-CN"),
        (["check"], "fr", ""),
        ([], "", ""),
    ],
)
def test_the_language_asked_for_is_the_options_before_the_variables(
    arguments: list[str], variable: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SALESOPT_LANG", variable)
    assert asked_for(arguments) == language


@pytest.mark.parametrize(("system", "language"), [("zh_CN.UTF-8", "zh-CN"), ("zh_TW", "zh-CN"), ("de_DE.UTF-8", "en")])
def test_without_any_wish_the_system_decides(system: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", system)
    assert of_system() == language


def test_the_help_is_in_the_readers_language() -> None:
    assert "检查导出文件" in typed("--lang", "zh-CN", "--help").stdout
    assert "Check the exports" in typed("--help").stdout


def test_a_deliberate_error_is_told_plainly_on_stderr(tmp_path: Path) -> None:
    done = typed("check", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Run `salesopt init" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unexpected_error_is_one_line_and_its_trace_is_in_a_file(
    client: Writer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("the\nflood")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("salesopt_kit.tables.check_tables", broken)
    done = called("check", client())
    assert done.exit_code == 1
    line = done.stderr.strip()
    assert line.startswith("Unexpected error: RuntimeError: the flood.")
    assert "\n" not in line
    log = next(tmp_path.glob("salesopt-*.log"))
    assert str(log) in line
    assert "Traceback (most recent call last)" in log.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "arguments", [["check"], ["run"], ["nonsense"], ["run", "x", "--jobs", "-1"], ["--lang", "fr", "check", "x"], []]
)
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    done = typed(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["runn", "x"], "没有 runn 这个命令。是否想写 run？"),
        (["run", "x", "--nope"], "没有 --nope 这个选项。"),
        (["run"], "缺少 DIR。"),
        (["run", "x", "--jobs", "many"], "--jobs：应为不小于 0 的整数。"),
        (["run", "x", "--only"], "--only 后面需要一个值。"),
    ],
)
def test_wrong_usage_is_told_in_the_readers_language(arguments: list[str], said: str) -> None:
    done = typed("--lang", "zh-CN", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert re.search(r"[A-Z][a-z]+ [a-z]+", done.stderr) is None, "an English sentence in a Chinese message"


@pytest.mark.parametrize("command", [[], ["check"], ["run"], ["init"], ["schema"], ["demo"]])
def test_chinese_help_holds_no_english_sentence(command: list[str]) -> None:
    said = typed("--lang", "zh-CN", *command, "--help").stdout
    assert "用法：" in said
    assert re.findall(r"[A-Z]?[a-z]{2,} [a-z]+ [a-z]+", said.replace("salesopt", "")) == []


def test_a_misspelt_workbook_is_told_in_the_language_asked_for(client: Writer) -> None:
    assert "Did you mean diagnose?" in called("--lang", "en", "run", client(locale="zh-CN"), "--only", "diagnos").stderr


def test_an_unknown_workbook_or_a_bad_date_is_told_plainly(client: Writer, tmp_path: Path) -> None:
    folder = client()
    wrong = called("run", folder, "--only", "diagnos", "--out", tmp_path / "out")
    assert wrong.exit_code == 1
    assert "Did you mean diagnose?" in wrong.stderr
    late = called("run", folder, "--as-of", "tomorrow", "--out", tmp_path / "out")
    assert late.exit_code == 1
    assert "tomorrow" in late.stderr
    assert not (tmp_path / "out").exists()


def test_the_schema_is_printed_and_compared() -> None:
    assert json.loads(called("schema").output)["title"] == "Config"
    assert called("schema", "--check").exit_code == 0


def test_a_schema_out_of_date_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    old = tmp_path / "engagement.schema.json"
    old.write_text("{}")
    monkeypatch.setattr("salesopt_kit.starting.schema.SHIPPED", old)
    done = called("schema", "--check")
    assert done.exit_code == 1
    assert "salesopt schema >" in done.stderr


def test_init_says_what_to_look_at_and_takes_files_after_one_from(tmp_path: Path) -> None:
    deals, people = tmp_path / "deals.csv", tmp_path / "people.csv"
    deals.write_text(DEALS)
    people.write_text("person,team\nAnn,East\n")
    done = called("init", tmp_path / "new", "--from", deals, people)
    assert done.exit_code == 0, done.output
    assert "marked # CHECK" in done.output
    assert (tmp_path / "new" / "exports" / "people.csv").is_file()
    assert called("check", tmp_path / "new").exit_code == 0


def test_the_version_is_that_of_the_package() -> None:
    assert called("--version").output == "salesopt-kit 0.1.0\n"


def test_help_comes_at_once() -> None:
    before = os.times()
    subprocess.run([sys.executable, "-m", "salesopt_kit.cli", "--help"], check=True, capture_output=True, cwd=ROOT)
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    assert spent < 0.6


def made_samples(root: Path, *, generated: bool) -> None:
    generate = "from pathlib import Path\nfor name in ('huaxin', 'alder'):\n"
    generate += "    (Path(__file__).parent / name / 'exports').mkdir(parents=True)\n"
    generate += "    (Path(__file__).parent / name / 'exports' / 'made.csv').touch()\n"
    for name in ("huaxin", "alder", "maven"):
        (root / "data_samples" / name).mkdir(parents=True)
    (root / "data_samples" / "generate.py").write_text(generate if not generated else "raise SystemExit(3)")
    for name in ("huaxin", "alder") if generated else ():
        (root / "data_samples" / name / "exports").mkdir()
        (root / "data_samples" / name / "exports" / "deals.csv").touch()


@pytest.mark.parametrize("generated", [True, False])
def test_demo_generates_missing_samples_only_and_takes_public_data_where_they_are(
    tmp_path: Path, generated: bool
) -> None:
    root = tmp_path / "project"
    made_samples(root, generated=generated)
    (tmp_path / "data" / "maven_crm").mkdir(parents=True)
    (tmp_path / "data" / "olist_funnel").mkdir()
    found = list(samples(tmp_path / "data", root))
    assert [sample.folder.name for sample in found] == ["huaxin", "alder", "maven"]
    assert found[2].exports == str(tmp_path / "data" / "maven_crm")
    assert [sample.folder.name for sample in samples(tmp_path / "nowhere", root)] == ["huaxin", "alder"]


def test_demo_outside_a_checkout_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def none_here(data: Path | None) -> Iterator[object]:
        return samples(data, tmp_path)

    monkeypatch.setattr("salesopt_kit.runner.samples.samples", none_here)
    done = called("demo")
    assert done.exit_code == 1
    assert "project's source" in done.stderr
