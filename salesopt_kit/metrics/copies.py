"""Copies that the database keeps of what is dear to derive and asked for often."""

import hashlib
from collections.abc import Callable

import ibis.expr.types as ir
from ibis.common.exceptions import TableNotFound

from salesopt_kit.tables.store import Tables

WITHOUT_TEMPORARY = ("duckdb", "pyspark")
"""Where copies are ordinary tables: in the kit's own database by choice, in Spark because it has no others."""


def kept(tables: Tables, what: str, derived: Callable[[], ir.Table]) -> ir.Table:
    """Return the copy of `what` for these data as seen at this day, made of `derived()` when it is first asked for.

    The kit's own database is gone at the end, and its ordinary tables are compressed. Where the client's data live the
    copy is a temporary table, so that nothing is left behind; Spark keeps it in the session's warehouse.
    """
    backend, name = tables.backend, copy_name(tables, what)
    try:
        return backend.table(name)
    except TableNotFound:
        temporary = backend.name not in WITHOUT_TEMPORARY
        return backend.create_table(name, derived(), temp=temporary)


def viewed(tables: Tables, what: str, derived: Callable[[], ir.Table]) -> ir.Table:
    """Return `what` as `kept` does, of what is so quickly derived that a copy would cost more: only its SQL is kept."""
    backend, name = tables.backend, copy_name(tables, what)
    try:
        return backend.table(name)
    except TableNotFound:
        return backend.create_view(name, derived())


def copy_name(tables: Tables, what: str) -> str:
    """Return the name under which the database keeps `what` for these data as seen at this day."""
    parts = (tables.as_of, tables.engagement.config.model_dump_json(), sorted(tables.supplied), tables.history)
    return f"{what}_{hashlib.sha256(repr(parts).encode()).hexdigest()[:16]}"
