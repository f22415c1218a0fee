"""Coverage: how much of the contracted hours the time sheets hold, for each person and in all."""

from datetime import date

import numpy as np
import pandas as pd

from salesopt_kit.locale import _
from salesopt_kit.metrics.contracted import contracted_hours
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate
from salesopt_kit.tables.store import Tables

NO_NAME = "(blank)"
"""How entries without a person, and people without a department, are called."""
MUCH = 0.2
"""Share of contracted hours that may be unlogged before a caveat warns that the split is that of the logged ones."""


def days_of_sheets(tables: Tables, window: tuple[date, date]) -> tuple[date, date]:
    """Return the days of the window that the time sheets of anybody span."""
    rows = tables.table("activities")
    rows = rows.filter(rows.started_on.between(*window))
    ends = tables.to_frame(rows.aggregate(first=rows.started_on.min(), last=rows.started_on.max())).iloc[0]
    return pd.Timestamp(ends["first"]).date(), pd.Timestamp(ends["last"]).date()


def people_covered(
    tables: Tables, counted: pd.DataFrame, listed: pd.DataFrame, span: tuple[date, date], selection: Selection
) -> pd.DataFrame:
    """Return person, department, logged, contracted of everybody whose department logs hours."""
    logged = counted.groupby(counted["person"].fillna(NO_NAME).astype(str))["hours"].sum()
    people = listed
    if not len(listed):
        people = pd.DataFrame({"person": logged.index, "department": None, "hired_on": None, "left_on": None})
    if selection.dimension is not None:
        people = people[people["person"].isin(logged.index)]
    if people["department"].notna().any():
        logging = people.loc[people["person"].isin(logged.index), "department"].dropna().unique()
        people = people[people["department"].isin(logging)]
    hours = contracted_hours(tables.engagement, people, *span)
    found = people.assign(contracted=hours, logged=people["person"].map(logged).astype(float).fillna(0.0))
    return found[(found["contracted"] > 0) | (found["logged"] > 0)]


def coverage(covered: pd.DataFrame, window: tuple[date, date]) -> tuple[Estimate, Estimate, Estimate]:
    """Return logged / contracted hours, and the hours short of and above contract, summed over people."""
    contracted, logged = covered["contracted"].to_numpy(float), covered["logged"].to_numpy(float)
    is_known = bool(contracted.sum() > 0)
    ratio = float(logged.sum() / contracted.sum()) if is_known else None
    short, over = (float(np.maximum(gap, 0).sum()) for gap in (contracted - logged, logged - contracted))
    method, n = _("logged / contracted hours, census"), len(covered)

    def estimate(key: str, label: str, value: float | None, unit: str) -> Estimate:
        return Estimate(f"working_hours.{key}", label, value, unit, n, method=method, window=window)

    return (
        estimate("coverage", _("Logged of contracted hours"), ratio, "fraction"),
        estimate("unlogged", _("Unlogged hours"), short if is_known else None, "hours"),
        estimate("overtime", _("Hours logged above contract"), over if is_known else None, "hours"),
    )


def part_coverage(by: str, key: str, name: str, covered: pd.DataFrame, window: tuple[date, date]) -> Estimate | None:
    """Return logged / contracted hours of one person or department; None for parts that have no contract."""
    if by not in ("person", "department"):
        return None
    rows = covered[covered[by].astype(object) == key]
    contracted, logged = float(rows["contracted"].sum()), float(rows["logged"].sum())
    return Estimate(
        "working_hours.part_coverage",
        _("Logged of contracted hours of {part}").format(part=name),
        logged / contracted if contracted > 0 else None,
        "fraction",
        len(rows),
        method=_("logged / contracted hours, census"),
        window=window,
        group=f"{by}={key}",
    )


def coverage_remarks(tables: Tables, listed: pd.DataFrame, covered: pd.DataFrame, span: tuple[date, date]) -> list[str]:
    """Return who is not in the coverage, what contracted hours are, and whether much is unlogged."""
    said = []
    if not len(listed):
        said.append(_("There is no table `people`, so everybody who logged is taken as employed all along."))
    idle = len(listed) - len(covered)
    if len(listed) and idle > 0:
        said.append(
            _("{n} people of departments that log nothing, or away all the time, are not in it.").format(n=idle)
        )
    message = _("Contracted hours: working days from {first} to {last} times {hours} a day; leave is not known.")
    hours = shown(tables.engagement.config.calendar.hours_per_day, "hours")
    said.append(message.format(first=span[0], last=span[1], hours=hours))
    contracted = float(covered["contracted"].sum())
    short = float((covered["contracted"] - covered["logged"]).clip(lower=0).sum())
    if contracted > 0 and short > MUCH * contracted:
        said.append(_("Much of the working time is not logged: the split is that of the logged hours alone."))
    return said
