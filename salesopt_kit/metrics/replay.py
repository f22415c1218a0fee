"""As-of replay: every metric as it would have been told on a past day, from what the history knew by then."""

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import ClassVar

import ibis
import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.metrics.copies import copy_name
from salesopt_kit.metrics.deal_cycle import deal_cycle
from salesopt_kit.metrics.deals import deals, stage_status
from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.metrics.sequence import place_of
from salesopt_kit.metrics.win_rate import win_rate
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.tables.store import Tables, months_before
from salesopt_kit.terms import StageKind

MONTHS = 12
"""Month ends that are replayed where no days are asked for."""
REWRITTEN = ("stage", "status", "closed_at", "closed_on")
"""Columns of `opportunities` that hold today's state, and are told by the history for a past day."""

Metric = Callable[[Tables, Selection], Sequence[Estimate]]
"""Figures over the window that ends on the last day of the selection."""


@dataclass(frozen=True, slots=True)
class PastTables(Tables):
    """Tables as they would have been on `as_of`: the opportunities' own stage, status and closing of today are gone."""

    def table(self, name: str) -> ir.Table:
        """Return a canonical table; `opportunities` as the history knew them at the end of `as_of`."""
        rows = Tables.table(self, name)
        if name != "opportunities":
            return rows
        events = Tables.table(self, "stage_events") if "stage_events" in self.present else None
        return _as_then(self, rows, events)


def as_seen_on(tables: Tables, day: date) -> Tables:
    """Return `tables` as they would have been at the end of `day`, with the window that ends on it.

    Stage events after `day` are unknown, as are deals created later. A deal that the history ever shows as won or lost
    is open, won or lost as its events up to `day` say; one that only its own record closes is open until that date.
    The stage is that of the last event by then; without stage history it is unknown. Owner, team, amount, segment and
    the like keep today's values, for no history tells them.
    """
    first = months_before(day, tables.engagement.config.window_months)
    past = replace(tables, as_of=day, window=(first, day))
    # The mark keeps what the database has stored for this view apart from what it stores for the present one.
    mark = past.supplied | {"as_seen_on.opportunities"}
    values = {field.name: getattr(past, field.name) for field in fields(past) if field.init} | {"supplied": mark}
    return PastTables(**values)


def _as_then(tables: Tables, rows: ir.Table, events: ir.Table | None) -> ir.Table:
    """Return opportunities with stage, status and closing as far as they can be told for the day `as_of`."""
    stated = ibis.coalesce(rows.status, stage_status(tables, rows.stage))
    if events is None:
        return rows.mutate(status=stated, stage=ibis.ifelse(stated == "open", ibis.null("string"), rows.stage))
    stages = tables.engagement.config.stages
    closing = [place for place, stage in enumerate(stages) if stage.kind in (StageKind.WON, StageKind.LOST)]
    place = place_of(tables, events.stage)
    told = events.filter(place.notnull()).group_by(told_id="opportunity_id")
    closes = place_of(tables, events.stage).isin(closing)
    by_then = events.entered_on <= tables.as_of
    found = told.aggregate(closes=closes.any(), begun=by_then.any())
    joined = rows.left_join(found, rows.opportunity_id == found.told_id)
    closes = ibis.coalesce(joined.closes, ibis.literal(value=False))
    begun = ibis.coalesce(joined.begun, ibis.literal(value=False))
    # Without an event by then the deal was there and undecided; with one, the history says what it was.
    from_history = ibis.ifelse(begun, ibis.null("string"), "open")
    return joined.mutate(
        status=ibis.ifelse(closes, from_history, stated),
        stage=ibis.null("string"),
        closed_at=ibis.ifelse(closes, ibis.null("timestamp"), joined.closed_at),
        closed_on=ibis.ifelse(closes, ibis.null("date"), joined.closed_on),
    ).select(*rows.columns)


def open_deals(tables: Tables, selection: Selection) -> tuple[Estimate]:
    """Return how many deals are open at the end of the last day of the selection, as `tables` know it."""
    last = selection.days(tables)[1]
    rows = deals(tables)
    is_there = (rows.created_on <= last) & ((rows.status == "open") | (rows.closed_on > last))
    n = int(tables.to_frame(rows.aggregate(n=is_there.sum())).iloc[0]["n"] or 0)
    return (Estimate("open_deals", _("Open deals"), n, "deals", n, method=_("count"), window=(last, last)),)


def wins(tables: Tables, selection: Selection) -> tuple[Estimate]:
    """Return the win rate by count."""
    return (win_rate(tables, selection).by_count,)


def cycle(tables: Tables, selection: Selection) -> tuple[Estimate, Estimate]:
    """Return the median cycle of won deals, and the share won within 90 days of creation."""
    answer = deal_cycle(tables, selection)
    return answer.won_median, answer.won_within[-1]


HEADLINES: tuple[Metric, ...] = (open_deals, wins, cycle)
"""The figures that are replayed unless others are asked for."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One past day: each figure by its id as seen then, and as today's data tell the same window, where they can."""

    day: date
    then: Mapping[str, Estimate]
    now: Mapping[str, Estimate]

    def difference(self, key: str) -> float | None:
        """Return today's view of a figure less the view at that time."""
        then, now = self.then.get(key), self.now.get(key)
        if then is None or now is None or then.value is None or now.value is None:
            return None
        return now.value - then.value


