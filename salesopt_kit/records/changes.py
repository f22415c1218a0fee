"""What the store tells of its records: a record with its version, a link, a change in the history, a conflict."""

import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from salesopt_kit.errors import SalesOptError, shortened
from salesopt_kit.locale import _
from salesopt_kit.records.kinds import kind_of
from salesopt_kit.records.rows import Record

R_co = TypeVar("R_co", bound=Record, covariant=True)


@dataclass(frozen=True, slots=True)
class Saved(Generic[R_co]):
    """A record as the store holds it; `version` grows by one with each change."""

    record: R_co
    version: int
    deleted: bool
    created_at: str
    created_by: str
    changed_at: str
    changed_by: str


@dataclass(frozen=True, slots=True)
class Link:
    """One record is something to another; `kind` is a key of LINK_KINDS."""

    kind: str
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the history; nothing of it ever changes.

    `at` is UTC. `before` and `after` are the fields of the record, None where it was not there; for a link `other` is
    its end and both are None. `undoes` is the line that was undone.
    """

    seq: int
    at: str
    who: str
    action: str
    id: str
    other: str
    version: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    undoes: int | None = None


class Conflict(SalesOptError):  # noqa: N818 -- what it is
    """Somebody else changed a record meanwhile: `theirs` is what the store holds, `yours` what was not saved."""

    def __init__(self, yours: Record, theirs: Saved[Record], *, source: str = "") -> None:
        self.yours, self.theirs, self.source = yours, theirs, source
        message = _("{id} was changed by {who} at {at} (UTC) in the meantime; nothing was saved.")
        said = message.format(id=yours.id, who=theirs.changed_by, at=theirs.changed_at[:16].replace("T", " "))
        if source:
            message = _(
                "{source}: {id} says one thing here and another in the store, where {who} changed it at {at} (UTC)."
            )
            said = message.format(
                source=source, id=yours.id, who=theirs.changed_by, at=theirs.changed_at[:16].replace("T", " ")
            )
        lines = [said, *_differences(yours, theirs, here=_("the file") if source else _("yours"))]
        remedy = _("Load the record again and enter your change once more.")
        super().__init__("\n".join([*lines, _("Make the two say the same.") if source else remedy]))


def _differences(yours: Record, theirs: Saved[Record], *, here: str) -> list[str]:
    if theirs.deleted:
        return [_("  it was deleted")]
    mine, other = fields(yours), fields(theirs.record)
    line = _("  {field}: in the store {theirs}, {here} {yours}")
    return [
        line.format(field=name, theirs=shortened(other[name]), here=here, yours=shortened(mine[name]))
        for name in mine
        if mine[name] != other.get(name)
    ]


def fields(record: Record) -> dict[str, Any]:
    """Return the fields of a record as JSON has them."""
    return record.model_dump(mode="json")


def to_text(record: Record) -> str:
    """Return the text that the store keeps of a record, the same for the same record."""
    return as_json(fields(record))


def as_json(value: object) -> str:
    """Return JSON without spaces, every sign as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def from_text(id_: str, text: str) -> Record:
    """Return the record of an id from the text that the store keeps; fields that came later have their defaults."""
    return kind_of(id_).model.model_validate_json(text)
