"""Rework: work on a deal that was done before, by kind and by person, where it starts and what time it takes."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import ibis
import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import N_, _, sentences
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.metrics.deals import chosen
from salesopt_kit.metrics.exact import exact_sum
from salesopt_kit.metrics.moments import moments
from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.metrics.sequence import runs
from salesopt_kit.metrics.steps import steps
from salesopt_kit.metrics.visits import visits
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.stats.proportion import wilson
from salesopt_kit.stats.totals import totals
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import StageKind

KINDS = {
    "rework": N_("any stage done again (self-loop or loop)"),
    "self_loop": N_("the same stage written again at once (self-loop)"),
    "loop": N_("back to a stage done before (loop)"),
    "repeat": N_("done again by the same person (repeat)"),
    "redo": N_("done again by another person (redo)"),
    "ping_pong": N_("ping-pong (A-B-A-B)"),
    "regression": N_("moved back to an earlier stage"),
    "reassignment": N_("another person of the same department takes over"),
    "reopened": N_("re-opened after won or lost"),
}
LISTED = 8


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of rework: how many events are so, and the share of deals that have any."""

    key: str
    events: int
    deals: Estimate


@dataclass(frozen=True, slots=True)
class StageRework:
    """One stage: loops that leave it and that come to it, their difference, and the days of stays but the first."""

    stage_id: str
    name: str
    outflow: int
    inflow: int
    days: Estimate

    @property
    def net_loop_gain(self) -> int:
        """Loops that start here less loops that come here: above 0 where rework is caused."""
        return self.outflow - self.inflow


