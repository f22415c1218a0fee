"""What people enter, one model a kind of record: pain points, whys, root causes, measures, risks and the rest.

Text that is not known yet may be left empty, for what is missing in the chain is shown, not refused; what cannot be
understood is refused.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from salesopt_kit.engagement import Bound, Part, Text
from salesopt_kit.locale import _
from salesopt_kit.terms import IssueType, Level, Principle

Note = Annotated[str, BeforeValidator(lambda given: "" if given is None else given)]
"""Text that may be empty, or a key with nothing behind it."""
Evidence = tuple[Text, ...]
"""References (metric:..., complaint:..., interview:...) or plain words."""


class PainPoint(Part):
    """P1 and template 1: one problem of today's process."""

    id: str = Field(pattern=r"^PP-[0-9]+$")
    stage: Text = Field(description="Id of a stage in engagement.yml, or plain words.")
    departments: Note = ""
    step: Note = Field(default="", description="The current step in short.")
    days_per_deal: float | None = Field(default=None, ge=0)
    type: IssueType
    problem: Text
    impact: Level | None = None
    frequency: Level | None = None
    priority: Level | None = Field(default=None, description="Template 1's own priority, as entered.")
    evidence: Evidence = ()
    triggers: tuple[Literal["T1", "T2", "T3", "T4", "T5"], ...] = ()


class Why(Part):
    """One answer to "why?", with what supports it."""

    text: Text
    evidence: Evidence = ()


class RootCause(Part):
    """Where the whys end; marked by a person, never by the kit."""

    id: str = Field(pattern=r"^RC-[0-9]+$")
    text: Text
    marked_by: Note = ""
    marked_on: date | None = None


class WhyChain(Part):
    """P3: the whys below one pain point, in order; several chains may begin at the same pain point."""

    id: str = Field(pattern=r"^WHY-[0-9]+$")
    pain_point: Text
    whys: tuple[Why, ...] = ()
    root_cause: RootCause | None = None


class Measure(Part):
    """Template 2: what is done about a root cause, by whom and until when."""

    id: str = Field(pattern=r"^ME-[0-9]+$")
    root_cause: Note = ""
    measure: Text
    department: Note = ""
    owner: Note = ""
    start: date | None = None
    due: date | None = None
    resources: Note = ""
    acceptance: Note = ""
    principle: Principle | None = None
    targets: tuple[Text, ...] = Field(default=(), description="Keys of `targets` in engagement.yml that it works for.")


class Risk(Part):
    """C4: what may go wrong with the change, and what is done then."""

    id: str = Field(pattern=r"^RI-[0-9]+$")
    risk: Text
    likelihood: Level
    impact: Level
    contingency: Note = ""
    owner: Note = ""


class Evaluation(Part):
    """Template 3 as entered: one figure before and after the pilot; a "fraction" is between 0 and 1."""

    metric: Text
    label: Text
    unit: Literal["days", "fraction", "hours", "score"]
    before: float
    after: float
    before_period: tuple[date, date]
    after_period: tuple[date, date]
    target: Bound

    @field_validator("before_period", "after_period")
    @classmethod
    def _in_order(cls, span: tuple[date, date]) -> tuple[date, date]:
        if span[0] > span[1]:
            raise ValueError(_("a first day before the last day"))
        return span


class Sponsor(Part):
    """C1: who backs the change in writing."""

    id: str = Field(pattern=r"^SP-[0-9]+$")
    name: Text
    role: Note = ""
    scope: Note = ""
    signed_on: date | None = None


class Training(Part):
    """R1: how many of a unit's people were trained."""

    unit: Text
    people: int = Field(ge=1)
    trained: int = Field(ge=0)
    held_on: date | None = None

    @model_validator(mode="after")
    def _no_more_than_there_are(self) -> "Training":
        if self.trained > self.people:
            raise ValueError(_("no more people trained than there are"))
        return self


class Review(Part):
    """R3: one quarterly review."""

    quarter: str = Field(pattern=r"^[0-9]{4}Q[1-4]$", description="Such as 2024Q3.")
    held_on: date | None = None
    decisions: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Records:
    """Everything that people entered for one engagement, checked; each kind in the order of its file."""

    pain_points: tuple[PainPoint, ...] = ()
    why_chains: tuple[WhyChain, ...] = ()
    measures: tuple[Measure, ...] = ()
    risks: tuple[Risk, ...] = ()
    evaluations: tuple[Evaluation, ...] = ()
    sponsors: tuple[Sponsor, ...] = ()
    trainings: tuple[Training, ...] = ()
    reviews: tuple[Review, ...] = ()

    @property
    def root_causes(self) -> dict[str, RootCause]:
        """Every root cause by its id."""
        return {chain.root_cause.id: chain.root_cause for chain in self.why_chains if chain.root_cause}

    def chains_of(self, pain_point: PainPoint) -> tuple[WhyChain, ...]:
        """Return the why chains that begin at a pain point."""
        return tuple(chain for chain in self.why_chains if chain.pain_point == pain_point.id)

    def measures_of(self, pain_point: PainPoint) -> tuple[Measure, ...]:
        """Return the measures that answer a root cause of a pain point."""
        causes = {chain.root_cause.id for chain in self.chains_of(pain_point) if chain.root_cause}
        return tuple(measure for measure in self.measures if measure.root_cause in causes)

    def pain_points_of(self, measure: Measure) -> tuple[PainPoint, ...]:
        """Return the pain points whose root cause a measure answers."""
        return tuple(point for point in self.pain_points if measure in self.measures_of(point))
