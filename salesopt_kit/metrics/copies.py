"""Copies that the database keeps of what is dear to derive and asked for often."""

from collections.abc import Callable

import ibis.expr.types as ir
from ibis.common.exceptions import TableNotFound

from salesopt_kit.tables.store import Tables


def kept(tables: Tables, name: str, derived: Callable[[], ir.Table]) -> ir.Table:
    """Return the table `name` of the database, made of `derived()` when it is asked for the first time.

    In the kit's own database, which is gone at the end, it is an ordinary table, for those are compressed. Where the
    client's data live it is a temporary one, so that nothing is left behind; a database that has none (Spark) keeps it
    as long as its session's warehouse.
    """
    backend = tables.backend
    try:
        return backend.table(name)
    except TableNotFound:
        temporary = backend.name != "duckdb" and backend.supports_temporary_tables
        return backend.create_table(name, derived(), temp=temporary)
