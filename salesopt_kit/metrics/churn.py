"""Churn: which share of the customers was lost, by their ending dates or, without such, by falling silent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import ClassVar

import ibis
import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.metrics.deals import deals
from salesopt_kit.metrics.months import Month, months, partial_caveat
from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.orders import EPOCH, number_of
from salesopt_kit.metrics.revenue_churn import revenue_churn
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.metrics.stays import ended_stays, lapse_stays
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.stats.life_table import Numbers
from salesopt_kit.stats.proportion import wilson
from salesopt_kit.stats.retention import share_waiting
from salesopt_kit.stats.survival import Survival, kaplan_meier
from salesopt_kit.tables.store import Tables

YEAR = 365


class Reading(StrEnum):
    """How a lost customer is told."""

    ENDED = "ended"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Churn(Result):
    """Customers at the start of the window and of each month, and the share that was gone by its end."""

    card: ClassVar[str] = "churn"

    reading: Reading
    rate: Estimate
    monthly: Estimate
    per_month: tuple[Estimate, ...]
    survival: tuple[Estimate, ...]
    revenue: tuple[Estimate, ...]
    curve: tuple[Numbers, Numbers]
    """Days and the share still waiting, for the drawing: for the end (ended) or for the next order (lapsed)."""
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Say how many were lost, or lapsed, and which of the two it is."""
        if self.rate.value is None:
            return _("There was no customer at the start of the period.")
        if self.reading is Reading.ENDED:
            message = _("Of {n:,} customers at the start of the period {rate} had left by its end.")
        else:
            message = _(
                "Of {n:,} customers active at the start of the period {rate} had lapsed by its end: they have been "
                "silent for longer than they usually are between two orders."
            )
        return message.format(n=self.rate.n, rate=with_interval(self.rate))

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the rates, the survival figures, and the revenue figures where amounts recur."""
        return (self.rate, self.monthly, *self.survival, *self.revenue, *self.per_month)

    def caveats(self) -> tuple[str, ...]:
        """Return why this reading was taken and what the figures cannot tell."""
        return self.remarks


@once
def churn(tables: Tables, selection: Selection | None = None, reading: Reading | None = None) -> Churn:
    """Return customer churn over the window and by month, with survival, and revenue churn where amounts recur.

    The data decide the reading unless `reading` does: ENDED where accounts have starting and ending dates and somebody
    ended, else LAPSED by inactivity (metrics.stays). Rate = customers there the day before the first day and not there
    on the last / customers there the day before; new ones are in neither. Wilson intervals over customers; the pooled
    monthly rate takes customer-months. Survival: Kaplan-Meier of tenure from the start (left-truncated at the first
    day of the data, for who left before is not in the export), or of the time from an order to the next, censored at
    `as_of`. MissingDataError where neither reading has its columns.
    """
    selection = selection or EVERYTHING
    found = reading or reading_of(tables)
    window = selection.days(tables)
    factor = tables.engagement.config.churn.lapse_factor
    is_ended = found is Reading.ENDED
    stays = ended_stays(tables, selection) if is_ended else lapse_stays(tables, selection, factor)
    first = tables.to_frame(stays.aggregate(first=stays.begin.min())).iloc[0]["first"]
    if pd.isna(first):
        raise MissingDataError(
            _("no customer: nobody has a starting date, or won deal with an account"),
            remedy=_("Map `started_at` of `accounts`, or `account` of `opportunities`."),
        )
    seen = (EPOCH + timedelta(days=int(first)), tables.as_of)
    known = months(window, seen)
    spans = [window, *((month.first, month.last) for month in known)]
    counts = _counts(tables, stays, spans)
    curve = _tenure(tables, stays) if is_ended else _reorder(tables, stays)
    revenue, why = revenue_churn(tables, selection)
    rate = replace(_rate("churn.rate", _label(found), *counts[0]), window=window)
    return Churn(
        found,
        rate,
        _pooled(found, known, counts[1:], window),
        tuple(_month(month, *pair) for month, pair in zip(known, counts[1:], strict=True)),
        _survival(found, curve[0], curve[1], window),
        revenue,
        (curve[0].times, curve[0].share),
        (*_remarks(tables, found, seen, window, chosen=reading is not None), *why, *partial_caveat(known)),
    )


def reading_of(tables: Tables) -> Reading:
    """Return the reading that the data bear: ending dates if there are any, else inactivity."""
    if {"accounts.started_at", "accounts.ended_at"} <= tables.supplied:
        accounts = tables.table("accounts")
        ended = tables.to_frame(accounts.aggregate(n=(accounts.ended_on <= tables.as_of).sum())).iloc[0]["n"]
        if (ended or 0) > 0:
            return Reading.ENDED
    return Reading.LAPSED


def _label(reading: Reading) -> str:
    return _("Customers lost") if reading is Reading.ENDED else _("Customers lapsed")


def _counts(tables: Tables, stays: ir.Table, spans: Sequence[tuple[date, date]]) -> list[tuple[int, int]]:
    """Return for each span how many customers were there the day before it, and how many of them not on its last."""
    edges = sorted({day for first, last in spans for day in (number_of(first) - 1, number_of(last))})

    def is_there(day: int) -> ir.BooleanValue:
        return ((stays.begin <= day) & (stays.end.isnull() | (stays.end > day))).fill_null(False)  # noqa: FBT003

    flags = {f"d{day}": is_there(day).cast("int32").max() for day in edges}
    states = stays.group_by("account").aggregate(**flags)
    measures: dict[str, ir.Scalar] = {}
    for place, (first, last) in enumerate(spans):
        before, after = states[f"d{number_of(first) - 1}"], states[f"d{number_of(last)}"]
        measures |= {f"n{place}": (before == 1).sum(), f"lost{place}": ((before == 1) & (after == 0)).sum()}
    row = tables.to_frame(states.aggregate(**measures)).fillna(0).iloc[0]
    return [(int(row[f"lost{place}"]), int(row[f"n{place}"])) for place in range(len(spans))]


def _rate(id_: str, label: str, lost: int, n: int) -> Estimate:
    if not n:
        return Estimate(id_, label, None, "fraction", 0, method=_("Wilson score interval"))
    return Estimate(id_, label, lost / n, "fraction", n, *_bounds(lost, n), _("Wilson score interval"))


def _bounds(lost: int, n: int) -> tuple[float, float]:
    interval = wilson(lost, n)
    return interval.low, interval.high


def _month(month: Month, lost: int, n: int) -> Estimate:
    return replace(_rate("churn.month", month.label, lost, n), window=(month.first, month.last), group=month.mark())


def _pooled(
    reading: Reading, known: Sequence[Month], counts: Sequence[tuple[int, int]], window: tuple[date, date]
) -> Estimate:
    """Return the rate per month over the full months: lost customers / customer-months."""
    full = [pair for month, pair in zip(known, counts, strict=True) if month.is_full]
    lost, n = sum(pair[0] for pair in full), sum(pair[1] for pair in full)
    label = _("Lost per month") if reading is Reading.ENDED else _("Lapsed per month")
    blank = _rate("churn.monthly", label, lost, n)
    return replace(blank, window=window, method=_("pooled over full months; Wilson, n in customer-months"))


def _tenure(tables: Tables, stays: ir.Table) -> tuple[Survival, int]:
    """Return the Kaplan-Meier curve of tenure in days, entering at the first day of the data, and the customers."""
    now = number_of(tables.as_of)
    begun = _first_day(tables)
    days = ibis.coalesce(stays.end, ibis.literal(now, type="int64")) - stays.begin
    entry = ibis.greatest(ibis.literal(begun if begun is not None else 0, type="int64") - stays.begin, 0)
    rows = stays.select(days=days, ended=stays.end.notnull(), entry=entry if begun is not None else days * 0)
    found = tables.to_frame(rows.group_by(["days", "ended", "entry"]).aggregate(n=rows.count()))
    found = found.sort_values(["days", "ended", "entry"])
    curve = kaplan_meier(
        found["days"].to_numpy(float),
        found["ended"].to_numpy(bool),
        found["entry"].to_numpy(float),
        found["n"].to_numpy(float),
    )
    return curve, int(found["n"].sum())


def _first_day(tables: Tables) -> int | None:
    if not {"opportunities", "stage_events"} & tables.present:
        return None
    rows = deals(tables)
    first = tables.to_frame(rows.aggregate(first=rows.created_on.min())).iloc[0]["first"]
    return None if pd.isna(first) else number_of(pd.Timestamp(first).date())


def _reorder(tables: Tables, stays: ir.Table) -> tuple[Survival, int]:
    """Return the Kaplan-Meier curve of the days from an order to the customer's next, and the number of orders."""
    now = number_of(tables.as_of)
    rows = stays.select(days=ibis.coalesce(stays.gap, now - stays.begin), again=stays.gap.notnull())
    found = tables.to_frame(rows.group_by(["days", "again"]).aggregate(n=rows.count())).sort_values(["days", "again"])
    days, again, n = (found[name].to_numpy() for name in ("days", "again", "n"))
    return kaplan_meier(days.astype(float), again.astype(bool), weights=n.astype(float)), int(n.sum())


