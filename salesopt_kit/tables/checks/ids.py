"""Ids: rows without one, rows that stand twice, and one id for two different things."""

import functools
import operator
from dataclasses import replace

import ibis
import ibis.expr.types as ir

from salesopt_kit.locale import N_, _
from salesopt_kit.tables.checks.places import examples
from salesopt_kit.tables.checks.rules import Rule, judge, no_table, outcome, skipped
from salesopt_kit.tables.quality import Finding
from salesopt_kit.tables.schema import TABLES
from salesopt_kit.tables.store import Tables

KEYS = {
    "leads": ("lead_id",),
    "opportunities": ("opportunity_id",),
    "complaints": ("complaint_id",),
    "kpi_daily": ("date", "unit", "metric"),
}
"""What tells the rows of a table apart; twice the same with different content makes figures wrong."""
NAMES = {"accounts": "account", "people": "person"}
"""Tables keyed by a name, which two things may share."""
IDENTIFIED = {"stage_events": "opportunity_id", **{name: key[0] for name, key in KEYS.items() if name != "kpi_daily"}}
BLANK_ID = N_("Rows without an id")
REPEATED = N_("Rows that stand twice in the export")
CONFLICTING = N_("Rows whose id another row has with different content")
SHARED_NAME = N_("Names that stand in several rows")


def blank_ids(tables: Tables) -> list[Finding]:
    """Return one finding per table on rows without an id: errors, since such rows can be tied to nothing."""
    return [finding for name, column in IDENTIFIED.items() for finding in judge(tables, name, [_blank(column)])]


def repeated_rows(tables: Tables) -> tuple[Tables, list[Finding]]:
    """Return the tables without rows that repeat an earlier one in every column, and one finding per table.

    Hours logged as bare dates are left alone: two calls of half an hour on one day look alike and are two.
    """
    findings = []
    for name in (
        "leads",
        "opportunities",
        "stage_events",
        "activities",
        "complaints",
        "kpi_daily",
        "accounts",
        "people",
    ):
        if name not in tables:
            findings.append(skipped("repeated_rows", name, _(REPEATED), no_table(name)))
        elif name == "activities" and "activities.started_at" in tables.day_grain:
            findings.append(skipped("repeated_rows", name, _(REPEATED), _("as the times are bare dates")))
        else:
            tables, finding = _without_repeats(tables, name)
            findings.append(finding)
    return tables, findings


def conflicting_ids(tables: Tables) -> list[Finding]:
    """Return one finding per table with ids on ids that several, different rows share: errors that name the rows."""
    return [
        _conflicts(tables, name, key)
        if name in tables
        else skipped("conflicting_ids", name, _(CONFLICTING), no_table(name))
        for name, key in KEYS.items()
    ]


def shared_names(tables: Tables) -> list[Finding]:
    """Return one finding each for people and accounts on names that several rows have, however they are spelt."""
    return [
        _shared(tables, name, column)
        if name in tables
        else skipped("shared_names", name, _(SHARED_NAME), no_table(name))
        for name, column in NAMES.items()
    ]


def _blank(column: str) -> Rule:
    return Rule(
        "blank_ids",
        BLANK_ID,
        lambda rows: rows[column].isnull(),
        (column,),
        N_("Fill in the id, or leave the row out of the export; a row without an id can be tied to nothing."),
        error_above=0.0,
    )


def _without_repeats(tables: Tables, name: str) -> tuple[Tables, Finding]:
    rows = tables.table(name)
    of = int(tables.to_frame(rows.aggregate(n=rows.count())).iloc[0]["n"])
    if name == "stage_events" and of and not _may_repeat(tables, of):
        return tables, outcome("repeated_rows", name, _(REPEATED), 0, of)
    later = _later_twins(tables, name, rows)
    aside = tables.backend.create_table(f"{name}_set_aside", later, temp=True, overwrite=True)
    n = int(tables.to_frame(aside.aggregate(n=aside.count())).iloc[0]["n"])
    finding = outcome(
        "repeated_rows",
        name,
        _(REPEATED),
        n,
        of,
        set_aside=n,
        examples=examples(tables, name, aside, *_shown(name)) if n else (),
        remedy=_("The later ones are set aside: no figure counts them. Look why the export holds them twice."),
    )
    if not n:
        return tables, finding
    kept = rows.anti_join(aside, ["source_file", "source_row"])
    tables.backend.create_view(f"{name}_kept", kept, overwrite=True)
    return replace(tables, thinned=tables.thinned | {name}), finding


