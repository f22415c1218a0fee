"""P2: the pain points in the order that the impact-frequency matrix (影响度-发生频次) gives them."""

from dataclasses import dataclass

import pandas as pd

from salesopt_kit.locale import _
from salesopt_kit.records import PainPoint, load_records, needed, priority_of
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import Level, Priority

ORDER = tuple(Level)


@dataclass(frozen=True, slots=True)
class Placed:
    """A pain point with its ratings, its priority by rule P2 and the client's name of its stage."""

    point: PainPoint
    stage: str
    impact: Level
    frequency: Level
    priority: Priority


@dataclass(frozen=True, slots=True)
class Matrix(Result):
    """The rated pain points, most pressing first, and the ids of those not rated yet."""

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
        if not self.unrated:
            return ()
        return (_("Not rated yet, so without a priority: {ids}.").format(ids=_(", ").join(self.unrated)),)

    def table(self) -> pd.DataFrame:
        """Return one row per rated pain point."""
        return pd.DataFrame(
            {
                _("Priority"): placed.priority.label,
                _("Record"): placed.point.id,
                _("Process stage"): placed.stage,
                _("Problem in detail"): placed.point.problem,
                _("Issue type"): placed.point.type.label,
                _("Impact"): placed.impact.label,
                _("Frequency"): placed.frequency.label,
            }
            for placed in self.placed
        )


@explains_missing
def matrix(tables: Tables) -> Matrix:
    """Return the pain points by priority, then impact, then frequency, then as entered."""
    records = load_records(tables.engagement)
    needed(records, "pain_points")
    placed = []
    for point in records.pain_points:
        rule = priority_of(point)
        if rule and point.impact and point.frequency:
            name = tables.engagement.stage_name(point.stage)
            placed.append(Placed(point, name, point.impact, point.frequency, rule))
    placed.sort(key=lambda one: (tuple(Priority).index(one.priority), ORDER.index(one.impact)))
    unrated = tuple(point.id for point in records.pain_points if priority_of(point) is None)
    return Matrix(tuple(placed), unrated)
