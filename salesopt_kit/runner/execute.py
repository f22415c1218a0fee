"""Execute one workbook with papermill; whatever happens in it, there is a notebook to show and a reason to read."""

import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat
import papermill
from jupyter_core.utils import ensure_event_loop
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError

from salesopt_kit.locale import _
from salesopt_kit.runner.kernel import LeanKernelManager
from salesopt_kit.runner.outcome import Outcome
from salesopt_kit.runner.workbooks import Workbook

START_TIMEOUT = 180
"""Seconds; a cold disk and a busy machine can need minutes for the first import."""
NOISY = ("papermill", "traitlets", "nbclient")
"""Loggers that repeat what a run tells in its own words."""


def execute(
    workbook: Workbook,
    notebook: Any,  # noqa: ANN401 -- a NotebookNode has no types
    parameters: Mapping[str, str],
    folder: Path,
    ran_cell: Callable[[], None],
) -> Outcome:
    """Run `notebook` with `parameters` in `folder`, leave it there under the workbook's name, and say how it ended."""
    target = folder / f"{workbook.name}.ipynb"
    began = time.monotonic()
    reason = _executed(notebook, target, parameters, ran_cell)
    seconds = time.monotonic() - began
    executed = tidied(nbformat.read(target, as_version=4) if target.is_file() else notebook)
    nbformat.write(executed, target)
    failed = next((cell for cell in executed.cells if error_of(cell)), None)
    if failed is not None:
        reason = readable(error_of(failed), target.name, failed.id)
    return Outcome(workbook, executed, seconds, reason, failed.id if failed is not None else "")


def _executed(
    notebook: Any,  # noqa: ANN401
    target: Path,
    parameters: Mapping[str, str],
    ran_cell: Callable[[], None],
) -> str:
    """Run the notebook; return why it did not come to its end, or "" (also where a cell of it tells the reason)."""
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        papermill.execute_notebook(
            notebook,
            target,
            dict(parameters),
            progress_bar=False,
            start_timeout=START_TIMEOUT,
            resources={"metadata": {"path": str(target.parent)}},
            kernel_manager_class=LeanKernelManager,
            record_timing=False,
            on_cell_executed=lambda **_told: ran_cell(),
        )
    except PapermillExecutionError:
        return ""
    except DeadKernelError:
        return _("The kernel died; most often the machine ran out of memory.")
    except Exception as unexpected:  # noqa: BLE001 -- the other workbooks go on, and this one says why it did not
        return _("The workbook could not be run: {reason}").format(reason=_one_line(repr(unexpected)))
    finally:
        ensure_event_loop().close()  # the one that papermill opened in this thread
    return ""


def tidied(notebook: Any) -> Any:  # noqa: ANN401
    """Return the executed notebook without papermill's timings, paths and banners: the same run gives the same file."""
    notebook.metadata.pop("papermill", None)
    notebook.cells = [
        cell for cell in notebook.cells if "papermill-error-cell-tag" not in cell.metadata.get("tags", [])
    ]
    for cell in notebook.cells:
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "injected-parameters"
    return notebook


def error_of(cell: Any) -> Any:  # noqa: ANN401
    """Return the error output of a cell, or None."""
    return next((output for output in cell.get("outputs", []) if output.output_type == "error"), None)


def is_deliberate(error: Any) -> bool:  # noqa: ANN401
    """Return whether an error output is one of the kit's own, which show their message in place of a traceback."""
    return bool(error.evalue) and "\n".join(error.traceback) == error.evalue


def readable(error: Any, file: str, cell: str) -> str:  # noqa: ANN401
    """Return why a cell failed: the kit's own message, else the exception's last line and where its trace is."""
    if is_deliberate(error):
        return str(error.evalue)
    last = _one_line(f"{error.ename}: {error.evalue}" if error.evalue else error.ename)
    return _("{error} (the full trace is in {file}, cell {cell})").format(error=last, file=file, cell=cell)


def _one_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")
