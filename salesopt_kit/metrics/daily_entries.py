"""Daily figures that people entered, put beside those of the exports."""

from dataclasses import dataclass

import pandas as pd

from salesopt_kit.records import load_records
from salesopt_kit.tables.store import Tables

KEYS = ["unit", "day"]


@dataclass(frozen=True, slots=True)
class Merged:
    """`rows` counts each unit and day once (unit, day, total, n, is_entered); `conflicts` holds what does not count.

    Conflicts have unit, day, entered (the value that does not count), counted (the value that does) and id.
    """

    rows: pd.DataFrame
    conflicts: pd.DataFrame


def daily_entries(tables: Tables, metric: str) -> pd.DataFrame:
    """Return what was entered of `metric` up to `as_of`: id, unit, day (Timestamp), total, n, in order of entry."""
    entries = load_records(tables.engagement).daily_entries
    rows = [
        (entry.id, entry.unit, pd.Timestamp(entry.day), entry.value * entry.n, entry.n)
        for entry in entries
        if entry.metric == metric and entry.day <= tables.as_of
    ]
    found = pd.DataFrame(rows, columns=["id", *KEYS, "total", "n"])
    return found.astype({"day": "datetime64[ns]", "total": float, "n": float})


def merged(exported: pd.DataFrame, entered: pd.DataFrame) -> Merged:
    """Return exported days (unit, day, total, n) with the entered ones, by one rule.

    An exported value counts; an entry for the same unit and day does not, and is a conflict unless it says the same. Of
    two entries for one day the later one counts, and the earlier one is a conflict likewise. Nothing is averaged.
    """
    last = entered.drop_duplicates(KEYS, keep="last")
    known = pd.MultiIndex.from_frame(exported[KEYS])
    is_new = ~pd.MultiIndex.from_frame(last[KEYS]).isin(known)
    columns = [*KEYS, "total", "n"]
    rows = pd.concat(
        [exported[columns].assign(is_entered=False), last.loc[is_new, columns].assign(is_entered=True)]
        if is_new.any()
        else [exported[columns].assign(is_entered=False)]
    )
    counted = rows.assign(counted=rows["total"] / rows["n"])[[*KEYS, "counted"]]
    beside = entered.merge(counted, on=KEYS)
    beside["entered"] = beside["total"] / beside["n"]
    differs = (beside["entered"] - beside["counted"]).abs() > 1e-9 * beside["counted"].abs().clip(lower=1.0)
    conflicts = beside.loc[differs, [*KEYS, "entered", "counted", "id"]]
    return Merged(rows.sort_values(KEYS, ignore_index=True), conflicts.sort_values([*KEYS, "id"], ignore_index=True))
