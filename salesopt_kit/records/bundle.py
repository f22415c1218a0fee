"""All that a store holds as one thing that can be written to a file and brought into another store."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from sqlalchemy import insert, select

from salesopt_kit.errors import InputError
from salesopt_kit.records import schema
from salesopt_kit.records.changes import Change, Link, Saved, as_json
from salesopt_kit.records.kinds import LINK_KINDS, kind_of
from salesopt_kit.records.rows import Record
from salesopt_kit.records.store import Store, change_of

Line = ConfigDict(extra="forbid", frozen=True)
Words = Annotated[str, BeforeValidator(lambda given: "" if given is None else given)]


class BundleRecord(BaseModel):
    """A record with all that the store knows of it; `fields` are those of its kind."""

    model_config = Line

    id: str
    seq: int = 0
    version: int = Field(default=1, ge=1)
    deleted: bool = False
    created_at: Words = ""
    created_by: Words = ""
    changed_at: Words = ""
    changed_by: Words = ""
    fields: dict[str, Any]

    @model_validator(mode="after")
    def _is_sound(self) -> "BundleRecord":
        try:
            self.record()
        except InputError as wrong:
            raise ValueError(str(wrong)) from None
        return self

    def record(self) -> Record:
        """Return the record itself."""
        return kind_of(self.id).model.model_validate(self.fields | {"id": self.id})


class BundleLink(BaseModel):
    """A link with when and by whom it was made."""

    model_config = Line

    seq: int = 0
    kind: Literal[tuple(LINK_KINDS)]  # type: ignore[valid-type]  # the same names, written once
    start: str
    end: str
    made_at: Words = ""
    made_by: Words = ""

    def link(self) -> Link:
        """Return the link itself."""
        return Link(self.kind, self.start, self.end)


class BundleChange(BaseModel):
    """A line of the history."""

    model_config = Line

    seq: int
    at: str
    who: str
    action: str
    id: str
    other: Words = ""
    version: int = 0
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    undoes: int | None = None


class Bundle(BaseModel):
    """Everything of a store, each list in the order of the store."""

    model_config = Line

    format: Literal[1] = 1
    records: tuple[BundleRecord, ...] = ()
    links: tuple[BundleLink, ...] = ()
    history: tuple[BundleChange, ...] = ()
    counters: dict[str, int] = Field(default_factory=dict)
    settings: dict[str, str] = Field(default_factory=dict)


def bundle_of(store: Store) -> Bundle:
    """Return all that a store holds at one moment."""
    with store.looking() as connection:
        records = connection.execute(select(schema.records).order_by(schema.records.c.seq)).mappings().all()
        links = connection.execute(select(schema.links).order_by(schema.links.c.seq)).mappings().all()
        changes = [change_of(row) for row in connection.execute(select(schema.history).order_by(schema.history.c.seq))]
        counters = connection.execute(select(schema.counters).order_by(schema.counters.c.name)).all()
        settings = connection.execute(select(schema.settings).order_by(schema.settings.c.name)).all()
    return Bundle(
        records=tuple(_record(dict(row)) for row in records),
        links=tuple(BundleLink(**dict(row)) for row in links),
        history=tuple(BundleChange(**{name: getattr(change, name) for name in Change.__slots__}) for change in changes),
        counters={row.name: row.last for row in counters},
        settings={row.name: row.value for row in settings},
    )


def put_into_empty(store: Store, bundle: Bundle) -> None:
    """Bring all of a bundle into a store that holds nothing yet, as it stands: ids, versions, times and history."""
    with store.together() as writer:
        for record in bundle.records:
            row = Saved(record.record(), **record.model_dump(include=set(Saved.__slots__) - {"record"}))
            writer.put(row, record.seq or writer.draw("#records"))
        for link in bundle.links:
            row_of_link = link.model_dump() | {"seq": link.seq or writer.draw("#links")}
            writer.connection.execute(insert(schema.links).values(row_of_link))
        for change in bundle.history:
            line = change.model_dump()
            line |= {name: as_json(line[name]) if line[name] is not None else "" for name in ("before", "after")}
            writer.connection.execute(insert(schema.history).values(line))
        for name, last in bundle.counters.items():
            writer.raise_to(name, last)
        for record in bundle.records:
            writer.reserve(record.id)
        for name, value in bundle.settings.items():
            writer.set_setting(name, value)


def is_empty(store: Store) -> bool:
    """Return whether nothing was ever put into a store."""
    with store.looking() as connection:
        return connection.execute(select(schema.history.c.seq).limit(1)).first() is None and (
            connection.execute(select(schema.records.c.seq).limit(1)).first() is None
        )


def _record(row: dict[str, Any]) -> BundleRecord:
    """Return a row of the table of records; a field that has its default is left out."""
    id_, body = row["id"], row.pop("body")
    row.pop("kind")
    fields = kind_of(id_).model.model_validate_json(body).model_dump(mode="json", exclude={"id"}, exclude_defaults=True)
    return BundleRecord(**row, fields=fields)
