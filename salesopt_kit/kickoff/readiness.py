"""Is the data fit? Which tables are there, what each makes possible, and what is missing."""

from collections.abc import Iterable

import ibis
import pandas as pd

from salesopt_kit.locale import N_, _, sentences
from salesopt_kit.numbers import shown
from salesopt_kit.results import Result, Table, explains_missing
from salesopt_kit.tables.schema import TABLES
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import table_label

ENABLES = {
    "leads": ("D1", "T3", "X3", "R2"),
    "opportunities": ("D1", "T1", "T2", "X3", "R2"),
    "stage_events": ("D1", "D4", "T4"),
    "expected_closes": ("D1",),
    "activities": ("D1", "X2"),
    "complaints": ("D2",),
    "accounts": ("D1",),
    "people": ("T1", "T5", "R1"),
    "interviews": ("D3",),
    "feedback": ("T3", "X2", "C3"),
    "kpi_daily": ("X2", "X3", "R2"),
}
"""Which parts of the method each table makes possible."""

STEPS = {
    "C3": N_("feedback channel"),
    "D1": N_("figures of the process"),
    "D2": N_("tally of complaints"),
    "D3": N_("interviews"),
    "D4": N_("process map"),
    "R1": N_("training coverage"),
    "R2": N_("dashboard"),
    "T1": N_("trigger T1"),
    "T2": N_("trigger T2"),
    "T3": N_("trigger T3"),
    "T4": N_("trigger T4"),
    "T5": N_("trigger T5"),
    "X2": N_("daily figures of the pilot"),
    "X3": N_("pilot evaluation"),
}
"""What a page calls each part."""

WANTED = {
    "opportunities": ("lead_id", "owner", "team", "amount", "created_at", "closed_at", "stage", "status"),
    "stage_events": ("department", "completed_at"),
    "leads": ("owner", "source"),
    "people": ("team", "hired_at"),
    "feedback": ("unit", "item", "score"),
    "complaints": ("stage",),
    "activities": ("opportunity_id",),
    "accounts": ("started_at", "ended_at"),
    "interviews": ("stage",),
}
"""Optional columns that figures lean on."""


@explains_missing
def readiness(tables: Tables) -> Result:
    """Return per canonical table its rows, days covered, steps made possible, and what is missing."""
    rows = [_row(tables, name) for name in TABLES]
    absent = [name for name in TABLES if name not in tables]
    message = _("{n} of {of} tables are there.")
    said = message.format(n=len(TABLES) - len(absent), of=len(TABLES))
    if steps := sorted({step for name in absent for step in ENABLES[name]} - _enabled(tables)):
        said = sentences(said, _("Steps without any data yet: {steps}.").format(steps=_named(steps)))
    return Table(said, pd.DataFrame(rows))


def _named(steps: Iterable[str]) -> str:
    return _(", ").join(_(STEPS[step]) for step in steps)


def _enabled(tables: Tables) -> set[str]:
    return {step for name in TABLES if name in tables for step in ENABLES[name]}


def _row(tables: Tables, name: str) -> dict[str, str]:
    rows, first, last = _extent(tables, name)
    lacking = [column for column in WANTED.get(name, ()) if name in tables and f"{name}.{column}" not in tables]
    return {
        _("Table"): table_label(name),
        _("Rows"): shown(rows, "rows") if name in tables else _("absent"),
        _("From"): first,
        _("Until"): last,
        _("Makes possible"): _named(ENABLES[name]),
        _("Missing columns"): ", ".join(lacking) or ("–" if name in tables else ", ".join(_required(name))),
        _("How to supply"): _remedy(name, lacking, is_there=name in tables),
    }


def _extent(tables: Tables, name: str) -> tuple[int, str, str]:
    """Return the rows of a table and the first and last day that any of its times names."""
    if name not in tables:
        return 0, "–", "–"
    table = tables.table(name)
    clock = next((c.date_name for c in TABLES[name] if c.kind == "time" and f"{name}.{c.name}" in tables), None)
    table = table.mutate(day=table[clock] if clock else ibis.null("date"))
    found = tables.to_frame(table.aggregate(n=table.count(), first=table.day.min(), last=table.day.max())).iloc[0]
    return int(found["n"]), *(_day(found[side]) for side in ("first", "last"))  # type: ignore[return-value]


def _day(value: object) -> str:
    day = pd.to_datetime(value)  # type: ignore[call-overload]
    return "–" if pd.isna(day) else f"{day:%Y-%m-%d}"


def _required(name: str) -> list[str]:
    return [column.name for column in TABLES[name] if column.required]


def _remedy(name: str, lacking: list[str], *, is_there: bool) -> str:
    if not is_there:
        return _("Add an export under sources.{table} in engagement.yml.").format(table=name)
    if lacking:
        return _("Map them under sources.{table}.columns in engagement.yml.").format(table=name)
    return "–"
