"""Revenue churn: what became of the recurring revenue of the customers at the start of the window."""

from datetime import date

import ibis.expr.types as ir
import numpy as np

from salesopt_kit.locale import _
from salesopt_kit.metrics.exact import exact_sum
from salesopt_kit.metrics.orders import number_of, orders
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.metrics.stays import period_stays
from salesopt_kit.results import Estimate
from salesopt_kit.stats.clustered import Clustered
from salesopt_kit.stats.retention import RevenueRetention, regular_period, revenue_retention
from salesopt_kit.tables.store import Tables

SLACK = 0.15
"""How far from its day, as a share of the period, a renewal may come."""
DAYS_PER_MONTH = 30.4375


def revenue_churn(tables: Tables, selection: Selection) -> tuple[tuple[Estimate, ...], tuple[str, ...]]:
    """Return the figures of revenue churn over the window, and what is to be said of them.

    Revenue recurs where at least half of the gaps between a customer's orders are near one month, quarter, half-year
    or year (stats.retention.regular_period). An order then stands for its value spread over that period, until the
    next order or 15 % past the period. No figures, and the reason, where it does not recur or amounts are missing.
    """
    if not {"opportunities.account", "opportunities.amount"} <= tables.supplied:
        return (), (_("Without accounts and amounts of deals there is no revenue churn."),)
    period = _period(tables, selection)
    if period is None:
        message = _(
            "The orders of a customer do not come at a fixed interval, so nothing tells recurring revenue: gross and "
            "net revenue churn would have no meaning and are left out."
        )
        return (), (message,)
    window = selection.days(tables)
    found = _retention(tables, selection, period, window)
    if found is None:
        return (), (_("No customer had recurring revenue at the start of the period."),)
    message = _("Orders come back about every {days} days: each is taken as revenue for so long, 15% of grace added.")
    return _estimates(tables, found, window, period), (message.format(days=period),)


def _period(tables: Tables, selection: Selection) -> int | None:
    rows = orders(tables, selection)
    gaps = rows.filter(rows.next_day.notnull()).select(gap=rows.next_day - rows.day)
    counts = tables.to_frame(gaps.group_by("gap").aggregate(n=gaps.count()))
    return regular_period(counts["gap"].to_numpy(float), counts["n"].to_numpy(float), slack=SLACK)


def _retention(tables: Tables, selection: Selection, period: int, window: tuple[date, date]) -> RevenueRetention | None:
    stays = period_stays(tables, selection, round(period * (1 + SLACK)))

    def at(day: int) -> ir.FloatingScalar:
        return exact_sum(stays.value, (stays.begin <= day) & (stays.end > day)).fill_null(0.0)

    states = stays.group_by("account").aggregate(before=at(number_of(window[0]) - 1), after=at(number_of(window[1])))
    found = tables.to_frame(states.filter(states.before > 0)).sort_values("account")
    if not len(found):
        return None
    return revenue_retention(found["before"].to_numpy(np.float64), found["after"].to_numpy(np.float64))


def _estimates(tables: Tables, found: RevenueRetention, window: tuple[date, date], period: int) -> tuple[Estimate, ...]:
    money, n = f"{tables.engagement.config.currency}/month", found.customers
    ratio, census = _("ratio over customers, t interval"), _("census of orders")

    def share(key: str, label: str, kept: Clustered, most: float | None) -> Estimate:
        low, high = kept.low, kept.high
        if low is not None and high is not None:
            low, high = max(low, 0.0), min(high, most) if most is not None else high
        return Estimate(f"churn.{key}", label, kept.value, "fraction", n, low, high, ratio, window)

    def amount(key: str, label: str, value: float) -> Estimate:
        monthly = value / (period / DAYS_PER_MONTH)
        return Estimate(f"churn.{key}", label, monthly, money, n, method=census, window=window)

    gross, net = found.gross, found.net
    lost = Clustered(1 - gross.value, _less(gross.high), _less(gross.low), gross.error, gross.freedom)
    change = Clustered(1 - net.value, None, None, None, 0.0)
    return (
        share("gross_revenue_churn", _("Gross revenue churn"), lost, 1.0),
        share("gross_retention", _("Gross revenue retention (GRR)"), gross, 1.0),
        share("net_retention", _("Net revenue retention (NRR)"), net, None),
        Estimate(
            "churn.net_revenue_churn",
            _("Net revenue churn"),
            change.value,
            "fraction",
            n,
            _less(net.high),
            _less(net.low),
            ratio,
            window,
        ),
        amount("revenue_start", _("Recurring revenue at the start"), found.start),
        amount("revenue_lost", _("of it lost with customers"), found.churned),
        amount("revenue_contraction", _("of it lost by smaller orders"), found.contraction),
        amount("revenue_expansion", _("gained by larger orders of the same customers"), found.expansion),
    )


def _less(bound: float | None) -> float | None:
    return None if bound is None else 1 - bound
