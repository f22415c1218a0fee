"""All records of a kind as the rows of a grid: what is typed is saved at once, or kept beside the reason why not."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from salesopt_kit.errors import SalesOptError
from salesopt_kit.locale import _
from salesopt_kit.records.changes import Conflict, Saved, fields
from salesopt_kit.records.kinds import BY_KEY
from salesopt_kit.records.rows import Record, Trigger
from salesopt_kit.records.wording import WORDS, said
from salesopt_kit.widgets import joining, past
from salesopt_kit.widgets.clash import Clash
from salesopt_kit.widgets.desk import Desk
from salesopt_kit.widgets.fields import fields_of
from salesopt_kit.widgets.labels import title_of
from salesopt_kit.widgets.links import LINK_FIELDS
from salesopt_kit.widgets.reading import RefusedError, checked, read
from salesopt_kit.widgets.session import Session

FIXED = {"triggers": ("T1", "T2", "T3", "T4", "T5")}
"""Kinds whose records are known beforehand, by their ids."""
Refused = dict[str, tuple[Any, str]]
"""What was typed into a field, and why it could not be kept."""


class Sheet(Desk):
    """The records of one kind, as one person edits them. A draft is a row that lacks something, so not saved yet."""

    def __init__(self, session: Session, kind: str, *, columns: Collection[str] = (), form: bool = False) -> None:
        self.kind = BY_KEY[kind]
        self.fields = {field.name: field for field in fields_of(self.kind, session.engagement)}
        self.links = {link.name: link for link in LINK_FIELDS.get(kind, ())}
        self.columns = tuple(columns) or tuple(self.fields)
        self.form = form
        self.rows: dict[str, Saved[Record]] = {}
        self.drafts: dict[str, dict[str, Any]] = {}
        self.refused: dict[str, Refused] = {}
        self.clashes: dict[str, Clash] = {}
        self.shows_deleted = False
        self._net = joining.Net(())
        self._options: list[tuple[str, str, str]] = []
        self._keys: dict[str, str] = {}
        self._made = 0
        self._history: dict[str, Any] | None = None
        super().__init__(session)

    def actions(self) -> Mapping[str, Callable[..., None]]:
        """Return what the page may ask for."""
        return {
            "set": self.change,
            "add": self.add,
            "paste": self.paste,
            "delete": self.delete,
            "undo": self.undo,
            "resolve": self.resolve,
            "history": self.history,
            "restore": self.restore,
            "show_deleted": self.show_deleted,
        }

    def load(self) -> None:
        """Read the records of the kind, their links and what they can be linked to."""
        store = self.session.store
        with store.looking():
            found = store.all(self.kind.model, deleted=self.shows_deleted)
            everything, links = store.everything()
        self._net = joining.Net(links)
        self.rows = {saved.record.id: saved for saved in found}
        wanted = {other for link in self.links.values() for other in link.others}
        self._options = [
            (record.id, said(record), kind)
            for record in (saved.record for saved in everything)
            if (kind := joining.kind_key(record.id)) in wanted
        ]
        self.clashes = {id_: clash for id_, clash in self.clashes.items() if id_ in self.rows or clash.theirs.deleted}
        for id_ in FIXED.get(self.kind.key, ()):
            if id_ in self.rows:
                self.drafts.pop(id_, None)
            else:
                self.drafts.setdefault(id_, {"id": id_})

    def add(self, values: Mapping[str, Any] | None = None) -> None:
        """Begin a row; it is saved as soon as nothing that is needed is missing."""
        self._made += 1
        key = f"new-{self._made}"
        self.drafts[key] = {}
        self._change_draft(key, values or {})

    def change(self, id: str, changes: Mapping[str, Any], version: int = 0, was: Sequence[str] = ()) -> None:  # noqa: A002
        """Change fields of the record that the page showed as `version`; `was` is what it showed of a field of links.

        What cannot be kept stands in `refused` with the reason; a change that somebody else overtook in `clashes`.
        """
        if id in self.drafts:
            self._change_draft(id, changes)
            return
        try:
            with self.session.step():
                for name in changes.keys() & self.links.keys():
                    joining.join(self.session, self.links[name], id, read(self.fields[name], changes[name]), was)
                self._change_own(id, version, {name: raw for name, raw in changes.items() if name not in self.links})
        except Exception as why:
            # what was typed stays on the page, whatever kept it from being saved
            told = str(why).splitlines()[0] if str(why) else type(why).__name__
            self.refused[id] = self.refused.get(id, {}) | {name: (raw, told) for name, raw in changes.items()}
            raise

    def paste(self, rows: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]] = ()) -> None:
        """Change several rows, and begin new ones, in one step; each cell is kept or refused by itself."""
        drafts, refused = dict(self.drafts), dict(self.refused)
        try:
            with self.session.step():
                for row in rows:
                    self.change(row["id"], row["changes"], row.get("version", 0))
                for values in new:
                    self.add(values)
        except SalesOptError:  # nothing was saved, so nothing is gone from the drafts either
            self.drafts, self.refused = drafts, refused
            raise

    def delete(self, id: str, version: int = 0) -> None:  # noqa: A002
        """Take a record out of sight, or drop a draft."""
        self.refused.pop(id, None)
        if self.drafts.pop(id, None) is not None:
            self.load()
            return
        try:
            with self.session.step():
                self.session.store.delete(id, version)
        except Conflict as met:
            raise SalesOptError(
                _("{id} was changed by {who} in the meantime; look at it again before you delete it.").format(
                    id=id, who=met.theirs.changed_by
                )
            ) from None

    def resolve(self, id: str, version: int, picks: Mapping[str, str]) -> None:  # noqa: A002
        """End a clash by the side picked for each field ("mine" or "theirs"), if the store still holds `version`."""
        clash = self.clashes.pop(id)
        there: Saved[Record] = self.session.store.get(id)
        if there.version != version:
            self.clashes[id] = Clash(clash.base, clash.yours, there)
            return
        record, wrong = checked(self.kind.model, clash.merged(picks))
        if record is None:
            self.clashes[id] = clash
            raise SalesOptError(_("The two do not go together: {reason}").format(reason="; ".join(wrong.values())))
        if record != there.record or (there.deleted and picks):
            with self.session.step() as writer:
                writer.change(record, version, deleted=False)

    def history(self, id: str = "") -> None:  # noqa: A002
        """Show the history of a record, or put it away."""
        self._history = {"id": id} if id and id not in self.drafts else None

    def restore(self, id: str, version: int, seq: int = 0) -> None:  # noqa: A002
        """Make a record what it was after a line of its history; without one, bring back a deleted one as it was."""
        store = self.session.store
        earlier = past.after_line(store, id, seq) if seq else store.get(id).record
        if earlier is not None:
            with self.session.step() as writer:
                writer.change(earlier, version, deleted=False)

    def show_deleted(self, on: bool) -> None:
        """Show the deleted records too, or no longer."""
        self.shows_deleted = on
        self.load()

    def view(self) -> dict[str, Any]:
        """Return all that the page draws."""
        return self.state() | {
            "kind": self.kind.key,
            "title": title_of(self.kind.key),
            "form": self.form,
            "fields": [field.to_dict() for field in self.fields.values()],
            "columns": list(self.columns),
            "rows": self._in_order([*map(self._row, self.rows.values()), *map(self._draft, self.drafts)]),
            "options": {name: self._options_of(name) for name in self.links},
            "clashes": [clash.to_dict() for clash in self.clashes.values()],
            "history": self._told(),
            "shows_deleted": self.shows_deleted,
            "unsaved": sum(map(len, self.refused.values())) + len(self.clashes),
            "can_add": self.kind.key not in FIXED,
        }

    def undo(self) -> None:
        """Take back the newest step; nothing that was refused before it stays marked."""
        self.session.undo()
        self.refused.clear()

    def _change_own(self, id_: str, version: int, changes: Mapping[str, Any]) -> None:
        if not changes:
            return
        version = self.session.own(id_, version)
        earlier = self.refused.pop(id_, {})
        base = past.at_version(self.session.store, id_, version)
        typed = {name: raw for name, (raw, _why) in earlier.items()} | dict(changes)
        values, refused = self._read(typed)
        record, wrong = checked(self.kind.model, base.model_dump() | values)
        if record is None:
            blamed = wrong.keys() - {""} or changes.keys()
            refused |= {name: (typed.get(name), wrong.get(name) or wrong.get("", "")) for name in blamed}
            values = {name: value for name, value in values.items() if name not in refused}
            record, wrong = checked(self.kind.model, base.model_dump() | values)
        if refused:
            self.refused[id_] = refused
        if record is not None and record != base:
            self._save(base, record, version)

    def _save(self, base: Record, record: Record, version: int) -> None:
        try:
            self.session.save(record, version)
        except Conflict as met:
            self.clashes[record.id] = Clash(base, record, met.theirs)

    def _change_draft(self, key: str, changes: Mapping[str, Any]) -> None:
        draft = self.drafts[key]
        typed = {name: raw for name, (raw, _why) in self.refused.pop(key, {}).items() if name not in draft}
        values, refused = self._read(typed | dict(changes))
        draft |= values
        for name in refused:
            draft.pop(name, None)
        own = {name: value for name, value in draft.items() if name not in self.links and value is not None}
        record, wrong = checked(self.kind.model, own)
        if record is not None and not refused:
            self._keep(key, record)
            return
        named = wrong if "" not in wrong else dict.fromkeys(changes, wrong[""])
        self.refused[key] = {name: (draft.get(name), why) for name, why in named.items()} | refused

    def _keep(self, key: str, record: Record) -> None:
        draft = self.drafts[key]
        with self.session.step() as writer:
            there = writer.find(record.id) if isinstance(record, Trigger) else None
            saved = writer.change(record, there.version, deleted=False) if there else self.session.store.add(record)
            for name in draft.keys() & self.links.keys():
                joining.join(self.session, self.links[name], saved.record.id, draft[name], ())
        del self.drafts[key]
        self._keys[saved.record.id] = key

    def _read(self, typed: Mapping[str, Any]) -> tuple[dict[str, Any], Refused]:
        values, refused = {}, {}
        for name, raw in typed.items():
            try:
                values[name] = read(self.fields[name], raw)
            except RefusedError as why:
                refused[name] = (raw, str(why))
        return values, refused

    def _row(self, saved: Saved[Record]) -> dict[str, Any]:
        id_ = saved.record.id
        linked = {name: self._net.ids(link, id_) for name, link in self.links.items()}
        return self._cells(id_, fields(saved.record) | linked) | {
            "key": self._keys.get(id_, id_),
            "id": id_,
            "version": saved.version,
            "said": said(saved.record),
            "lead": self._lead(saved.record),
            "deleted": saved.deleted,
            "changed_at": saved.changed_at,
            "changed_by": saved.changed_by,
        }

    def _in_order(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return sorted(rows, key=lambda row: row["id"]) if self.kind.key in FIXED else rows

    def _lead(self, record: Record) -> str:
        """Return what is said of a record whose id alone says little."""
        return WORDS[self.kind.key](record) if self.kind.key in FIXED else ""

    def _draft(self, key: str) -> dict[str, Any]:
        draft = self.drafts[key]
        values = dict.fromkeys(self.fields, "") | {name: _plain(value) for name, value in draft.items()}
        return self._cells(key, values) | {
            "key": key,
            "id": key,
            "version": 0,
            "deleted": False,
            "is_draft": True,
            "said": said(Trigger(id=key)) if key in FIXED.get(self.kind.key, ()) else "",
            "lead": self._lead(Trigger(id=key)) if key in FIXED.get(self.kind.key, ()) else "",
        }

    def _cells(self, id_: str, values: Mapping[str, Any]) -> dict[str, Any]:
        refused = {name: {"raw": _plain(raw), "why": why} for name, (raw, why) in self.refused.get(id_, {}).items()}
        return {"values": {name: value for name, value in values.items() if name != "id"}, "refused": refused}

    def _options_of(self, name: str) -> list[list[str]]:
        link = self.links[name]
        known = [[id_, words] for id_, words, kind in self._options if kind in link.others]
        fixed = [id_ for other in link.others[:1] for id_ in FIXED.get(other, ())]
        there = {id_ for id_, _words in known}
        return [*known, *([id_, said(Trigger(id=id_))] for id_ in fixed if id_ not in there)]

    def _told(self) -> dict[str, Any] | None:
        if self._history is None:
            return None
        labels = {name: field.label for name, field in self.fields.items()}
        return self._history | {"lines": past.lines(self.session.store, self._history["id"], labels)}


def _plain(value: Any) -> Any:  # noqa: ANN401 -- a value of a field, or what somebody typed
    """Return a value as JSON has it."""
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
