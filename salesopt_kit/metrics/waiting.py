"""Work and waiting: cycle-time efficiency, what it would be without a stage's waiting, and why deals wait."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import N_, _
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.metrics.deals import chosen
from salesopt_kit.metrics.exact import exact_sum
from salesopt_kit.metrics.moments import moments
from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.metrics.waits import BATCH, CAUSES, TOGETHER_SECONDS, waits
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.stats.efficiency import Bounded, efficiency
from salesopt_kit.stats.totals import totals
from salesopt_kit.tables.store import Tables

CAUSE_NAMES = {
    "client": N_("the client's side"),
    "off_hours": N_("off-hours"),
    "batching": N_("batching"),
    "contention": N_("contention"),
    "handover": N_("hand-over"),
    "other": N_("other"),
}


@dataclass(frozen=True, slots=True)
class StageWaiting:
    """One stage: days of work in it and of waiting for it, their causes, and the efficiency without that waiting."""

    place: int
    stage_id: str
    name: str
    events: int
    processing_days: float
    waiting: Estimate
    without: Estimate
    causes: tuple[float, ...]
    """Days per cause, in the order of CAUSES."""


@dataclass(frozen=True, slots=True)
class Waiting(Result):
    """Work and waiting of the deals whose history began in the window; the stage waited for longest first."""

    card: ClassVar[str] = "waiting"

    efficiency: Estimate
    processing_days: float
    causes: tuple[Estimate, ...]
    stages: tuple[StageWaiting, ...]
    window: tuple[date, date]
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Say how much of the time is work, what the greatest cause is, and which stage's waiting weighs most."""
        off, *others = sorted(self.causes, key=lambda part: part.group != "cause=off_hours")
        cause = max(others, key=lambda part: part.value or 0.0)
        first = self.stages[0]
        message = _(
            "{share} of the time is work, the rest waiting: {off} of it off-hours, and within working hours most is "
            "{cause} ({part}). Without the wait for {stage} the efficiency would be {without}."
        )
        return message.format(
            share=with_interval(self.efficiency),
            off=shown(off.value, "fraction"),
            cause=_(CAUSE_NAMES[cause.group.partition("=")[2]]),
            part=shown(cause.value, "fraction"),
            stage=first.name,
            without=shown(first.without.value, "fraction"),
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the efficiency, the share of each cause, and per stage the waiting and the efficiency without it."""
        return (
            self.efficiency,
            *self.causes,
            *(estimate for stage in self.stages for estimate in (stage.waiting, stage.without)),
        )

    def caveats(self) -> tuple[str, ...]:
        """Return the rules of the split and what the history cannot tell."""
        return self.remarks

    def table(self) -> pd.DataFrame:
        """Return one row per stage: work, waiting, efficiency without the waiting, and days per cause."""
        return pd.DataFrame(
            {
                _("Stage"): stage.name,
                _("Work"): shown(stage.processing_days, "days"),
                _("Waiting before it"): with_interval(stage.waiting),
                _("Efficiency without it"): with_interval(stage.without),
                **{
                    _(CAUSE_NAMES[cause]): shown(days, "days") for cause, days in zip(CAUSES, stage.causes, strict=True)
                },
            }
            for stage in self.stages
        )


@once
def waiting(tables: Tables, selection: Selection | None = None) -> Waiting:
    """Return work and waiting in elapsed days over the deals whose first event is in the window, up to `as_of`.

    Work is the union of the entry-to-completion spans of a deal, waiting all other time between its first entry and
    its last completion, given to the stage that is waited for. Efficiency and shares with linearised intervals over
    deals. The causes are those of `metrics.waits`, exclusive, and add up to the waiting. Raises MissingDataError where
    the history has one time per event only (then all is waiting and cannot be split), or no time passed.
    """
    selection = selection or EVERYTHING
    window = selection.days(tables)
    if "stage_events.completed_at" not in tables:
        tables.table("stage_events")
        raise MissingDataError(
            _("the history has one time per event: all of it counts as waiting, and work cannot be told apart"),
            remedy=_("Map when the work was done: sources.stage_events.columns.completed_at."),
        )
    rows = _deals_begun(tables, selection)
    per_stage = _per_stage(tables, rows)
    if not len(per_stage) or per_stage[["processing", "waiting"]].to_numpy().sum() <= 0:
        raise MissingDataError(
            _("no time passed between events from {first} to {last}").format(first=window[0], last=window[1]),
            remedy=_("Take a longer period with `window_months`, or export more of the stage history."),
        )
    return _answer(tables, rows, per_stage, window)


def _deals_begun(tables: Tables, selection: Selection) -> ir.Table:
    rows = waits(tables)
    first = rows.filter(rows.ready_at.isnull() & rows.entered_on.between(*selection.days(tables)))
    return chosen(tables, rows.semi_join(first, "opportunity_id"), selection)


def _per_stage(tables: Tables, rows: ir.Table) -> pd.DataFrame:
    sums = {name: exact_sum(rows[name]) for name in ("processing", "waiting", *CAUSES)}
    found = tables.to_frame(rows.group_by("place").aggregate(events=rows.count(), **sums))
    return found.sort_values("place", ignore_index=True)


def _answer(tables: Tables, rows: ir.Table, per_stage: pd.DataFrame, window: tuple[date, date]) -> Waiting:
    places = [int(place) for place in per_stage["place"]]
    waited = {f"w{place}": exact_sum(rows.waiting, rows.place == place).fill_null(0.0) for place in places}
    sums, products, n = moments(tables, rows, {"work": exact_sum(rows.processing), **waited})
    ratio, by_stage = efficiency(sums, products, n), totals(sums[1:], products[1:, 1:], n)
    linear = _("ratio of sums over deals, linearised interval")

    def estimate(key: str, label: str, values: Bounded, unit: str, method: str, group: str = "") -> Estimate:
        return Estimate(f"waiting.{key}", label, values[0], unit, n, *values[1:], method, window, group)

    stages = []
    for number, row in enumerate(per_stage.to_dict("records")):
        stage = tables.engagement.config.stages[int(row["place"])]
        group = f"stage={stage.id}"
        label, other = _("Days of waiting for {stage}"), _("Efficiency without the wait for {stage}")
        stages.append(
            StageWaiting(
                int(row["place"]),
                stage.id,
                stage.name,
                int(row["events"]),
                float(row["processing"]),
                estimate(
                    *("days", label.format(stage=stage.name), by_stage[number].value, "days"),
                    *(_("sum over deals, normal interval"), group),
                ),
                estimate(
                    *("efficiency_without", other.format(stage=stage.name), ratio.without[number], "fraction"),
                    *(linear, group),
                ),
                tuple(float(row[cause]) for cause in CAUSES),
            )
        )
    ordered = tuple(sorted(stages, key=lambda stage: (-(stage.waiting.value or 0.0), stage.place)))
    causes_sums = moments(tables, rows, {cause: exact_sum(rows[cause]) for cause in CAUSES})
    causes = tuple(
        estimate(
            *("cause_share", _("Share of the waiting: {cause}").format(cause=_(CAUSE_NAMES[cause])), part.share),
            *("fraction", linear, f"cause={cause}"),
        )
        for cause, part in zip(CAUSES, totals(*causes_sums), strict=True)
    )
    whole = estimate("efficiency", _("Cycle-time efficiency"), ratio.value, "fraction", linear)
    return Waiting(whole, float(sums[0]), causes, ordered, window, _remarks(tables))


def _remarks(tables: Tables) -> tuple[str, ...]:
    rule = _(
        "A moment of waiting counts for the first that applies: the client's side, off-hours, batching ({n} or more "
        "deals started by one person within {minutes} minutes), contention, hand-over, other. The parts exclude each "
        "other and add up to the waiting."
    )
    said = [rule.format(n=BATCH, minutes=TOGETHER_SECONDS // 60)]
    if "stage_events.actor" in tables:
        said.append(
            _(
                "Contention means that the person who then started had other deals open between their start and "
                "completion times; where these span whole stages rather than hands-on work, it is overstated."
            )
        )
    else:
        said.append(_("The history names no person, so batching and contention cannot be seen."))
    if not any(stage.external for stage in tables.engagement.config.stages):
        said.append(_("No stage is marked `external: true`, so waiting for the client is not told apart."))
    return tuple(said)
