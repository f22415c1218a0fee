"""Time in stage: where the time of a deal goes, with deals that are still there counted in."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.metrics.deals import chosen
from salesopt_kit.metrics.exact import exact_sum
from salesopt_kit.metrics.moments import moments, moments_of
from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.paths import spent
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.metrics.sequence import places_of, told_days
from salesopt_kit.metrics.visits import visits_in_order
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.stats.life_table import Numbers
from salesopt_kit.stats.mean import mean
from salesopt_kit.stats.survival import kaplan_meier
from salesopt_kit.stats.totals import Total, totals
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import StageKind

MUCH = 0.3
"""Share of a stage's days in visits still going on from which a caveat warns of it."""


@dataclass(frozen=True, slots=True)
class StageTime:
    """One stage: days per visit, days of all visits together, their share, and whether no stage takes more."""

    stage_id: str
    name: str
    median: Estimate
    p90: Estimate
    mean: Estimate
    total_days: Estimate
    share: Estimate
    first_probability: Estimate
    visits: int
    still_there: int

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """All figures of the stage."""
        return self.median, self.p90, self.mean, self.total_days, self.share, self.first_probability


@dataclass(frozen=True, slots=True)
class TimeInStage(Result):
    """The open stages that deals were in, the one that took most time in all first."""

    card: ClassVar[str] = "time_in_stage"

    stages: tuple[StageTime, ...]
    window: tuple[date, date]
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Name the stage that takes most time, and how sure that is."""
        first = self.stages[0]
        message = _(
            "Most time goes into {stage}: {total} of {all} ({share}), {median} in the median per visit. "
            "The chance that it really comes first is {sure}."
        )
        return message.format(
            stage=first.name,
            total=shown(first.total_days.value, "days"),
            all=shown(sum(stage.total_days.value or 0.0 for stage in self.stages), "days"),
            share=shown(first.share.value, "fraction"),
            median=shown(first.median.value, "days"),
            sure=shown(first.first_probability.value, "chance"),
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the figures of each stage."""
        return tuple(estimate for stage in self.stages for estimate in stage.estimates)

    def caveats(self) -> tuple[str, ...]:
        """Return what the figures cannot tell."""
        return self.remarks

    def table(self) -> pd.DataFrame:
        """Return one row per stage."""
        return pd.DataFrame(
            {
                _("Stage"): stage.name,
                _("Visits"): f"{stage.visits:,}",
                _("Still there"): f"{stage.still_there:,}",
                _("Median"): with_interval(stage.median),
                _("9 in 10 done by"): shown(stage.p90.value, "days"),
                _("Mean of ended visits"): shown(stage.mean.value, "days"),
                _("All days"): shown(stage.total_days.value, "days"),
                _("Share"): with_interval(stage.share),
                _("Comes first"): shown(stage.first_probability.value, "chance"),
            }
            for stage in self.stages
        )


@once
def time_in_stage(tables: Tables, selection: Selection | None = None) -> TimeInStage:
    """Return the time in each open stage over the visits that began in the window, in days.

    Median and 90th percentile by Kaplan-Meier with visits still going on as censored (any exit ends a visit), interval
    log-log; mean over ended visits only; total over all visits up to the end of `as_of`. The intervals of totals and
    shares, and the probability of coming first, take deals as independent and their sums as normal. Raises
    MissingDataError without stage history, or where no open stage was entered in the window.
    """
    selection = selection or EVERYTHING
    window = selection.days(tables)
    rows = _visits_of(tables, selection, StageKind.OPEN)
    counts = _counts(tables, rows)
    if not len(counts):
        raise MissingDataError(
            _("no stage was entered between {first} and {last}").format(first=window[0], last=window[1]),
            remedy=_("Take a longer period with `window_months`, or export more of the stage history."),
        )
    places = sorted(int(place) for place in counts["place"].unique())
    sums = zip(places, _totals(tables, selection, rows, places), strict=True)
    found = [_stage(tables, place, counts[counts["place"] == place], total, window) for place, total in sums]
    stages = tuple(sorted(found, key=lambda stage: -(stage.total_days.value or 0.0)))
    remarks = (*_open_share(tables, counts, stages[0]), *_parked(tables, selection), *_remarks(tables))
    return TimeInStage(stages, window, remarks)


def _visits_of(tables: Tables, selection: Selection, kind: StageKind) -> ir.Table:
    """Return the visits to stages of one kind that began in the window, their days known."""
    rows = visits_in_order(tables)
    rows = rows.filter(rows.entered_on.between(*selection.days(tables)))
    if "opportunities" in tables:  # whose closing may be without a date
        rows = rows.filter(rows.days.notnull())
    rows = chosen(tables, rows, selection)
    return rows.filter(rows.place.isin(places_of(tables, kind)))


