"""Sales velocity: the money per day that the open pipeline brings at the present win rate, deal value and cycle."""

import math
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import ibis
import ibis.expr.types as ir

from salesopt_kit.locale import N_, _, sentences
from salesopt_kit.metrics.breakdown import Breakdown, Group, breakdown, groups, whole
from salesopt_kit.metrics.deals import deal_caveats, deals
from salesopt_kit.metrics.dimensions import Grouping
from salesopt_kit.metrics.exact import exact_sum
from salesopt_kit.metrics.months import months
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.stats.moments import covariance, t_interval
from salesopt_kit.stats.proportion import wilson
from salesopt_kit.stats.ratio import log_interval
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import StageKind

Bounds = tuple[float, float] | None

METHODS = {
    "velocity": N_("delta method on the log scale"),
    "win_rate": N_("Wilson score interval"),
    "deal_value": N_("t interval"),
    "cycle_days": N_("t interval"),
    "n_open": N_("count"),
}

COLUMNS = (
    "sales_velocity.velocity",
    "sales_velocity.n_open",
    "sales_velocity.win_rate",
    "sales_velocity.deal_value",
    "sales_velocity.cycle_days",
)


@dataclass(frozen=True, slots=True)
class SalesVelocity(Result):
    """Open deals x win rate x mean won value / mean won cycle, in currency per day, and what each lever is worth."""

    card: ClassVar[str] = "sales_velocity"

    velocity: Estimate
    n_open: Estimate
    win_rate: Estimate
    deal_value: Estimate
    cycle_days: Estimate
    levers: tuple[Estimate, ...]
    window: tuple[date, date]
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Say the velocity, its interval and its four factors."""
        if self.velocity.value is None:
            return _("Sales velocity cannot be told: one of its four factors is missing.")
        message = _(
            "The pipeline brings {velocity} ({low} to {high}): {n} open deals x {rate} won x {amount} / {days}."
        )
        return message.format(
            velocity=shown(self.velocity.value, self.velocity.unit),
            low=shown(self.velocity.low, self.velocity.unit),
            high=shown(self.velocity.high, self.velocity.unit),
            n=shown(self.n_open.value, "deals"),
            rate=shown(self.win_rate.value, "fraction"),
            amount=shown(self.deal_value.value, self.deal_value.unit),
            days=shown(self.cycle_days.value, "days"),
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the velocity, its factors, and the money per day that a small change of each is worth."""
        return self.velocity, self.n_open, self.win_rate, self.deal_value, self.cycle_days, *self.levers

    def caveats(self) -> tuple[str, ...]:
        """Return which open deals are counted and how the velocity answers to its factors."""
        return self.remarks


def sales_velocity(tables: Tables, selection: Selection | None = None) -> SalesVelocity:
    """Return the sales velocity at the end of the window, its factors taken over the window.

    N counts the qualified deals open on the last day: past the first open stage and not parked (all open deals where
    the day is before `as_of`, for their stage on that day is not known, or where there is one open stage). The win
    rate is by count, mean value and mean cycle are of won deals. The 95 % interval is by the delta method on the log
    scale, with the covariance of value and cycle; N is a count without error. Raises MissingDataError without amounts.
    """
    selection = selection or EVERYTHING
    window = selection.days(tables)
    rows = _rows(tables, selection)
    group = whole(tables, rows, _measures(tables, rows, window))
    return _answer(tables, window, group, group.count("lost_ever"), deal_caveats(tables))


def sales_velocity_by(tables: Tables, by: Grouping, selection: Selection | None = None) -> Breakdown:
    """Return the sales velocity of each group of `by`; a month has the deals open at its end and closed in it."""
    selection = selection or EVERYTHING
    window = selection.days(tables)
    rows = _rows(tables, selection)
    if by == "month":
        return breakdown(by, _by_month(tables, rows, window), COLUMNS)
    found = groups(tables, rows, by, _measures(tables, rows, window))
    lost_ever = sum(group.count("lost_ever") for group in found)
    kept = (group for group in found if group.count("n_open") + group.count("won") + group.count("lost"))
    return breakdown(by, ((group.name, _answer(tables, window, group, lost_ever)) for group in kept), COLUMNS)


def _rows(tables: Tables, selection: Selection) -> ir.Table:
    tables.need("opportunities.amount")
    return selection.of(tables, deals(tables))


