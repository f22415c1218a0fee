"""Lead conversion: the share of leads that were won."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

import ibis
import ibis.expr.types as ir

from salesopt_kit.errors import InputError, MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.breakdown import Breakdown, Group, breakdown, groups, whole
from salesopt_kit.metrics.deals import deals
from salesopt_kit.metrics.dimensions import Grouping
from salesopt_kit.metrics.leads import leads
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.stats.proportion import wilson
from salesopt_kit.tables.store import Tables

CONVERTED_WORDS = ("converted", "已转化", "已转换")
"""The words of a lead's status that say it became an opportunity."""
MATURITY_QUANTILE = 0.9
"""A lead is young while it has had less time than this share of the won leads took."""


@dataclass(frozen=True, slots=True)
class LeadConversion(Result):
    """Converted / created among the leads created in the window; `said` names what counts as converted."""

    card: ClassVar[str] = "lead_conversion"

    rate: Estimate
    leads: Estimate
    converted: Estimate
    said: str
    window: tuple[date, date]
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Say the rate, its interval, and what counts as converted."""
        if self.rate.value is None:
            message = _("No lead was created from {first} to {last} that could be followed.")
            return message.format(first=self.window[0], last=self.window[1])
        message = _("{rate} of the {leads} leads created from {first} to {last} were {said} ({low} to {high}).")
        return message.format(
            rate=shown(self.rate.value, "fraction"),
            leads=shown(self.leads.value, "leads"),
            said=self.said,
            first=self.window[0],
            last=self.window[1],
            low=shown(self.rate.low, "fraction"),
            high=shown(self.rate.high, "fraction"),
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the rate and its two counts."""
        return self.rate, self.leads, self.converted

    def caveats(self) -> tuple[str, ...]:
        """Return how ripe the leads are and what the definition leaves out."""
        return self.remarks


def lead_conversion(tables: Tables, selection: Selection | None = None) -> LeadConversion:
    """Return the share of the leads created in the window that had a won deal by `tables.as_of`.

    Leads without a deal stay in the denominator. Where deals carry no lead ids, the lead's own conversion date or
    status counts instead, and `said` names it "converted to an opportunity". Wilson's 95 % interval; leads are taken
    as independent. Raises MissingDataError without `leads`, or where nothing says what became of them.
    """
    selection = selection or EVERYTHING
    window = selection.days(tables)
    rows = selection.of(tables, followed_leads(tables), "leads")
    group = whole(tables, rows, _measures(rows, window))
    remarks = (*_variant_caveat(tables), *_maturity_caveat(tables, rows, window), *_early_caveat(group))
    return _answer(window, group, _said(tables), remarks)


def lead_conversion_within(tables: Tables, days: int, selection: Selection | None = None) -> LeadConversion:
    """Return the share of leads that converted within `days` days, among those that are at least that old.

    Every lead counted has had the same time, so months can be compared; younger leads are left out and counted in a
    caveat. Wilson's 95 % interval. Raises InputError for a negative number of days, else as lead_conversion.
    """
    if days < 0:
        raise InputError("days", days, expected=_("0 or more"), remedy=_("Give a number of days such as 90."))
    selection = selection or EVERYTHING
    first, last = selection.days(tables)
    window = first, min(last, tables.as_of - timedelta(days=days))
    rows = selection.of(tables, followed_leads(tables), "leads")
    inside = rows.created_on.between(first, last)
    ripe = rows.created_on.between(*window)
    measures = {
        "leads": ripe.sum(),
        "converted": (ripe & (rows.lag_days <= days)).sum(),
        "young": (inside & ~ripe).sum(),
    }
    group = whole(tables, rows, measures)
    message = _("Leads younger than {days} days, left out: {n:,}.")
    young = (message.format(n=group.count("young"), days=days),) if group.count("young") else ()
    said = _("{said} within {days} days").format(said=_said(tables), days=days)
    return _answer(window, group, said, (*_variant_caveat(tables), *young), id_=f"lead_conversion.within_{days}")


def lead_conversion_by(tables: Tables, by: Grouping, selection: Selection | None = None) -> Breakdown:
    """Return the lead conversion of each group of `by`; a month is the month the lead was created in."""
    selection = selection or EVERYTHING
    window = selection.days(tables)
    rows = selection.of(tables, followed_leads(tables), "leads")
    found = groups(tables, rows, by, _measures(rows, window), clock="created_on", table="leads")
    said, remarks = _said(tables), _variant_caveat(tables)
    answers = ((group.name, _answer(window, group, said, remarks)) for group in found if group.count("leads"))
    return breakdown(by, answers, ("lead_conversion.rate", "lead_conversion.converted"))


def _links_deals(tables: Tables) -> bool:
    return "opportunities.lead_id" in tables.supplied


