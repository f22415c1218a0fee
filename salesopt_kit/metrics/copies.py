"""Copies that the database keeps of what is dear to derive and asked for often."""

from collections.abc import Callable

import ibis.expr.types as ir
from ibis.common.exceptions import TableNotFound

from salesopt_kit.tables.store import Tables

WITHOUT_TEMPORARY = ("duckdb", "pyspark")
"""Where copies are ordinary tables: in the kit's own database by choice, in Spark because it has no others."""


def kept(tables: Tables, name: str, derived: Callable[[], ir.Table]) -> ir.Table:
    """Return the table `name` of the database, made of `derived()` when it is asked for the first time.

    The kit's own database is gone at the end, and its ordinary tables are compressed. Where the client's data live the
    copy is a temporary table, so that nothing is left behind; Spark keeps it in the session's warehouse.
    """
    backend = tables.backend
    try:
        return backend.table(name)
    except TableNotFound:
        temporary = backend.name not in WITHOUT_TEMPORARY
        return backend.create_table(name, derived(), temp=temporary)
