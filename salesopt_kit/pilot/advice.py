"""What a pilot came to and what to do next, each as one sentence for readers who know no statistics."""

from salesopt_kit.locale import _
from salesopt_kit.pilot.judge import Judged
from salesopt_kit.pilot.template import bound_text
from salesopt_kit.terms import HonestVerdict, NextStep, PilotAnswer


def headline(primary: Judged) -> str:
    """Return what became of the primary figure, from both answers."""
    message = _by_verdict(primary)
    return message.format(label=primary.label, target=bound_text(primary.target, primary.unit))


def _by_verdict(one: Judged) -> str:
    if one.verdict is HonestVerdict.WITH_EVIDENCE:
        return _("The pilot worked: {label} got better because of it, and the target ({target}) is met.")
    if one.settles.until:
        return _("It is too early to judge {label}.")
    if one.verdict is HonestVerdict.NOT_MET:
        return (
            _("The pilot improved {label}, but the target ({target}) is clearly missed.")
            if one.changed is PilotAnswer.YES
            else _("The target for {label} ({target}) is clearly missed.")
        )
    if one.changed is PilotAnswer.YES:
        return _("The pilot did improve {label}; only whether the target ({target}) is met is too close to call.")
    if one.verdict is HonestVerdict.ON_SURFACE:
        return (
            _("On paper {label} meets its target ({target}), but the pilot did not bring what that takes.")
            if one.changed is PilotAnswer.NO
            else _("On paper {label} meets its target ({target}), but nobody can tell yet that the pilot is the cause.")
        )
    return (
        _("The pilot did not bring {label} what its target ({target}) takes.")
        if one.changed is PilotAnswer.NO
        else _("Nobody can tell yet whether the pilot improved {label}, and its target ({target}) is not safely met.")
    )


def advice(step: NextStep, judged: tuple[Judged, ...]) -> str:
    """Return the next step; the primary figure comes first in `judged`."""
    open_ = judged[0].settles
    told = {
        NextStep.ROLL_OUT: _("Next step: roll the new process out to everybody."),
        NextStep.WAIT: _("Next step: wait until {until}, then judge again; do not roll out before."),
        NextStep.REPEAT: _("Next step: do not roll out yet; pilot once more, and mend first what the checks found."),
        NextStep.REDESIGN: _("Next step: do not roll out; work the measures over, and pilot them again."),
        NextStep.STOP: _("Next step: stop the pilot, go back to the old process, and find out what went wrong."),
        NextStep.WATCH: _("Next step: roll out to one unit after another, and watch these every week: {names}."),
        NextStep.EXTEND: _extended(judged[0]),
    }
    shaky = [one.label for one in judged if one.verdict is not HonestVerdict.WITH_EVIDENCE] or [judged[0].label]
    return told[step].format(until=open_.until, names=_(", ").join(shaky), weeks=open_.weeks, units=open_.units)


def _extended(primary: Judged) -> str:
    if primary.change.n_units[1] == 0:
        return _("Next step: do not roll out yet; find units that keep the old process, and pilot against them.")
    if primary.settles.units is not None:
        return _("Next step: do not roll out yet; let more units join the pilot ({units} at least), then judge again.")
    if primary.settles.weeks is not None:
        return _("Next step: do not roll out yet; let the pilot run about {weeks} more weeks, then judge again.")
    return _("Next step: do not roll out yet; let the pilot run longer, then judge again.")
