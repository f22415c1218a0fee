"""The notebook that is handed to papermill: parameters checked, prose in the reader's language."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from salesopt_kit.errors import InputError
from salesopt_kit.locale import _, translate
from salesopt_kit.runner.outcome import Order
from salesopt_kit.runner.workbooks import Workbook, parameters_of

PARAMETERS = ("engagement", "locale", "as_of", "exports")


def prepared(workbook: Workbook) -> Any:  # noqa: ANN401 -- a NotebookNode has no types
    """Return the notebook of `workbook` with each markdown cell in the language in use.

    Raises InputError where its cell of parameters lacks one that a run sets: papermill would go on with a warning.
    """
    notebook = nbformat.read(workbook.path, as_version=4)
    known = parameters_of(notebook, workbook.path.name)
    if unknown := [name for name in PARAMETERS if name not in known]:
        raise InputError(
            _("{file}, cell `parameters`").format(file=workbook.path.name),
            ", ".join(known),
            expected=_("the parameters {names}").format(names=", ".join(PARAMETERS)),
            remedy=_("Add {names} to that cell.").format(names=", ".join(unknown)),
        )
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source:
            cell.source = translate(cell.source)
    return notebook


def parameters(order: Order, folder: Path) -> Mapping[str, str]:
    """Return what each notebook that runs in `folder` is given; paths are relative to it where that is possible."""
    engagement = order.engagement
    own = engagement.exports == engagement.folder / "exports"
    given = {
        "engagement": _seen_from(folder, engagement.folder),
        "exports": "" if own else _seen_from(folder, engagement.exports),
        **order.overrides,
    }
    return {name: given[name] for name in PARAMETERS}


def _seen_from(folder: Path, path: Path) -> str:
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive
        return path.resolve().as_posix()
