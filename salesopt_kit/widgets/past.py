"""The history of a record as a page tells it: who changed what, when, and what the record was then."""

from collections.abc import Iterable, Mapping
from typing import Any

from salesopt_kit.locale import N_, _
from salesopt_kit.records.changes import Change, Saved
from salesopt_kit.records.kinds import kind_of
from salesopt_kit.records.rows import Record
from salesopt_kit.records.store import Store

ACTIONS = {
    "add": N_("added"),
    "save": N_("changed"),
    "delete": N_("deleted"),
    "undo": N_("undone"),
    "import": N_("taken over"),
    "link": N_("linked"),
    "unlink": N_("link removed"),
}


def lines(store: Store, id_: str, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the changes of a record, newest first, each with the fields that it changed."""
    return [_line(change, id_, labels) for change in reversed(store.history(id_))]


def at_version(store: Store, id_: str, version: int) -> Record:
    """Return a record as it was at a version; the version in the store where the history does not reach back."""
    now: Saved[Record] = store.get(id_)
    if now.version == version:
        return now.record
    return next(
        (
            record
            for change in store.history(id_)
            if change.version == version and (record := _after(change)) is not None
        ),
        now.record,
    )


def after_line(store: Store, id_: str, seq: int) -> Record | None:
    """Return what a record was after a line of its history; None where it was deleted by it."""
    return next((_after(change) for change in store.history(id_) if change.seq == seq), None)


def _after(change: Change) -> Record | None:
    if change.other or change.after is None:
        return None
    return kind_of(change.id).model.model_validate(change.after)


def _line(change: Change, id_: str, labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "seq": change.seq,
        "at": change.at,
        "who": change.who,
        "action": _(ACTIONS.get(change.action, change.action)),
        "other": (change.other if change.id == id_ else change.id) if change.other else "",
        "fields": list(_changed(change, labels)) if not change.other else [],
        "can_restore": not change.other and change.after is not None,
    }


def _changed(change: Change, labels: Mapping[str, str]) -> Iterable[dict[str, Any]]:
    if change.before is None or change.after is None:
        return
    for name, value in change.after.items():
        if value != change.before.get(name):
            yield {"name": name, "label": labels.get(name, name), "before": change.before.get(name), "after": value}
