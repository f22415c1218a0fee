"""The workbooks: where they are, which of them a run takes, and what each is called."""

import ast
import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from salesopt_kit.errors import InputError
from salesopt_kit.locale import N_, _

PACKAGE = Path(__file__).parents[1]
PHASES = {
    "0_kickoff": N_("When to start"),
    "1_diagnose": N_("Diagnose the current process"),
    "2_prioritise": N_("Set priorities"),
    "3_design": N_("Design the solution"),
    "4_pilot": N_("Pilot and verify"),
    "5_rollout": N_("Roll out and keep improving"),
}
"""The phase of each workbook, in the handbook's order."""


@dataclass(frozen=True, slots=True)
class Workbook:
    """One workbook, by the path of its notebook."""

    path: Path

    @property
    def name(self) -> str:
        """The file name without the ending, such as "1_diagnose"."""
        return self.path.stem

    @property
    def phase(self) -> str:
        """The phase of the method, in the language in use; the name where it is none of the six."""
        return _(PHASES[self.name]) if self.name in PHASES else self.name.lstrip("0123456789_").capitalize()


def workbooks_folder() -> Path:
    """Return where the workbooks are: inside an installed package, beside the package in a checkout."""
    installed = PACKAGE / "_workbooks"
    return installed if installed.is_dir() else PACKAGE.parent / "workbooks"


def workbooks(only: Sequence[str] = (), folder: Path | None = None) -> tuple[Workbook, ...]:
    """Return the workbooks of `folder` in order; `only` picks by name: "1_diagnose", "diagnose" or "1".

    Raises InputError for a name that fits none of them.
    """
    found = [Workbook(path) for path in sorted((folder or workbooks_folder()).glob("*.ipynb"))]
    wanted = {_picked(name, found) for name in only}
    return tuple(workbook for workbook in found if not wanted or workbook in wanted)


def parameters_of(notebook: Any, name: str) -> list[str]:  # noqa: ANN401 -- a NotebookNode has no types
    """Return the names that the cell tagged `parameters` sets; InputError where there is no such cell."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and "parameters" in cell.metadata.get("tags", []):
            return list(_names_set(ast.parse(cell.source)))
    raise InputError(
        name, _("no such cell"), expected=_("a cell tagged `parameters`"), remedy=_("Add the tag in JupyterLab.")
    )


def _names_set(tree: ast.Module) -> Iterator[str]:
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def _picked(name: str, found: list[Workbook]) -> Workbook:
    plain = name.removesuffix(".ipynb").lower()
    for workbook in found:
        number, _line, word = workbook.name.lower().partition("_")
        if plain in (workbook.name.lower(), number, word):
            return workbook
    words = [workbook.name.partition("_")[2] or workbook.name for workbook in found]
    near = difflib.get_close_matches(plain, [*words, *(workbook.name for workbook in found)], 1)
    remedy = _("Did you mean {near}?").format(near=near[0]) if near else _("Leave --only out to run all of them.")
    raise InputError("--only", name, expected=_("one of {names}").format(names=", ".join(words)), remedy=remedy)
