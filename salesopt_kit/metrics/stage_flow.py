"""Stage flow: what became of every visit to a stage, and how often deals skip stages, move back or are re-opened."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

import ibis
import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import N_, _
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.metrics.deals import chosen, deals
from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.metrics.sequence import places_of, runs
from salesopt_kit.metrics.visits import visits
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.stats.proportion import wilson
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import StageKind

Closure = Literal["last", "first"]
"""Which closure of a re-opened deal counts: the last, so that what follows a re-opening counts too; or the first."""

OUTCOMES = {
    "advanced": ("advanced",),
    "closed": ("won", "lost"),
    "back": ("back",),
    "put_aside": ("parked",),
    "still_there": ("still_there",),
}
"""The five exclusive outcomes of a visit to an open stage, and the ends of `visits` that each is made of."""

OUTCOME_NAMES = {
    "advanced": N_("Advanced"),
    "closed": N_("Won or lost"),
    "back": N_("Moved back"),
    "put_aside": N_("Handed off or put aside"),
    "still_there": N_("Still there"),
}
CLOSED = (StageKind.WON, StageKind.LOST)


@dataclass(frozen=True, slots=True)
class StageOutcomes:
    """One open stage: entries in the window, the outcome of each, and the rates that follow from them.

    `shares` holds one share of the entries per outcome, in the order of OUTCOMES; `counts` the numbers behind them.
    `won` is how many of the outcome "closed" were won. `regression` is of ended visits, `skipped` of the deals created
    in the window that got further than this stage.
    """

    stage_id: str
    name: str
    entries: Estimate
    first_visits: int
    counts: dict[str, int]
    won: int
    shares: dict[str, Estimate]
    regression: Estimate
    skipped: Estimate

    @property
    def is_conserved(self) -> bool:
        """Whether the outcomes add up to the entries that the history itself shows."""
        return sum(self.counts.values()) == self.entries.n

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """All figures of the stage."""
        return self.entries, *self.shares.values(), self.regression, self.skipped


@dataclass(frozen=True, slots=True)
class StageFlow(Result):
    """The open stages in order of the process; `closure` says which closure of a re-opened deal counts."""

    card: ClassVar[str] = "stage_flow"

    stages: tuple[StageOutcomes, ...]
    reopened: Estimate
    changed: int
    """Of the re-opened deals, those whose last closure says the contrary of the first."""
    closure: Closure
    window: tuple[date, date]
    remarks: tuple[str, ...] = ()

    @property
    def is_conserved(self) -> bool:
        """Whether in every stage the outcomes add up to the entries."""
        return all(stage.is_conserved for stage in self.stages)

    def sentence(self) -> str:
        """Say how many visits there were, where most advance, and where most move back."""
        entered = [stage for stage in self.stages if stage.entries.n]
        best = max(entered, key=lambda stage: stage.shares["advanced"].low or 0.0)
        back = max(entered, key=lambda stage: stage.regression.low or 0.0)
        message = _(
            "{n:,} visits to {stages} stages: most advance from {best} ({advanced}), most move back from {worst} "
            "({regression} of ended visits)."
        )
        return message.format(
            n=sum(stage.entries.n for stage in self.stages),
            stages=len(entered),
            best=best.name,
            advanced=with_interval(best.shares["advanced"]),
            worst=back.name,
            regression=with_interval(back.regression),
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the figures of each stage and the re-open rate."""
        return (*(estimate for stage in self.stages for estimate in stage.estimates), self.reopened)

    def caveats(self) -> tuple[str, ...]:
        """Return whether outcomes add up, which closure counts, and what the figures cannot tell."""
        return self.remarks

    def table(self) -> pd.DataFrame:
        """Return one row per stage."""
        return pd.DataFrame(
            {_("Stage"): stage.name, _("Entries"): f"{stage.entries.n:,}", _("Of these re-entries"): _again(stage)}
            | {_(OUTCOME_NAMES[key]): _cell(stage, key) for key in OUTCOMES}
            | {_("Regression rate"): with_interval(stage.regression), _("Skip rate"): with_interval(stage.skipped)}
            for stage in self.stages
        )


