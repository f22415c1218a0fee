"""X3: the honest verdict on the pilot, what to do next, both answers on each figure, and the checks behind them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd

from salesopt_kit.engagement import Bound
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.core_figures import metric_label
from salesopt_kit.numbers import bare, difference_unit, shown
from salesopt_kit.pilot.check import Check, Rules, outcome
from salesopt_kit.pilot.contrast import arms_of
from salesopt_kit.pilot.frozen import frozen_plan
from salesopt_kit.pilot.guardrails import guardrail, margins
from salesopt_kit.pilot.judge import Judged, judge, together
from salesopt_kit.pilot.overall import Overall, holm_factors, overall
from salesopt_kit.pilot.panel import panel_of
from salesopt_kit.pilot.setting import Setting, setting
from salesopt_kit.pilot.template import arrow, bound_text
from salesopt_kit.pilot.totals import totals
from salesopt_kit.pilot.two_questions import Level, level_from
from salesopt_kit.records import load_records
from salesopt_kit.results import Estimate, Result, Table, explains_missing
from salesopt_kit.stats.clustered import clustered_ratio
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import CheckOutcome, GuardrailVerdict, Verdict

CHECKED_BY = {
    "pre_trend": "event_study",
    "balance": "standardised_difference",
    "baseline_length": "regression_to_the_mean",
    "regression_to_the_mean": "regression_to_the_mean",
    "follow_up": "follow_up",
    "sample_ratio": "sample_ratio",
    "novelty": "novelty",
    "guardrail": "non_inferiority",
}
"""Cards of the checks, by how their keys begin; the others count days, changes or copies and need none."""
ORDER = (CheckOutcome.FAIL, CheckOutcome.NOT_CHECKABLE, CheckOutcome.PASS)


@dataclass(frozen=True, slots=True)
class Verdicts(Result):
    """Every target's verdict, the primary one first, and that of the whole; `absent` names figures without data."""

    judged: tuple[Judged, ...]
    whole: Overall
    shared: tuple[Check, ...]
    absent: tuple[tuple[str, str], ...]
    currency: str

    def sentence(self) -> str:
        """Say the verdict on each figure."""
        each = _(", ").join(
            _("{label}: {verdict}").format(label=one.label, verdict=one.verdict.label) for one in self.judged
        )
        return _("Each figure by itself: {each}.").format(each=each)

    def methods(self) -> Iterable[str]:
        """Return the methods behind both answers and the handbook's columns."""
        found = {"before_after", "student_t", *(one.contrast.method for one in self.judged)}
        if any(one.change.permutation_p is not None for one in self.judged):
            found |= {"permutation"}
        return found | {"multiplicity"} if len(self.judged) > 1 else found

    def estimates(self) -> tuple[Estimate, ...]:
        """Return effect, p values and figure after of every target."""
        return tuple(estimate for one in self.judged for estimate in _estimates(one))

    def caveats(self) -> tuple[str, ...]:
        """Return the reasons of each figure, its weakest link and what would settle it; and what is missing."""
        said = []
        for one in self.judged:
            message = _("{label}: {why} Weakest link: {link}")
            said.append(message.format(label=one.label, why=together(one.reasons), link=one.weakest))
            if one.settles.said:
                said.append(_("{label}, what would settle it: {what}").format(label=one.label, what=one.settles.said))
        said += [_("{label}: {why}").format(label=label, why=why) for label, why in self.absent]
        if len(self.judged) > 1:
            said.append(_("The primary figure is tested alone; the p values of the others are Holm's."))
        return tuple(said)

    def table(self) -> pd.DataFrame:
        """Return one row per figure: the handbook's columns, both answers, the verdict."""
        return pd.DataFrame(
            {
                _("Metric evaluated"): one.label,
                _("Before the pilot"): shown(one.level.before, one.unit),
                _("After the pilot"): shown(one.level.after, one.unit),
                _("Rate of change"): arrow(one.level.after / one.level.before - 1 if one.level.before else None),
                _("Target met (preset target)"): _("{bound} ({verdict})").format(
                    bound=bound_text(one.target, one.unit), verdict=one.by_point.label
                ),
                _("Against the controls (95% interval)"): _effect(one),
                _("Did it change because of the pilot?"): one.changed.label,
                _("Is the target met?"): one.is_met.label,
                _("Verdict"): one.verdict.label,
            }
            for one in self.judged
        )


@dataclass(frozen=True, slots=True)
class PilotJudgement(Result):
    """The verdict on the pilot and what to do next."""

    found: Verdicts

    def sentence(self) -> str:
        """Say the verdict and the next step."""
        whole = self.found.whole
        message = _("Verdict on the pilot: {verdict}. What to do next: {step}.")
        return message.format(verdict=whole.verdict.label, step=whole.step.label)

    def methods(self) -> Iterable[str]:
        """Return the methods on which the verdict rests."""
        return self.found.methods()

    def table(self) -> pd.DataFrame:
        """Return what to do next, why, the weakest link and what would settle the matter."""
        whole, primary = self.found.whole, self.found.judged[0]
        met = sum(one.by_point is Verdict.MET for one in self.found.judged)
        rows = {
            _("What to do next"): _next(self.found),
            _("Reasons"): whole.why,
            _("Weakest link"): whole.weakest,
            _("What would settle it"): primary.settles.said or _("Nothing is open."),
            _("The handbook's table alone"): _("{met} of {n} targets met").format(met=met, n=len(self.found.judged)),
        }
        return pd.DataFrame({_("Question"): rows.keys(), _("Answer"): rows.values()})


