"""How far the matrix hangs on single ratings: what each priority becomes if one rating is off by one level."""

from dataclasses import dataclass

import pandas as pd

from salesopt_kit.locale import _
from salesopt_kit.prioritise.matrix import Placed, matrix
from salesopt_kit.records import priority
from salesopt_kit.results import Estimate, Missing, Result, explains_missing
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import Level, Priority

LEVELS = (Level.LOW, Level.MEDIUM, Level.HIGH)


@dataclass(frozen=True, slots=True)
class Shifted:
    """A pain point and its priority with one rating a level higher or lower; None where there is no such level."""

    placed: Placed
    impact_up: Priority | None
    impact_down: Priority | None
    frequency_up: Priority | None
    frequency_down: Priority | None

    @property
    def others(self) -> tuple[Priority, ...]:
        """The priorities it could have instead."""
        shifted = (self.impact_up, self.impact_down, self.frequency_up, self.frequency_down)
        return tuple(other for other in shifted if other and other is not self.placed.priority)

    @property
    def holds(self) -> bool:
        """Whether the priority stays the same whichever rating is off by one level."""
        return not self.others


@dataclass(frozen=True, slots=True)
class Sensitivity(Result):
    """Each rated pain point with its shifted priorities, in the order of the matrix."""

    rows: tuple[Shifted, ...]

    def sentence(self) -> str:
        """Say how many priorities hold."""
        message = _("{holds} of {n} pain points keep their priority whichever one of their ratings is off by a level.")
        return message.format(holds=sum(row.holds for row in self.rows), n=len(self.rows))

    def estimates(self) -> tuple[Estimate, ...]:
        """Return how many priorities hold."""
        holding = sum(row.holds for row in self.rows)
        label = _("Pain points whose priority holds")
        return (Estimate("matrix.holding", label, holding, "pain_points", len(self.rows), method=_("one rating off")),)

    def table(self) -> pd.DataFrame:
        """Return one row per pain point; "=" where the priority stays, an en dash where there is no such level."""
        return pd.DataFrame(
            {
                _("Record"): row.placed.point.id,
                _("Problem in detail"): row.placed.point.problem,
                _("Priority"): row.placed.priority.label,
                _("Impact one higher"): _cell(row, row.impact_up),
                _("Impact one lower"): _cell(row, row.impact_down),
                _("Frequency one higher"): _cell(row, row.frequency_up),
                _("Frequency one lower"): _cell(row, row.frequency_down),
            }
            for row in self.rows
        )


@explains_missing
def sensitivity(tables: Tables) -> Sensitivity | Missing:
    """Return which priorities change if one rating is off by one level."""
    answer = matrix(tables)
    if isinstance(answer, Missing):
        return answer
    return Sensitivity(tuple(shifted(placed) for placed in answer.placed))


def shifted(placed: Placed) -> Shifted:
    """Return the priorities around a pain point's place in the matrix."""
    impact, frequency = LEVELS.index(placed.impact), LEVELS.index(placed.frequency)
    return Shifted(
        placed,
        _at(impact + 1, frequency),
        _at(impact - 1, frequency),
        _at(impact, frequency + 1),
        _at(impact, frequency - 1),
    )


def _at(impact: int, frequency: int) -> Priority | None:
    places = range(len(LEVELS))
    return priority(LEVELS[impact], LEVELS[frequency]) if impact in places and frequency in places else None


def _cell(row: Shifted, other: Priority | None) -> str:
    if other is None:
        return "–"
    return "=" if other is row.placed.priority else other.label
