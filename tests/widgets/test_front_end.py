"""An editor is shown where somebody can answer it, and nowhere else.

Oracles: the runners themselves. A notebook is run by nbclient, as papermill, nbconvert and nbval do, and a kernel is
asked as JupyterLab asks it, with leave to ask back.
"""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

from salesopt_kit import design, kickoff, pilot, prioritise, rollout
from salesopt_kit.engagement import Engagement
from salesopt_kit.results import Table
from salesopt_kit.runner.kernel import kernel_environment
from salesopt_kit.widgets import front_end, is_answered
from salesopt_kit.widgets.editor import Editor

ASKS = "from salesopt_kit.widgets import is_answered; print(is_answered())"


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (front_end.BATCH, *front_end.VOILA):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("variables", "answered"),
    [
        ({}, True),
        ({"SALESOPT_BATCH": "1"}, False),
        ({"SALESOPT_BATCH": "0"}, True),
        ({"VOILA_BASE_URL": "/"}, True),
        ({"VOILA_KERNEL_ID": "abc", "SALESOPT_BATCH": "1"}, False),
    ],
)
def test_the_variables_of_batch_and_voila_decide(
    variables: dict[str, str], answered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert is_answered() is answered


def test_kernels_of_a_batch_say_that_nobody_answers() -> None:
    assert kernel_environment()[front_end.BATCH] == "1"


@pytest.mark.parametrize(("variables", "said"), [({}, "False"), ({"VOILA_REQUEST_URL": "http://127.0.0.1/"}, "True")])
def test_a_notebook_that_is_run_through_has_nobody_to_answer_unless_voila_runs_it(
    variables: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(ASKS)])
    NotebookClient(notebook, kernel_name="python3").execute()
    assert notebook.cells[0].outputs[0].text.strip() == said


@pytest.mark.parametrize(("may_ask", "said"), [(True, "True"), (False, "False")])
def test_a_kernel_that_may_ask_its_front_end_for_input_is_answered(may_ask: bool, said: str) -> None:
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        heard: list[str] = []
        hook = heard.append
        client.execute_interactive(
            ASKS, allow_stdin=may_ask, stdin_hook=lambda _m: None, timeout=60,
            output_hook=lambda message: hook(message["content"].get("text", "")),
        )  # fmt: skip
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert "".join(heard).strip() == said


EDITORS = (
    *((kickoff.app, name) for name in ("sponsors", "triggers", "meetings")),
    *((prioritise.app, name) for name in ("pain_points", "matrix", "why_tree")),
    *((design.app, name) for name in ("targets", "measures", "responsibilities", "risks")),
    *((pilot.app, name) for name in ("pilot_notes", "evaluations", "feedback", "decisions")),
    *((rollout.app, name) for name in ("trainings", "rule_updates", "alarms", "reviews")),
)


@pytest.mark.parametrize(("app", "name"), EDITORS, ids=lambda given: getattr(given, "__name__", given))
def test_every_editor_gives_way_to_a_table_or_to_nothing_in_a_batch(
    app: object, name: str, client: Engagement, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = getattr(app, name)(client)
    assert isinstance(editor, Editor)
    editor.desk.session.store.close()
    monkeypatch.setenv(front_end.BATCH, "1")
    static = getattr(app, name)(client)
    assert static is None or (isinstance(static, Table) and "records" in static.sentence())


def test_records_that_may_not_be_written_are_shown_as_a_table(
    client: Engagement, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = kickoff.app.meetings(client)
    assert isinstance(editor, Editor)
    editor.desk.session.store.close()
    monkeypatch.setattr("salesopt_kit.widgets.front_end.os.access", lambda *_asked: False)
    assert isinstance(kickoff.app.meetings(client), Table)
    assert prioritise.app.matrix(client) is None


def test_a_batch_imports_no_widgets() -> None:
    script = (
        "import os, sys; os.environ['SALESOPT_BATCH'] = '1'\n"
        "from salesopt_kit import open_engagement, kickoff, prioritise\n"
        "client = open_engagement('data_samples/alder')\n"
        "assert prioritise.app.matrix(client) is None\n"
        "assert prioritise.app.why_tree(client) is None\n"
        "assert 'anywidget' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[2])
