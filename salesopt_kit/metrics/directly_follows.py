"""What directly follows what: each pair of consecutive events with its count and its time, elapsed and working."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

import ibis
import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.metrics.counted import counted
from salesopt_kit.metrics.deals import chosen
from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.metrics.sequence import MANY, MINUTES_PER_DAY, days_between, ordered, start_of
from salesopt_kit.metrics.steps import Clock, steps
from salesopt_kit.metrics.working_time import with_working_days
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.tables.store import Tables

MOST_PAIRS = 20
PAIR = ["place", "next_place"]


@dataclass(frozen=True, slots=True)
class Follows:
    """One pair of stages: how often the second came right after the first, and the days from the one to the other."""

    from_id: str
    to_id: str
    from_name: str
    to_name: str
    n: int
    median: Estimate
    mean_days: float
    working_median_days: float
    working_mean_days: float


@dataclass(frozen=True, slots=True)
class DirectlyFollows(Result):
    """All pairs, the most frequent first."""

    card: ClassVar[str] = "directly_follows"

    pairs: tuple[Follows, ...]
    clock: Clock
    window: tuple[date, date]

    def sentence(self) -> str:
        """Say how many pairs there are and which is the most frequent."""
        first = self.pairs[0]
        message = _(
            "{n:,} steps from one event to the next, of {pairs} kinds; the most frequent is {start} → {end} "
            "({count:,} times, {median} in the median)."
        )
        return message.format(
            n=sum(pair.n for pair in self.pairs),
            pairs=len(self.pairs),
            start=first.from_name,
            end=first.to_name,
            count=first.n,
            median=shown(first.median.value, "days"),
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the median days of each pair; its n is the count."""
        return tuple(pair.median for pair in self.pairs)

    def caveats(self) -> tuple[str, ...]:
        """Return between which times the days run."""
        if self.clock == "completed":
            return (_("Events are ordered, and days counted, from completion to completion."),)
        return (_("Events are ordered, and days counted, from entry to entry: the work of the first is inside."),)

    def table(self) -> pd.DataFrame:
        """Return one row per pair, the most frequent ones."""
        return pd.DataFrame(
            {
                _("From stage"): pair.from_name,
                _("To stage"): pair.to_name,
                _("Times"): f"{pair.n:,}",
                _("Median"): with_interval(pair.median),
                _("Mean"): shown(pair.mean_days, "days"),
                _("Median, working days"): shown(pair.working_median_days, "days"),
                _("Mean, working days"): shown(pair.working_mean_days, "days"),
            }
            for pair in self.pairs[:MOST_PAIRS]
        )


@once
def directly_follows(
    tables: Tables, selection: Selection | None = None, *, clock: Clock = "entered"
) -> DirectlyFollows:
    """Return each pair of consecutive events of a deal, the later one in the window, with its time in days.

    Events are ordered and the time is measured by `clock`: from entry to entry, or from completion to completion (an
    event without one is taken as completed when entered). A stage that is written again makes a pair with itself.
    Medians by order statistics; pairs of one deal are taken as independent. Raises MissingDataError without history or
    without a pair in the window.
    """
    selection = selection or EVERYTHING
    window = selection.days(tables)
    found = _pairs(tables, selection, clock)
    if not len(found):
        raise MissingDataError(
            _("no deal has two events from {first} to {last}").format(first=window[0], last=window[1]),
            remedy=_("Take a longer period with `window_months`, or export more of the stage history."),
        )
    found = found.sort_values(["n", "place", "next_place"], ascending=[False, True, True])
    pairs = tuple(_pair(tables, row, window) for row in found.to_dict("records"))
    return DirectlyFollows(pairs, clock, window)


def _pairs(tables: Tables, selection: Selection, clock: Clock) -> pd.DataFrame:
    """Return one row per pair: place, next_place, n, mean, median, low and high of days, worked_mean, worked_median."""
    rows = _rows(tables, selection, clock)
    days = days_between(rows["at"], rows.next_at)
    if f"stage_events.{_column(tables, clock)}" in tables.day_grain:
        days = days.round()  # a day on which the clock changes has 23 or 25 hours
    rows = rows.mutate(days=days)
    parts = MINUTES_PER_DAY if int(tables.to_frame(rows.aggregate(n=rows.count())).iloc[0]["n"]) > MANY else 0
    elapsed = tables.to_frame(counted(rows, PAIR, "days", parts))
    rows = with_working_days(tables, rows, worked=("at", "next_at"))
    worked = tables.to_frame(counted(rows, PAIR, "worked", parts))[[*PAIR, "mean", "median"]]
    return elapsed.merge(worked.rename(columns=lambda name: name if name in PAIR else f"worked_{name}"), on=PAIR)


def _rows(tables: Tables, selection: Selection, clock: Clock) -> ir.Table:
    """Return one row per event that has a next one in the window: the deal's key, place, at, next_place, next_at."""
    first, last = selection.days(tables)
    key = "deal_key"
    if _column(tables, clock) == "completed_at":
        rows, key = steps(tables, clock), "opportunity_id"
        rows = rows.filter(rows.next_place.notnull(), rows.next_on.between(first, last))
    else:
        # The history in order of entry, which other questions have asked for, spares sorting it once more.
        rows = ordered(tables)
        from_, until = _midnight(tables, first), _midnight(tables, last + timedelta(days=1))
        rows = rows.mutate(at=rows.entered_at)
        rows = rows.filter(rows.next_place.notnull(), rows.next_at >= from_, rows.next_at < until)
    return chosen(tables, rows.select(key, "place", "at", "next_place", "next_at"), selection)


def _midnight(tables: Tables, day: date) -> ir.TimestampScalar:
    return ibis.literal(start_of(tables, day), type="timestamp")


def _column(tables: Tables, clock: Clock) -> str:
    """Return the column that dates and orders events."""
    return "completed_at" if clock == "completed" and "stage_events.completed_at" in tables else "entered_at"


def _pair(tables: Tables, row: dict[Hashable, Any], window: tuple[date, date]) -> Follows:
    stages = tables.engagement.config.stages
    start, end = stages[int(row["place"])], stages[int(row["next_place"])]
    n = int(row["n"])
    low, high = (None if pd.isna(row[key]) else float(row[key]) for key in ("low", "high"))
    median = Estimate(
        "directly_follows.median_days",
        _("Median days from {start} to {end}").format(start=start.name, end=end.name),
        float(row["median"]),
        "days",
        n,
        low,
        high,
        _("order statistics"),
        window,
        f"from={start.id},to={end.id}",
    )
    means = (float(row[key]) for key in ("mean", "worked_median", "worked_mean"))
    return Follows(start.id, end.id, start.name, end.name, n, median, *means)
