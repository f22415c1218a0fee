"""Output per head: won value per head and month."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.locale import _
from salesopt_kit.metrics.breakdown import Breakdown, Group, breakdown, groups, whole, with_interval
from salesopt_kit.metrics.deals import deals
from salesopt_kit.metrics.dimensions import Grouping
from salesopt_kit.metrics.exact import exact_sum
from salesopt_kit.metrics.heads import Heads, heads
from salesopt_kit.metrics.months import Month, mean_of_months, month_of, months, partial_caveat, unknown_caveat
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.stats.ratio import log_interval
from salesopt_kit.tables.store import Tables

COLUMNS = ("output_per_head.mean", "output_per_head.won")


@dataclass(frozen=True, slots=True)
class OutputPerHead(Result):
    """Won value / heads per month of closing, in currency per month, and the mean over the full months."""

    card: ClassVar[str] = "output_per_head"

    per_month: tuple[Estimate, ...]
    mean: Estimate
    heads: tuple[Estimate, ...]
    won: Estimate
    window: tuple[date, date]
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Say the mean output of a head in a full month."""
        if self.mean.value is None:
            return _("No month from {first} to {last} is covered in full, so there is no mean output per head.").format(
                first=self.window[0], last=self.window[1]
            )
        if self.mean.low is None:
            return _("In the one full month a head won {mean}.").format(mean=shown(self.mean.value, self._money))
        message = _("A head won {mean} a month on average over {n} full months ({low} to {high}).")
        mean, low, high = (shown(value, self._money) for value in (self.mean.value, self.mean.low, self.mean.high))
        return message.format(mean=mean, low=low, high=high, n=self.mean.n)

    @property
    def _money(self) -> str:
        return self.mean.unit.partition("/")[0]

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the mean, the won deals, the output per month, and the heads per month."""
        return self.mean, self.won, *self.per_month, *self.heads

    def tabled(self) -> tuple[Estimate, ...]:
        """Return the months with the unit of the table, whose heading tells that they are months."""
        return tuple(replace(month, unit=self._money) for month in self.per_month)

    def table(self) -> pd.DataFrame:
        """Return one row per month: won value per head with its interval, heads, won deals."""
        return pd.DataFrame(
            {
                _("Month"): month.label,
                _("Won value per head"): with_interval(replace(month, unit=self._money)),
                _("Heads"): shown(people.value, people.unit),
                _("Won deals"): f"{month.n:,}",
            }
            for month, people in zip(self.per_month, self.heads, strict=True)
        )

    def caveats(self) -> tuple[str, ...]:
        """Return how heads were counted and which months are partial or unknown."""
        return self.remarks


def output_per_head(tables: Tables, selection: Selection | None = None) -> OutputPerHead:
    """Return won value per head in each month of the window, with the mean over its full months.

    A deal counts in the month it was closed. Each month's 95 % interval takes deals as arriving at random with random
    amounts (compound Poisson: relative error sqrt(sum a^2) / sum a) and heads as known. The mean has a t interval over
    months, not over people: the question is what a month brings, people come and go, and their outputs share the
    season. Raises MissingDataError without deals, amounts, or anything to count heads by.
    """
    asked = _asked(tables, selection or EVERYTHING)
    counted = heads(tables, asked.known, asked.selection)
    group = whole(tables, asked.rows, _measures(asked))
    remarks = (
        *counted.remarks,
        *_unpriced_caveat(group),
        *partial_caveat(asked.known),
        *unknown_caveat(asked.window, asked.seen, _("The closed deals")),
    )
    return _answer(asked, group, counted, remarks)


def output_per_head_by(tables: Tables, by: Grouping, selection: Selection | None = None) -> Breakdown:
    """Return output per head for each group of `by`: its won value over its own heads.

    For product, segment and source the heads are everybody's, so that the groups add up to the whole. A team or
    person that `people` lists and that won nothing has an output of zero; one that it does not list has none.
    """
    if by == "month":
        return breakdown(by, _by_month(output_per_head(tables, selection)), ("output_per_head.month",))
    asked = _asked(tables, selection or EVERYTHING)
    found = groups(tables, asked.rows, by, _measures(asked))
    counted = heads(tables, asked.known, asked.selection, by)
    if by in ("team", "owner"):
        names = {group.name for group in found}
        found += tuple(_without_deals(by, name) for name in counted.counts if name not in names)
    else:
        counted = counted.shared_by(group.name for group in found)
    remarks = (*counted.remarks, *partial_caveat(asked.known), *_unlisted_caveat(found, counted))
    answers = ((group.name, _answer(asked, group, counted, remarks)) for group in found)
    return breakdown(by, [item for item in answers if item[1].mean.value is not None], COLUMNS, COLUMNS[1])


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a question comes to: its deals and days, what the export shows at all, and the months that leaves."""

    selection: Selection
    window: tuple[date, date]
    rows: ir.Table
    seen: tuple[date, date] | None
    known: tuple[Month, ...]
    currency: str


