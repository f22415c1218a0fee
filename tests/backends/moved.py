"""The tables of an engagement in another database, and how what is told there may differ."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
from ibis.backends import BaseBackend

from salesopt_kit.results import Result
from salesopt_kit.tables.store import Tables

Put = Callable[[BaseBackend, str, pa.Table], None]
ONE_IN = 8
"""Deals, and entries of working hours, of which one is taken."""


def created(backend: BaseBackend, name: str, rows: pa.Table) -> None:
    """Store `rows` as the table `name` of `backend`."""
    backend.create_table(name, rows)


def moved(tables: Tables, backend: BaseBackend, put: Put = created, one_in: int = ONE_IN) -> Tables:
    """Return the same tables in `backend`, of one in `one_in` deals and entries of hours.

    `put` stores the rows of one table there.
    """
    opportunities = tables.table("opportunities")
    place = ibis.row_number().over(ibis.window(order_by=["opportunity_id", "source_row"]))
    chosen = opportunities.mutate(place=place).filter(lambda row: row.place % one_in == 0).select("opportunity_id")
    for name in sorted(tables.present):
        rows = tables.table(name)
        if name in ("opportunities", "stage_events"):
            rows = rows.semi_join(chosen, "opportunity_id")
        if name == "activities":
            rows = rows.filter(rows.source_row % one_in == 0)
        stored = f"{name}_kept" if name in tables.thinned else name
        put(backend, stored, tables.backend.to_pyarrow(rows))
    return replace(tables, backend=backend, history="")


def differences(here: Result, there: Result) -> list[str]:
    """Return the fields of estimates that differ by more than float sums in another order do."""
    both = zip(_told(here), _told(there), strict=True)
    return [
        f"{one['id']} {one['group']} {field}: {one[field]} here, {other[field]} there"
        for one, other in both
        for field in one
        if not _same(one[field], other[field])
    ]


def rows_of(tables: Tables, expression: ir.Table) -> pd.DataFrame:
    """Return the rows of `expression` in an order of their own, for a database gives them in any."""
    frame = tables.to_frame(expression)
    for name in frame.select_dtypes("datetime"):
        frame[name] = frame[name].astype("datetime64[us]")
    return frame.sort_values(list(frame.columns), ignore_index=True)


def _told(answer: Result) -> list[dict[str, Any]]:
    return sorted((each.to_dict() for each in answer.estimates()), key=lambda each: (each["id"], each["group"]))


def _same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return one == other
