"""The department matrix: who hands deals to whom, how long they wait in working time, and how often they come back."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

import ibis
import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _, sentences
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.metrics.counted import counted
from salesopt_kit.metrics.deals import chosen, deals
from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.metrics.sequence import department_source
from salesopt_kit.metrics.steps import steps
from salesopt_kit.metrics.working_time import with_working_days
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.stats.proportion import newcombe_difference, wilson
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import StageKind

WITHIN = 5
"""A hand-over came back if the giving department works on the deal again within so many events."""
MOST_PAIRS, LEAST_DEALS = 20, 10


@dataclass(frozen=True, slots=True)
class Way:
    """Hand-overs from one department to another."""

    giver: str
    taker: str
    n: int
    deals: int
    share: float
    median_wait: Estimate
    p90_days: float
    returned: Estimate
    win_difference: Estimate | None
    """Win rate of decided deals with such a hand-over less that of those without; None where either has few."""


@dataclass(frozen=True, slots=True)
class HandoverMatrix(Result):
    """All ways between departments whose receiving event is in the window, the most frequent first."""

    card: ClassVar[str] = "handover_matrix"

    ways: tuple[Way, ...]
    deals: int
    window: tuple[date, date]

    @property
    def n(self) -> int:
        """All hand-overs."""
        return sum(way.n for way in self.ways)

    def sentence(self) -> str:
        """Say how many hand-overs there are, which way is the most frequent, and which comes back most often."""
        first = self.ways[0]
        back = max(self.ways, key=lambda way: (way.returned.value or 0.0) * way.n)
        message = _(
            "{n:,} hand-overs in {deals:,} deals; most go from {giver} to {taker} ({share}, {median} of working time "
            "in the median)."
        )
        said = message.format(
            n=self.n,
            deals=self.deals,
            giver=first.giver,
            taker=first.taker,
            share=shown(first.share, "fraction"),
            median=shown(first.median_wait.value, "days"),
        )
        if not back.returned.value:
            return sentences(said, _("None came back within {k} events.").format(k=WITHIN))
        again = _("Most often back within {k} events come those from {giver} to {taker}: {rate}.")
        rate = with_interval(back.returned)
        return sentences(said, again.format(k=WITHIN, giver=back.giver, taker=back.taker, rate=rate))

    def estimates(self) -> tuple[Estimate, ...]:
        """Return median wait, return rate and difference of win rates of each way."""
        found = (e for way in self.ways for e in (way.median_wait, way.returned, way.win_difference))
        return tuple(estimate for estimate in found if estimate is not None)

    def caveats(self) -> tuple[str, ...]:
        """Return what the wait and the difference of win rates are."""
        return (
            _(
                "Waits are in working days of the client's calendar, from the last event of one department "
                "to the first of the next."
            ),
            _("Shares are of all hand-overs; successive events within one department (the diagonal) are left out."),
            _(
                "Win rates are compared among deals that got as far as the stage that the hand-over comes from; a "
                "hand-over that is itself a step forward goes with winning, so the difference is no effect."
            ),
        )

    def table(self) -> pd.DataFrame:
        """Return one row per way."""
        return pd.DataFrame(
            {
                _("From department"): way.giver,
                _("To department"): way.taker,
                _("Hand-overs"): f"{way.n:,}",
                _("Share"): shown(way.share, "fraction"),
                _("Deals touched"): f"{way.deals:,}",
                _("Median wait"): with_interval(way.median_wait),
                _("9 in 10 within"): shown(way.p90_days, "days"),
                _("Came back"): with_interval(way.returned),
                _("Win rate with, less without"): "–"
                if way.win_difference is None
                else with_interval(way.win_difference),
            }
            for way in self.ways[:MOST_PAIRS]
        )

    def matrix(self, value: str = "n") -> pd.DataFrame:
        """Return departments by departments (giver down, taker across): "n", or "median" wait in days; NaN for none."""
        cells = {(w.giver, w.taker): float(w.n) if value == "n" else w.median_wait.value for w in self.ways}
        names = sorted({name for pair in cells for name in pair})
        return pd.DataFrame([[cells.get((a, b)) for b in names] for a in names], names, names, dtype=float)


@once
def handover_matrix(tables: Tables, selection: Selection | None = None) -> HandoverMatrix:
    """Return the hand-overs between consecutive events of a deal whose departments differ, by pair of departments.

    Wait in working days from the completion (else entry) of the one to the entry of the next, median by order
    statistics. A hand-over came back if one of the five events from the receiving one on is the giver's again (Wilson).
    Win rates are of deals decided up to `as_of` that got as far as the stage that such hand-overs come from (the median
    one), with such a hand-over into an open stage or without; difference by Newcombe's method 10, from 10 deals on
    either side. Raises MissingDataError where nothing tells departments, or none differ.
    """
    selection = selection or EVERYTHING
    window = selection.days(tables)
    if not department_source(tables):
        tables.need("stage_events.department")
    rows = _handovers(tables, selection)
    found = tables.to_frame(_by_way(rows))
    if not len(found):
        raise MissingDataError(
            _("no hand-over between departments from {first} to {last}").format(first=window[0], last=window[1]),
            remedy=_("Map `department` of the stage history, or take a longer period."),
        )
    found = found.sort_values(["handovers", "giver", "taker"], ascending=[False, True, True])
    outcomes = _outcomes(tables, selection, rows)
    whole = int(found["handovers"].sum())
    touched = int(tables.to_frame(rows.aggregate(n=rows.opportunity_id.nunique())).iloc[0]["n"])
    ways = tuple(_way(row, whole, outcomes, window) for row in found.to_dict("records"))
    return HandoverMatrix(ways, touched, window)


def _handovers(tables: Tables, selection: Selection) -> ir.Table:
    """Return one row per hand-over: opportunity_id, giver, taker, their places, worked (days), returns (came back)."""
    rows = steps(tables)
    forward = ibis.window(group_by="opportunity_id", order_by="position")
    later = [rows.department.lead(step).over(forward) == rows.previous_department for step in range(1, WITHIN)]
    returns = ibis.or_(*(ibis.coalesce(is_back, ibis.literal(False)) for is_back in later))  # noqa: FBT003
    rows = rows.mutate(returns=returns)
    rows = rows.filter(rows.previous_department != rows.department, rows["on"].between(*selection.days(tables)))
    rows = with_working_days(tables, chosen(tables, rows, selection), worked=("previous_ended_at", "entered_at"))
    return rows.select(
        *("opportunity_id", "worked", "returns", "place"),
        giver="previous_department",
        taker="department",
        giver_place="previous_place",
    )


def _by_way(handovers: ir.Table) -> ir.Table:
    """Return one row per giver and taker: handovers, deals, median, low, high and p90 of the wait, returned, place."""
    keys = ["giver", "taker"]
    measures = {
        "handovers": handovers.count(),
        "deals": handovers.opportunity_id.nunique(),
        "p90": handovers.worked.quantile(0.9),
        "returned": handovers.returns.sum(),
        "place": handovers.giver_place.median().floor().cast("int64"),
    }
    waits = counted(handovers, keys, "worked").select(*keys, "median", "low", "high")
    found = handovers.group_by(keys).aggregate(**measures)
    return found.left_join(waits, keys).drop("giver_right", "taker_right")  # a way of unknown times has no wait


@dataclass(frozen=True, slots=True)
class _Outcomes:
    """Decided deals by the furthest open stage they reached (`far`): won and n, in all and by giver and taker."""

    whole: pd.DataFrame
    ways: pd.DataFrame

    def counts(self, giver: str, taker: str, place: int) -> tuple[int, int, int, int]:
        """Return won and n with this hand-over, won and n without, of deals that got to `place` or further."""
        is_way = (self.ways["giver"] == giver) & (self.ways["taker"] == taker) & (self.ways["far"] >= place)
        having, reached = self.ways[is_way], self.whole[self.whole["far"] >= place]
        won, n = int(having["won"].sum()), int(having["n"].sum())
        return won, n, int(reached["won"].sum()) - won, int(reached["n"].sum()) - n


def _outcomes(tables: Tables, selection: Selection, handovers: ir.Table) -> _Outcomes:
    known = deals(tables)
    decided = known.filter(known.status.isin(["won", "lost"])).select("status", deal="opportunity_id")
    open_places = [p for p, stage in enumerate(tables.engagement.config.stages) if stage.kind is StageKind.OPEN]
    events = steps(tables)
    touched = events.filter(events["on"].between(*selection.days(tables))).select("opportunity_id").distinct()
    reached = chosen(tables, events.filter(events.place.isin(open_places)), selection)
    far = reached.semi_join(touched, "opportunity_id").group_by("opportunity_id").aggregate(far=reached.place.max())
    far = far.join(decided, far.opportunity_id == decided.deal).drop("deal")
    once = handovers.filter(handovers.place.isin(open_places)).select("opportunity_id", "giver", "taker").distinct()
    measures = {"won": (far.status == "won").sum(), "n": far.count()}
    joined = once.join(far, "opportunity_id")
    by_way = {"won": (joined.status == "won").sum(), "n": joined.count()}
    return _Outcomes(
        tables.to_frame(far.group_by("far").aggregate(**measures)),
        tables.to_frame(joined.group_by(["giver", "taker", "far"]).aggregate(**by_way)),
    )


def _way(row: dict[Hashable, Any], whole: int, outcomes: _Outcomes, window: tuple[date, date]) -> Way:
    giver, taker, n = str(row["giver"]), str(row["taker"]), int(str(row["handovers"]))
    pair, group = {"giver": giver, "taker": taker}, f"from={giver},to={taker}"

    def number(key: str) -> float | None:
        value = row[key]
        return None if pd.isna(value) else float(str(value))

    returned = int(number("returned") or 0)
    around = wilson(returned, n)
    label, back = _("Median wait from {giver} to {taker}"), _("Hand-overs from {giver} to {taker} that came back")
    median = Estimate(
        *("handover_matrix.median_wait_days", label.format(**pair), number("median"), "days", n),
        *(number("low"), number("high"), _("order statistics"), window, group),
    )
    rate = Estimate(
        *("handover_matrix.returned", back.format(**pair), returned / n, "fraction", n),
        *(around.low, around.high, _("Wilson score interval"), window, group),
    )
    difference = _difference(pair, outcomes.counts(giver, taker, int(row["place"])), window, group)
    return Way(giver, taker, n, int(str(row["deals"])), n / whole, median, number("p90") or 0.0, rate, difference)


def _difference(
    pair: dict[str, str], counts: tuple[int, int, int, int], window: tuple[date, date], group: str
) -> Estimate | None:
    won, n, other_won, other_n = counts
    if min(n, other_n) < LEAST_DEALS:
        return None
    around = newcombe_difference(won, n, other_won, other_n)
    label = _("Win rate with a hand-over from {giver} to {taker}, less without").format(**pair)
    method = _("Newcombe interval of a difference")
    value = won / n - other_won / other_n
    bounds = (around.low, around.high)
    return Estimate(
        "handover_matrix.win_difference", label, value, "fraction", n + other_n, *bounds, method, window, group
    )