def _asked(tables: Tables, selection: Selection) -> _Asked:
    tables.need("opportunities.amount")
    window, rows = selection.days(tables), deals(tables)
    seen = _seen(tables, rows)
    currency = tables.engagement.config.currency
    return _Asked(selection, window, selection.of(tables, rows), seen, months(window, seen), currency)


def _seen(tables: Tables, rows: ir.Table) -> tuple[date, date] | None:
    """Return the first closure and the last sign of life: before the first one nothing is known of closures."""
    measures = {"first": rows.closed_on.min(), "created": rows.created_on.max(), "closed": rows.closed_on.max()}
    days = tables.to_frame(rows.aggregate(**measures)).iloc[0].dropna()
    return (days["first"].date(), days.max().date()) if "first" in days else None


def _measures(asked: _Asked) -> dict[str, ir.Scalar]:
    rows = asked.rows
    inside = (rows.status == "won") & rows.closed_on.between(*asked.window)
    measures = {"won": inside.sum(), "unpriced": inside.sum() - rows.amount.count(where=inside)}
    for month in asked.known:
        won = (rows.status == "won") & rows.closed_on.between(month.first, month.last)
        measures[f"deals {month.name}"] = won.sum()
        measures[f"value {month.name}"] = exact_sum(rows.amount, won)
        measures[f"squares {month.name}"] = exact_sum(rows.amount * rows.amount, won)
    return measures


def _without_deals(by: Grouping, name: str) -> Group:
    return Group(name, f"{by}={name}", defaultdict(int))


def _unpriced_caveat(group: Group) -> tuple[str, ...]:
    if not group.count("unpriced"):
        return ()
    return (_("Won deals without an amount, counted as nothing: {n:,}.").format(n=group.count("unpriced")),)


def _unlisted_caveat(found: Sequence[Group], counted: Heads) -> tuple[str, ...]:
    """Say how many won deals belong to groups that have no heads."""
    won = sum(group.count("won") for group in found if not any(counted.counts.get(group.name, {}).values()))
    return (_("Won deals whose owner is not listed, in no group: {n:,}.").format(n=won),) if won else ()


def _answer(asked: _Asked, group: Group, counted: Heads, remarks: tuple[str, ...]) -> OutputPerHead:
    per_month = tuple(_month(asked, group, month, counted.of(group.name, month)) for month in asked.known)
    full = [
        figure.value
        for figure, month in zip(per_month, asked.known, strict=True)
        if month.is_full and figure.value is not None
    ]
    unit, won = f"{asked.currency}/month", group.count("won")
    blank = Estimate("output_per_head.mean", _("Won value per head and month"), None, unit, 0, window=asked.window)
    return OutputPerHead(
        per_month,
        replace(mean_of_months(blank, full), group=group.mark),
        tuple(_heads(group, month, counted.of(group.name, month)) for month in asked.known),
        Estimate("output_per_head.won", _("Won deals"), won, "deals", won, window=asked.window, group=group.mark),
        asked.window,
        remarks,
    )


def _month(asked: _Asked, group: Group, month: Month, people: float) -> Estimate:
    value, squares = (group.number(f"{what} {month.name}") or 0.0 for what in ("value", "squares"))
    has_interval = people > 0 and value > 0
    low, high = log_interval(value / people, math.sqrt(squares) / value) if has_interval else (None, None)
    return Estimate(
        "output_per_head.month",
        month.label,
        value / people if people else None,
        f"{asked.currency}/month",
        group.count(f"deals {month.name}"),
        low,
        high,
        _("won value / heads, compound Poisson interval"),
        (month.first, month.last),
        month.mark(group.mark),
    )


def _heads(group: Group, month: Month, people: float) -> Estimate:
    return Estimate(
        "output_per_head.heads",
        _("Heads {month}").format(month=month.label),
        people,
        "heads",
        math.ceil(people),
        window=(month.first, month.last),
        group=month.mark(group.mark),
    )


def _by_month(answer: OutputPerHead) -> list[tuple[str, OutputPerHead]]:
    return [
        (month_of(month.group), _one_month(answer, month, people))
        for month, people in zip(answer.per_month, answer.heads, strict=True)
    ]


def _one_month(answer: OutputPerHead, month: Estimate, people: Estimate) -> OutputPerHead:
    mean = replace(mean_of_months(answer.mean, ()), window=month.window, group=month.group)
    won = replace(answer.won, value=month.n, n=month.n, window=month.window, group=month.group)
    # In a table of months the name of the month is in its own column.
    labelled = replace(month, label=answer.mean.label)
    return OutputPerHead((labelled,), mean, (people,), won, month.window or answer.window, answer.remarks)