@dataclass(frozen=True, slots=True)
class Replay(Result):
    """The headline figures on each past day, in order of time."""

    card: ClassVar[str] = "replay"

    moments: tuple[Moment, ...]
    labels: Mapping[str, str]
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Say how the first figure that can be told moved, and where today's view of the past differs most."""
        first, last = self.moments[0], self.moments[-1]
        message = _("{days} month ends replayed, from {first} to {last}. {gap}")
        gaps = [
            (abs(gap) / abs(then.value), key, moment)
            for moment in self.moments
            for key, then in moment.then.items()
            if then.value and (gap := moment.difference(key))
        ]
        return message.format(days=len(self.moments), first=first.day, last=last.day, gap=self._gap(gaps))

    def _gap(self, gaps: "list[tuple[float, str, Moment]]") -> str:
        if not gaps:
            return _("Today's data tell the past as it was seen then.")
        _size, key, moment = max(gaps, key=lambda gap: (gap[0], gap[1]))
        then, now = moment.then.get(key), moment.now.get(key)
        message = _("Today's view of the past differs most in {label} on {day}: {now} today, {then} at that time.")
        return message.format(
            label=self.labels[key],
            day=moment.day,
            now=shown(now.value, now.unit) if now else "–",
            then=shown(then.value, then.unit) if then else "–",
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return each figure on each day as seen then, marked with the day."""
        return tuple(
            replace(estimate, id=f"replay.{key}", group=f"as_of={moment.day}")
            for moment in self.moments
            for key, estimate in moment.then.items()
        )

    def caveats(self) -> tuple[str, ...]:
        """Return what cannot be replayed."""
        return self.remarks

    def table(self) -> pd.DataFrame:
        """Return one row per day: each figure as seen then and, where it differs, as today's data tell it."""
        return pd.DataFrame(
            {_("As of"): f"{moment.day}"} | {label: _cell(moment, key) for key, label in self.labels.items()}
            for moment in self.moments
        )


@once
def replay(tables: Tables, days: Iterable[date] | None = None, metrics: Sequence[Metric] = HEADLINES) -> Replay:
    """Return the `metrics` (HEADLINES unless given) as seen at the end of each of `days`, over the window up to it.

    `days` are by default the last days of the last 12 months that are over, from the first month after the data begin.
    Beside each figure stands what today's data tell of the same window; the difference is what has been entered,
    re-opened or re-dated since. Raises MissingDataError without deals or without a day to replay.
    """
    wanted = sorted(set(days)) if days is not None else month_ends(tables)
    if not wanted:
        raise MissingDataError(
            _("no month end to look back to"), remedy=_("Export a longer history, or name the days to look back to.")
        )
    moments = tuple(_moment(tables, day, metrics) for day in wanted)
    views = [view for moment in moments for view in (moment.then, moment.now)]
    labels = {key: estimate.label for view in views[::-1] for key, estimate in view.items()}
    return Replay(moments, labels, _remarks(tables))


def month_ends(tables: Tables) -> list[date]:
    """Return the last days of the last 12 months up to `as_of` by whose end the data show a deal, in order."""
    rows = deals(tables)
    born = tables.to_frame(rows.aggregate(day=rows.created_on.min())).iloc[0]["day"]
    if pd.isna(born):
        return []
    ends: list[date] = []
    day = (tables.as_of + timedelta(days=1)).replace(day=1) - timedelta(days=1)
    while len(ends) < MONTHS and day >= pd.Timestamp(born).date():
        ends.append(day)
        day = day.replace(day=1) - timedelta(days=1)
    return ends[::-1]


def _moment(tables: Tables, day: date, metrics: Sequence[Metric]) -> Moment:
    past = as_seen_on(tables, day)
    selection = Selection(past.window)
    then = _told(metrics, past, selection)
    _forget(past)
    return Moment(day, then, _told(metrics, tables, selection))


def _told(metrics: Sequence[Metric], tables: Tables, selection: Selection) -> dict[str, Estimate]:
    """Return the figures by their ids; those that lack data are left out."""
    found: dict[str, Estimate] = {}
    for metric in metrics:
        with contextlib.suppress(MissingDataError):
            found |= {estimate.id: estimate for estimate in metric(tables, selection)}
    return found


def _forget(past: Tables) -> None:
    """Drop the ordered history that the database keeps for this view: a year of them would fill the memory."""
    for what in ("sequence", "runs", "run_ends"):
        past.backend.drop_table(copy_name(past, what), force=True)


def _cell(moment: Moment, key: str) -> str:
    then, now = moment.then.get(key), moment.now.get(key)
    said = with_interval(then) if then is not None else "–"
    told = shown(now.value, now.unit) if now is not None else "–"
    seen = shown(then.value, then.unit) if then is not None else "–"
    return said if told == seen else _("{then}; today {now}").format(then=said, now=told)


def _remarks(tables: Tables) -> tuple[str, ...]:
    said = []
    if "opportunities" in tables:
        said.append(_("Owner, team, amount, segment and source are today's values: no history tells what they were."))
    if "stage_events" not in tables:
        said.append(
            _("Without stage history the stage of a past day cannot be told, nor a closing that was undone since.")
        )
    elif "opportunities" in tables:
        said.append(_("Deals that the history never shows as won or lost are closed on the date of their own record."))
    said.append(_("Deals deleted from the CRM since are in no view of the past."))
    return tuple(said)
