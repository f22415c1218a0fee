"""X3: the honest verdict on the pilot, what to do next, both answers on each figure, and the checks behind them."""

import html
import math
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from salesopt_kit.locale import _, sentences
from salesopt_kit.metrics.dimensions import dimension_label
from salesopt_kit.numbers import bare, difference_unit, shown
from salesopt_kit.pilot.judge import Judged, together
from salesopt_kit.pilot.judged_pilot import JudgedPilot, judged_pilot
from salesopt_kit.pilot.template import arrow, bound_text
from salesopt_kit.results import Estimate, Result, Table, explains_missing
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import CheckOutcome, Verdict

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
    """The verdict on every target, the primary one first."""

    found: JudgedPilot

    def sentence(self) -> str:
        """Say the verdict on each figure."""
        return _("Each figure by itself: {each}.").format(each=_each(self.found.judged))

    def methods(self) -> Iterable[str]:
        """Return the methods behind both answers and the handbook's columns."""
        return _methods(self.found.judged)

    def estimates(self) -> tuple[Estimate, ...]:
        """Return effect, p values and figure after of every target."""
        return tuple(estimate for one in self.found.judged for estimate in _estimates(one))

    def caveats(self) -> tuple[str, ...]:
        """Return the reasons of each figure, its weakest link and what would settle it; and what is missing."""
        said = []
        for one in self.found.judged:
            message = _("{label}: {why} Weakest link: {link}")
            said.append(message.format(label=one.label, why=together(one.reasons), link=one.weakest))
            if one.settles.said:
                said.append(_("{label}, what would settle it: {what}").format(label=one.label, what=one.settles.said))
            if rescaled := _rescaled(one):
                said.append(rescaled)
        said += [
            _("{label}, change by the design: {what}").format(label=self.found.label_of(held), what=held.said())
            for held in self.found.expected
        ]
        said += [_("{label}: {why}").format(label=label, why=why) for label, why in self.found.absent]
        if len(self.found.judged) > 1:
            said.append(
                _(
                    "The more figures are judged, the likelier one looks good by luck: for success the primary figure "
                    "is tested alone, and the others have to pass a stricter test (Holm), as all have to for harm."
                )
            )
        return tuple(said)

    def table(self) -> pd.DataFrame:
        """Return one row per figure: the handbook's columns, both answers, the verdict."""
        return pd.DataFrame(_row(one) for one in self.found.judged)


@dataclass(frozen=True, slots=True)
class PilotJudgement(Result):
    """The verdict on the pilot and what to do next."""

    found: JudgedPilot

    def sentence(self) -> str:
        """Say the next step, what would help, and what the pilot came to."""
        return sentences(*self._said())

    def methods(self) -> Iterable[str]:
        """Return the methods on which the verdict rests."""
        return _methods(self.found.judged)

    def table(self) -> pd.DataFrame:
        """Return the verdict, why, the weakest link, what would settle the matter and what had been expected."""
        found, whole = self.found, self.found.whole
        primary, others = found.judged[0], found.judged[1:]
        met = sum(one.by_point is Verdict.MET for one in found.judged)
        rows = {
            _("Verdict on the pilot"): _("{verdict}. {why}").format(verdict=whole.verdict.label, why=whole.headline),
            _("Reasons"): whole.why,
            _("Weakest link"): whole.weakest,
            _("What would settle it"): primary.settles.said or _("Nothing is open."),
        }
        if others:
            rows[_("The other targets")] = _each(others)
        if found.expected:
            rows[_("Did the design expect it?")] = _("; ").join(
                _("{label}: {what}").format(label=found.label_of(held), what=held.said()) for held in found.expected
            )
        rows[_("Who is compared")] = _compared(found)
        rows[_("The handbook's table alone")] = _("{met} of {n} targets met").format(met=met, n=len(found.judged))
        return pd.DataFrame({_("Question"): rows.keys(), _("Answer"): rows.values()})

    def _said(self) -> tuple[str, str, str]:
        whole, primary = self.found.whole, self.found.judged[0]
        is_open = whole.verdict.value not in ("met_with_evidence", "harm", "not_met") and not primary.settles.until
        return whole.advice, primary.settles.said if is_open else "", whole.headline

    def _repr_html_(self) -> str:
        advice = html.escape(self.found.whole.advice)
        return Result._repr_html_(self).replace(advice, f"<strong>{advice}</strong>", 1)


@explains_missing
def pilot_verdict(tables: Tables) -> Result:
    """Return the verdict on the pilot as a whole and what to do next; MissingDataError without a pilot or targets."""
    return PilotJudgement(judged_pilot(tables))


@explains_missing
def verdicts(tables: Tables) -> Result:
    """Return the verdict on every target, with both answers; MissingDataError without a pilot or targets."""
    return Verdicts(judged_pilot(tables))


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


def _row(one: Judged) -> dict[str, str]:
    return {
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


def _methods(judged: tuple[Judged, ...]) -> set[str]:
    found = {"before_after", "student_t", *(one.contrast.method for one in judged)}
    if any(one.change.permutation_p is not None for one in judged):
        found |= {"permutation"}
    return found | {"multiplicity"} if len(judged) > 1 else found


def _each(judged: tuple[Judged, ...]) -> str:
    return _(", ").join(_("{label}: {verdict}").format(label=one.label, verdict=one.verdict.label) for one in judged)


def _compared(found: JudgedPilot) -> str:
    chosen = found.chosen
    message = _("Pilot: {treated}; the old process kept, as controls: {controls} (each a unit: {dimension})")
    return message.format(
        treated=_(", ").join(chosen.treated),
        controls=_(", ").join(chosen.controls) or _("nobody"),
        dimension=dimension_label(chosen.dimension),
    )


def _rescaled(one: Judged) -> str:
    """Say so where target and effect count differently; "" where they do not."""
    if math.isclose(one.scale, 1.0, rel_tol=1e-6):
        return ""
    sign = -1 if one.target.at_most is not None else 1
    message = _(
        "{label}: the target speaks of won deals ({won} before the pilot), the effect of all deals ({counted}; {all_} "
        "before the pilot). What the target needs is therefore put in proportion: {needed}."
    )
    return message.format(
        label=one.label,
        won=shown(one.level.before, one.unit),
        counted=one.counted,
        all_=shown(one.level.before * one.scale, one.unit),
        needed=shown(sign * one.needed, difference_unit(one.unit)),
    )


def _effect(one: Judged) -> str:
    found, unit = one.contrast, difference_unit(one.unit)
    if found.low is None or found.high is None:
        return _("{value} (margin of error not known)").format(value=shown(found.value, unit))
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
