"""T1 to T5 together: is there a reason to start?"""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.kickoff import broken_handoffs, cumbersome_process, long_cycle, low_output, slow_ramp
from salesopt_kit.kickoff.trigger import Trigger, undecided
from salesopt_kit.locale import _
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import TriggerState

JUDGES: tuple[tuple[str, Callable[[Tables], Trigger], Callable[[], str]], ...] = (
    ("T1", low_output.low_output, low_output.question),
    ("T2", long_cycle.long_cycle, long_cycle.question),
    ("T3", cumbersome_process.cumbersome_process, cumbersome_process.question),
    ("T4", broken_handoffs.broken_handoffs, broken_handoffs.question),
    ("T5", slow_ramp.slow_ramp, slow_ramp.question),
)


@dataclass(frozen=True, slots=True)
class Triggers(Result):
    """The five triggers, each judged."""

    found: tuple[Trigger, ...]

    def sentence(self) -> str:
        """Recommend to start, not to start yet, or to gather data first."""
        met, unknown = (
            [trigger.id for trigger in self.found if trigger.state is state]
            for state in (TriggerState.MET, TriggerState.CANNOT_TELL)
        )
        if met:
            message = _("Start: {n} of {of} triggers are met ({ids}).")
            return message.format(n=len(met), of=len(self.found), ids=_(", ").join(met))
        if unknown:
            message = _("Gather data first: no trigger is met, and {ids} cannot be judged yet.")
            return message.format(ids=_(", ").join(unknown))
        return _("Do not start yet: none of the {of} triggers is met.").format(of=len(self.found))

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the figures that the triggers were judged by."""
        return tuple(estimate for trigger in self.found for estimate in trigger.estimates())

    def caveats(self) -> tuple[str, ...]:
        """Warn that bad months are followed by better ones whatever is done."""
        return (
            _(
                "A trigger often fires after the worst months, and after the worst months things get better by "
                "themselves. Such a recovery is no success of the project: it will be compared with longer times and "
                "with teams that change nothing."
            ),
        )

    def table(self) -> pd.DataFrame:
        """Return one row per trigger."""
        cells = pd.DataFrame(
            {
                "": trigger.id,
                _("Trigger"): trigger.question,
                _("Judged"): trigger.state.label,
                _("Evidence"): trigger.evidence,
                _("Held against"): trigger.yardstick,
                _("To supply"): trigger.supply,
            }
            for trigger in self.found
        )
        return cells if any(trigger.supply for trigger in self.found) else cells.drop(columns=_("To supply"))


@explains_missing
def triggers(tables: Tables) -> Result:
    """Return T1 to T5, each met, not met or undecided with its evidence; never fails for want of data."""
    return Triggers(tuple(_judged(tables, *judge) for judge in JUDGES))


def _judged(tables: Tables, id_: str, judge: Callable[[Tables], Trigger], question: Callable[[], str]) -> Trigger:
    try:
        return judge(tables)
    except MissingDataError as missing:
        return undecided(id_, question(), "–", missing)