def _measures(tables: Tables, rows: ir.Table, window: tuple[date, date]) -> dict[str, ir.Scalar]:
    inside = rows.closed_on.between(*window)
    won, lost = inside & (rows.status == "won"), inside & (rows.status == "lost")
    return {
        "n_open": _is_open(tables, rows, window[1]).sum(),
        "won": won.sum(),
        "lost": lost.sum(),
        "lost_ever": (rows.status == "lost").sum(),
        **_moments("value", rows.amount, rows.amount, won),
        **_moments("cycle", rows.cycle_days, rows.cycle_days, won),
        **_moments("both", rows.amount, rows.cycle_days, won),
    }


def _moments(name: str, x: ir.FloatingValue, y: ir.FloatingValue, where: ir.BooleanValue) -> dict[str, ir.Scalar]:
    """Return n, the sums and the sum of products over the rows that have both; with x as y, for mean and variance."""
    known = where & x.notnull() & y.notnull()
    return {
        f"n_{name}": known.sum(),
        f"{name}_x": exact_sum(x, known),
        f"{name}_y": exact_sum(y, known),
        f"{name}_xy": exact_sum(x * y, known),
    }


def _mean_of(group: Group, name: str) -> float | None:
    total = group.number(f"{name}_x")
    return None if total is None else total / group.count(f"n_{name}")


def _covariance_of(group: Group, name: str) -> float | None:
    """Return the sample covariance of what `_moments` measured, the variance where x is y; None for fewer than two."""
    n = group.count(f"n_{name}")
    x, y, products = (group.number(f"{name}_{part}") or 0.0 for part in ("x", "y", "xy"))
    return covariance(x, y, products, n) if n > 1 else None


def _is_open(tables: Tables, rows: ir.Table, day: date) -> ir.BooleanValue:
    if day < tables.as_of:
        return (rows.created_on <= day) & ((rows.status == "open") | (rows.closed_on > day))
    unqualified = rows.stage.isin(_unqualified(tables))
    return (rows.status == "open") & ~ibis.coalesce(unqualified, ibis.literal(value=False))


def _unqualified(tables: Tables) -> tuple[str, ...]:
    """Return the parked stages, and the first open stage where there are others for a qualified deal to be in."""
    stages = tables.engagement.config.stages
    parked = tuple(stage.id for stage in stages if stage.kind is StageKind.PARKED)
    open_ = tables.engagement.open_stages
    return (*parked, open_[0].id) if len(open_) > 1 else parked


def _by_month(tables: Tables, rows: ir.Table, window: tuple[date, date]) -> list[tuple[str, SalesVelocity]]:
    """Return the answer of each month, from one query with one set of measures per month."""
    spans = {month.name: (month.first, month.last) for month in months(window, window)}
    measures = {
        f"{name} {key}": measure
        for name, span in spans.items()
        for key, measure in _measures(tables, rows, span).items()
    }
    counted = whole(tables, rows, measures).values if measures else {}
    answers = []
    for name, span in spans.items():
        values = {key.partition(" ")[2]: value for key, value in counted.items() if key.startswith(name)}
        group = Group(name, f"month={name}", values)
        if group.count("won") + group.count("lost"):
            answers.append((name, _answer(tables, span, group, group.count("lost_ever"))))
    return answers


def _answer(
    tables: Tables, window: tuple[date, date], group: Group, lost_ever: int, remarks: tuple[str, ...] = ()
) -> SalesVelocity:
    money = tables.engagement.config.currency
    n_open, won, n = group.count("n_open"), group.count("won"), group.count("won") + group.count("lost")
    rate = won / n if n and lost_ever else None
    value, cycle = _mean_of(group, "value"), _mean_of(group, "cycle")
    velocity = n_open * rate * value / cycle if rate is not None and value is not None and cycle else None

    def figure(name: str, label: str, amount: float | None, unit: str, n: int, *, bounds: Bounds = None) -> Estimate:
        low, high = bounds or (None, None)
        return Estimate(
            f"sales_velocity.{name}",
            label,
            amount,
            unit,
            n,
            low,
            high,
            _(METHODS[name]) if name in METHODS else "",
            window,
            group.mark,
        )

    return SalesVelocity(
        figure("velocity", _("Sales velocity"), velocity, f"{money}/day", n, bounds=_velocity_bounds(velocity, group)),
        figure("n_open", _("Open deals"), n_open, "deals", n_open),
        figure("win_rate", _("Win rate by count"), rate, "fraction", n, bounds=_rate_bounds(rate, won, n)),
        figure(
            "deal_value", _("Mean won value"), value, money, group.count("n_value"), bounds=_mean_bounds(group, "value")
        ),
        figure(
            "cycle_days",
            _("Mean won cycle"),
            cycle,
            "days",
            group.count("n_cycle"),
            bounds=_mean_bounds(group, "cycle"),
        ),
        tuple(figure(*lever, f"{money}/day", n) for lever in _levers(velocity, n_open, rate, cycle)),
        window,
        (_convention(tables, window[1]), *_why_none(group, lost_ever), *remarks),
    )