@explains_missing
def pilot_verdict(tables: Tables) -> Result:
    """Return the verdict on the pilot as a whole and what to do next; MissingDataError without a pilot or targets."""
    return PilotJudgement(judged_pilot(tables))


@explains_missing
def verdicts(tables: Tables) -> Result:
    """Return the verdict on every target, with both answers; MissingDataError without a pilot or targets."""
    return judged_pilot(tables)


@explains_missing
def verdict_checks(tables: Tables) -> Result:
    """Return the checks of every figure, one row each, those that failed first."""
    found = judged_pilot(tables)
    rows = [(one.label, check) for one in found.judged for check in one.checks if check not in found.shared]
    rows += [(_("Whole pilot"), check) for check in found.shared]
    rows.sort(key=lambda row: ORDER.index(row[1].outcome))
    failed = sum(check.is_failed for _label, check in rows)
    unknown = sum(check.outcome is CheckOutcome.NOT_CHECKABLE for _label, check in rows)
    message = _("Of {n} checks, {failed} failed and {unknown} could not be made.")
    cells = pd.DataFrame(
        {
            _("Figure"): label,
            _("Check"): check.label,
            _("Outcome"): check.outcome.label,
            _("What the check found"): check.said,
        }
        for label, check in rows
    )
    used = tuple(
        method for key, method in CHECKED_BY.items() if any(check.key.startswith(key) for _label, check in rows)
    )
    return Table(message.format(n=len(rows), failed=failed, unknown=unknown), cells, used=used)


def judged_pilot(tables: Tables) -> Verdicts:
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
    factors = holm_factors([one.change.p for one in judged])
    found = tuple(
        one if factor == 1 else _judged(tables, chosen, one.metric, rules, shared, factor)
        for one, factor in zip(judged, factors, strict=True)
    )
    broken = tuple(check.label for check in shared if check.key.startswith("guardrail") and check.is_failed)
    whole = overall(found, broken)
    return Verdicts(found, whole, shared, tuple(absent), tables.engagement.config.currency)


def rules_of(tables: Tables, chosen: Setting) -> Rules:
    """Return what the plan fixes, how far the data reach, and when the reasons to start were found."""
    days = tuple(one.met_on for one in load_records(tables.engagement).triggers if one.met_on)
    return Rules(tables.as_of, chosen.pilot.follow_up_days, chosen.pilot.burn_in_days, days, chosen.pilot.alpha)


def _primary_first(chosen: Setting) -> tuple[str, ...]:
    first = chosen.pilot.primary if chosen.pilot.primary in chosen.targets else next(iter(chosen.targets))
    return tuple(dict.fromkeys((first, *chosen.targets)))


def _judged(
    tables: Tables, chosen: Setting, metric: str, rules: Rules, shared: tuple[Check, ...], factor: float = 1.0
) -> Judged:
    found = panel_of(tables, chosen, metric)
    level = _level(tables, chosen, metric)
    target: Bound = chosen.targets[metric]
    found = replace(found, lower_is_better=target.at_most is not None)
    return judge(found, arms_of(chosen), target, rules, level=level, more=shared, p_factor=factor)


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


def _next(found: Verdicts) -> str:
    settles, step = found.judged[0].settles, found.whole.step.label
    if found.whole.verdict.value in ("met_with_evidence", "harm", "not_met") or not settles.said:
        return step
    return _("{step}. {what}").format(step=step, what=settles.said)


def _effect(one: Judged) -> str:
    found, unit = one.contrast, difference_unit(one.unit)
    if found.low is None or found.high is None:
        return shown(found.value, unit)
    message = _("{value} ({low} to {high})")
    return message.format(value=shown(found.value, unit), low=bare(found.low, unit), high=bare(found.high, unit))


def _estimates(one: Judged) -> tuple[Estimate, ...]:
    unit = difference_unit(one.unit)
    found, key = one.contrast, f"pilot.verdict.{one.metric}"
    effect = (found.value, unit, found.n, found.low, found.high, found.label)
    made = [
        Estimate(f"{key}.effect", _("{label}: pilot minus controls").format(label=one.label), *effect),
        Estimate(f"{key}.before", _("{label}, before").format(label=one.label), one.level.before, one.unit, found.n),
        Estimate(
            f"{key}.after",
            _("{label}, after").format(label=one.label),
            one.level.after,
            one.unit,
            found.n,
            method=one.level.said,
        ),
    ]
    for what, value in (("p", one.change.p), ("permutation_p", one.change.permutation_p)):
        if value is not None:
            label = _("{label}: {what}").format(label=one.label, what=what)
            made.append(Estimate(f"{key}.{what}", label, value, "p", sum(one.change.n_units)))
    return tuple(made)
