"""Time to close: how long a deal stays open and how likely it is won by when, over all deals followed in the window."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.metrics.deal_cycle import ENOUGH, HORIZONS, LITTLE, LOST, OPEN, WON
from salesopt_kit.metrics.deals import deal_caveats, deals, is_born_on_a_bare_date
from salesopt_kit.metrics.restricted_times import Values, capped_mean, restricted
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.metrics.sequence import days_between, told_days
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.stats.competing_risks import Incidence, aalen_johansen
from salesopt_kit.stats.life_table import Numbers
from salesopt_kit.tables.store import Tables

MEAN_HORIZONS = (365, 180, 90, 60, 30)
"""Horizons of the restricted means, of which the longest is taken that enough deals were followed to."""
NONE: Values = (None, None, None)


@dataclass(frozen=True, slots=True)
class TimeToClose(Result):
    """Days from creation until a deal is won or lost, over the deals that were open on some day of the window."""

    card: ClassVar[str] = "time_to_close"

    restricted_mean: Estimate
    closed_mean: Estimate
    bias_days: Estimate
    mean_to_win: Estimate
    won_mean: Estimate
    won_bias_days: Estimate
    won_within: tuple[Estimate, ...]
    horizon: int
    """Days to which all means are restricted; 0 where none can be told."""
    late_entries: int
    """Deals that came under observation after their creation."""
    unseen: int
    """Of these, deals created before the exports show the first event or closure at all."""
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Say both means of the time to close and the bias of the naive one."""
        if self.restricted_mean.value is None or self.bias_days.value is None:
            return _("Too few deals were followed long enough to tell a mean time to close.")
        message = _(
            "A deal is open for {mean} on average (up to {horizon} days, open deals counted in); the mean of closed "
            "deals says {naive}: off by {bias}."
        )
        return message.format(
            mean=with_interval(self.restricted_mean),
            horizon=self.horizon,
            naive=shown(self.closed_mean.value, "days"),
            bias=shown(self.bias_days.value, "days"),
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the means with the naive ones beside them, then the shares won."""
        means = (self.restricted_mean, self.closed_mean, self.bias_days)
        return (*means, self.mean_to_win, self.won_mean, self.won_bias_days, *self.won_within)

    def caveats(self) -> tuple[str, ...]:
        """Return who is counted from when, and what the figures assume."""
        return self.remarks


def time_to_close(tables: Tables, selection: Selection | None = None) -> TimeToClose:
    """Return the time from creation to closing as it was in the window, in days, with open deals and late entry.

    A period estimate (Brenner and Gefeller 1996): every deal open on some day of the window counts for the days of its
    life that lie in the window, so one created before enters late, at the age it had on the first day (left
    truncation). The first day is no earlier than that of the first event or closure the exports show: what was closed
    before that is not in them. Restricted mean: area under Kaplan-Meier for any closure; won_within and mean_to_win:
    Aalen-Johansen, lost deals competing, mean_to_win over the wins that come within the horizon. closed_mean and
    won_mean are what reports usually show: the plain means over deals closed (won) in the window, here cut at the same
    horizon, so that the bias compares like with like. Raises MissingDataError without deals open in the window.
    """
    selection = selection or EVERYTHING
    window = selection.days(tables)
    first = max(window[0], _first_seen(tables) or window[0])
    counts = _counts(tables, selection, first, window[1])
    if not len(counts):
        raise MissingDataError(
            _("no deal was open between {first} and {last}").format(first=first, last=window[1]),
            remedy=_("Take a longer period with `window_months`, or map `created_at` of the opportunities."),
        )
    late = int(counts.loc[counts["entry"] > 0, "n"].sum())
    unseen = int(counts.loc[(counts["entry"] > 0) & counts["unseen"], "n"].sum())
    remarks = (*_remarks(first, late, unseen), *deal_caveats(tables))
    return _answer(counts, (first, window[1]), late, unseen, remarks)


def _first_seen(tables: Tables) -> date | None:
    """Return the day of the first stage event or closure in the exports; None where there is neither."""
    rows = deals(tables)
    found = [tables.to_frame(rows.aggregate(day=rows.closed_on.min())).iloc[0]["day"]]
    if "stage_events" in tables:
        events = tables.table("stage_events")
        found.append(tables.to_frame(events.aggregate(day=events.entered_on.min())).iloc[0]["day"])
    known = [pd.Timestamp(day).date() for day in found if not pd.isna(day)]
    return min(known) if known else None


def _counts(tables: Tables, selection: Selection, first: date, last: date) -> pd.DataFrame:
    """Return how many deals (n) share days, entry, end and unseen; in a fixed order.

    `days` runs to the closing or the end of `last`, `entry` to the begin of `first` (0 for deals created later).
    """
    rows = selection.of(tables, deals(tables))
    rows = rows.filter(rows.created_on.notnull() & rows.status.notnull() & (rows.created_on <= last))
    is_closed = ibis.coalesce(rows.closed_on <= last, ibis.literal(value=False))
    rows = rows.filter((rows.status == "open") | rows.closed_on.notnull())
    ends = ibis.cases(
        (is_closed & (rows.status == "won"), WON), (is_closed & (rows.status == "lost"), LOST), else_=OPEN
    )
    until = ibis.ifelse(is_closed, rows.cycle_days, _age(tables, rows, last, is_end=True))
    found = rows.select(
        end=ends.cast("int8"),
        days=until,
        entry=_age(tables, rows, first, is_end=False),
        unseen=rows.created_on < ibis.literal(_first_seen(tables) or first),
    )
    found = told_days(tables, found.filter(found.days.notnull() & ((found.days > found.entry) | (found.entry <= 0))))
    keys = ["days", "entry", "end", "unseen"]
    counted = tables.to_frame(found.group_by(keys).aggregate(n=found.count()))
    return counted.sort_values(keys, ignore_index=True)


def _age(tables: Tables, rows: ir.Table, day: date, *, is_end: bool) -> ir.FloatingValue:
    """Return the days from creation to the begin (or the end) of `day`, never below 0, on the clock of cycle_days."""
    # On bare dates the end of the day before is the begin of a day, so that a closing on the day itself comes after it.
    counted = day if is_end else day - timedelta(days=1)
    calendar = ibis.literal(counted).delta(rows.created_on, unit="day").cast("float64")
    midnight = datetime.combine(day + timedelta(days=is_end), time(0), ZoneInfo(tables.engagement.config.timezone))
    moment = midnight.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
    elapsed = days_between(rows.created_at, ibis.literal(moment, type="timestamp"))
    return ibis.greatest(ibis.cases((is_born_on_a_bare_date(tables, rows), calendar), else_=elapsed), 0.0)


def _answer(
    counts: pd.DataFrame, window: tuple[date, date], late: int, unseen: int, remarks: tuple[str, ...]
) -> TimeToClose:
    days, entry, n = (counts[name].to_numpy(float) for name in ("days", "entry", "n"))
    ends = counts["end"].to_numpy()
    won, lost = aalen_johansen(days, ends, entry, n)
    horizon = next((span for span in MEAN_HORIZONS if n[(days >= span) & (entry < span)].sum() >= ENOUGH), 0)
    closed = ends != OPEN
    total = int(n.sum())

    def estimate(key: str, label: str, values: Values, n: int, method: str, unit: str = "days") -> Estimate:
        return Estimate(f"time_to_close.{key}", label, values[0], unit, n, *values[1:], method, window)

    mean, naive = restricted(days, closed, horizon, entry, n), capped_mean(days[closed], n[closed], horizon)
    to_win, won_naive = (_mean_to(won, horizon), None, None), capped_mean(days[ends == WON], n[ends == WON], horizon)
    wins, losses_too = int(n[ends == WON].sum()), int(n[closed].sum())
    area = _("area under Kaplan-Meier, late entry; normal interval")
    ended, gap = _("t interval; closed deals only"), _("difference of the two means")
    return TimeToClose(
        estimate("restricted_mean", _cut(_("Mean days until closed"), horizon), mean, total, area),
        estimate("closed_mean", _cut(_("Mean days of closed deals"), horizon), naive, losses_too, ended),
        estimate("bias_days", _("Bias of the mean of closed deals"), _gap(naive, mean), losses_too, gap),
        estimate(
            "mean_to_win",
            _cut(_("Mean days to a win"), horizon),
            to_win,
            total,
            _("Aalen-Johansen, over the wins within the span; no interval"),
        ),
        estimate("won_mean", _cut(_("Mean days of won deals"), horizon), won_naive, wins, ended),
        estimate("won_bias_days", _("Bias of the mean of won deals"), _gap(won_naive, to_win), wins, gap),
        tuple(
            estimate(
                f"won_within_{span}",
                _("Won within {days} days, at the pace of the window").format(days=span),
                _won_within(won, lost, span, (days, entry, n)),
                total,
                _("Aalen-Johansen, late entry; log-log interval"),
                "fraction",
            )
            for span in HORIZONS
        ),
        horizon,
        late,
        unseen,
        remarks,
    )


def _mean_to(incidence: Incidence, horizon: int) -> float | None:
    """Return the mean time of those that end by this cause within the horizon."""
    inside = incidence.times <= horizon
    steps = np.diff(incidence.share[inside], prepend=0.0)
    return float((incidence.times[inside] * steps).sum() / steps.sum()) if steps.sum() > 0 else None


def _gap(naive: Values, true: Values) -> Values:
    return NONE if naive[0] is None or true[0] is None else (naive[0] - true[0], None, None)


def _won_within(won: Incidence, lost: Incidence, span: int, seen: tuple[Numbers, Numbers, Numbers]) -> Values:
    """Return the share won by `span` days; nothing where too few deals were followed so far to tell."""
    days, entry, n = seen
    undecided = 1 - won.at(span)[0] - lost.at(span)[0]
    if n[(days >= span) & (entry < span)].sum() < ENOUGH and undecided > LITTLE:
        return NONE
    around = won.interval_at(span)
    return won.at(span)[0], around.low, around.high


def _cut(label: str, horizon: int) -> str:
    return _("{label} (up to {days} days)").format(label=label, days=horizon)


def _remarks(first: date, late: int, unseen: int) -> tuple[str, ...]:
    said = []
    if late:
        message = _(
            "{n:,} deals were created before {day} and enter late, at the age they had then (left truncation): of the "
            "deals of their time that were closed before, the window shows nothing."
        )
        said.append(message.format(n=late, day=first))
    if unseen:
        message = _("{n:,} of them were created before the first event or closure that the exports show.")
        said.append(message.format(n=unseen))
    said.append(_("Open deals are taken to go on as others of the same age; dead deals that nobody closed break this."))
    return tuple(said)
