"""The process as it is to be: the one place where documents ask the design phase for it.

Each function looks whether the design has an answer of that name, so that a document says "not drawn yet" instead of
failing where it has none.
"""

from collections.abc import Callable
from typing import Any

from salesopt_kit import design
from salesopt_kit.charts import Chart
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.records.models import Records
from salesopt_kit.results import Missing, Result
from salesopt_kit.tables.store import Tables


def new_map(tables: Tables) -> Chart | Missing:
    """Return the new process as a drawing, or what is missing for it."""
    maker: Callable[[Tables], Chart | Missing] | None = getattr(design, "to_be_map", None)
    if maker is None:
        return Missing(
            _("the new process as a drawing"),
            _("The planned changes of each node are listed in the comparison of old and new."),
        )
    return maker(tables)


def new_process_files(tables: Tables) -> dict[str, bytes]:
    """Return the new process as files by name; none where nothing was designed."""
    maker: Callable[[Tables], dict[str, bytes]] | None = getattr(design, "to_be_files", None)
    try:
        return maker(tables) if maker else {}
    except MissingDataError:
        return {}


def answer(name: str, tables: Tables) -> Result | None:
    """Return what the design phase answers under a name, such as "decision_rights"; None without one."""
    maker: Callable[[Tables], Result] | None = getattr(design, name, None)
    return maker(tables) if maker else None


def sops(records: Records, names: set[str]) -> tuple[Any, ...]:
    """Return the SOPs that were written for a stage, which `names` spells."""
    return tuple(one for one in getattr(records, "sops", ()) if one.stage in names)
