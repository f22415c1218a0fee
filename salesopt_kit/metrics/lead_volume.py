"""Lead volume: how many leads were created in each month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

import ibis.expr.types as ir

from salesopt_kit.locale import _, sentences
from salesopt_kit.metrics.breakdown import Breakdown, Group, breakdown, groups, whole
from salesopt_kit.metrics.dimensions import Grouping
from salesopt_kit.metrics.leads import leads
from salesopt_kit.metrics.months import Month, mean_of_months, month_of, months, partial_caveat, unknown_caveat
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.tables.store import Tables

COLUMNS = ("lead_volume.total", "lead_volume.mean")


@dataclass(frozen=True, slots=True)
class LeadVolume(Result):
    """Leads created per calendar month of the window, their mean over the full months, and their total."""

    card: ClassVar[str] = "lead_volume"

    per_month: tuple[Estimate, ...]
    mean: Estimate
    total: Estimate
    window: tuple[date, date]
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Say the total and the mean of a full month."""
        message = _("{total} leads were created from {first} to {last}.")
        said = message.format(total=shown(self.total.value, "leads"), first=self.window[0], last=self.window[1])
        if self.mean.value is None:
            return sentences(said, _("No month is covered in full, so there is no monthly mean."))
        if self.mean.low is None:
            return sentences(said, _("The one full month had {mean}.").format(mean=shown(self.mean.value, "leads")))
        message = _("A full month brought {mean} on average ({low} to {high}, over {n} months).")
        low, high = (shown(bound, "leads") for bound in (self.mean.low, self.mean.high))
        mean = message.format(mean=shown(self.mean.value, "leads"), low=low, high=high, n=self.mean.n)
        return sentences(said, mean)

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the mean, the total and one count per month."""
        return self.mean, self.total, *self.per_month

    def caveats(self) -> tuple[str, ...]:
        """Return which months are partial or unknown."""
        return self.remarks


def lead_volume(tables: Tables, selection: Selection | None = None) -> LeadVolume:
    """Return the leads created in each month of the window, with their mean per full month.

    The flow of new leads, whatever became of them, each lead once. The mean has a t interval that takes months as
    independent draws without a trend. Raises MissingDataError without a table `leads`: opportunities are no leads.
    """
    selection = selection or EVERYTHING
    window = selection.days(tables)
    rows = leads(tables)
    seen = _seen(tables, rows)
    known = months(window, seen)
    group = whole(tables, selection.of(tables, rows, "leads"), _measures(rows, window, known))
    remarks = (*partial_caveat(known), *unknown_caveat(window, seen, _("The leads")))
    return _answer(window, known, group, remarks)


def lead_volume_by(tables: Tables, by: Grouping, selection: Selection | None = None) -> Breakdown:
    """Return the lead volume of each group of `by`; the whole export tells which months are full."""
    if by == "month":
        return breakdown(by, _by_month(lead_volume(tables, selection)), ("lead_volume.total",))
    selection = selection or EVERYTHING
    window = selection.days(tables)
    rows = leads(tables)
    known = months(window, _seen(tables, rows))
    found = groups(tables, selection.of(tables, rows, "leads"), by, _measures(rows, window, known), table="leads")
    remarks = partial_caveat(known)
    answers = ((group.name, _answer(window, known, group, remarks)) for group in found if group.count("total"))
    return breakdown(by, answers, COLUMNS)


def _seen(tables: Tables, rows: ir.Table) -> tuple[date, date] | None:
    days = tables.to_frame(rows.aggregate(first=rows.created_on.min(), last=rows.created_on.max())).iloc[0]
    return None if days.isna().any() else (days["first"].date(), days["last"].date())


def _measures(rows: ir.Table, window: tuple[date, date], known: Sequence[Month]) -> Mapping[str, ir.Scalar]:
    per_month = {month.name: rows.created_on.between(month.first, month.last).sum() for month in known}
    return {"total": rows.created_on.between(*window).sum(), **per_month}


def _answer(window: tuple[date, date], known: Sequence[Month], group: Group, remarks: tuple[str, ...]) -> LeadVolume:
    counts = tuple(_count_of(group, month) for month in known)
    full = [float(group.count(month.name)) for month in known if month.is_full]
    total = group.count("total")
    created = Estimate("lead_volume.total", _("Leads created"), total, "leads", total, window=window, group=group.mark)
    return LeadVolume(
        counts,
        mean_of_months(replace(created, id="lead_volume.mean", label=_("Leads per full month")), full),
        created,
        window,
        remarks,
    )


def _count_of(group: Group, month: Month) -> Estimate:
    n = group.count(month.name)
    return Estimate(
        "lead_volume.month", month.label, n, "leads", n, window=(month.first, month.last), group=month.mark(group.mark)
    )


def _by_month(answer: LeadVolume) -> list[tuple[str, LeadVolume]]:
    return [(month_of(month.group), _one_month(answer, month)) for month in answer.per_month]


def _one_month(answer: LeadVolume, month: Estimate) -> LeadVolume:
    total = replace(answer.total, value=month.value, n=month.n, window=month.window, group=month.group)
    mean = replace(mean_of_months(answer.mean, ()), window=month.window, group=month.group)
    return LeadVolume((month,), mean, total, total.window or answer.window, answer.remarks)
