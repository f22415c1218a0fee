"""Deal cycle: how long deals take, over closed deals alone and with open deals counted in."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from salesopt_kit.locale import _, sentences
from salesopt_kit.metrics.breakdown import Breakdown, breakdown
from salesopt_kit.metrics.deals import deal_caveats, deals, is_born_on_a_bare_date
from salesopt_kit.metrics.dimensions import BLANK, Grouping, need_dimension
from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.metrics.sequence import days_between, end_of, told_days
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.stats.competing_risks import Incidence, aalen_johansen
from salesopt_kit.stats.interval import Interval
from salesopt_kit.stats.life_table import Numbers
from salesopt_kit.stats.mean import mean, median
from salesopt_kit.tables.store import Tables

HORIZONS = (30, 60, 90)
OPEN, WON, LOST = 0, 1, 2
"""How a deal stands, as the estimators count ends: open deals are censored, won and lost ones compete."""
ENOUGH = 10
"""Deals that must have been followed to a horizon for the share won by then to be told ..."""
LITTLE = 0.05
"""... unless this share of deals at most was still undecided there."""
POINTS = 1_000
"""Steps of the drawn curve; more cannot be seen."""
COLUMNS = ("deal_cycle.won_mean", "deal_cycle.won_median", "deal_cycle.median_to_win")
NONE = (None, None, None)


@dataclass(frozen=True, slots=True)
class DealCycle(Result):
    """Days from creation to closing: closed deals of the window alone, and the cohort created in it with open deals."""

    card: ClassVar[str] = "deal_cycle"

    won_mean: Estimate
    won_median: Estimate
    lost_mean: Estimate
    lost_median: Estimate
    median_to_win: Estimate
    won_within: tuple[Estimate, ...]
    bias_days: Estimate
    curve: tuple[Numbers, Numbers, Numbers]
    """Days, share won by then, share lost by then; for the drawing."""
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Say both readings of the cycle and what lies between them."""
        if self.won_median.value is None:
            return _("No deal with a known cycle was won in the period.")
        said = _("Won deals took {median} in the median and {mean} on average (n={n:,}).").format(
            median=shown(self.won_median.value, "days"), mean=shown(self.won_mean.value, "days"), n=self.won_mean.n
        )
        return sentences(said, self._bias())

    def _bias(self) -> str:
        bias = self.bias_days.value
        if bias is None:
            return ""
        told = {"true": shown(self.median_to_win.value, "days"), "bias": shown(abs(bias), "days")}
        if round(bias, 1) == 0:
            message = _("With open deals counted in, half of the wins have come by {true} too.")
        elif bias < 0:
            message = _(
                "With open deals counted in, half of the wins have come by {true}: closed deals look {bias} too quick."
            )
        else:
            message = _(
                "With open deals counted in, half of the wins have come by {true}: closed deals look {bias} too slow."
            )
        return message.format(**told)

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the figures of closed deals alone, then those with open deals counted in."""
        closed = (self.won_mean, self.won_median, self.lost_mean, self.lost_median)
        return (*closed, self.median_to_win, self.bias_days, *self.won_within)

    def caveats(self) -> tuple[str, ...]:
        """Return what was left out and what the figures assume."""
        return self.remarks


@once
def deal_cycle(tables: Tables, selection: Selection | None = None) -> DealCycle:
    """Return the deal cycle in days, read in two ways.

    Closed deals alone: deals won (lost) in the window, mean with a t interval, median with the order-statistic
    interval. With open deals: deals created in the window and followed to the end of `as_of`, Aalen-Johansen with lost
    deals competing and open ones censored; median_to_win is the time by which half of all wins within the follow-up
    have come, its interval from the inverted test. Deals are taken as independent. bias_days is the one median less
    the other; part of it may be that the two look at deals of different months. Raises MissingDataError without deals.
    """
    counts = _counts(tables, selection, None)
    remarks = (*_left_out(tables, selection), *deal_caveats(tables))
    return _answer(tables, counts, selection or EVERYTHING, "", remarks)


def deal_cycle_by(tables: Tables, by: Grouping, selection: Selection | None = None) -> Breakdown:
    """Return the deal cycle of each group of `by`; a month is the month of creation."""
    need_dimension(tables, by)
    counts = _counts(tables, selection, by)
    counts["name"] = counts["name"].astype(object).where(counts["name"].notna(), BLANK)
    answers = [
        (str(name), _answer(tables, part, selection or EVERYTHING, f"{by}={name}"))
        for name, part in counts.groupby("name", sort=False)
    ]
    return breakdown(by, answers, COLUMNS)


def _counts(tables: Tables, selection: Selection | None, by: Grouping | None) -> pd.DataFrame:
    """Return how many deals (n) have the same days and end, and whether they are in each of the two populations."""
    selection = selection or EVERYTHING
    first, last = selection.days(tables)
    rows = selection.of(tables, deals(tables))
    ends = ibis.cases((rows.status == "won", WON), (rows.status == "lost", LOST), else_=OPEN).cast("int8")
    names: dict[str, ir.Value] = {}
    if by is not None:
        names["name"] = rows.created_on.strftime("%Y-%m") if by == "month" else rows[by]
    rows = rows.filter(rows.created_on.notnull() & rows.status.notnull()).select(
        **names,
        end=ends,
        days=ibis.cases((rows.status == "open", _age(tables, rows)), else_=rows.cycle_days),
        closed=(rows.status != "open") & rows.closed_on.between(first, last),
        cohort=rows.created_on.between(first, last),
    )
    rows = told_days(tables, rows.filter(rows.days.notnull() & (rows.closed | rows.cohort)))
    return tables.to_frame(rows.group_by([*names, "end", "days", "closed", "cohort"]).aggregate(n=rows.count()))


def _age(tables: Tables, rows: ir.Table) -> ir.FloatingValue:
    """Return the days from creation to the end of `as_of`, on the clock of the deals' cycle_days."""
    calendar = ibis.literal(tables.as_of).delta(rows.created_on, unit="day").cast("float64")
    elapsed = days_between(rows.created_at, ibis.literal(end_of(tables), type="timestamp"))
    return ibis.greatest(ibis.cases((is_born_on_a_bare_date(tables, rows), calendar), else_=elapsed), 0.0)


