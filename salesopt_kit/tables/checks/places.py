"""Where a row stands in the client's file, as an example of a finding says it."""

from collections.abc import Hashable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.errors import shortened
from salesopt_kit.locale import N_, _
from salesopt_kit.tables.mapping import CONSTANT
from salesopt_kit.tables.schema import TABLES
from salesopt_kit.tables.store import Tables

MOST_NAMED = 3
"""Rows that a finding names."""
DERIVED = {"started_on": N_("started"), "first_on": N_("first event"), "decided_on": N_("last change")}
"""Days that the checks put beside a deal."""


def examples(tables: Tables, name: str, rows: ir.Table, *columns: str) -> tuple[str, ...]:
    """Return the first of `rows` (of the table `name`) as "deals.csv, row 118, column closed_at: 2024-13-40".

    The first of `columns` is the one at fault; the others are shown behind it in brackets. Columns may be canonical
    ones, their dates (`x_on`), or any other that `rows` has.
    """
    wanted = dict.fromkeys(("source_file", "source_row", *columns))
    first = rows.select(*wanted).order_by("source_file", "source_row").limit(MOST_NAMED)
    return tuple(_sentence(tables, name, row, columns) for row in tables.to_frame(first).to_dict("records"))


def heading(tables: Tables, name: str, column: str) -> str:
    """Return what the client's export calls a canonical column (or its date), else the column's own name."""
    if column in DERIVED:
        return _(DERIVED[column])
    time = next((known.name for known in TABLES[name] if column == known.date_name != known.name), column)
    found = tables.headings.get(f"{name}.{time}", time)
    return time if found.startswith(CONSTANT) else found


def _sentence(tables: Tables, name: str, row: dict[Hashable, Any], columns: tuple[str, ...]) -> str:
    first, *others = columns
    said = _("{file}, row {row}, column {column}: {value}").format(
        file=row["source_file"],
        row=row["source_row"],
        column=heading(tables, name, first),
        value=_cell(tables, f"{name}.{first}", row[first]),
    )
    shown = [f"{heading(tables, name, other)} {_cell(tables, f'{name}.{other}', row[other])}" for other in others]
    return _("{said} ({beside})").format(said=said, beside=", ".join(shown)) if shown else said


def _cell(tables: Tables, column: str, value: Any) -> str:  # noqa: ANN401 -- any cell
    """Return a value as the client's file shows it: times on the client's clock, days without a clock."""
    if value is None or pd.isna(value):
        return _("(blank)")
    if column.endswith("_on"):
        return str(value)[:10]
    if isinstance(value, datetime):
        local = value.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(tables.engagement.config.timezone))
        return local.strftime("%Y-%m-%d" if column in tables.day_grain else "%Y-%m-%d %H:%M:%S")
    if column.endswith(".stage"):
        return shortened(tables.engagement.stage_name(str(value)))
    if isinstance(value, float):
        return f"{value:,.10g}"
    return shortened(str(value))
