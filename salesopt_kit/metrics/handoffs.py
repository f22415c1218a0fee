"""Hand-overs: how often a deal passes from one department to another, and how long it waits there."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import ibis
import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.deals import chosen
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.metrics.sequence import days_between, department_source, ordered
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.stats.mean import median_ranks, ranked_share
from salesopt_kit.stats.proportion import wilson
from salesopt_kit.tables.store import Tables

MOST_PAIRS = 12


@dataclass(frozen=True, slots=True)
class Pair:
    """Hand-overs from one department to another: how many, median wait in days, share over the limit."""

    giver: str
    taker: str
    n: int
    median_days: float
    late: int


@dataclass(frozen=True, slots=True)
class Handoffs(Result):
    """Hand-overs between departments whose receiving event is in the window."""

    card: ClassVar[str] = "handoffs"

    count: Estimate
    median_wait: Estimate
    late_share: Estimate
    limit_days: float
    pairs: tuple[Pair, ...]
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Say how many hand-overs there were and how long they waited."""
        message = _("{n} hand-overs; half waited over {median}, and {late} waited over {limit}.")
        return message.format(
            n=shown(self.count.value, "handoffs"),
            median=shown(self.median_wait.value, "days"),
            late=shown(self.late_share.value, "fraction"),
            limit=shown(self.limit_days, "days"),
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the number, the median wait and the share of late ones."""
        return self.count, self.median_wait, self.late_share

    def caveats(self) -> tuple[str, ...]:
        """Return where the departments are from and what the wait is made of."""
        return self.remarks

    def table(self) -> pd.DataFrame:
        """Return one row per pair of departments, the most frequent first."""
        return pd.DataFrame(
            {
                _("From department"): pair.giver,
                _("To department"): pair.taker,
                _("Hand-overs"): f"{pair.n:,}",
                _("Median wait"): shown(pair.median_days, "days"),
                _("Over {limit}").format(limit=shown(self.limit_days, "days")): shown(pair.late / pair.n, "fraction"),
            }
            for pair in self.pairs[:MOST_PAIRS]
        )


def handoffs(tables: Tables, selection: Selection | None = None) -> Handoffs:
    """Return the hand-overs between consecutive events of a deal whose departments differ, and their waits in days.

    The department is the event's own, else its actor's, else its actor's team. The wait runs from the completion (else
    the entry) of the one event to the entry of the next, never below 0; median with the order-statistic interval, share
    over `triggers.late_handoff_days` with Wilson's; hand-overs are taken as independent, so many of one deal make both
    too narrow. Raises MissingDataError where nothing tells departments, or none differ in the window.
    """
    selection = selection or EVERYTHING
    window = selection.days(tables)
    if not department_source(tables):
        tables.need("stage_events.department")
    waits = _waits(tables, selection)
    limit = tables.engagement.config.triggers.late_handoff_days
    measures = {"n": waits.count(), "median": waits.days.median(), "late": (waits.days > limit).sum()}
    found = tables.to_frame(waits.group_by(["giver", "taker"]).aggregate(**measures))
    if not len(found):
        raise MissingDataError(
            _("no hand-over between departments from {first} to {last}").format(first=window[0], last=window[1]),
            remedy=_("Map `department` of the stage history, or take a longer period."),
        )
    found = found.sort_values(["n", "giver", "taker"], ascending=[False, True, True])
    pairs = tuple(
        Pair(str(giver), str(taker), int(n), float(median), int(late))
        for giver, taker, n, median, late in found.itertuples(index=False)
    )
    median = _median(tables, waits, sum(pair.n for pair in pairs))
    return _answer(pairs, median, limit, window, _remarks(tables))


def _waits(tables: Tables, selection: Selection) -> ir.Table:
    """Return one row per hand-over: giver, taker, days."""
    rows = ordered(tables)
    rows = rows.filter(rows.previous_department != rows.department)
    rows = rows.filter(rows.entered_on.between(*selection.days(tables)))
    rows = chosen(tables, rows, selection)
    days = days_between(rows.previous_ended_at, rows.entered_at)
    if "stage_events.entered_at" in tables.day_grain:
        days = days.round()  # a day on which the clock changes has 23 or 25 hours
    return rows.select(giver=rows.previous_department, taker=rows.department, days=ibis.greatest(days, 0.0))


def _median(tables: Tables, waits: ir.Table, n: int) -> tuple[float, float | None, float | None]:
    """Return the median wait and its interval, all found by the database: a long history has millions of waits."""
    ranks = median_ranks(n)
    shares = [ranked_share(rank, n) for rank in ranks] if ranks else []
    asked = {f"q{place}": waits.days.quantile(share) for place, share in enumerate([0.5, *shares])}
    row = [float(value) for value in tables.to_frame(waits.aggregate(**asked)).iloc[0]]
    return (row[0], row[1], row[2]) if ranks else (row[0], None, None)


def _answer(
    pairs: tuple[Pair, ...],
    median: tuple[float, float | None, float | None],
    limit: float,
    window: tuple[date, date],
    remarks: tuple[str, ...],
) -> Handoffs:
    n, late = sum(pair.n for pair in pairs), sum(pair.late for pair in pairs)
    around = wilson(late, n)
    over = _("Hand-overs that wait over {limit}").format(limit=shown(limit, "days"))
    count = Estimate("handoffs.count", _("Hand-overs"), n, "handoffs", n, method=_("count"), window=window)
    median_wait = Estimate(
        "handoffs.median_wait_days", _("Median wait"), median[0], "days", n, *median[1:], _("order statistics"), window
    )
    late_share = Estimate(
        *("handoffs.late_share", over, late / n, "fraction", n),
        *(around.low, around.high, _("Wilson score interval"), window),
    )
    return Handoffs(count, median_wait, late_share, limit, pairs, remarks)


def _remarks(tables: Tables) -> tuple[str, ...]:
    said = [
        _("The wait runs from the last event of one department to the first of the next, nights and weekends included.")
    ]
    if "stage_events.completed_at" not in tables:
        said.append(_("The history has no completion times, so the wait includes the work of the department before."))
    names = {
        "people.department": _("The history names no department; that of the person who made the entry stands for it."),
        "people.team": _("The history names no department; the team of the person who made the entry stands for it."),
    }
    source = department_source(tables)
    return (*said, names[source]) if source in names else tuple(said)