@dataclass(frozen=True, slots=True)
class Rework(Result):
    """Rework of the events in the window."""

    card: ClassVar[str] = "rework"

    kinds: tuple[Kind, ...]
    intensity: Estimate
    time: Estimate
    time_share: Estimate
    stages: tuple[StageRework, ...]
    window: tuple[date, date]
    remarks: tuple[str, ...] = ()

    def kind(self, key: str) -> Kind:
        """Return one kind of KINDS; KeyError for one that the history does not tell."""
        return next(kind for kind in self.kinds if kind.key == key)

    def sentence(self) -> str:
        """Say how many deals loop, what time it takes, and where the loops start."""
        message = _(
            "{share} of the deals go back to a stage done before; stays but the first take {days}, {part} of all time."
        )
        said = message.format(
            share=with_interval(self.kind("loop").deals),
            days=shown(self.time.value, "days"),
            part=with_interval(self.time_share),
        )
        source = max(self.stages, key=lambda stage: stage.net_loop_gain, default=None)
        if source is None or source.net_loop_gain <= 0:
            return said
        return sentences(said, _("Most loops start at {stage}.").format(stage=source.name))

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the share of deals with each kind, the intensity, and the time in all and per stage."""
        shares = (kind.deals for kind in self.kinds)
        return (*shares, self.intensity, self.time, self.time_share, *(stage.days for stage in self.stages))

    def caveats(self) -> tuple[str, ...]:
        """Return what counts as rework and what the history cannot tell."""
        return self.remarks

    def table(self) -> pd.DataFrame:
        """Return one row per kind, then one per stage with loops."""
        kinds = [
            {
                _("What"): _(KINDS[kind.key]),
                _("Times"): f"{kind.events:,}",
                _("Deals with it"): with_interval(kind.deals),
                _("Net loop gain"): "",
                _("Time of rework"): "",
            }
            for kind in self.kinds
        ]
        stages = [
            {
                _("What"): stage.name,
                _("Times"): f"{stage.inflow:,}",
                _("Deals with it"): "",
                _("Net loop gain"): f"{stage.net_loop_gain:+,}",
                _("Time of rework"): with_interval(stage.days),
            }
            for stage in self.stages[:LISTED]
        ]
        return pd.DataFrame(kinds + stages)


@once
def rework(tables: Tables, selection: Selection | None = None) -> Rework:
    """Return the rework of the events in the window; an event is rework if its deal had its stage before, ever.

    Self-loop: the stage of the event just before; loop: an earlier one, with others between. Repeat and redo: by the
    person who had it the time before, or another (edeaR's terms). Loops leave the stage before the returning event and
    come to its own. Ping-pong: four stays A-B-A-B. Time: days of all stays in open stages but the first of each, up to
    `as_of`. Shares of deals by Wilson, times as normal sums over deals. Raises MissingDataError without history.
    """
    selection = selection or EVERYTHING
    window = selection.days(tables)
    rows = _marked(tables)
    rows = chosen(tables, rows.filter(rows["on"].between(*window)), selection)
    told = _kinds_told(tables)
    counts = _counts(tables, rows, told)
    if not counts["events"]:
        raise MissingDataError(
            _("no stage was entered between {first} and {last}").format(first=window[0], last=window[1]),
            remedy=_("Take a longer period with `window_months`, or export more of the stage history."),
        )
    n = int(counts["deals"])
    kinds = tuple(_kind(key, int(counts[key]), int(counts[f"deals_{key}"]), n, window) for key in told)
    again, events = int(counts["rework"]), int(counts["events"])
    around = wilson(again, events)
    intensity = Estimate(
        *("rework.intensity", _("Events that are rework"), again / events, "fraction", events),
        *(around.low, around.high, _("Wilson score interval"), window),
    )
    return Rework(kinds, intensity, *_time(tables, selection, _loops(tables, rows)), window, _remarks(tables))


def _marked(tables: Tables) -> ir.Table:
    """Return the steps with one boolean column per kind of rework; never null."""
    rows = steps(tables)
    same = ibis.window(group_by=["opportunity_id", "place"], order_by="position")
    rows = rows.mutate(
        rework=ibis.row_number().over(same) > 0,
        self_loop=_known(rows.previous_place == rows.place),
        actor_before=rows.actor.lag().over(same),
    )
    decided = [p for p, s in enumerate(tables.engagement.config.stages) if s.kind in (StageKind.WON, StageKind.LOST)]
    same_department = _known(rows.previous_department == rows.department)
    rows = rows.mutate(
        loop=rows.rework & ~rows.self_loop,
        repeat=rows.rework & _known(rows.actor == rows.actor_before),
        redo=rows.rework & _known(rows.actor != rows.actor_before),
        regression=_known(rows.place < rows.previous_place) & ~_known(rows.previous_place.isin(decided)),
        reassignment=same_department & _known(rows.actor != rows.previous_actor),
        reopened=_known(rows.previous_place.isin(decided)) & ~rows.place.isin(decided),
    )
    return _with_ping_pong(tables, rows)


def _with_ping_pong(tables: Tables, rows: ir.Table) -> ir.Table:
    """Return `rows` with ping_pong: the event begins the fourth stay of an A-B-A-B."""
    stays = runs(tables)
    forward = ibis.window(group_by="opportunity_id", order_by=["entered_at", "position"])
    before = {back: stays.place.lag(back).over(forward) for back in (1, 2, 3)}
    ends = _known((before[2] == stays.place) & (before[3] == before[1]))
    fourth = stays.mutate(ping_pong=ends).select("opportunity_id", "position", "ping_pong")
    joined = rows.left_join(fourth, ["opportunity_id", "position"])
    return joined.mutate(ping_pong=_known(joined.ping_pong)).drop("opportunity_id_right", "position_right")


def _known(claim: ir.BooleanValue) -> ir.BooleanValue:
    known: ir.BooleanValue = ibis.coalesce(claim, ibis.literal(False))  # noqa: FBT003
    return known


def _kinds_told(tables: Tables) -> tuple[str, ...]:
    """Return the kinds that the history can tell."""
    has_actor = "stage_events.actor" in tables
    untold = set() if has_actor else {"repeat", "redo", "reassignment"}
    return tuple(key for key in KINDS if key not in untold)


def _counts(tables: Tables, rows: ir.Table, told: tuple[str, ...]) -> "pd.Series[float]":
    measures = {"events": rows.count(), "deals": rows.opportunity_id.nunique()}
    for key in told:
        measures[key] = rows[key].sum()
        measures[f"deals_{key}"] = rows.opportunity_id.nunique(where=rows[key])
    found: pd.Series[float] = tables.to_frame(rows.aggregate(**measures)).fillna(0).iloc[0]
    return found


def _kind(key: str, events: int, deals: int, n: int, window: tuple[date, date]) -> Kind:
    around = wilson(deals, n)
    label = _("Deals: {kind}").format(kind=_(KINDS[key]))
    method = _("Wilson score interval")
    bounds = (around.low, around.high)
    return Kind(key, events, Estimate(f"rework.{key}", label, deals / n, "fraction", n, *bounds, method, window))


def _loops(tables: Tables, rows: ir.Table) -> dict[int, tuple[int, int]]:
    """Return per place how many loops leave it and how many come to it; both add up to the number of loops."""
    loops = rows.filter(rows.loop)
    found = tables.to_frame(loops.group_by(["previous_place", "place"]).aggregate(n=loops.count()))
    out, into = found.groupby("previous_place")["n"].sum(), found.groupby("place")["n"].sum()
    return {place: (int(out.get(place, 0)), int(into.get(place, 0))) for place in sorted({*out.index, *into.index})}


def _time(
    tables: Tables, selection: Selection, loops: dict[int, tuple[int, int]]
) -> tuple[Estimate, Estimate, tuple[StageRework, ...]]:
    """Return the days of stays but the first, their share in all days, and the stages with loops or such days."""
    stages, window = tables.engagement.config.stages, selection.days(tables)
    rows = visits(tables)
    open_places = [place for place, stage in enumerate(stages) if stage.kind is StageKind.OPEN]
    rows = rows.filter(rows.entered_on.between(*window), rows.days.notnull(), rows.place.isin(open_places))
    rows = chosen(tables, rows, selection)
    later = rows.filter(rows.visit > 1)
    places = [int(place) for place in tables.to_frame(later.select("place").distinct())["place"]]
    listed = sorted({*places, *loops} & set(open_places))
    again = rows.visit > 1
    parts = {f"p{place}": exact_sum(rows.days, again & (rows.place == place)).fill_null(0.0) for place in listed}
    parts |= {"again": exact_sum(rows.days, again).fill_null(0.0), "once": exact_sum(rows.days, ~again).fill_null(0.0)}
    sums, products, n = moments(tables, rows, parts)
    whole = totals(sums[-2:], products[-2:, -2:], n)[0]
    each = totals(sums[:-2], products[:-2, :-2], n) if listed else ()
    method = _("sum over deals, normal interval")
    linear = _("ratio of sums over deals, linearised interval")
    time = Estimate("rework.days", _("Days of rework"), whole.value[0], "days", n, *whole.value[1:], method, window)
    label = _("Share of all days that is rework")
    share = Estimate("rework.days_share", label, whole.share[0], "fraction", n, *whole.share[1:], linear, window)
    found = []
    for place, total in zip(listed, each, strict=True):
        stage = stages[place]
        told = _("Days of rework in {stage}").format(stage=stage.name)
        tail = (*total.value[1:], method, window, f"stage={stage.id}")
        days = Estimate("rework.stage_days", told, total.value[0], "days", n, *tail)
        found.append(StageRework(stage.id, stage.name, *loops.get(place, (0, 0)), days))
    return time, share, tuple(sorted(found, key=lambda stage: (-(stage.days.value or 0.0), stage.stage_id)))


def _remarks(tables: Tables) -> tuple[str, ...]:
    said = [
        _("A stage written again at once is often an edit of another field and no rework; loops are the surer sign."),
        _(
            "Stays that began in the window count as rework if an earlier one, in the window or not, was in "
            "the same stage."
        ),
    ]
    if "stage_events.actor" not in tables:
        said.append(_("The history names no person, so repeat, redo and reassignment cannot be told."))
    else:
        said.append(_("The person is the one who made the entry; the owner of the deal may be another."))
    return tuple(said)
