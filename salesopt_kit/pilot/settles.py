"""What data would settle a verdict that is open: more weeks, more units, or only waiting, computed from the spread."""

import math
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from salesopt_kit.engagement import Bound
from salesopt_kit.locale import _
from salesopt_kit.pilot.check import Case
from salesopt_kit.pilot.checks_during import follow_up_needed
from salesopt_kit.pilot.two_questions import FEWEST_TREATED, ONE_SIDED, Change, Level
from salesopt_kit.terms import PilotAnswer

MOST_WEEKS = 26
MOST_UNITS = 12


@dataclass(frozen=True, slots=True)
class Settles:
    """What would settle the verdict; all are None or False where nothing is open, or nothing within reason would."""

    said: str
    until: date | None = None
    weeks: int | None = None
    units: int | None = None
    is_longer: bool = False
    """Whether more weeks would, though nobody can compute how many."""
    is_again: bool = False
    """Whether only a new pilot would, as the comparison of this one failed a check."""


def settles(
    case: Case,
    change: Change,
    level: Level,
    answers: tuple[PilotAnswer, PilotAnswer],
    target: Bound,
    *,
    is_blocked: bool = False,
) -> Settles:
    """Return what would settle both answers, if the effect and the spread stay as they are measured.

    `is_blocked`: a check forbids to lay a change to the pilot.
    """
    until = case.arms.period[1] + timedelta(days=follow_up_needed(case, target))
    if case.rules.as_of < until:
        message = _("Follow the cases until {until} and judge then.")
        return Settles(message.format(until=until), until=until)
    if not case.arms.controls:
        return Settles(_("Units that keep the old process at the same time: two at least, better four."), units=2)
    if len(case.arms.treated) < FEWEST_TREATED:
        return Settles(_("One more pilot unit at least; with one, no number of weeks is proof."), units=1)
    if is_blocked and answers[0] is PilotAnswer.CANNOT_TELL:
        said = _("A new pilot: a comparison that failed a check is not mended by more of the same data.")
        return Settles(said, is_again=True)
    of_change = _for_change(case, change) if answers[0] is PilotAnswer.CANNOT_TELL else Settles("", weeks=0)
    of_target = _for_target(case, level, target) if answers[1] is PilotAnswer.CANNOT_TELL else Settles("", weeks=0)
    return _together(of_change, of_target)


def _together(change: Settles, target: Settles) -> Settles:
    if change.weeks == 0 and target.weeks == 0:
        return Settles("")
    for one in (change, target):
        if one.weeks is None:
            return one
    weeks = max(change.weeks or 0, target.weeks or 0)
    message = _("About {weeks} more weeks, if the effect stays as it is.")
    return Settles(message.format(weeks=weeks), weeks=weeks)


def _for_change(case: Case, change: Change) -> Settles:
    """Weeks shrink only what single weeks scatter; how units differ by themselves is shrunk by more units alone."""
    from scipy.special import stdtrit  # noqa: PLC0415 -- SciPy is loaded only when asked for

    if change.error is None or change.error == 0 or math.isnan(change.gain):
        return _without_error(change)
    if change.low is not None and change.high is not None and not change.low <= 0 <= change.high:
        return Settles(_("More units: among so few, single ones that moved by themselves weigh too much."), units=1)
    k, m = change.n_units
    width = max(int(case.grid.period_weeks.sum()), 1)
    noise = _weekly_noise(case)
    for weeks in range(1, MOST_WEEKS + 1):
        left = max(change.error**2 - noise * weeks / (width + weeks), 0.1 * change.error**2)
        if abs(change.gain) >= float(stdtrit(change.freedom, 0.975)) * math.sqrt(left):
            return Settles("", weeks=weeks)
    spread = change.error**2 / (1 / k + 1 / m)
    for more in range(1, MOST_UNITS + 1):
        quantile = float(stdtrit(change.freedom + more, 0.975))
        if abs(change.gain) >= quantile * math.sqrt(spread * (1 / (k + more) + 1 / m)):
            message = _("{n} more pilot units, if the effect stays as it is; more weeks alone would not do.")
            return Settles(message.format(n=more), units=more)
    return Settles(
        _("More of the same data will not settle it: a change of this size does not stand out from how units differ.")
    )


def _without_error(change: Change) -> Settles:
    if math.isnan(change.gain):
        return Settles(_("Data of every unit in the baseline and in the pilot."))
    if change.method != "unit_t":
        said = _("A longer pilot: so far its days vary too much. How many more are needed cannot be computed.")
        return Settles(said, is_longer=True)
    return Settles(_("More units: so few do not show how much they differ without any pilot."), units=1)


def _weekly_noise(case: Case) -> float:
    """Return the part of the effect's variance that single weeks make."""
    weekly = case.grid.weekly(case.grid.period_weeks)
    with np.errstate(invalid="ignore"):
        of_unit = np.nanvar(weekly, axis=1, ddof=1) / (~np.isnan(weekly)).sum(axis=1) if weekly.shape[1] > 1 else 0.0
    of_unit = np.nan_to_num(np.broadcast_to(of_unit, len(weekly)))
    own = case.grid.is_treated
    return float(of_unit[own].mean() / own.sum() + of_unit[~own].mean() / (~own).sum())


def _for_target(case: Case, level: Level, target: Bound) -> Settles:
    from scipy.special import stdtrit  # noqa: PLC0415

    if level.error is None:
        return Settles(_("More sellers or weeks in the pilot: one alone shows no spread."))
    bound = target.at_most if target.at_most is not None else (target.at_least or 0.0)
    distance = abs(level.after - bound)
    step = float(stdtrit(level.freedom, ONE_SIDED)) * level.error
    width = max(int(case.grid.period_weeks.sum()), 1)
    weeks = math.ceil(width * ((step / distance) ** 2 - 1)) if distance > 0 else MOST_WEEKS + 1
    if weeks > MOST_WEEKS:
        said = _(
            "More of the same data will not settle it: the figure lies almost on the target. Agree with the sponsor "
            "whether that is good enough."
        )
        return Settles(said)
    return Settles("", weeks=max(weeks, 1))
