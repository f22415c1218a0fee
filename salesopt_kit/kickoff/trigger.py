"""A trigger (T1 to T5) as it was judged: its state, what the data say, and what they were held against."""

from dataclasses import dataclass, replace

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.results import Estimate
from salesopt_kit.terms import TriggerState


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger: what it asks, its state, the evidence in words and numbers, the yardstick, and what to supply."""

    id: str
    question: str
    state: TriggerState
    evidence: str
    yardstick: str
    supply: str = ""
    figures: tuple[Estimate, ...] = ()

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the figures under ids of their own, for their window may differ from that of other pages."""
        return tuple(replace(figure, id=f"trigger.{self.id.lower()}.{figure.id}") for figure in self.figures)


def undecided(id_: str, question: str, yardstick: str, missing: MissingDataError) -> Trigger:
    """Return the trigger as one that nothing can be said of for want of data."""
    said = _("Not available: {what}").format(what=missing.what)
    return Trigger(id_, question, TriggerState.CANNOT_TELL, said, yardstick, missing.remedy)


def above(figure: Estimate, limit: float) -> TriggerState:
    """Return met (not met) where the whole interval is above (at or below) `limit`, cannot tell where it straddles."""
    if figure.value is None or figure.low is None:
        return TriggerState.CANNOT_TELL
    if figure.low > limit:
        return TriggerState.MET
    # An interval without an upper end (a median not reached yet) reaches beyond any limit.
    return TriggerState.NOT_MET if figure.high is not None and figure.high <= limit else TriggerState.CANNOT_TELL


def below(figure: Estimate, limit: float) -> TriggerState:
    """Return met (not met) where the whole interval is below (at or above) `limit`, cannot tell where it straddles."""
    if figure.low is None or figure.high is None:
        return TriggerState.CANNOT_TELL
    if figure.high < limit:
        return TriggerState.MET
    return TriggerState.NOT_MET if figure.low >= limit else TriggerState.CANNOT_TELL
