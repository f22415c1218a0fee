"""Ramp to output: how long new hires take to open a deal, to win one, and to sell as much as tenured colleagues."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, Literal

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import N_, _
from salesopt_kit.metrics.deals import deals
from salesopt_kit.metrics.exact import exact_sum
from salesopt_kit.metrics.heads import selling_people
from salesopt_kit.metrics.months import EDGE_DAYS
from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.ramp import DAYS_PER_MONTH, FEW
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.stats.life_table import Numbers
from salesopt_kit.stats.survival import kaplan_meier
from salesopt_kit.tables.store import Tables

Milestone = Literal["opened", "won", "output"]
LABELS: dict[Milestone, str] = {
    "opened": N_("Median months to the first own deal opened"),
    "won": N_("Median months to the first own deal won"),
    "output": N_("Median months to the output of tenured colleagues"),
}
ROLLING = 3
"""Months that an output is averaged over."""
TENURED_MONTHS = 12
"""Months since hiring, at the start of the averaged months, from which a person counts as tenured."""
PEERS = 3
"""Tenured people a team needs for a median of its own; with fewer, all tenured people give it."""


@dataclass(frozen=True, slots=True)
class RampToOutput(Result):
    """Months from hiring to three milestones, people who have not reached them yet, or left before, counted in."""

    card: ClassVar[str] = "ramp_to_output"

    medians: tuple[Estimate, ...]
    """Of "opened", "won", "output", in this order."""
    curves: Mapping[Milestone, tuple[Numbers, Numbers]]
    """Months, and the share of hires that has not got there by then; for the drawing."""
    reached: Mapping[Milestone, int]
    hires: int
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Say how long half of the hires take to the output of their colleagues, and how many are there."""
        output = self.medians[2]
        told = {"n": self.hires, "reached": self.reached["output"]}
        if output.value is None:
            message = _(
                "Of {n} people hired in the period {reached} have reached the median output of their tenured "
                "colleagues; with those who have not yet, the half is not reached."
            )
            return message.format(**told)
        message = _(
            "Half of the {n} people hired in the period reach the median output of their tenured colleagues within "
            "{median} ({low} to {high}); {reached} have so far."
        )
        bounds = (shown(bound, "months") for bound in (output.value, output.low, output.high))
        return message.format(**told, **dict(zip(("median", "low", "high"), bounds, strict=True)))

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the three medians."""
        return self.medians

    def caveats(self) -> tuple[str, ...]:
        """Return who was left out and what the milestones cannot tell."""
        return self.remarks


@once
def ramp_to_output(tables: Tables, selection: Selection | None = None) -> RampToOutput:
    """Return the months (of 30.4375 days) from people.hired_at to the first own deal opened, won, and to full output.

    Full output: at the end of a calendar month, the hire's won value (won deals where there are no amounts), averaged
    over that month and the two before, all of them after the month of hiring, is at least the median of the same
    average over the tenured people of the team, and that median is above 0. Tenured: hired twelve months or more before
    those three months and there through them. Comparing in the same months takes out the season and the state of the
    market. Kaplan-Meier over the people of selling departments hired since the data begin (in the window, if
    `selection` gives one); who has not got there is censored when they left, else at the end of `as_of` (for the
    output, at the end of the last full month). MissingDataError without hiring dates, owners or hires.
    """
    selection = selection or EVERYTHING
    tables.need("people.hired_at", "opportunities.owner")
    since = _since(tables)
    people = _people(tables, selection)
    everybody = people if selection.dimension is None else _people(tables, EVERYTHING)
    first, last = selection.days(tables) if selection.window else (since, tables.as_of)
    hires = people[(people["hired_on"] >= pd.Timestamp(max(first, since))) & (people["hired_on"] <= pd.Timestamp(last))]
    if not len(hires):
        raise MissingDataError(
            _("nobody was hired since the data begin"), remedy=_("Map `hired_at` in `people`, or export older deals.")
        )
    output = _rolling(tables, everybody, since)
    spans = {
        "opened": _followed(hires, hires["opened_on"], tables.as_of),
        "won": _followed(hires, hires["won_on"], tables.as_of),
        "output": _followed(hires, _reached_on(hires, everybody, output), output.last_day or tables.as_of),
    }
    window = (max(first, since), last)
    medians = tuple(_median(name, *spans[name], window) for name in LABELS)
    return RampToOutput(
        medians,
        {name: _curve(*spans[name]) for name in LABELS},
        {name: int(spans[name][1].sum()) for name in LABELS},
        len(hires),
        _remarks(tables, len(hires), output),
    )


def _since(tables: Tables) -> date:
    rows = deals(tables)
    begun = tables.to_frame(rows.aggregate(first=rows.created_on.min())).iloc[0]["first"]
    if pd.isna(begun):
        raise MissingDataError(_("no deal has a date"), remedy=_("Map `created_at` of `opportunities`."))
    return pd.Timestamp(begun).date()


def _people(tables: Tables, selection: Selection) -> pd.DataFrame:
    """Return one row per selling person with a hiring date: person, team, hired_on, left_on, opened_on, won_on.

    Deals opened, or won, before the hiring do not count: they were taken over.
    """
    listed = selection.of(tables, selling_people(tables), "people")
    once = listed.filter(listed.person.notnull() & listed.hired_on.notnull()).group_by("person")
    once = once.aggregate(team=listed.team.max(), hired_on=listed.hired_on.min(), left_on=listed.left_on.max())
    sold = deals(tables).select("owner", "status", "created_on", "closed_on")
    pairs = once.inner_join(sold, once.person == sold.owner)
    is_own = pairs.created_on >= pairs.hired_on
    is_won = (pairs.status == "won") & (pairs.closed_on >= pairs.hired_on)
    firsts = pairs.group_by(seller=pairs.person).aggregate(
        opened_on=pairs.created_on.min(where=is_own), won_on=pairs.closed_on.min(where=is_won)
    )
    found = tables.to_frame(once.left_join(firsts, once.person == firsts.seller)).drop(columns="seller")
    days = {name: pd.to_datetime(found[name]) for name in ("hired_on", "left_on", "opened_on", "won_on")}
    return found.assign(**days).sort_values("person", ignore_index=True)


@dataclass(frozen=True, slots=True)
class _Output:
    """Rolling output: one row per person (in their order), one column per month from the third on; months' ends."""

    rolling: Numbers
    starts: "pd.DatetimeIndex"
    """First day of the three months behind each column."""
    ends: "pd.DatetimeIndex"
    in_money: bool

    @property
    def last_day(self) -> date | None:
        """The last day that the output is known for."""
        return self.ends[-1].date() if len(self.ends) else None


