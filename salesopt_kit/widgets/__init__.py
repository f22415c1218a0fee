"""Editors of the records for JupyterLab and Voila; where nobody can answer them, tables stand in their place."""

from collections.abc import Collection
from typing import TYPE_CHECKING, TypeAlias, Union

from salesopt_kit.engagement import Engagement
from salesopt_kit.widgets.front_end import is_answered, may_write, shown

if TYPE_CHECKING:
    from salesopt_kit.results import Table
    from salesopt_kit.widgets.editor import Editor

__all__ = ["Shown", "form", "grid", "is_answered", "matrix", "why_tree"]

Shown: TypeAlias = Union["Editor", "Table", None]
"""An editor, or what stands in its place in a batch."""


def grid(
    engagement: Engagement, kind: str, *, columns: Collection[str] = (), has_table: bool = False, who: str = ""
) -> Shown:
    """Return the editable grid of all records of a kind, such as "pain_points"; each row opens as a form, too.

    Where nobody can answer it, or the records may not be written: the records as a table if the workbook has no other
    (`has_table`), else None. `columns` are those of the grid; the form has all. `who` stands in the history; empty:
    whoever signed in, or the account.
    """
    return shown(
        lambda: _sheet(engagement, kind, columns, who, form=False),
        lambda: None if has_table else _table(engagement, kind),
        may_write(engagement),
    )


def form(engagement: Engagement, kind: str, *, who: str = "") -> Shown:
    """Return the form for one record at a time, chosen from a list; None where nobody can answer it."""
    return shown(lambda: _sheet(engagement, kind, (), who, form=True), lambda: None, may_write(engagement))


def matrix(engagement: Engagement, *, who: str = "") -> Shown:
    """Return the matrix on which pain points are moved; None where nobody can answer it."""

    def editor() -> "Editor":
        from salesopt_kit.widgets.editor import Editor  # noqa: PLC0415 -- a batch need not import any widget
        from salesopt_kit.widgets.priorities import Priorities  # noqa: PLC0415
        from salesopt_kit.widgets.session import Session  # noqa: PLC0415

        return Editor(Priorities(Session(engagement, who=who)), "matrix.js")

    return shown(editor, lambda: None, may_write(engagement))


def why_tree(engagement: Engagement, *, who: str = "") -> Shown:
    """Return the tree in which whys are asked and root causes marked; None where nobody can answer it."""

    def editor() -> "Editor":
        from salesopt_kit.widgets.editor import Editor  # noqa: PLC0415 -- as in matrix
        from salesopt_kit.widgets.session import Session  # noqa: PLC0415
        from salesopt_kit.widgets.whys import WhyTree  # noqa: PLC0415

        return Editor(WhyTree(Session(engagement, who=who)), "why_tree.js")

    return shown(editor, lambda: None, may_write(engagement))


def _sheet(engagement: Engagement, kind: str, columns: Collection[str], who: str, *, form: bool) -> "Editor":
    from salesopt_kit.widgets.editor import Editor  # noqa: PLC0415 -- as in matrix
    from salesopt_kit.widgets.session import Session  # noqa: PLC0415
    from salesopt_kit.widgets.sheet import Sheet  # noqa: PLC0415

    return Editor(Sheet(Session(engagement, who=who), kind, columns=columns, form=form), "grid.js")


def _table(engagement: Engagement, kind: str) -> "Table":
    from salesopt_kit.widgets.static import records_table  # noqa: PLC0415 -- as in matrix

    return records_table(engagement, kind)
