"""P2: the pain points in the order that the impact-frequency matrix (影响度-发生频次) gives them."""

from dataclasses import dataclass

import pandas as pd

from salesopt_kit.locale import _
from salesopt_kit.prioritise.ranking import order_key
from salesopt_kit.prioritise.scales import graded
from salesopt_kit.records import PainPoint, priority
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import Level, Priority


@dataclass(frozen=True, slots=True)
class Placed:
    """A pain point with its two levels, its priority by rule P2 and the client's name of its stage.

    `from_data` says of each level, impact then frequency, whether it was left empty and is that of the data.
    """

    point: PainPoint
    stage: str
    impact: Level
    frequency: Level
    priority: Priority
    from_data: tuple[bool, bool] = (False, False)

    @property
    def is_rated(self) -> bool:
        """Whether people rated both levels."""
        return not any(self.from_data)


@dataclass(frozen=True, slots=True)
class Matrix(Result):
    """The pain points with a priority, most pressing first, and the ids of those that have none yet."""

    placed: tuple[Placed, ...]
    unrated: tuple[str, ...]

    def sentence(self) -> str:
        """Say how many pain points have each priority."""
        message = _("Of {n} rated pain points {urgent} are urgent, {important} important and {routine} routine.")
        counts = {priority.value: len(self.of(priority)) for priority in Priority}
        return message.format(n=len(self.placed), **counts)

    def of(self, priority: Priority) -> tuple[Placed, ...]:
        """Return the pain points of one priority."""
        return tuple(placed for placed in self.placed if placed.priority is priority)

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the number of pain points of each priority."""
        return tuple(
            Estimate(
                "matrix.pain_points",
                priority.label,
                len(self.of(priority)),
                "pain_points",
                len(self.placed),
                method=_("impact-frequency matrix"),
                group=f"priority={priority.value}",
            )
            for priority in Priority
        )

    def caveats(self) -> tuple[str, ...]:
        """Return which pain points the matrix has no place for yet."""
        said = []
        if taken := [placed.point.id for placed in self.placed if not placed.is_rated]:
            message = _("Not rated by people, so placed by the data (marked *): {ids}.")
            said.append(message.format(ids=_(", ").join(taken)))
        if self.unrated:
            said.append(_("Not rated yet, so without a priority: {ids}.").format(ids=_(", ").join(self.unrated)))
        return tuple(said)

    def table(self) -> pd.DataFrame:
        """Return one row per rated pain point."""
        return pd.DataFrame(
            {
                _("Priority"): placed.priority.label,
                _("Record"): placed.point.id,
                _("Process stage"): placed.stage,
                _("Problem in detail"): placed.point.problem,
                _("Issue type"): placed.point.type.label,
                _("Impact"): placed.impact.label + "*" * placed.from_data[0],
                _("Frequency"): placed.frequency.label + "*" * placed.from_data[1],
            }
            for placed in self.placed
        )


@explains_missing
def matrix(tables: Tables) -> Matrix:
    """Return the pain points by priority, then impact, then frequency, then as entered.

    A person's rating counts; where it was left empty, the level that the data reach on `scales` does.
    """
    placed, unrated = [], []
    for row in graded(tables):
        if row.impact is None or row.frequency is None:
            unrated.append(row.point.id)
            continue
        from_data = (row.point.impact is None, row.point.frequency is None)
        rule = priority(row.impact, row.frequency)
        placed.append(Placed(row.point, row.row.stage, row.impact, row.frequency, rule, from_data))
    placed.sort(key=lambda one: order_key((one.impact, one.frequency)))
    return Matrix(tuple(placed), tuple(unrated))