def _rolling(tables: Tables, people: pd.DataFrame, since: date) -> _Output:
    """Return the output of `people`, averaged over three months, for the full months of the data."""
    in_money = "opportunities.amount" in tables
    rows = deals(tables)
    rows = rows.filter((rows.status == "won") & rows.closed_on.notnull() & rows.owner.notnull())
    amount: ir.Scalar = exact_sum(rows.amount) if in_money else rows.count()
    month = (rows.closed_on.year() * 12 + rows.closed_on.month()).name("month")
    found = tables.to_frame(rows.group_by(["owner", month]).aggregate(amount=amount))
    start = pd.Timestamp(since).to_period("M") + int(since.day > EDGE_DAYS)
    after = pd.Timestamp(tables.as_of) + timedelta(days=1)
    last = after.to_period("M") - 1
    known = pd.period_range(start, last, freq="M")
    numbers = [period.year * 12 + period.month for period in known]
    found = found.astype({"amount": float})
    wide = found.pivot_table(index="owner", columns="month", values="amount", aggfunc="sum")
    monthly = wide.reindex(index=people["person"], columns=numbers).fillna(0.0).to_numpy(float)
    if len(known) < ROLLING:
        nothing = pd.DatetimeIndex([])
        return _Output(np.zeros((len(people), 0)), nothing, nothing, in_money)
    rolling = np.lib.stride_tricks.sliding_window_view(monthly, ROLLING, axis=1).mean(axis=2)
    starts = known[: -ROLLING + 1].to_timestamp()
    ends = known[ROLLING - 1 :].to_timestamp(how="end").normalize()
    return _Output(rolling, starts, ends, in_money)