def _counts(tables: Tables, rows: ir.Table) -> pd.DataFrame:
    """Return how many visits (n) to each place lasted the same days, and whether they ended."""
    rows = told_days(tables, rows)
    ended = (~rows.is_there).name("ended")
    return tables.to_frame(rows.group_by(["place", "days", ended]).aggregate(n=rows.count()))


def _totals(tables: Tables, selection: Selection, rows: ir.Table, places: list[int]) -> tuple[Total, ...]:
    """Return the days per place over all deals, from one aggregate over the deals."""
    per_deal = spent(tables, places, selection.days(tables)) if selection.dimension is None else None
    if per_deal is not None:  # known since the history was put in order
        return totals(*moments_of(tables, per_deal, per_deal.columns))
    parts = {f"d{place}": exact_sum(rows.days, rows.place == place).fill_null(0.0) for place in places}
    return totals(*moments(tables, rows, parts))


def _stage(tables: Tables, place: int, counts: pd.DataFrame, total: Total, window: tuple[date, date]) -> StageTime:
    stage = tables.engagement.config.stages[place]
    days, weights = counts["days"].to_numpy(float), counts["n"].to_numpy(float)
    ended = counts["ended"].to_numpy(bool)
    curve = kaplan_meier(days, ended, weights=weights)
    n, done = int(weights.sum()), int(weights[ended].sum())

    def estimate(key: str, label: str, values: _Values, n: int, method: str, unit: str = "days") -> Estimate:
        told = label.format(stage=stage.name)
        id_, group = f"time_in_stage.{key}", f"stage={stage.id}"
        return Estimate(id_, told, values[0], unit, n, *values[1:], method, window, group)

    survival, normal = _("Kaplan-Meier, log-log interval"), _("sum over deals, normal interval")
    chance = (total.first_probability, None, None)
    return StageTime(
        stage.id,
        stage.name,
        estimate("median", _("Median days in {stage}"), curve.quantile(0.5), n, survival),
        estimate("p90", _("Days by which 9 in 10 have left {stage}"), curve.quantile(0.9), n, survival),
        estimate(
            "mean",
            _("Mean days in {stage}, ended visits"),
            _mean(days[ended], weights[ended]),
            done,
            _("t interval; ended visits only"),
        ),
        estimate("total_days", _("All days in {stage}"), total.value, total.n, normal),
        estimate("share", _("Share of all days in {stage}"), total.share, total.n, normal, "fraction"),
        estimate(
            "first_probability",
            _("Chance that {stage} takes most time"),
            chance,
            total.n,
            _("draws from the normal law of the sums"),
            "fraction",
        ),
        n,
        n - done,
    )


_Values = tuple[float | None, float | None, float | None]
"""A value and the bounds of its interval."""


def _mean(days: Numbers, weights: Numbers) -> _Values:
    if not len(days):
        return None, None, None
    found = mean(days, weights)
    return (found.value, found.interval.low, found.interval.high) if found.interval else (found.value, None, None)


def _open_share(tables: Tables, counts: pd.DataFrame, first: StageTime) -> tuple[str, ...]:
    """Warn where much of the first stage's time is of deals still in it, which may be dead and not marked so."""
    stages = tables.engagement.config.stages
    counts = counts.assign(spent=counts["days"] * counts["n"])
    there, done = counts[~counts["ended"].astype(bool)], counts[counts["ended"].astype(bool)]
    place = next(place for place, stage in enumerate(stages) if stage.id == first.stage_id)
    share = float(there.loc[there["place"] == place, "spent"].sum()) / (first.total_days.value or 1.0)
    if share < MUCH:
        return ()
    message = _(
        "{share} of the days in {stage} are of {n:,} deals still there; if they were dropped and nobody marked it, the "
        "stage takes less time than shown."
    )
    said = message.format(share=shown(share, "fraction"), stage=first.name, n=first.still_there)
    if not len(done):
        return (said,)
    days, longest = max((float(part.sum()), int(str(key))) for key, part in done.groupby("place")["spent"])
    others = _("Of visits that have ended, those to {stage} took most time in all: {days}.")
    return said, others.format(stage=stages[longest].name, days=shown(days, "days"))


def _parked(tables: Tables, selection: Selection) -> tuple[str, ...]:
    if all(stage.kind is not StageKind.PARKED for stage in tables.engagement.config.stages):
        return ()
    rows = _visits_of(tables, selection, StageKind.PARKED)
    found = tables.to_frame(rows.aggregate(n=rows.count(), days=exact_sum(rows.days))).iloc[0]
    message = _("{n:,} visits to parked stages with {days} are left out.")
    n = int(found["n"])
    return (message.format(n=n, days=shown(float(found["days"]), "days")),) if n else ()


def _remarks(tables: Tables) -> tuple[str, ...]:
    said = [_("A stage of waiting for the customer or of an automatic step is not by itself a bottleneck of work.")]
    if "stage_events.completed_at" not in tables:
        said.append(_("The history has no completion times, so work and waiting in a stage cannot be told apart."))
    return tuple(said)
