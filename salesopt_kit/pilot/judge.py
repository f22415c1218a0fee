"""X3: the honest verdict on one figure of a pilot, from its panel alone, without a database."""

import math
from dataclasses import dataclass

from salesopt_kit.engagement import Bound
from salesopt_kit.pilot.check import Case, Check, Rules
from salesopt_kit.pilot.checks_before import balance, baseline_length, pre_trend, regression_to_the_mean
from salesopt_kit.pilot.checks_during import contamination, follow_up, missing_days, novelty, sample_ratio
from salesopt_kit.pilot.contrast import Arms, Contrast
from salesopt_kit.pilot.grid import grid_of
from salesopt_kit.pilot.panel import Panel
from salesopt_kit.pilot.reasons import USUAL_P, weakest_link, why_changed, why_met
from salesopt_kit.pilot.settles import Settles, settles
from salesopt_kit.pilot.two_questions import (
    Change,
    Level,
    change_of,
    contrast_of,
    did_it_change,
    figure_before,
    is_it_met,
    level_of,
)
from salesopt_kit.terms import CheckOutcome, HonestVerdict, PilotAnswer, Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """One figure: the handbook's row, both answers, the verdict with its reasons, and what would settle it."""

    metric: str
    label: str
    unit: str
    target: Bound
    level: Level
    contrast: Contrast
    change: Change
    changed: PilotAnswer
    is_met: PilotAnswer
    verdict: HonestVerdict
    reasons: tuple[str, ...]
    weakest: str
    checks: tuple[Check, ...]
    settles: Settles
    needed: float
    """The gain that the target needs, on the scale of `change`."""
    scale: float = 1.0
    """What a unit of the target's figure is on the scale of `change`."""
    counted: str = ""
    """What the change counts, in words."""

    @property
    def by_point(self) -> Verdict:
        """The handbook's verdict: the figure after against the target, whatever its uncertainty."""
        if math.isnan(self.level.after):
            return Verdict.CANNOT_TELL
        return Verdict.MET if self.target.is_met(self.level.after) else Verdict.NOT_MET


def judge(
    panel: Panel,
    arms: Arms,
    target: Bound,
    rules: Rules,
    *,
    level: Level | None = None,
    more: tuple[Check, ...] = (),
    p_factor: float = 1.0,
    harm_factor: float = 1.0,
) -> Judged:
    """Return the verdict on one figure.

    `level` is the figure that the target speaks of, where it is not the panel's own (the cycle: deals won in the
    period). `more` are further checks. For figures judged at once the p of a gain is multiplied by `p_factor`, and that
    of a change for the worse by `harm_factor`, as any figure would make the whole pilot harm (Holm).
    """
    case = Case(panel, arms, grid_of(panel, arms), rules)
    change = change_of(case)
    level = level or level_of(case)
    checks = (*checks_of(case, change, target), *more)
    factor = p_factor if change.gain > 0 else harm_factor
    p = None if change.p is None else min(change.p * factor, 1.0)
    scale = _scale(case, level)
    needed = needed_gain(level, target) * scale
    changed = did_it_change(change, needed, is_blocked=is_blocked(checks), p=p)
    met = is_it_met(level, target)
    is_early = any(check.key == "follow_up" and check.is_failed for check in checks)
    is_one_of_many = change.p is not None and p is not None and change.p <= USUAL_P < p
    verdict = ladder(change, changed, met, target.is_met(level.after), is_early=is_early, is_one_of_many=is_one_of_many)
    return Judged(
        panel.metric,
        panel.label,
        panel.unit,
        target,
        level,
        contrast_of(case, change),
        change,
        changed,
        met,
        verdict,
        (why_changed(case, change, changed, is_one_of_many=is_one_of_many), why_met(case, level, met, target)),
        weakest_link(case, change, changed, met, checks),
        checks,
        settles(case, change, level, (changed, met), target, is_blocked=is_blocked(checks)),
        needed,
        scale,
        panel.said,
    )


def _scale(case: Case, level: Level) -> float:
    """Return what a unit of the target's figure is on the panel's scale, by both figures before the pilot.

    They differ for the cycle alone: the target speaks of won deals, the panel of all deals, each up to the horizon.
    """
    own = figure_before(case)
    return own / level.before if level.before and not math.isnan(own / level.before) else 1.0


def together(sentences: tuple[str, ...]) -> str:
    """Return sentences one after the other; Chinese has no space between them."""
    return " ".join(sentences).replace("。 ", "。")


def checks_of(case: Case, change: Change, target: Bound | None) -> tuple[Check, ...]:
    """Return the checks of one figure, in the order of a pilot's life."""
    return (
        baseline_length(case),
        pre_trend(case),
        balance(case),
        regression_to_the_mean(case, change.gain, change.low),
        sample_ratio(case),
        missing_days(case),
        novelty(case),
        contamination(case),
        follow_up(case, target),
    )


def is_blocked(checks: tuple[Check, ...]) -> bool:
    """Return whether a check forbids to lay a change to the pilot.

    A blocking check that failed does; so does a bad start that cannot be told where the baseline is no remedy either.
    """
    by_key = {check.key: check for check in checks}
    start, length = by_key.get("regression_to_the_mean"), by_key.get("baseline_length")
    is_open = start is not None and start.outcome is CheckOutcome.NOT_CHECKABLE and length is not None
    return any(check.blocks and check.is_failed for check in checks) or bool(is_open and length and length.is_failed)


def needed_gain(level: Level, target: Bound) -> float:
    """Return by how much the figure had to improve to reach its target; 0 or less where it was met before."""
    if target.at_most is not None:
        return level.before - target.at_most
    return (target.at_least or 0.0) - level.before


def ladder(
    change: Change,
    changed: PilotAnswer,
    met: PilotAnswer,
    is_met_by_point: bool,
    *,
    is_early: bool,
    is_one_of_many: bool = False,
) -> HonestVerdict:
    """Return the verdict from both answers and the handbook's one.

    Harm comes before all else, as it is what nobody may overlook; a verdict before the follow-up is none. Where several
    figures are judged, one moves as much by chance more often: `is_one_of_many` is what multiplicity leaves no harm.
    """
    if is_early or math.isnan(change.gain):
        return HonestVerdict.NOT_ENOUGH
    if change.high is not None and change.high < 0 and change.is_extreme and not is_one_of_many:
        return HonestVerdict.HARM
    if met is PilotAnswer.NO:
        return HonestVerdict.NOT_MET
    if met is PilotAnswer.YES and changed is PilotAnswer.YES:
        return HonestVerdict.WITH_EVIDENCE
    return HonestVerdict.ON_SURFACE if is_met_by_point else HonestVerdict.NOT_ENOUGH
