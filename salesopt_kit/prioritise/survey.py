"""Template 1, the current-state survey (销售流程现状调研表), from the pain points that people entered."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from salesopt_kit.locale import _
from salesopt_kit.numbers import shown
from salesopt_kit.records import PainPoint, load_records, needed, priority_of
from salesopt_kit.records.template_1 import survey_row
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import Level, Priority


@dataclass(frozen=True, slots=True)
class Survey(Result):
    """Pain points in the order they were entered, each with the client's name of its stage."""

    points: tuple[PainPoint, ...]
    stages: tuple[str, ...]

    def sentence(self) -> str:
        """Say how many pain points there are, and where most time goes by what people said."""
        timed = [point for point in self.points if point.days_per_deal is not None]
        said = _("{n} pain points were entered.").format(n=len(self.points))
        if not timed:
            return said
        longest = max(timed, key=lambda point: point.days_per_deal or 0.0)
        message = _("{said} The longest takes {days} per deal: {problem} ({id}).")
        return message.format(
            said=said, days=shown(longest.days_per_deal, "days"), problem=longest.problem, id=longest.id
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the days per deal of each pain point, as entered."""
        return tuple(
            Estimate(
                "survey.days_per_deal",
                point.problem,
                point.days_per_deal,
                "days",
                1,
                method=_("as entered"),
                group=f"pain_point={point.id}",
            )
            for point in self.points
            if point.days_per_deal is not None
        )

    def table(self) -> pd.DataFrame:
        """Return the template: its seven columns, a row per pain point."""
        return pd.DataFrame(
            survey_row(
                stage,
                point.departments,
                point.step,
                shown(point.days_per_deal, ""),
                point.type.label,
                point.problem,
                point.priority.label if point.priority else "",
            )
            for point, stage in zip(self.points, self.stages, strict=True)
        )

    def caveats(self) -> tuple[str, ...]:
        """Return where the priority that was entered and the matrix contradict each other."""
        return tuple(_contradictions(self.points))


@explains_missing
def survey_table(tables: Tables) -> Survey:
    """Return template 1 with the handbook's headings; MissingData without pain points."""
    records = load_records(tables.engagement)
    needed(records, "pain_points")
    stages = tuple(tables.engagement.stage_name(point.stage) for point in records.pain_points)
    return Survey(records.pain_points, stages)


def _contradictions(points: tuple[PainPoint, ...]) -> Iterator[str]:
    message = _("{id}: its priority was entered as {entered}, but impact and frequency make it {rule}.")
    for point in points:
        rule = priority_of(point)
        too_high = point.priority is Level.HIGH and rule is Priority.ROUTINE
        too_low = point.priority is Level.LOW and rule in (Priority.URGENT, Priority.IMPORTANT)
        if point.priority and rule and (too_high or too_low):
            yield message.format(id=point.id, entered=point.priority.label, rule=rule.label)