def _velocity_bounds(velocity: float | None, group: Group) -> Bounds:
    """Return the interval of a positive velocity from the relative errors of its estimated factors.

    On the log scale variances add: (1 - w) / (w n) for the win rate, var / (n mean^2) for mean value and mean cycle,
    less twice their covariance, which the deals that have both share. The win rate is uncorrelated with the means.
    """
    won, n = group.count("won"), group.count("won") + group.count("lost")
    means = [_mean_of(group, name) for name in ("value", "cycle")]
    spreads = [_covariance_of(group, name) for name in ("value", "cycle", "both")]
    if not velocity or None in means or None in spreads:
        return None
    value, cycle = (mean or 0.0 for mean in means)
    value_variance, cycle_variance, both = (spread or 0.0 for spread in spreads)
    n_value, n_cycle, n_both = (group.count(name) for name in ("n_value", "n_cycle", "n_both"))
    variance = (
        (n - won) / (won * n)
        + value_variance / (n_value * value**2)
        + cycle_variance / (n_cycle * cycle**2)
        - 2 * both * n_both / (n_value * n_cycle * value * cycle)
    )
    return log_interval(velocity, math.sqrt(max(variance, 0.0)))


def _rate_bounds(rate: float | None, won: int, n: int) -> Bounds:
    if rate is None:
        return None
    interval = wilson(won, n)
    return interval.low, interval.high


def _mean_bounds(group: Group, name: str) -> Bounds:
    mean, variance = _mean_of(group, name), _covariance_of(group, name)
    if mean is None or variance is None:
        return None
    return t_interval(mean, max(variance, 0.0), group.count(f"n_{name}"))


def _levers(
    velocity: float | None, n_open: int, rate: float | None, cycle: float | None
) -> list[tuple[str, str, float | None]]:
    """Return name, label and money per day of one small change of each factor, the others held."""
    known = velocity is not None and rate and cycle and n_open
    base = velocity if known and velocity is not None else math.nan
    worth = (
        ("per_deal", _("One more open deal"), base / max(n_open, 1)),
        ("per_point", _("Win rate one percentage point higher"), base * 0.01 / (rate or 1.0)),
        ("per_percent_value", _("Deal value one percent higher"), base * 0.01),
        ("per_day", _("Cycle one day shorter"), base / (cycle - 1) if cycle and cycle > 1 else math.nan),
    )
    return [(name, label, None if math.isnan(money) else money) for name, label, money in worth]


def _convention(tables: Tables, day: date) -> str:
    elasticity = _(
        "One percent more deals, win rate or value gives one percent more velocity; "
        "so does a cycle one percent shorter."
    )
    left_out = [tables.engagement.stage_name(stage) for stage in _unqualified(tables)] if day == tables.as_of else []
    if left_out:
        message = _("Open deals: those open on {day} and qualified, that is not in {stages}.")
        counted = message.format(day=day, stages=_(", ").join(left_out))
    else:
        counted = _("Open deals: all that were open on {day}, in whatever stage.").format(day=day)
    return sentences(counted, elasticity)


def _why_none(group: Group, lost_ever: int) -> tuple[str, ...]:
    if not lost_ever:
        return (_("The export holds no lost deal at all, so there is no win rate to multiply with."),)
    if not group.count("won"):
        return (_("No deal was won in the window, so there is no mean value and no cycle."),)
    if not group.count("n_value") or not group.count("n_cycle"):
        return (_("No won deal has both an amount and a cycle."),)
    return ()