def _survival(reading: Reading, curve: Survival, n: int, window: tuple[date, date]) -> tuple[Estimate, ...]:
    is_ended = reading is Reading.ENDED
    share, low, high = share_waiting(curve, YEAR)
    method = _("Kaplan-Meier, log-log interval")
    if not is_ended and share is not None:
        share, low, high = 1 - share, _less(high), _less(low)
    year = Estimate(
        "churn.kept_year" if is_ended else "churn.again_year",
        _("Customers still there after a year") if is_ended else _("Orders followed by another within a year"),
        share,
        "fraction",
        n,
        low,
        high,
        method,
        window,
    )
    median = Estimate(
        "churn.median_tenure" if is_ended else "churn.median_reorder",
        _("Median tenure of a customer") if is_ended else _("Median time from an order to the next"),
        *(curve.quantile(0.5)[0], "days", n, *curve.quantile(0.5)[1:], method, window),
    )
    return year, median


def _less(bound: float | None) -> float | None:
    return None if bound is None else 1 - bound


def _remarks(
    tables: Tables, reading: Reading, seen: tuple[date, date], window: tuple[date, date], *, chosen: bool
) -> tuple[str, ...]:
    factor = tables.engagement.config.churn.lapse_factor
    said = []
    if reading is Reading.ENDED:
        if not chosen:
            said.append(
                _("Read by the accounts' own ending dates, for the export has some; nobody is counted by inactivity.")
            )
        said.append(_("How long after a customer's last order the firm writes an ending date is not known."))
        said += _undated(tables)
    else:
        if not chosen:
            said.append(_("Read by inactivity, for no account has an ending date: lapsed is not lost, some come back."))
        message = _(
            "Lapsed: no order within {factor} times the customer's own median gap between orders; of a customer with "
            "one order, within as many times the median of all gaps."
        )
        said.append(message.format(factor=shown(factor, "score")))
        said.append(_("Gaps that are still running are in no median, so the limit is rather short."))
    if seen[0] > window[0]:
        said.append(_("The first customer is seen on {day}; earlier months are unknown.").format(day=seen[0]))
    return tuple(said)


def _undated(tables: Tables) -> list[str]:
    """Say how many accounts ended without ever having started, or before they did."""
    rows = tables.table("accounts")
    odd = rows.ended_on.notnull() & (rows.started_on.isnull() | (rows.started_on > rows.ended_on))
    n = int(tables.to_frame(rows.aggregate(n=odd.sum())).iloc[0]["n"] or 0)
    return [_("{n:,} accounts end without a start or before it; they are left out.").format(n=n)] if n else []
