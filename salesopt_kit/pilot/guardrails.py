"""X2, X3: have the figures that must not get worse got worse?"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pandas as pd

from salesopt_kit.engagement import Pilot
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.core_figures import metric_label
from salesopt_kit.numbers import difference_unit, shown
from salesopt_kit.pilot.contrast import Arms
from salesopt_kit.pilot.grid import Sums, quotient, rows_of
from salesopt_kit.pilot.looks import changes_of, counted_arms
from salesopt_kit.pilot.panel import Panel, panel
from salesopt_kit.pilot.setting import setting
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.stats.clustered import Clustered, difference_of_changes
from salesopt_kit.stats.difference import Difference
from salesopt_kit.stats.noninferiority import not_worse
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import GuardrailVerdict

USUAL = {"satisfaction": 0.5, "daily_hours": 0.5, "win_rate": 0.05}
"""The figures watched where the plan names none, with margins in their own units."""


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A figure that must not get worse: how much more it changed in the pilot than in the controls, and the margin.

    `value`, `low` and `high` (95 %, None if unknown) are in the figure's own direction and unit; `worst` is by how much
    it got worse at most (97.5 % one-sided, below 0 if it got better for sure), `p` the one-sided chance of data as good
    as these if it were worse by the margin. `treated` and `controls` are the figures before and after.
    """

    metric: str
    label: str
    unit: str
    value: float
    low: float | None
    high: float | None
    worst: float | None
    margin: float
    p: float | None
    n: int
    clusters: tuple[int, int]
    treated: tuple[float, float]
    controls: tuple[float, float]
    lower_is_better: bool
    verdict: GuardrailVerdict
    reason: str
    is_planned: bool = True
    """Whether the margin stands in the plan."""

    @property
    def worsening(self) -> float:
        """By how much it got worse; below 0 if it got better."""
        return self.value if self.lower_is_better else -self.value


def guardrail(found: Panel, arms: Arms, margin: float) -> Guardrail:
    """Return whether a figure has kept from getting worse by `margin` (above 0, in its unit) or more.

    Non-inferiority of the change (period - baseline) of the pilot's units against that of the controls, with one change
    per unit, the level at which the process was assigned, and Student's pooled t (equal variances assumed). Units
    without a case in either window are left out.
    HELD: even the worst value that the 95 % interval allows is inside the margin. BROKEN: it got worse beyond chance,
    and by the margin or more at best estimate; a rail breaks before the worst is proven. Else CANNOT_TELL, as with
    fewer than three units or without controls. No database is asked, so it may be called thousands of times.
    """
    rows = rows_of(found, arms)
    before, after = (rows.by_unit(rows.within(window), len(arms.units)) for window in (arms.baseline, arms.period))
    (treated, n_t), (controls, n_c) = changes_of(before, after, len(arms.treated))
    if not len(treated) or not len(controls):
        change = Clustered(float("nan"), None, None, None, 0.0)
    else:
        change = difference_of_changes(treated, controls)
    tested = None
    if change.error is not None:
        difference = Difference(change.value, change.error, change.freedom)
        tested = not_worse(difference, margin, lower_is_better=found.lower_is_better)
    draft = Guardrail(
        found.metric,
        found.label,
        found.unit,
        change.value,
        change.low,
        change.high,
        None if tested is None else tested.worst,
        margin,
        None if tested is None else tested.p,
        n_t + n_c,
        (len(treated), len(controls)),
        *_figures(before, after, len(arms.treated)),
        found.lower_is_better,
        GuardrailVerdict.CANNOT_TELL,
        "",
    )
    verdict = _verdict(draft)
    return replace(draft, verdict=verdict, reason=_reason(draft, verdict))


def _figures(before: Sums, after: Sums, n_treated: int) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the figure before and after of the pilot's units together, and of the controls."""
    treated, controls = (
        quotient(*(np.array([one[part][arm].sum() for one in (before, after)]) for part in (0, 1))).tolist()
        for arm in (slice(n_treated), slice(n_treated, None))
    )
    return (treated[0], treated[1]), (controls[0], controls[1])


def _verdict(draft: Guardrail) -> GuardrailVerdict:
    if draft.worst is None or draft.low is None or draft.high is None:
        return GuardrailVerdict.CANNOT_TELL
    if draft.worst < draft.margin:
        return GuardrailVerdict.HELD
    is_worse = (draft.low if draft.lower_is_better else -draft.high) > 0
    broken = is_worse and draft.worsening >= draft.margin
    return GuardrailVerdict.BROKEN if broken else GuardrailVerdict.CANNOT_TELL


def _reason(draft: Guardrail, verdict: GuardrailVerdict) -> str:
    if draft.worst is None:
        return _("fewer than three units with data before and after, or no controls: nothing to compare with.")
    unit = difference_unit(draft.unit)
    cells = {"worst": shown(max(draft.worst, 0.0), unit), "margin": shown(draft.margin, unit)}
    if verdict is GuardrailVerdict.BROKEN:
        message = _("it got worse than in the controls, beyond chance and by more than the accepted {margin}.")
    elif verdict is GuardrailVerdict.CANNOT_TELL:
        message = _("it may have got worse by up to {worst}, which is more than the accepted {margin}.")
    elif draft.worst <= 0:
        message = _("it did not get worse than in the controls.")
    else:
        message = _("at worst it got worse by {worst}, which is inside the accepted {margin}.")
    return message.format(**cells)


