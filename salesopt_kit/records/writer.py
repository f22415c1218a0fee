"""Changes to the store inside one transaction; each leaves a line in the history."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, select, text, update

from salesopt_kit.errors import InputError
from salesopt_kit.locale import _
from salesopt_kit.records import schema
from salesopt_kit.records.changes import Conflict, Link, Saved, as_json, from_text, to_text
from salesopt_kit.records.kinds import CHAIN_LINKS, LINK_KINDS, kind_of
from salesopt_kit.records.rows import Record

R = TypeVar("R", bound=Record)
DRAW = text(
    "INSERT INTO counters (name, last) VALUES (:name, 1) "
    "ON CONFLICT (name) DO UPDATE SET last = counters.last + 1 RETURNING last"
)
RAISE = text(
    "INSERT INTO counters (name, last) VALUES (:name, :n) "
    "ON CONFLICT (name) DO UPDATE SET last = excluded.last WHERE counters.last < excluded.last"
)
NOTE = text(
    "INSERT INTO settings (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes on `connection` for `who`; `where` names the store in errors."""

    connection: Connection
    who: str
    where: str

    def draw(self, name: str) -> int:
        """Return the next number of a counter."""
        return int(self.connection.execute(DRAW, {"name": name}).scalar_one())

    def next_id(self, prefix: str) -> str:
        """Return the next free id: PP-4 for "PP", WHY-1.3 for "WHY-1."."""
        return f"{prefix}{'' if prefix.endswith('.') else '-'}{self.draw(prefix)}"

    def find(self, id_: str) -> Saved[Record] | None:
        """Return a record, deleted or not."""
        row = self.connection.execute(select(schema.records).where(schema.records.c.id == id_)).first()
        return saved(row) if row else None

    def add(self, record: R, *, action: str = "add") -> Saved[R]:
        """Keep a new record under the id that it has."""
        if self.find(record.id):
            raise InputError(
                self.where, record.id, expected=_("an id that is free"), remedy=_("Leave the id out: one is drawn.")
            )
        self.reserve(record.id)
        moment = now()
        made = Saved(
            record, 1, deleted=False, created_at=moment, created_by=self.who, changed_at=moment, changed_by=self.who
        )
        self.put(made, self.draw("#records"))
        self.note(action, record.id, version=1, after=to_text(record))
        return made

    def put(self, made: Saved[Any], seq: int) -> None:
        """Write the row of a record as it is, without a line in the history."""
        row = {name: getattr(made, name) for name in Saved.__slots__ if name != "record"}
        row |= {"id": made.record.id, "seq": seq, "kind": kind_of(made.record.id).key, "body": to_text(made.record)}
        self.connection.execute(insert(schema.records).values(row))

    def reserve(self, id_: str) -> None:
        """Take care that an id that was given is not drawn once more."""
        prefix, dot, number = id_.rpartition("." if "." in id_ else "-")
        if dot:
            self.raise_to(prefix + dot.strip("-"), int(number))

    def raise_to(self, name: str, last: int) -> None:
        """Take care that a counter gives numbers above `last`."""
        self.connection.execute(RAISE, {"name": name, "n": last})

    def change(
        self, record: R, version: int, *, deleted: bool = False, action: str = "save", undoes: int | None = None
    ) -> Saved[R]:
        """Keep a change to the record that was loaded as `version`; Conflict where it has another one by now."""
        before = self.find(record.id)
        if before is None:
            raise unknown(self.where, record.id)
        if before.version != version or (before.deleted and deleted):
            raise Conflict(record, before)
        after = Saved(record, version + 1, deleted, before.created_at, before.created_by, now(), self.who)
        fields = {"version": after.version, "deleted": deleted, "body": to_text(record)}
        table = schema.records
        self.connection.execute(
            update(table)
            .where(table.c.id == record.id, table.c.version == version)
            .values(fields | {"changed_at": after.changed_at, "changed_by": self.who})
        )
        texts = ("" if one.deleted else to_text(one.record) for one in (before, after))
        self.note(action, record.id, *texts, version=after.version, undoes=undoes)
        return after

    def is_linked(self, link: Link) -> bool:
        """Return whether a link is there."""
        return self.connection.execute(select(schema.links.c.seq).where(_same(link))).first() is not None

    def link(self, link: Link, *, action: str = "link", undoes: int | None = None) -> None:
        """Make a link; one that is there already stays as it is."""
        if self.is_linked(link):
            return
        self._stop_at_wrong(link)
        row = {"kind": link.kind, "start": link.start, "end": link.end, "made_at": now(), "made_by": self.who}
        self.connection.execute(insert(schema.links).values(row | {"seq": self.draw("#links")}))
        self.note(action, link.start, after=as_json({"kind": link.kind}), other=link.end, undoes=undoes)

    def unlink(self, link: Link, *, action: str = "unlink", undoes: int | None = None) -> None:
        """Take a link away; InputError where there is none."""
        if not self.is_linked(link):
            raise unknown(self.where, f"{link.start} {link.kind} {link.end}")
        self.connection.execute(delete(schema.links).where(_same(link)))
        self.note(action, link.start, as_json({"kind": link.kind}), other=link.end, undoes=undoes)

    def note(
        self,
        action: str,
        id_: str,
        before: str = "",
        after: str = "",
        *,
        other: str = "",
        version: int = 0,
        undoes: int | None = None,
    ) -> None:
        """Add a line to the history."""
        line = {"seq": self.draw("#history"), "at": now(), "who": self.who, "action": action, "id": id_, "other": other}
        line |= {"version": version, "before": before, "after": after, "undoes": undoes}
        self.connection.execute(insert(schema.history).values(line))

    def set_setting(self, name: str, value: str) -> None:
        """Note a text under a name."""
        self.connection.execute(NOTE, {"name": name, "value": value})

    def _stop_at_wrong(self, link: Link) -> None:
        rule = LINK_KINDS.get(link.kind)
        where = f"{link.start} {link.kind} {link.end}"
        if rule is None or kind_of(link.start).key not in rule.start or kind_of(link.end).key not in rule.end:
            known = [f"{one.key} ({', '.join(one.start)} → {', '.join(one.end)})" for one in LINK_KINDS.values()]
            raise InputError(where, link.kind, expected=_("one of {names}").format(names="; ".join(known)), remedy="")
        for id_ in (link.start, link.end):
            found = self.find(id_)
            if found is None or found.deleted:
                raise unknown(self.where, id_)
        table = schema.links.c
        for is_one, same, other in (
            (rule.one_start, table.end == link.end, table.start),
            (rule.one_end, table.start == link.start, table.end),
        ):
            query = select(other).where(table.kind == link.kind, same)
            if is_one and (there := self.connection.execute(query).scalars().all()):
                raise InputError(
                    where, there[0], expected=_("no link of this kind yet"), remedy=_("Take that link away first.")
                )
        if link.kind in CHAIN_LINKS and link.start in self._below(link.end):
            raise InputError(
                where, link.end, expected=_("a chain that leads one way"), remedy=_("It would go round in a circle.")
            )

    def _below(self, id_: str) -> set[str]:
        """Return a record and all that its links lead down to."""
        table = schema.links.c
        pairs = self.connection.execute(select(table.start, table.end).where(table.kind.in_(CHAIN_LINKS))).all()
        reached, fresh = {id_}, {id_}
        while fresh:
            fresh = {pair.end for pair in pairs if pair.start in fresh} - reached
            reached |= fresh
        return reached


def saved(row: Row[Any]) -> Saved[Record]:
    """Return a row of the table of records."""
    return Saved(
        from_text(row.id, row.body),
        row.version,
        bool(row.deleted),
        row.created_at,
        row.created_by,
        row.changed_at,
        row.changed_by,
    )


def unknown(where: str, name: str) -> InputError:
    """Return the error for a record or link that is not there."""
    return InputError(
        where, name, expected=_("a record that is there"), remedy=_("Look up its id in a table of records.")
    )


def now() -> str:
    """Return the time, UTC, to the microsecond."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _same(link: Link) -> ColumnElement[bool]:
    table = schema.links.c
    return and_(table.kind == link.kind, table.start == link.start, table.end == link.end)
