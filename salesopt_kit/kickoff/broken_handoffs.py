"""T4: do hand-overs between departments come late?"""

from salesopt_kit import metrics
from salesopt_kit.kickoff.trigger import Trigger, above
from salesopt_kit.locale import _
from salesopt_kit.numbers import shown
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import TriggerState


def broken_handoffs(tables: Tables) -> Trigger:
    """Return T4: the share of hand-overs that wait over triggers.late_handoff_days, against its threshold.

    The interval decides; without a threshold the share is shown and nothing is decided. MissingDataError where the
    history names no departments.
    """
    settings = tables.engagement.config.triggers
    answer = metrics.handoffs(tables)
    share = answer.late_share
    evidence = _("{share} of {n:,} hand-overs waited over {limit} ({low} to {high}).").format(
        share=shown(share.value, "fraction"),
        n=share.n,
        limit=shown(settings.late_handoff_days, "days"),
        low=shown(share.low, "fraction"),
        high=shown(share.high, "fraction"),
    )
    if settings.late_handoff_share is None:
        supply = _("Agree which share is too much and write triggers.late_handoff_share in engagement.yml.")
        return Trigger("T4", question(), TriggerState.CANNOT_TELL, evidence, _("no threshold"), supply, (share,))
    yardstick = _("over {share} of the hand-overs (engagement.yml)").format(
        share=shown(settings.late_handoff_share, "fraction")
    )
    state = above(share, settings.late_handoff_share)
    supply = _("The interval holds the limit: take a longer period.") if state is TriggerState.CANNOT_TELL else ""
    return Trigger("T4", question(), state, evidence, yardstick, supply, (share,))


def question() -> str:
    """Return what T4 asks."""
    return _("Hand-overs with other departments come late")
