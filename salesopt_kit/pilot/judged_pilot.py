"""Everything that is judged about a pilot: each target by itself, the whole, and what the design had expected."""

from dataclasses import dataclass, replace

from salesopt_kit.engagement import Bound
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.core_figures import metric_label
from salesopt_kit.metrics.once import once
from salesopt_kit.pilot.check import Check, Rules, outcome
from salesopt_kit.pilot.contrast import arms_of
from salesopt_kit.pilot.frozen import frozen_plan
from salesopt_kit.pilot.guardrails import guardrail, margins
from salesopt_kit.pilot.judge import Judged, judge, together
from salesopt_kit.pilot.overall import Overall, holm_factors, overall
from salesopt_kit.pilot.panel import panel_of
from salesopt_kit.pilot.predicted import Held, held_predictions
from salesopt_kit.pilot.setting import Setting, setting
from salesopt_kit.pilot.totals import totals
from salesopt_kit.pilot.two_questions import Level, level_from
from salesopt_kit.records import load_records
from salesopt_kit.stats.clustered import clustered_ratio
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import CheckOutcome, GuardrailVerdict


@dataclass(frozen=True, slots=True)
class JudgedPilot:
    """Every target's verdict, the primary one first, and that of the whole; `absent` names figures without data."""

    judged: tuple[Judged, ...]
    whole: Overall
    shared: tuple[Check, ...]
    absent: tuple[tuple[str, str], ...]
    chosen: Setting
    expected: tuple[Held, ...]
    """What the design expected of the targets, beside what came."""

    def expected_of(self, metric: str) -> Held | None:
        """Return what was expected of a figure; None where nobody predicted it before the pilot."""
        return next((one for one in self.expected if one.prediction.metric == metric), None)

    def label_of(self, held: Held) -> str:
        """Return what the figure of a prediction is called in the verdicts."""
        return next(one.label for one in self.judged if one.metric == held.prediction.metric)


def judged_pilot(tables: Tables) -> JudgedPilot:
    """Return all verdicts of the pilot in engagement.yml; MissingDataError where no target can be judged."""
    chosen = setting(tables)
    if not chosen.targets:
        raise MissingDataError(
            _("no targets are set"), remedy=_("Write them in engagement.yml under `targets`, before the pilot begins.")
        )
    shared = (_plan_check(tables), *_guardrail_checks(tables, chosen))
    rules, judged, absent = rules_of(tables, chosen), [], []
    for metric in _primary_first(chosen):
        try:
            judged.append(_judged(tables, chosen, metric, rules, shared))
        except MissingDataError as missing:
            absent.append((metric_label(metric), f"{missing.what}. {missing.remedy}"))
    if not judged:
        raise MissingDataError(absent[0][1], remedy=_("Supply what is missing, and judge the pilot then."))
    ps = [one.change.p for one in judged]
    factors = zip(holm_factors(ps), holm_factors(ps, is_first_apart=False), strict=True)
    found = tuple(
        one if pair == (1, 1) else _judged(tables, chosen, one.metric, rules, shared, pair)
        for one, pair in zip(judged, factors, strict=True)
    )
    broken = tuple(check.label for check in shared if check.key.startswith("guardrail") and check.is_failed)
    whole = overall(found, broken)
    expected = held_predictions(tables, chosen, tuple(one.metric for one in found))
    return JudgedPilot(found, whole, shared, tuple(absent), chosen, expected)


def rules_of(tables: Tables, chosen: Setting) -> Rules:
    """Return what the plan fixes, how far the data reach, and when the reasons to start were found."""
    days = tuple(one.met_on for one in load_records(tables.engagement).triggers if one.met_on)
    return Rules(tables.as_of, chosen.pilot.follow_up_days, chosen.pilot.burn_in_days, days, chosen.pilot.alpha)


def _primary_first(chosen: Setting) -> tuple[str, ...]:
    first = chosen.pilot.primary if chosen.pilot.primary in chosen.targets else next(iter(chosen.targets))
    return tuple(dict.fromkeys((first, *chosen.targets)))


@once
def _judged(
    tables: Tables,
    chosen: Setting,
    metric: str,
    rules: Rules,
    shared: tuple[Check, ...],
    factors: tuple[float, float] = (1.0, 1.0),
) -> Judged:
    """Return the verdict on one figure; `factors` are those of its p, for a gain and for harm."""
    found = panel_of(tables, chosen, metric)
    level = _level(tables, chosen, metric)
    target: Bound = chosen.targets[metric]
    found = replace(found, lower_is_better=target.at_most is not None)
    p_factor, harm_factor = factors
    arms = arms_of(chosen)
    return judge(found, arms, target, rules, level=level, more=shared, p_factor=p_factor, harm_factor=harm_factor)


def _level(tables: Tables, chosen: Setting, metric: str) -> Level:
    """Return the figure as the handbook has it, before and after, of the pilot's units."""
    before, after = (totals(tables, chosen, metric, window) for window in (chosen.pilot.baseline, chosen.pilot.period))
    sums = [one.of(chosen.treated) for one in (before, after)]
    if any(not len(one) or not one["n"].sum() for one in sums):
        raise MissingDataError(
            _("some unit has no data in the baseline or in the pilot"), remedy=_("Check the pilot's dates and names.")
        )
    first, second = (clustered_ratio(one["total"].to_numpy(float), one["n"].to_numpy(float)) for one in sums)
    return level_from(first.value, second, after.said)


def _plan_check(tables: Tables) -> Check:
    key, label = "plan_frozen", _("Plan fixed before the first day")
    plan = frozen_plan(tables)
    if plan is None:
        said = _("No signed plan is kept, so nobody can show that the targets were not moved.")
        return Check(key, label, CheckOutcome.NOT_CHECKABLE, said)
    if plan.changes:
        return Check(key, label, CheckOutcome.FAIL, together(plan.changes))
    return Check(key, label, CheckOutcome.PASS, _("The plan was signed before the pilot and not changed since."))


def _guardrail_checks(tables: Tables, chosen: Setting) -> tuple[Check, ...]:
    checks = []
    for metric, margin in margins(chosen.pilot).items():
        label = _("Not worse: {label}").format(label=metric_label(metric))
        try:
            rail = guardrail(panel_of(tables, chosen, metric), arms_of(chosen), margin)
        except MissingDataError:
            continue
        found = outcome(is_passed=rail.verdict is GuardrailVerdict.HELD)
        if rail.verdict is GuardrailVerdict.CANNOT_TELL:
            found = CheckOutcome.NOT_CHECKABLE
        checks.append(Check(f"guardrail_{metric}", label, found, rail.reason or rail.verdict.label))
    return tuple(checks)