@once
def stage_flow(tables: Tables, selection: Selection | None = None, *, closure: Closure = "last") -> StageFlow:
    """Return what became, up to the end of `as_of`, of the visits to open stages that began in the window.

    Every visit has one outcome: advanced (to a later open stage), closed (won or lost), back (to an earlier stage),
    put_aside (to a parked stage), still_there. Shares with Wilson's interval, which takes visits as independent.
    Regression rate: visits that ended by moving back / ended visits. Skip rate: of the deals created in the window that
    got beyond a stage (a later open one, or won), those that were never in it. Re-open rate: of the deals first closed
    in the window, by an event of the history, those with a visit to an open or parked stage afterwards.
    `closure` "last" counts visits after a re-opening too; "first" ends every deal's history at its first closure.
    Raises MissingDataError without stage history, or where no open stage was entered in the window.
    """
    selection = selection or EVERYTHING
    window = selection.days(tables)
    stays = chosen(tables, runs(tables), selection)
    ended = chosen(tables, visits(tables), selection)
    if closure == "first":
        stays, ended = _until_first_closure(tables, stays, ended)
    outcomes = _outcomes(tables, ended.filter(ended.entered_on.between(*window)))
    entries = _entries(tables, stays.filter(stays.entered_on.between(*window)))
    skips = _skips(tables, selection, stays)
    stages = tuple(
        _stage(tables, place, entries, outcomes, skips, window) for place in places_of(tables, StageKind.OPEN)
    )
    if not sum(stage.entries.n for stage in stages):
        raise MissingDataError(
            _("no stage was entered between {first} and {last}").format(first=window[0], last=window[1]),
            remedy=_("Take a longer period with `window_months`, or export more of the stage history."),
        )
    reopened, changed = _reopened(tables, chosen(tables, runs(tables), selection), window)
    remarks = _remarks(stages, reopened, changed, closure)
    return StageFlow(stages, reopened, changed, closure, window, remarks)


def _until_first_closure(tables: Tables, stays: ir.Table, ended: ir.Table) -> tuple[ir.Table, ir.Table]:
    """Return the stays up to the deal's first closure, itself among them, and the visits that they make."""
    closed = stays.filter(stays.place.isin(places_of(tables, *CLOSED)))
    first = closed.group_by(deal=closed.opportunity_id).aggregate(closed_position=closed.position.min())
    joined = stays.left_join(first, stays.opportunity_id == first.deal)
    before = joined.filter(joined.closed_position.isnull() | (joined.position <= joined.closed_position))
    before = before.select(*stays.columns)
    # Visits are numbered within deal and stage, and so tell exactly which came before, even at one moment.
    kept = before.group_by(deal=before.opportunity_id, at=before.place).aggregate(kept=before.count())
    numbered = ended.inner_join(kept, (ended.opportunity_id == kept.deal) & (ended.place == kept["at"]))
    return before, numbered.filter(numbered.visit <= numbered.kept).select(*ended.columns)


def _outcomes(tables: Tables, rows: ir.Table) -> pd.DataFrame:
    """Return one row per place: first visits, and how many visits ended in each way."""
    measures = {"first_visits": (rows.visit == 1).sum(), "won": (rows.exit == "won").sum()}
    measures |= {name: rows.exit.isin(exits).sum() for name, exits in OUTCOMES.items()}
    return tables.to_frame(rows.group_by("place").aggregate(**measures)).set_index("place")


def _entries(tables: Tables, rows: ir.Table) -> dict[int, int]:
    """Return how many stays began in each place, counted from the history and not from the ends of visits."""
    found = tables.to_frame(rows.group_by("place").aggregate(n=rows.count()))
    return {int(place): int(n) for place, n in zip(found["place"], found["n"], strict=True)}


def _skips(tables: Tables, selection: Selection, stays: ir.Table) -> dict[int, tuple[int, int]]:
    """Return per open place how many deals skipped it, and how many got beyond it."""
    places, won = places_of(tables, StageKind.OPEN), places_of(tables, StageKind.WON)
    beyond_all = len(tables.engagement.config.stages)
    reached = ibis.cases(
        (stays.place.isin(won), beyond_all), (stays.place.isin(places), stays.place.cast("int64")), else_=-1
    )
    been = {f"in_{place}": (stays.place == place).any() for place in places}
    per_deal = stays.group_by("opportunity_id").aggregate(furthest=reached.max(), **been)
    known = deals(tables)
    known = known.filter(known.created_on.between(*selection.days(tables)))
    cohort = per_deal.semi_join(known.select("opportunity_id"), "opportunity_id")
    measures: dict[str, ir.Scalar] = {}
    for place in places:
        is_beyond = cohort.furthest > place
        measures |= {f"of_{place}": is_beyond.sum(), f"to_{place}": (is_beyond & ~cohort[f"in_{place}"]).sum()}
    row = tables.to_frame(cohort.aggregate(**measures)).fillna(0).iloc[0]
    return {place: (int(row[f"to_{place}"]), int(row[f"of_{place}"])) for place in places}


