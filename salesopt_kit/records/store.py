"""The records of an engagement as rows with a history: nothing is lost, nothing overwritten in silence."""

import getpass
import json
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar, cast

from sqlalchemy import Connection, Row, or_, select

from salesopt_kit.locale import _
from salesopt_kit.records import database, schema
from salesopt_kit.records.changes import Change, Conflict, Link, Saved, from_text, to_text
from salesopt_kit.records.kinds import BY_MODEL, kind_of
from salesopt_kit.records.rows import Record, Why
from salesopt_kit.records.writer import Writer, saved, unknown

R = TypeVar("R", bound=Record)


class Store:
    """The records of one engagement. Each call is one transaction; `together` makes several one.

    What a call returned from is on the disk. One thread uses a store at a time; others open it anew. `who` stands in
    the history; without it, the name of the account.
    """

    def __init__(self, place: str | Path, *, who: str = "", read_only: bool = False) -> None:
        self.who = who.strip() or _account()
        self.engine = database.connected(place, read_only=read_only)
        self.where = database.shown(self.engine)
        self._writer: Writer | None = None
        self._end = weakref.finalize(self, self.engine.dispose)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_gone: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; for SQLite, the file alone holds everything from then on."""
        self._end()

    @contextmanager
    def together(self) -> Iterator[Writer]:
        """Make all changes inside it one: an error undoes them all."""
        if self._writer is not None:
            yield self._writer
            return
        with database.writing(self.engine) as connection:
            self._writer = Writer(connection, self.who, self.where)
            try:
                yield self._writer
            finally:
                self._writer = None

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """Make all queries inside it see the store at one moment."""
        if self._writer is not None:
            yield self._writer.connection
            return
        with database.reading(self.engine) as connection:
            yield connection

    def add(self, record: R, *, within: str = "") -> Saved[R]:
        """Keep a new record and return it with its id, the next of its kind (of the chain `within`, for a why)."""
        prefix = f"{within}." if isinstance(record, Why) else BY_MODEL[type(record)].prefix
        if isinstance(record, Why) and not record.id:
            self.get(within)
        with self.together() as writer:
            named = record if record.id else record.model_copy(update={"id": writer.next_id(prefix)})
            return writer.add(named)

    def get(self, id_: str, model: type[R] = Record) -> Saved[R]:  # type: ignore[assignment]  # any record by default
        """Return a record, deleted or not; InputError where there is none of this kind."""
        kind = kind_of(id_)
        with self.looking() as connection:
            row = connection.execute(select(schema.records).where(schema.records.c.id == id_)).first()
        if row is None or not issubclass(kind.model, model):
            raise unknown(self.where, id_)
        return cast("Saved[R]", saved(row))

    def all(self, model: type[R], *, deleted: bool = False) -> list[Saved[R]]:
        """Return the records of a kind in the order they were added; with `deleted`, those too."""
        query = select(schema.records).where(schema.records.c.kind == BY_MODEL[model].key)
        with self.looking() as connection:
            found = connection.execute(query.order_by(schema.records.c.seq)).all()
        return [cast("Saved[R]", saved(row)) for row in found if deleted or not row.deleted]

    def everything(self) -> tuple[list[Saved[Record]], list[Link]]:
        """Return all records that are not deleted and the links between them, each in the order they were added."""
        with self.looking() as connection:
            rows = connection.execute(select(schema.records).order_by(schema.records.c.seq)).all()
            links = connection.execute(select(schema.links).order_by(schema.links.c.seq)).all()
        here = {row.id for row in rows if not row.deleted}
        joined = [Link(link.kind, link.start, link.end) for link in links if {link.start, link.end} <= here]
        return [saved(row) for row in rows if not row.deleted], joined

    def save(self, record: R, version: int) -> Saved[R]:
        """Keep a change to the record that was loaded as `version`; Conflict where somebody else was faster.

        Saving a record that was deleted in the meantime is a conflict too.
        """
        with self.together() as writer:
            there = writer.find(record.id)
            if there is not None and there.deleted:
                raise Conflict(record, there)
            return writer.change(record, version)

    def delete(self, id_: str, version: int) -> None:
        """Take a record out of sight with its links; `undo` brings it back."""
        with self.together() as writer:
            writer.change(self.get(id_).record, version, deleted=True, action="delete")

    def link(self, start: str, end: str, kind: str) -> Link:
        """Say what a record is to another, a key of LINK_KINDS; a link that is there already stays as it is."""
        made = Link(kind, start, end)
        with self.together() as writer:
            writer.link(made)
        return made

    def unlink(self, start: str, end: str, kind: str) -> None:
        """Take a link away; InputError where there is none."""
        with self.together() as writer:
            writer.unlink(Link(kind, start, end))

    def links_of(self, id_: str) -> list[Link]:
        """Return the links from and to a record, those with deleted records left out."""
        return [link for link in self.everything()[1] if id_ in (link.start, link.end)]

    def history(self, id_: str = "") -> list[Change]:
        """Return every change of a record and its links, or of all, oldest first."""
        lines = schema.history.c
        query = select(schema.history).order_by(lines.seq)
        with self.looking() as connection:
            found = connection.execute(query.where(or_(lines.id == id_, lines.other == id_)) if id_ else query).all()
        return [change_of(row) for row in found]

    def newest(self) -> int:
        """Return the number of the newest line of the history: as long as it stays, nothing has changed."""
        query = select(schema.counters.c.last).where(schema.counters.c.name == "#history")
        with self.looking() as connection:
            return int(connection.execute(query).scalar() or 0)

    def undo(self, seq: int | None = None) -> Change | None:
        """Undo a line of the history and return it: `seq`, else the newest one of `who` that is not undone yet.

        None where there is none. The history keeps both. Conflict where somebody else changed the same record since.
        """
        lines = schema.history.c
        undone = select(lines.undoes).where(lines.undoes.is_not(None))
        query = select(schema.history).where(lines.action != "undo", lines.seq.not_in(undone))
        query = query.where(lines.who == self.who if seq is None else lines.seq == seq)
        with self.together() as writer:
            row = writer.connection.execute(query.order_by(lines.seq.desc()).limit(1)).first()
            if row is not None:
                _undo(writer, row)
        return change_of(row) if row is not None else None

    def setting(self, name: str) -> str:
        """Return what the kit noted under a name, "" for nothing."""
        with self.looking() as connection:
            found = connection.execute(select(schema.settings.c.value).where(schema.settings.c.name == name)).scalar()
        return str(found or "")


def change_of(row: Row[Any]) -> Change:
    """Return a row of the history."""
    before, after = (json.loads(text) if text else None for text in (row.before, row.after))
    return Change(row.seq, row.at, row.who, row.action, row.id, row.other, row.version, before, after, row.undoes)


def _undo(writer: Writer, line: Row[Any]) -> None:
    if line.other:
        link = Link(json.loads(line.before or line.after)["kind"], line.id, line.other)
        if not line.before and writer.is_linked(link):
            writer.unlink(link, action="undo", undoes=line.seq)
        elif line.before and not writer.is_linked(link):
            writer.link(link, action="undo", undoes=line.seq)
        else:
            writer.note("undo", line.id, other=line.other, undoes=line.seq)
        return
    current = writer.find(line.id)
    earlier = from_text(line.id, line.before or line.after)
    if current is None:
        raise unknown(writer.where, line.id)
    if not _is_as_left(current, line.after):
        raise Conflict(earlier, current)
    writer.change(earlier, current.version, deleted=not line.before, action="undo", undoes=line.seq)


def _is_as_left(current: Saved[Record], after: str) -> bool:
    """Return whether a record is still what a change made of it."""
    return ("" if current.deleted else to_text(current.record)) == after


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # an account without a name
        return _("unknown")
