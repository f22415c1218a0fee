"""Whose weeks a control chart watches, and which of them set its limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pandas as pd

from salesopt_kit.engagement import Dimension, Pilot
from salesopt_kit.locale import _
from salesopt_kit.metrics.dimensions import PILOT_DIMENSIONS
from salesopt_kit.records import Records

BASELINE_POINTS = 20
"""Points that limits should rest on; fewer make them unsteady."""
BEFORE, BASELINE, WATCHED, LEFT_OUT = "before", "baseline", "watched", ""
ALWAYS = date(1900, 1, 1)
"""When a unit of the pilot starts to count: its time before is drawn, too."""
SUNDAY = pd.Timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Scope:
    """`starts` says from which day a unit counts, None: everybody, always; `basis` says which weeks set the limits.

    "pilot": the weeks of a pilot whose verdict on the figure is met with evidence, of the pilot's own units. "before":
    the weeks before the pilot. "first": the first twenty weeks, where no pilot is planned.
    """

    basis: Literal["pilot", "before", "first"]
    pilot: Pilot | None
    dimension: Dimension | None = None
    starts: Mapping[str, date] | None = None

    def of(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of figure_rows that count."""
        if self.starts is None:
            return rows
        start = pd.to_datetime(rows["unit"].map(self.starts))
        return rows[start.notna() & (rows["day"] >= start)]

    def phases(self, weeks: pd.DatetimeIndex) -> list[str]:
        """Return for each week (its Monday) whether it is before, sets the limits, is watched or is left out."""
        if self.pilot is None:
            return [BASELINE if place < BASELINE_POINTS else WATCHED for place in range(len(weeks))]
        first, last = (pd.Timestamp(day) for day in self.pilot.period)
        if self.basis == "before":
            return [BASELINE if week + SUNDAY < first else WATCHED if week >= first else LEFT_OUT for week in weeks]
        return [_of_pilot(week, first, last) for week in weeks]

    def said(self) -> str:
        """Say which weeks set the limits."""
        if self.pilot is None or self.basis == "first":
            return _("the first weeks")
        first, last = self.pilot.period
        if self.basis == "before":
            return _("the weeks before the pilot ({day})").format(day=first)
        return _("the verified pilot ({first} to {last})").format(first=first, last=last)


def scope_of(records: Records, pilot: Pilot | None, *, is_verified: bool, basis: str = "") -> Scope:
    """Return the scope of a figure: a pilot that has verified it sets the limits, else the time before.

    `basis` is that of limits which were kept, and holds.

    Beside the units of a verified pilot, the others count from the day on which their training was held.
    """
    if pilot is None:
        return Scope("first", None)
    if basis in ("before", "first") or (not basis and not is_verified):
        return Scope("before", pilot)
    starts = {
        one.unit: one.held_on
        for one in records.trainings
        if one.held_on and one.trained and one.held_on > pilot.period[1]
    }
    starts |= dict.fromkeys(pilot.treated, ALWAYS)
    return Scope("pilot", pilot, PILOT_DIMENSIONS[pilot.unit], starts)


def _of_pilot(week: pd.Timestamp, first: pd.Timestamp, last: pd.Timestamp) -> str:
    if week + SUNDAY < first:
        return BEFORE
    if week > last:
        return WATCHED
    return BASELINE if week >= first and week + SUNDAY <= last else LEFT_OUT
