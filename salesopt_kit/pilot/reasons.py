"""Why a figure's verdict is what it is, in plain words: both answers, and the one thing that weakens it most."""

import math

from salesopt_kit.engagement import Bound
from salesopt_kit.locale import _, sentences
from salesopt_kit.numbers import bare, shown
from salesopt_kit.pilot.check import Case, Check
from salesopt_kit.pilot.template import bound_text
from salesopt_kit.pilot.two_questions import FEWEST_TREATED, Change, Level
from salesopt_kit.terms import CheckOutcome, PilotAnswer

USUAL_P = 0.05


def why_changed(case: Case, change: Change, changed: PilotAnswer, *, is_one_of_many: bool = False) -> str:
    """Return why it is told, or not, that the pilot changed the figure."""
    if not case.arms.controls:
        return _("No unit kept the old process at the same time, so the season and chance could explain the change.")
    if math.isnan(change.gain):
        return _("Some unit has no data in the baseline or in the pilot, so the two sides cannot be compared.")
    if change.low is None or change.high is None:
        return _without_bounds(case, change)
    message = {
        PilotAnswer.YES: _(
            "Compared with the units that kept the old process, the pilot's got {moved} by {gain}; by chance alone, so "
            "large a difference comes less than once in 20 times."
        ),
        PilotAnswer.NO: _(
            "Compared with the units that kept the old process, the pilot's hardly moved ({gain} {moved}): less than "
            "the target needs, even with chance allowed for."
        ),
        PilotAnswer.CANNOT_TELL: _(
            "Compared with the units that kept the old process, the pilot's got {moved} by {gain}; units differ by as "
            "much without any pilot."
        ),
    }[changed]
    if changed is PilotAnswer.CANNOT_TELL and not change.low <= 0 <= change.high:
        message = _(
            "Compared with the units that kept the old process, the pilot's got {moved} by {gain}, but a check of the "
            "comparison failed, so the pilot cannot take the credit."
        )
        if len(case.arms.treated) < FEWEST_TREATED:
            message = _(
                "Compared with the units that kept the old process, the one pilot unit got {moved} by {gain}: that "
                "fits an effect, but one unit proves nothing."
            )
        elif not change.is_extreme:
            message = _(
                "Compared with the units that kept the old process, the pilot's got {moved} by {gain}, but single "
                "units without the pilot moved as much."
            )
        elif is_one_of_many:
            message = _(
                "Compared with the units that kept the old process, the pilot's got {moved} by {gain}; but where "
                "several figures are judged at once, one moves as much by chance."
            )
    return message.format(moved=_moved(change), gain=case.said(change.gain))


def _without_bounds(case: Case, change: Change) -> str:
    """Say what is known of an effect that no interval could be given for."""
    if change.method == "unit_t" or change.p is None:
        return _("There are too few units to know how much they differ without any pilot.")
    message = (
        _(
            "Compared with a mix of the others that had moved like them before, the pilot's units got {moved} by "
            "{gain}. That nothing changed is unlikely (p = {p:.3f}); how large the change is stays unsure, as the "
            "pilot's days vary too much for a margin of error."
        )
        if change.p <= USUAL_P
        else _(
            "Compared with a mix of the others that had moved like them before, the pilot's units got {moved} by "
            "{gain}. That may be chance (p = {p:.3f}), and no margin of error can be given."
        )
    )
    return message.format(moved=_moved(change), gain=case.said(change.gain), p=change.p)


def _moved(change: Change) -> str:
    return _("better") if change.gain > 0 else _("worse")


def why_met(case: Case, level: Level, met: PilotAnswer, target: Bound) -> str:
    """Return why it is told, or not, that the target is met."""
    unit = case.panel.unit
    if level.low is None or level.high is None:
        return _("Too few independent cases to know how sure the figure after is.")
    message = {
        PilotAnswer.YES: _(
            "After the pilot it is {after}; with chance allowed for, its true level is between {low} and {high}, which "
            "keeps the target ({target}) throughout."
        ),
        PilotAnswer.NO: _(
            "After the pilot it is {after}; with chance allowed for, its true level is between {low} and {high}, which "
            "misses the target ({target}) throughout."
        ),
        PilotAnswer.CANNOT_TELL: _(
            "After the pilot it is {after}; with chance allowed for, its true level is between {low} and {high}, and "
            "the target ({target}) lies between the two."
        ),
    }[met]
    said = message.format(
        after=shown(level.after, unit),
        low=bare(level.low, unit),
        high=shown(level.high, unit),
        target=bound_text(target, unit),
    )
    return sentences(said, _("It was kept before the pilot too.")) if target.is_met(level.before) else said


def weakest_link(  # noqa: PLR0911 -- one for each link
    case: Case, change: Change, changed: PilotAnswer, met: PilotAnswer, checks: tuple[Check, ...]
) -> str:
    """Return the one thing that weakens the verdict most, in the order in which it would have to be mended."""
    failed = sorted((check for check in checks if check.is_failed), key=lambda check: not check.blocks)
    early = [check.said for check in failed if check.key == "follow_up"]
    if early:
        return early[0]
    if not case.arms.controls:
        return _("Nobody kept the old process at the same time.")
    if len(case.arms.treated) < FEWEST_TREATED:
        return _("One pilot unit: whatever else happened there cannot be told from the pilot.")
    if failed and failed[0].blocks:
        return failed[0].said
    open_ = [check.said for check in checks if check.blocks and check.outcome is CheckOutcome.NOT_CHECKABLE]
    if changed is not PilotAnswer.YES and open_ and change.low is not None and change.low > 0:
        return open_[0]
    if changed is not PilotAnswer.YES:
        return _not_told(change)
    if met is not PilotAnswer.YES:
        return _("The figure after the pilot is not sure enough to say on which side of the target it lies.")
    if failed:
        return failed[0].said
    if change.smallest_p is not None and change.smallest_p > USUAL_P:
        return _("With {k} of {n} units, swapping units around can reach p = {p:.3f} at best.").format(
            k=change.n_units[0], n=sum(change.n_units), p=change.smallest_p
        )
    return _("Who took part was not drawn by lot, as far as the data tell.")


def _not_told(change: Change) -> str:
    if change.low is None:
        return _("Nobody knows how large the change is: no margin of error can be given.")
    message = _("The {n} units differ so much by themselves that a change of this size does not stand out.")
    return message.format(n=sum(change.n_units))
