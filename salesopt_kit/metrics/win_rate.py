"""Win rate: the share of decided deals that were won, by count and by value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

import ibis.expr.types as ir

from salesopt_kit.locale import _
from salesopt_kit.metrics.breakdown import Breakdown, Group, breakdown, groups, whole
from salesopt_kit.metrics.deals import deal_caveats, deals
from salesopt_kit.metrics.dimensions import Grouping
from salesopt_kit.metrics.exact import exact_sum
from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.stats.proportion import wilson
from salesopt_kit.stats.ratio import share_interval
from salesopt_kit.tables.store import Tables

COLUMNS = ("win_rate.count", "win_rate.value", "win_rate.won", "win_rate.still_open")
STALE_QUANTILE = 0.9
"""An open deal is stale when it is older than this share of decided deals were when they were decided."""


@dataclass(frozen=True, slots=True)
class WinRate(Result):
    """Won / (won + lost) among the deals closed in the window; the counts behind it; won value in the currency."""

    card: ClassVar[str] = "win_rate"

    by_count: Estimate
    by_value: Estimate
    won: Estimate
    lost: Estimate
    still_open: Estimate
    won_value: Estimate
    window: tuple[date, date]
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Say the win rate with its interval, what it is over, and what it leaves out."""
        open_ = shown(self.still_open.value, "deals")
        if self.by_count.value is None:
            message = _("No win rate can be told: {won} won and {lost} lost from {first} to {last}, {open} still open.")
        else:
            message = _(
                "{rate} of the deals decided from {first} to {last} were won ({low} to {high}): {won} won and {lost} "
                "lost; {open} still open are left out."
            )
        return message.format(
            rate=shown(self.by_count.value, "fraction"),
            low=shown(self.by_count.low, "fraction"),
            high=shown(self.by_count.high, "fraction"),
            won=shown(self.won.value, "deals"),
            lost=shown(self.lost.value, "deals"),
            open=open_,
            first=self.window[0],
            last=self.window[1],
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return both rates, the counts and the won value."""
        return self.by_count, self.by_value, self.won, self.lost, self.still_open, self.won_value

    def caveats(self) -> tuple[str, ...]:
        """Return why a rate is missing or doubtful."""
        return self.remarks


@once
def win_rate(tables: Tables, selection: Selection | None = None) -> WinRate:
    """Return the win rate of the deals closed in the window, with Wilson's 95 % interval by count.

    The rate by value is a ratio of sums; its interval is linearised (delta method) on the logit scale and takes deals
    as independent. A rate is None, never 0, where nothing was decided, and where the export holds no lost deal at
    all. A deal closed more than once counts by its last closure. Raises MissingDataError without deals.
    """
    selection = selection or EVERYTHING
    window = selection.days(tables)
    rows = selection.of(tables, deals(tables))
    group = whole(tables, rows, _measures(rows, window))
    remarks = (*_stale_caveat(tables, rows, group), *deal_caveats(tables))
    return _answer(tables, window, group, lost_ever=group.count("lost_ever"), remarks=remarks)


def win_rate_by(tables: Tables, by: Grouping, selection: Selection | None = None) -> Breakdown:
    """Return the win rate of each group of `by`; a month is the month of closing."""
    selection = selection or EVERYTHING
    window = selection.days(tables)
    rows = selection.of(tables, deals(tables))
    found = groups(tables, rows, by, _measures(rows, window), clock="closed_on")
    lost_ever = sum(group.count("lost_ever") for group in found)
    decided = [group for group in found if group.count("won") + group.count("lost")]
    kept = decided if by == "month" else [group for group in found if group in decided or group.count("still_open")]
    answers = ((group.name, _answer(tables, window, group, lost_ever=lost_ever)) for group in kept)
    return breakdown(by, answers, COLUMNS[:-1] if by == "month" else COLUMNS)


def _measures(rows: ir.Table, window: tuple[date, date]) -> Mapping[str, ir.Scalar]:
    inside = rows.closed_on.between(*window)
    won, lost = inside & (rows.status == "won"), inside & (rows.status == "lost")
    priced = rows.amount > 0
    square = rows.amount * rows.amount
    return {
        "won": won.sum(),
        "lost": lost.sum(),
        "still_open": ((rows.status == "open") & (rows.created_on.isnull() | (rows.created_on <= window[1]))).sum(),
        "lost_ever": (rows.status == "lost").sum(),
        "won_value": exact_sum(rows.amount, won),
        "won_priced": (won & priced).sum(),
        "lost_priced": (lost & priced).sum(),
        "won_sum": exact_sum(rows.amount, won & priced),
        "lost_sum": exact_sum(rows.amount, lost & priced),
        "won_squares": exact_sum(square, won & priced),
        "lost_squares": exact_sum(square, lost & priced),
    }


def _answer(
    tables: Tables, window: tuple[date, date], group: Group, *, lost_ever: int, remarks: tuple[str, ...] = ()
) -> WinRate:
    doubts = _why_no_rate(group, lost_ever, window)
    priced, value_doubts = _by_value(group, window, is_told=not doubts)

    def counted(name: str, label: str, unit: str = "deals", of: str = "") -> Estimate:
        value = group.number(name) or 0.0
        return Estimate(
            f"win_rate.{name}", label, value, unit, group.count(of or name), window=window, group=group.mark
        )

    return WinRate(
        _by_count(group, window, is_told=not doubts),
        priced,
        counted("won", _("Won")),
        counted("lost", _("Lost")),
        counted("still_open", _("Still open")),
        counted("won_value", _("Won value"), tables.engagement.config.currency, "won"),
        window,
        (*doubts, *value_doubts, *remarks),
    )


def _why_no_rate(group: Group, lost_ever: int, window: tuple[date, date]) -> tuple[str, ...]:
    if not group.count("won") + group.count("lost"):
        message = _("No deal was decided from {first} to {last}; take a longer period.")
        return (message.format(first=window[0], last=window[1]),)
    if not lost_ever:
        return (
            _(
                "The export holds no lost deal at all, so its win rate would be 100% by construction and is not shown. "
                "Export lost deals too, or map their stage or status."
            ),
        )
    return ()


def _by_count(group: Group, window: tuple[date, date], *, is_told: bool) -> Estimate:
    won, n = group.count("won"), group.count("won") + group.count("lost")
    interval = wilson(won, n) if is_told else None
    return Estimate(
        "win_rate.count",
        _("Win rate by count"),
        won / n if is_told else None,
        "fraction",
        n,
        interval.low if interval else None,
        interval.high if interval else None,
        _("Wilson score interval"),
        window,
        group.mark,
    )


def _by_value(group: Group, window: tuple[date, date], *, is_told: bool) -> tuple[Estimate, tuple[str, ...]]:
    """Return the rate by value and what to know about the amounts behind it."""
    won, lost = group.count("won_priced"), group.count("lost_priced")
    share: float | None = None
    bounds: tuple[float, float] | None = None
    doubts: tuple[str, ...] = ()
    if is_told and group.count("lost") and not lost:
        doubts = (_("Lost deals carry no amount, so the win rate by value cannot be told."),)
    elif is_told and won + lost:
        names = ("won_sum", "lost_sum", "won_squares", "lost_squares")
        part, rest, part_squares, rest_squares = (group.number(name) or 0.0 for name in names)
        share, bounds = part / (part + rest), share_interval(part, rest, part_squares, rest_squares, won + lost)
        doubts = _unpriced_caveat(group)
    low, high = bounds or (None, None)
    estimate = Estimate(
        "win_rate.value",
        _("Win rate by value"),
        share,
        "fraction",
        won + lost,
        low,
        high,
        _("ratio of sums, linearised interval on the logit scale"),
        window,
        group.mark,
    )
    return estimate, doubts


def _unpriced_caveat(group: Group) -> tuple[str, ...]:
    won, lost = (group.count(name) - group.count(f"{name}_priced") for name in ("won", "lost"))
    if not won + lost:
        return ()
    message = _("By value, {won:,} won and {lost:,} lost deals without an amount above zero are left out.")
    return (message.format(won=won, lost=lost),)


def _stale_caveat(tables: Tables, rows: ir.Table, group: Group) -> tuple[str, ...]:
    """Warn of open deals that are older than most deals ever were when decided: they may be lost and not marked."""
    decided = tables.to_frame(rows.aggregate(days=rows.cycle_days.quantile(STALE_QUANTILE))).iloc[0]["days"]
    if decided != decided or not group.count("won") + group.count("lost"):  # NaN  # noqa: PLR0124
        return ()
    born = tables.as_of - timedelta(days=int(decided))
    stale = whole(tables, rows, {"n": ((rows.status == "open") & (rows.created_on < born)).sum()}).count("n")
    if not stale:
        return ()
    won, n = group.count("won"), group.count("won") + group.count("lost")
    message = _(
        "{stale:,} open deals are older than {days:.0f} days, by which 9 in 10 decided deals had been decided. "
        "If all of them are lost and nobody marked it, the win rate is {rate} instead."
    )
    return (message.format(stale=stale, days=decided, rate=shown(won / (n + stale), "fraction")),)