def _answer(
    tables: Tables, counts: pd.DataFrame, selection: Selection, mark: str, remarks: tuple[str, ...] = ()
) -> DealCycle:
    window = selection.days(tables)
    closed, cohort = counts[counts["closed"]], counts[counts["cohort"]]
    days, n, ends = (cohort[column].to_numpy() for column in ("days", "n", "end"))
    won, lost = aalen_johansen(days.astype(float), ends, weights=n.astype(float))
    only_wins = len(ends) > 0 and bool((ends == WON).all())
    if only_wins:
        remarks = (*remarks, _("The export holds only deals that were won, so no share of deals won can be told."))

    def estimate(name: str, label: str, values: _Values, n: int, method: str, unit: str = "days") -> Estimate:
        return Estimate(f"deal_cycle.{name}", label, values[0], unit, n, *values[1:], method, window, mark)

    won_mean, won_median = _closed_alone(closed[closed["end"] == WON], "won", estimate)
    lost_mean, lost_median = _closed_alone(closed[closed["end"] == LOST], "lost", estimate)
    median_to_win = estimate(
        "median_to_win",
        _("Median days to a win, open deals counted in"),
        won.conditional_quantile(0.5),
        int(n.sum()),
        _("Aalen-Johansen, lost deals competing; inverted test"),
    )
    known = won_median.value is not None and median_to_win.value is not None
    bias = (won_median.value or 0.0) - (median_to_win.value or 0.0) if known else None
    return DealCycle(
        won_mean,
        won_median,
        lost_mean,
        lost_median,
        median_to_win,
        tuple(
            estimate(
                f"won_within_{horizon}",
                _("Won within {days} days of creation").format(days=horizon),
                NONE if only_wins else _won_within(won, lost, horizon, days, n),
                int(n.sum()),
                _("Aalen-Johansen, log-log interval"),
                "fraction",
            )
            for horizon in HORIZONS
        ),
        estimate(
            "bias_days", _("Median of closed deals less that with open deals"), (bias, None, None), won_median.n, ""
        ),
        _drawn(won, lost),
        remarks,
    )


_Values = tuple[float | None, float | None, float | None]
"""A value and the bounds of its interval."""


class _Labelled(Protocol):
    """Make an estimate of this answer."""

    def __call__(self, name: str, label: str, values: _Values, n: int, method: str, unit: str = "days") -> Estimate: ...


def _closed_alone(part: pd.DataFrame, end: str, estimate: _Labelled) -> tuple[Estimate, Estimate]:
    """Return mean and median of the closed deals `part`."""
    labels = {
        "won": (_("Cycle of won deals, mean"), _("Cycle of won deals, median")),
        "lost": (_("Cycle of lost deals, mean"), _("Cycle of lost deals, median")),
    }[end]
    methods = _("t interval; closed deals only"), _("order statistics; closed deals only")
    days, n = part["days"].to_numpy(float), part["n"].to_numpy(float)
    values: tuple[_Values, _Values] = NONE, NONE
    if len(part):
        average, (middle, around) = mean(days, n), median(days, n)
        values = _bounded(average.value, average.interval), _bounded(middle, around)
    return (
        estimate(f"{end}_mean", labels[0], values[0], int(n.sum()), methods[0]),
        estimate(f"{end}_median", labels[1], values[1], int(n.sum()), methods[1]),
    )


def _bounded(value: float, interval: Interval | None) -> _Values:
    return (value, interval.low, interval.high) if interval else (value, None, None)


def _won_within(won: Incidence, lost: Incidence, horizon: int, days: Numbers, n: Numbers) -> _Values:
    """Return the share won by `horizon` days; nothing where too few deals were followed as far to tell."""
    undecided = 1 - won.at(horizon)[0] - lost.at(horizon)[0]
    if n[days >= horizon].sum() < ENOUGH and undecided > LITTLE:
        return NONE
    return _bounded(won.at(horizon)[0], won.interval_at(horizon))


def _drawn(won: Incidence, lost: Incidence) -> tuple[Numbers, Numbers, Numbers]:
    """Return the curves at no more than POINTS of their times."""
    places = np.unique(np.linspace(0, len(won.times) - 1, POINTS).astype(int)) if len(won.times) else slice(0)
    return won.times[places], won.share[places], lost.share[places]


def _left_out(tables: Tables, selection: Selection | None) -> tuple[str, ...]:
    """Return how many closed deals have no cycle because they were closed before they were created."""
    rows = (selection or EVERYTHING).of(tables, deals(tables))
    negative = rows.closed_on.notnull() & rows.created_on.notnull() & rows.cycle_days.isnull()
    n = int(tables.to_frame(rows.aggregate(n=negative.sum())).iloc[0]["n"] or 0)
    message = _("{n:,} deals were closed before they were created; they have no cycle and are left out.")
    return (message.format(n=n),) if n else ()
