"""The process map beside the pages: all three files or none, and what goes wrong with it fails no run.

Oracle: what the formats themselves ask of a file, and the stages of the engagement.
"""

import io
import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from salesopt_kit import open_engagement, open_tables
from salesopt_kit.errors import InputError
from salesopt_kit.runner import Run, Watcher, process_files, run_engagement
from salesopt_kit.runner.process_files import ProcessFiles, write_process
from salesopt_kit.tables.store import Tables
from salesopt_kit.terminal.progress import TerminalWatcher

Writer = Callable[..., Path]
NAMES = ("process.bpmn", "process.svg", "process.png")
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


class Listener(Watcher):
    """Keeps what it is told of trouble."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def noticed(self, trouble: str) -> None:
        """Keep it."""
        self.told.append(trouble)


def fail(_tables: Tables) -> dict[str, bytes]:
    raise InputError("engagement.yml, stages", "<lead>", expected="a name", remedy="Name it.")


def shown(trouble: str) -> str:
    console = Console(file=io.StringIO(), width=200)
    with TerminalWatcher(console) as watcher:
        watcher.noticed(trouble)
    return console.file.getvalue()


def empty(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_the_files_are_what_their_names_say_and_nothing_else_is_left(
    engagement: Writer, tmp_path: Path, locale: str
) -> None:
    folder = empty(tmp_path / "run")
    done = write_process(open_tables(open_engagement(engagement(locale=locale))), folder)
    assert done == ProcessFiles(NAMES)
    assert {path.name for path in folder.iterdir()} == set(NAMES)
    bpmn, svg = (ET.fromstring((folder / name).read_bytes()) for name in NAMES[:2])  # noqa: S314 -- our own files
    assert [task.get("name") for task in bpmn.iter(f"{BPMN}task")] == ["Lead"]
    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    assert (folder / "process.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    said = dict(done.entries())
    assert tuple(said) == NAMES
    assert all(text.isascii() == (locale == "en") for text in said.values())


def test_a_process_without_a_step_has_no_files_and_that_is_no_trouble(engagement: Writer, tmp_path: Path) -> None:
    folder = engagement(deals="opportunity_id,stage,created_at\n2,Won,2024-05-03\n")
    settings = folder / "engagement.yml"
    said = settings.read_text(encoding="utf-8").replace(
        "{id: lead, name: Lead, values: [New]}", "{id: lost, name: Lost, kind: lost}"
    )
    settings.write_text(said, encoding="utf-8")
    run = empty(tmp_path / "run")
    assert write_process(open_tables(open_engagement(folder)), run) == ProcessFiles()
    assert not list(run.iterdir())


def test_a_file_that_is_cut_off_never_has_its_name(
    engagement: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = open_tables(open_engagement(engagement()))
    write = Path.write_bytes

    def cut_off(path: Path, content: bytes) -> int:
        write(path, content[: len(content) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", cut_off)
    folder = empty(tmp_path / "run")
    with pytest.raises(OSError, match="No space left"):
        write_process(tables, folder)
    assert not [path.name for path in folder.iterdir() if path.name in NAMES]


def test_a_map_that_cannot_be_drawn_fails_no_run_and_is_told_everywhere(
    engagement: Writer, books: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_files, "process_map_files", fail)
    watcher = Listener()
    run: Run = run_engagement(engagement(), out=tmp_path / "out", workbooks_in=books("1_good"), watcher=watcher)
    manifest = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))
    reason = "engagement.yml, stages: found '<lead>', expected a name.\nName it."
    assert run.is_complete
    assert manifest["status"] == "complete"
    assert manifest["process_map"] == {"files": [], "error": reason}
    assert watcher.told == [f"The process map was not drawn: {reason}"]
    index = (run.folder / "index.html").read_text(encoding="utf-8")
    assert "The process map was not drawn: engagement.yml, stages: found &#39;&lt;lead&gt;&#39;" in index
    assert "process.bpmn" not in index


def test_the_terminal_says_trouble_as_it_came() -> None:
    assert shown("Not drawn: [red]\nName it.") == "! Not drawn: [red]\n    Name it.\n"