@dataclass(frozen=True, slots=True)
class Guardrails(Result):
    """All guardrails of a pilot; `absent` names those without data and why."""

    card: ClassVar[str] = "guardrails"

    rows: tuple[Guardrail, ...]
    absent: tuple[tuple[str, str], ...]

    def sentence(self) -> str:
        """Say what held and what broke, in one sentence."""
        broken = [row.label for row in self.rows if row.verdict is GuardrailVerdict.BROKEN]
        if broken:
            message = _("Guardrail broken: {names}. Stop, and find out why before the pilot goes on.")
            return message.format(names=_(", ").join(broken))
        unsure = [row.label for row in self.rows if row.verdict is GuardrailVerdict.CANNOT_TELL]
        unsure += [label for label, _why in self.absent]
        held = sum(row.verdict is GuardrailVerdict.HELD for row in self.rows)
        if not unsure:
            return _("All guardrails held ({n}): nothing that must not get worse got worse.").format(n=held)
        message = _("No guardrail is broken; {held} of {n} surely held. Still open: {names}.")
        return message.format(held=held, n=len(self.rows) + len(self.absent), names=_(", ").join(unsure))

    def methods(self) -> Iterable[str]:
        """Return how each rail was tested."""
        return ("non_inferiority", "unit_t", "student_t")

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the change against the controls of every guardrail."""
        return tuple(
            Estimate(
                f"pilot.guardrail.{row.metric}",
                _("{label}: pilot minus controls").format(label=row.label),
                row.value,
                difference_unit(row.unit),
                row.n,
                row.low,
                row.high,
                _("difference of the changes of {n} units, t interval").format(n=sum(row.clusters)),
            )
            for row in self.rows
        )

    def table(self) -> pd.DataFrame:
        """Return one row per guardrail."""
        cells = [_row(row) for row in self.rows]
        names = (_("Figure"), _("Verdict"), _("Reason"))
        cells += [
            dict(zip(names, (label, GuardrailVerdict.CANNOT_TELL.label, why), strict=True))
            for label, why in self.absent
        ]
        return pd.DataFrame(cells)

    def caveats(self) -> tuple[str, ...]:
        """Return how it is judged, and which margins nobody fixed."""
        said = [
            _(
                "Held: even the worst value inside the 95% interval is inside the accepted margin. Broken: it got "
                "worse beyond chance, and by the margin or more at best estimate. Else nobody can tell yet."
            ),
            _("One change per unit; assumed: without the pilot both arms would have changed alike."),
        ]
        if unplanned := [row.label for row in self.rows if not row.is_planned]:
            message = _("The plan fixes no margin for {names}, so the kit's own stands in: write it under {key}.")
            said.append(message.format(names=_(", ").join(unplanned), key="pilot.guardrails"))
        return tuple(said)


@explains_missing
def guardrails(tables: Tables) -> Result:
    """Return one row per guardrail of the plan, else of satisfaction, working hours and win rate where data exist.

    MissingDataError without a pilot; a guardrail without data keeps its row and says why.
    """
    chosen = setting(tables)
    planned = margins(chosen.pilot)
    rows, absent = [], []
    for metric, margin in planned.items():
        try:
            found = panel(tables, chosen.dimension, metric, chosen.pilot.follow_up_days)
        except MissingDataError as missing:
            if chosen.pilot.guardrails:
                absent.append((metric_label(metric), f"{missing.what}. {missing.remedy}"))
            continue
        row = guardrail(found, counted_arms(chosen), margin)
        rows.append(replace(row, is_planned=metric in chosen.pilot.guardrails))
    if not rows and not absent:
        raise MissingDataError(
            _("no figure that must not get worse has data"),
            remedy=_("Supply satisfaction, working hours or decided deals, or name others under pilot.guardrails."),
        )
    return Guardrails(tuple(rows), tuple(absent))


def margins(pilot: Pilot) -> dict[str, float]:
    """Return the guardrails with their margins: the plan's, else the usual ones."""
    if pilot.guardrails:
        return {metric: rail.margin for metric, rail in pilot.guardrails.items()}
    return {metric: margin for metric, margin in USUAL.items() if metric != pilot.primary}


def _row(row: Guardrail) -> dict[str, str]:
    unit = difference_unit(row.unit)
    message = _("{value} ({low} to {high})")
    difference = shown(row.value, unit)
    if row.low is not None and row.high is not None:
        difference = message.format(value=difference, low=shown(row.low, unit), high=shown(row.high, unit))
    return {
        _("Figure"): row.label,
        _("Pilot, before → after"): _pair(row.treated, row.unit),
        _("Controls, before → after"): _pair(row.controls, row.unit),
        _("Difference (95% interval)"): difference,
        _("Worse is"): _("higher") if row.lower_is_better else _("lower"),
        _("Worse at most by"): "–" if row.worst is None else shown(max(row.worst, 0.0), unit),
        _("Accepted margin"): shown(row.margin, unit),
        _("Verdict"): row.verdict.label,
        _("Reason"): row.reason,
    }


def _pair(values: tuple[float, float], unit: str) -> str:
    return f"{shown(values[0], unit)} → {shown(values[1], unit)}"
