"""The targets fixed in engagement.yml, each beside today's figure and the measures that work for it."""

from dataclasses import dataclass

import pandas as pd

from salesopt_kit.engagement import Bound
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import N_, _
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.metrics.evidence import look_up
from salesopt_kit.numbers import shown
from salesopt_kit.records import Measure, Records, load_records
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables

FIGURES = {
    "cycle_days": "deal_cycle.won_mean",
    "lead_conversion": "lead_conversion.rate",
    "win_rate": "win_rate.count",
    "output_per_head": "output_per_head.mean",
    "ramp_months": "ramp.median_months",
}
"""The figure that a target of this name is about."""
UNITS = {
    "cycle_days": "days",
    "lead_conversion": "fraction",
    "win_rate": "fraction",
    "ramp_months": "months",
    "daily_hours": "hours",
    "satisfaction": "score",
}
LABELS = {
    "cycle_days": N_("Cycle per deal"),
    "lead_conversion": N_("Lead conversion"),
    "win_rate": N_("Win rate"),
    "output_per_head": N_("Output per head and month"),
    "ramp_months": N_("Ramp of new hires"),
    "daily_hours": N_("Working hours per day"),
    "satisfaction": N_("Team satisfaction"),
}


@dataclass(frozen=True, slots=True)
class Target:
    """One target with its words, the figure of today (None where the data do not tell), and its measures."""

    key: str
    label: str
    bound: Bound
    said: str
    today: Estimate | None
    measures: tuple[Measure, ...]

    @property
    def is_met_today(self) -> bool:
        """Whether today's figure keeps the bound already."""
        return self.today is not None and self.today.value is not None and self.bound.is_met(self.today.value)


@dataclass(frozen=True, slots=True)
class Targets(Result):
    """The targets in the order of engagement.yml; `conflicts` names those that the records state otherwise."""

    targets: tuple[Target, ...]
    conflicts: tuple[str, ...]

    def sentence(self) -> str:
        """Say how many targets are fixed, and how many today's figures keep already."""
        message = _("{n} targets are fixed; today's figures keep {met} of the {known} that the data tell.")
        known = sum(target.today is not None for target in self.targets)
        met = sum(target.is_met_today for target in self.targets)
        return message.format(n=len(self.targets), met=met, known=known)

    def estimates(self) -> tuple[Estimate, ...]:
        """Return today's figures."""
        return tuple(target.today for target in self.targets if target.today)

    def caveats(self) -> tuple[str, ...]:
        """Return targets that today's figures keep, that no measure works for, or that are stated twice."""
        met = [target.label for target in self.targets if target.is_met_today]
        idle = [target.label for target in self.targets if not target.measures]
        return (
            *((_("Kept by today's figures already: {names}.").format(names=_(", ").join(met)),) if met else ()),
            *((_("No measure names it under `targets`: {names}.").format(names=_(", ").join(idle)),) if idle else ()),
            *self.conflicts,
        )

    def table(self) -> pd.DataFrame:
        """Return one row per target."""
        return pd.DataFrame(
            {
                _("Target"): target.label,
                _("Bound"): target.said,
                _("Today"): with_interval(target.today) if target.today else "–",
                "n": f"{target.today.n:,}" if target.today else "–",
                _("Measures"): _("; ").join(f"{one.id} {one.measure}" for one in target.measures) or "–",
            }
            for target in self.targets
        )


@explains_missing
def targets(tables: Tables) -> Targets:
    """Return the targets beside today's figures; MissingData where engagement.yml fixes none."""
    config, records = tables.engagement.config, load_records(tables.engagement)
    if not config.targets:
        raise MissingDataError(
            _("no target in engagement.yml"),
            remedy=_("Fix the targets before the pilot begins, for instance:")
            + "\ntargets:\n  cycle_days: {at_most: 35}\n  lead_conversion: {at_least: 0.15}\n",
        )
    found = look_up(tables, (f"metric:{FIGURES[key]}" for key in config.targets if key in FIGURES))
    rows = [
        Target(
            key,
            label(key),
            bound,
            _bound(bound, unit_of(tables, records, key)),
            found[f"metric:{FIGURES[key]}"].estimate if key in FIGURES else None,
            tuple(measure for measure in records.measures if key in measure.targets),
        )
        for key, bound in config.targets.items()
    ]
    return Targets(tuple(rows), _conflicts(tables, records))


def target_text(tables: Tables, records: Records, key: str) -> str:
    """Return a target of engagement.yml in words: "Cycle per deal ≤ 35.0 days"."""
    return f"{label(key)} {_bound(tables.engagement.config.targets[key], unit_of(tables, records, key))}"


def label(key: str) -> str:
    """Return what a target is called; the key itself where the kit does not know it."""
    return _(LABELS[key]) if key in LABELS else key


def unit_of(tables: Tables, records: Records, key: str) -> str:
    """Return the unit of a target: the kit's own, or as entered in template 3, or none."""
    if key == "output_per_head":
        return tables.engagement.config.currency
    entered: dict[str, str] = {evaluation.metric: evaluation.unit for evaluation in records.evaluations}
    return UNITS.get(key) or entered.get(key, "")


def _bound(bound: Bound, unit: str) -> str:
    if bound.at_most is not None:
        return f"≤ {shown(bound.at_most, unit)}"
    return f"≥ {shown(bound.at_least, unit)}"


def _conflicts(tables: Tables, records: Records) -> tuple[str, ...]:
    message = _("{name}: engagement.yml says {fixed}, evaluations.yml says {entered}; the one fixed first counts.")
    fixed = tables.engagement.config.targets
    return tuple(
        message.format(
            name=evaluation.label,
            fixed=_bound(fixed[evaluation.metric], evaluation.unit),
            entered=_bound(evaluation.target, evaluation.unit),
        )
        for evaluation in records.evaluations
        if evaluation.metric in fixed and fixed[evaluation.metric] != evaluation.target
    )