def followed_leads(tables: Tables) -> ir.Table:
    """Return the leads with `is_converted` and `lag_days`, the days from creation to conversion (null if unknown)."""
    rows = leads(tables)
    if _links_deals(tables):
        won = deals(tables)
        won = won.filter((won.status == "won") & won.lead_id.notnull())
        # A lead with two won deals is one converted lead, by the first of them.
        won = won.group_by(won_lead_id=won.lead_id).aggregate(converted_on_day=won.closed_on.min())
        rows = rows.left_join(won, rows.lead_id == won.won_lead_id)
        is_converted = rows.won_lead_id.notnull()
    else:
        day = ibis.cases((rows.converted_on <= tables.as_of, rows.converted_on), else_=ibis.null("date"))
        rows = rows.mutate(converted_on_day=day)
        is_converted = _says_converted(tables, rows)
    lag = rows.converted_on_day.delta(rows.created_on, unit="day")
    return rows.mutate(is_converted=is_converted, lag_days=ibis.cases((is_converted, lag), else_=ibis.null("int64")))


def _says_converted(tables: Tables, rows: ir.Table) -> ir.BooleanValue:
    """Return whether the lead's own date, or else its status, says that it became an opportunity."""
    if "leads.converted_at" in tables.supplied:
        return rows.converted_on_day.notnull()
    if "leads.status" in tables.supplied:
        return ibis.coalesce(rows.status.lower().isin(CONVERTED_WORDS), ibis.literal(value=False))
    raise MissingDataError(
        _("nothing says what became of the leads"),
        remedy=_(
            "Map sources.opportunities.columns.lead_id, or sources.leads.columns.converted_at or .status, "
            "in engagement.yml."
        ),
    )


def _measures(rows: ir.Table, window: tuple[date, date]) -> Mapping[str, ir.Scalar]:
    inside = rows.created_on.between(*window)
    return {
        "leads": inside.sum(),
        "converted": (inside & rows.is_converted).sum(),
        "early": (inside & (rows.lag_days < 0)).sum(),
    }


def _answer(
    window: tuple[date, date],
    group: Group,
    said: str,
    remarks: tuple[str, ...] = (),
    *,
    id_: str = "lead_conversion.rate",
) -> LeadConversion:
    n, converted = group.count("leads"), group.count("converted")
    interval = wilson(converted, n) if n else None
    rate = Estimate(
        id_,
        _("Leads {said}").format(said=said),
        converted / n if n else None,
        "fraction",
        n,
        interval.low if interval else None,
        interval.high if interval else None,
        _("Wilson score interval"),
        window,
        group.mark,
    )
    return LeadConversion(
        rate,
        _count("lead_conversion.leads", _("Leads created"), n, rate),
        _count("lead_conversion.converted", _("Converted leads"), converted, rate),
        said,
        window,
        remarks,
    )


def _count(id_: str, label: str, value: int, rate: Estimate) -> Estimate:
    return Estimate(id_, label, value, "leads", value, window=rate.window, group=rate.group)


def _said(tables: Tables) -> str:
    return _("won") if _links_deals(tables) else _("converted to an opportunity")


def _variant_caveat(tables: Tables) -> tuple[str, ...]:
    if _links_deals(tables):
        return ()
    return (
        _(
            "No deal carries a lead id, so this is the share of leads that became an opportunity, not the share won; "
            "it must not be compared with a target for won leads."
        ),
    )


def _maturity_caveat(tables: Tables, rows: ir.Table, window: tuple[date, date]) -> tuple[str, ...]:
    """Say how many leads have had less time than nine in ten converted leads took: they may still convert."""
    slow = tables.to_frame(rows.aggregate(days=rows.lag_days.quantile(MATURITY_QUANTILE))).iloc[0]["days"]
    if slow != slow:  # NaN: no lead converted on a known day  # noqa: PLR0124
        return (_("No lead has a known day of conversion, so how ripe the leads are is unknown."),)
    ripe_since = tables.as_of - timedelta(days=int(slow))
    inside = rows.created_on.between(*window)
    counts = whole(tables, rows, {"leads": inside.sum(), "young": (inside & (rows.created_on > ripe_since)).sum()})
    if not counts.count("young"):
        return ()
    message = _(
        "{share} of the leads are younger than {days:.0f} days, by which 9 in 10 converted leads had converted; "
        "some of them will still convert, so the rate is too low and recent months look worse than they are."
    )
    return (message.format(share=shown(counts.count("young") / counts.count("leads"), "fraction"), days=slow),)


def _early_caveat(group: Group) -> tuple[str, ...]:
    if not group.count("early"):
        return ()
    message = _("Leads whose conversion is dated before their creation, counted as converted: {n:,}.")
    return (message.format(n=group.count("early")),)