def _reopened(tables: Tables, stays: ir.Table, window: tuple[date, date]) -> tuple[Estimate, int]:
    """Return the re-open rate, and how many re-opened deals ended otherwise than they were first closed."""
    is_closed = stays.place.isin(places_of(tables, *CLOSED))
    last = ibis.ifelse(is_closed, stays.position, -1)
    per_deal = stays.group_by("opportunity_id").aggregate(
        first_on=stays.entered_on.min(where=is_closed),
        first=stays.position.min(where=is_closed),
        last=last.max(),
        last_open=stays.position.max(where=~is_closed),
    )
    won = stays.filter(stays.place.isin(places_of(tables, StageKind.WON))).select("opportunity_id", "position")
    for end in ("first", "last"):
        named = won.select(deal=won.opportunity_id, at=won.position)
        per_deal = per_deal.left_join(named, (per_deal.opportunity_id == named.deal) & (per_deal[end] == named["at"]))
        per_deal = per_deal.mutate(**{f"{end}_won": per_deal.deal.notnull()}).drop("deal", "at")
    rows = per_deal.filter(per_deal.first_on.between(*window))
    again = ibis.coalesce(rows.last_open > rows["first"], ibis.literal(value=False))
    measures = {"n": rows.count(), "again": again.sum(), "changed": (again & (rows.first_won != rows.last_won)).sum()}
    row = tables.to_frame(rows.aggregate(**measures)).fillna(0).iloc[0]
    label = _("Re-open rate: closed deals that came back to an open stage")
    return _share("reopened", label, int(row["again"]), int(row["n"]), window, ""), int(row["changed"])


def _stage(
    tables: Tables,
    place: int,
    entries: dict[int, int],
    outcomes: pd.DataFrame,
    skips: dict[int, tuple[int, int]],
    window: tuple[date, date],
) -> StageOutcomes:
    stage = tables.engagement.config.stages[place]
    found = {str(key): int(n) for key, n in outcomes.loc[place].to_dict().items()} if place in outcomes.index else {}
    counts, n, group = {key: found.get(key, 0) for key in OUTCOMES}, entries.get(place, 0), f"stage={stage.id}"
    labels = {key: f"{stage.name}: {_(name)}" for key, name in OUTCOME_NAMES.items()}
    shares = {key: _share(key, labels[key], counts[key], n, window, group) for key in OUTCOMES}
    back = _("{stage}: regression rate").format(stage=stage.name)
    skip = _("{stage}: skip rate").format(stage=stage.name)
    entered = _("{stage}: entries").format(stage=stage.name)
    return StageOutcomes(
        stage.id,
        stage.name,
        Estimate("stage_flow.entries", entered, n, "visits", n, method=_("count"), window=window, group=group),
        found.get("first_visits", 0),
        counts,
        found.get("won", 0),
        shares,
        _share("regression_rate", back, counts["back"], n - counts["still_there"], window, group),
        _share("skip_rate", skip, *skips[place], window, group),
    )


def _share(name: str, label: str, count: int, n: int, window: tuple[date, date], group: str) -> Estimate:
    id_, method = f"stage_flow.{name}", _("Wilson score interval")
    if not 0 <= count <= n or n == 0:
        return Estimate(id_, label, None, "fraction", n, None, None, method, window, group)
    around = wilson(count, n)
    return Estimate(id_, label, count / n, "fraction", n, around.low, around.high, method, window, group)


def _again(stage: StageOutcomes) -> str:
    return f"{stage.entries.n - stage.first_visits:,}"


def _cell(stage: StageOutcomes, key: str) -> str:
    share = shown(stage.shares[key].value, "fraction")
    said = f"{stage.counts[key]:,} ({share})" if stage.entries.n else "–"
    return _("{cell}, {won:,} won").format(cell=said, won=stage.won) if key == "closed" and stage.won else said


def _remarks(stages: tuple[StageOutcomes, ...], reopened: Estimate, changed: int, closure: Closure) -> tuple[str, ...]:
    said = []
    if wrong := [stage.name for stage in stages if not stage.is_conserved]:
        message = _("In these stages the outcomes do not add up to the entries, so do not use them: {names}.")
        said.append(message.format(names=", ".join(wrong)))
    else:
        said.append(_("Checked: in every stage the five outcomes add up to the entries that the history shows."))
    if reopened.value is None:
        said.append(_("No deal was first closed in the window by an event of the history: no re-open rate."))
    else:
        message = _(
            "Of {n:,} deals first closed in the window {rate} were re-opened; {changed:,} then ended otherwise."
        )
        said.append(message.format(n=reopened.n, rate=with_interval(reopened), changed=changed))
    policies = {
        "last": _("Policy for re-opened deals: the last closure counts, and so do visits after a re-opening."),
        "first": _("Policy for re-opened deals: the first closure counts, and visits after it are left out."),
    }
    return (*said, policies[closure], _("Visits of one deal are not independent, so intervals are somewhat narrow."))
