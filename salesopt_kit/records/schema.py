"""The tables of the store. The text of `body`, `before` and `after` is the JSON of a record's fields."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, MetaData, Table, Text, UniqueConstraint

REVISIONS = ("0001", "0002")
"""The states that the tables have been in, oldest first; the last one is what this version of the kit works with."""

metadata = MetaData()
records = Table(
    "records",
    metadata,
    Column("id", Text, primary_key=True),
    Column("seq", Integer, nullable=False, unique=True),
    Column("kind", Text, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
    Column("changed_by", Text, nullable=False),
)
links = Table(
    "links",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("start", Text, ForeignKey("records.id"), nullable=False),
    Column("end", Text, ForeignKey("records.id"), nullable=False),
    Column("made_at", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    UniqueConstraint("kind", "start", "end"),
)
history = Table(
    "history",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("id", Text, nullable=False, index=True),
    Column("other", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("undoes", Integer),
)
counters = Table("counters", metadata, Column("name", Text, primary_key=True), Column("last", Integer, nullable=False))
settings = Table("settings", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))