def _may_repeat(tables: Tables, of: int) -> bool:
    """Return whether a stage event can repeat another: two of one deal at one moment, or one without deal or time."""
    rows = tables.backend.table(tables.history)
    ties = (rows.previous_at == rows.entered_at).sum()
    counts = tables.to_frame(rows.aggregate(n=rows.count(), ties=ties)).fillna(0).iloc[0]
    return bool(counts["ties"]) or int(counts["n"]) < of


def _later_twins(tables: Tables, name: str, rows: ir.Table) -> ir.Table:
    """Return the rows that repeat an earlier one; a hash of the whole row finds the few candidates quickly."""
    content = [column for column in rows.columns if column not in ("source_file", "source_row")]
    supplied = [column.name for column in TABLES[name] if f"{name}.{column.name}" in tables.supplied]
    hashed = rows.mutate(content=_hash(rows, supplied))
    several = hashed.group_by("content").having(hashed.count() > 1).aggregate()
    twice = tables.backend.create_table(f"{name}_twice", several, temp=True, overwrite=True)
    candidates = hashed.semi_join(twice, "content")
    window = ibis.window(group_by=content, order_by=["source_file", "source_row"])
    place = candidates.mutate(place=ibis.row_number().over(window))
    return place.filter(place.place > 0).select("source_file", "source_row", *_shown(name))


def _hash(rows: ir.Table, columns: list[str]) -> ir.IntegerValue:
    """Return a number that rows of the same content share, and few others; far cheaper to group by than texts."""
    return functools.reduce(operator.xor, (rows[column].hash() for column in columns))


def _shown(name: str) -> tuple[str, ...]:
    if name == "stage_events":
        return ("opportunity_id", "stage", "entered_at")
    return KEYS.get(name, (NAMES.get(name, "person"),))


def _conflicts(tables: Tables, name: str, key: tuple[str, ...]) -> Finding:
    rows = tables.table(name)
    rows = rows.filter(*(rows[column].notnull() for column in key))
    shared = rows.group_by(list(key)).having(rows.count() > 1).aggregate()
    broken = rows.semi_join(shared, list(key))
    counts = tables.to_frame(rows.aggregate(of=rows.count())).iloc[0]
    n = int(tables.to_frame(broken.aggregate(n=broken.count())).iloc[0]["n"])
    return outcome(
        "conflicting_ids",
        name,
        _(CONFLICTING),
        n,
        int(counts["of"]),
        error_above=0.0,
        examples=_side_by_side(tables, name, broken, key) if n else (),
        remedy=_("Give each row its own id, or export the newest state of each only."),
    )


def _side_by_side(tables: Tables, name: str, broken: ir.Table, key: tuple[str, ...]) -> tuple[str, ...]:
    """Return examples in which the rows of one id stand together, since the reader must compare them."""
    first = tables.to_frame(broken.order_by("source_file", "source_row").limit(1)).iloc[0]
    same = broken.filter(*(broken[column] == first[column] for column in key))
    return examples(tables, name, same, *key)


def _shared(tables: Tables, name: str, column: str) -> Finding:
    rows = tables.table(name)
    rows = rows.mutate(spelt=rows[column].lower().strip()).filter(rows[column].notnull())
    shared = rows.group_by("spelt").having(rows.count() > 1).aggregate()
    broken = rows.semi_join(shared, "spelt")
    counts = tables.to_frame(rows.aggregate(of=rows.spelt.nunique()))
    n = int(tables.to_frame(shared.aggregate(n=shared.count())).iloc[0]["n"])
    return outcome(
        "shared_names",
        name,
        _(SHARED_NAME),
        n,
        int(counts.iloc[0]["of"]),
        examples=examples(tables, name, broken.order_by("spelt"), column) if n else (),
        remedy=_("Keep one row each, or tell the names apart; figures by group take one of the rows."),
    )