def _reached_on(hires: pd.DataFrame, people: pd.DataFrame, output: _Output) -> "pd.Series[pd.Timestamp]":
    """Return the end of the first month in which each hire has reached the median of the tenured; NaT for not yet."""
    place = {person: row for row, person in enumerate(people["person"])}
    found = [_first_month(hire, output.rolling[place[hire.person]], people, output) for hire in hires.itertuples()]
    return pd.Series(found, index=hires.index, dtype="datetime64[us]")


def _first_month(hire: object, own: Numbers, people: pd.DataFrame, output: _Output) -> pd.Timestamp | None:
    hired, team = hire.hired_on, hire.team  # type: ignore[attr-defined]
    for column, (start, end) in enumerate(zip(output.starts, output.ends, strict=True)):
        if start <= hired:
            continue
        middle = _median_of_tenured(people, output.rolling[:, column], team, start, end)
        if middle is not None and middle > 0 and own[column] >= middle:
            return end
    return None


def _median_of_tenured(
    people: pd.DataFrame, rolling: Numbers, team: object, start: pd.Timestamp, end: pd.Timestamp
) -> float | None:
    """Return the median of the tenured of the team, or of all where the team has too few; None without any."""
    is_there = people["left_on"].isna() | (people["left_on"] >= end)
    tenured = (is_there & (people["hired_on"] <= start - pd.DateOffset(months=TENURED_MONTHS))).to_numpy(bool)
    of_team = tenured & (people["team"] == team).to_numpy(bool, na_value=False)
    chosen = of_team if of_team.sum() >= PEERS else tenured
    return float(np.median(rolling[chosen])) if chosen.any() else None


def _followed(
    hires: pd.DataFrame, reached: "pd.Series[pd.Timestamp]", last: date
) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """Return the months that each hire was followed, and whether they ended in the milestone."""
    end = hires["left_on"].fillna(pd.Timestamp(last))
    end = end.where(end <= pd.Timestamp(last), pd.Timestamp(last))
    has_reached = reached.notna() & (reached <= end)
    days = (reached.where(has_reached, end) - hires["hired_on"]).dt.days
    return days.clip(lower=0).to_numpy(float) / DAYS_PER_MONTH, has_reached.to_numpy(bool)


def _median(
    name: Milestone, months: Numbers, has_reached: npt.NDArray[np.bool_], window: tuple[date, date]
) -> Estimate:
    median, low, high = kaplan_meier(months, has_reached).quantile(0.5)
    method = _("Kaplan-Meier, log-log interval")
    return Estimate(f"ramp_to_output.{name}", _(LABELS[name]), median, "months", len(months), low, high, method, window)


def _curve(months: Numbers, has_reached: npt.NDArray[np.bool_]) -> tuple[Numbers, Numbers]:
    curve = kaplan_meier(months, has_reached)
    times = np.concatenate([[0.0], curve.times, [max(curve.last, *curve.times, 0.0)]])
    share = np.concatenate([[1.0], curve.share])
    return times, np.append(share, share[-1])


def _remarks(tables: Tables, hires: int, output: _Output) -> tuple[str, ...]:
    said = []
    if hires < FEW:
        said.append(_("With {n} people this is an impression, not a measurement.").format(n=hires))
    if not output.in_money:
        said.append(_("Output is counted in won deals, for the deals have no amounts."))
    said.append(
        _(
            "Output is compared in the same months, which takes out the season; but the first lucky quarter counts as "
            "reached, and output often falls back after it, so the figure is rather short."
        )
    )
    said.append(_("Output is told month by month and over three months, so nobody can reach it sooner than that."))
    if "people.team" not in tables:
        said.append(_("The people have no teams, so all tenured people give the median."))
    said.append(_("Leavers count up to the day they left; if the slow ones leave, the figure is too short."))
    return tuple(said)
