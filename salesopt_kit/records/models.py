"""Records as people write and read them: each with what it has to do with others, which the store keeps as links.

Text that is not known yet may be left empty, for what is missing in the chain is shown, not refused; what cannot be
understood is refused.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import Field

from salesopt_kit.engagement import Part, Text
from salesopt_kit.records import rows
from salesopt_kit.records.pilot_plan import PilotPlan
from salesopt_kit.records.rows import (
    ControlChart,
    DailyEntry,
    Evaluation,
    Note,
    Observation,
    Review,
    Target,
    Training,
    Trigger,
    Wave,
)

Evidence = tuple[Text, ...]
"""References (metric:..., complaint:..., interview:...) or plain words."""


class About(Part):
    """What a record is about: the ids of others."""

    about: tuple[Text, ...] = ()


class PainPoint(rows.PainPoint):
    """P1 and template 1: one problem of today's process, with what it rests on."""

    id: str = Field(pattern=r"^PP-[0-9]+$")
    evidence: Evidence = ()
    triggers: tuple[Literal["T1", "T2", "T3", "T4", "T5"], ...] = ()


class Why(rows.Why):
    """One answer to "why?", with what supports it."""

    evidence: Evidence = ()


class RootCause(rows.RootCause):
    """A root cause as it stands at the end of a chain."""

    id: str = Field(pattern=r"^RC-[0-9]+$")


class WhyChain(rows.WhyChain):
    """P3: the whys below one pain point, in order; several chains may begin at the same pain point."""

    id: str = Field(pattern=r"^WHY-[0-9]+$")
    pain_point: Text
    whys: tuple[Why, ...] = ()
    root_cause: RootCause | None = None


class Measure(rows.Measure):
    """Template 2: what is done about a root cause, by whom and until when."""

    id: str = Field(pattern=r"^ME-[0-9]+$")
    root_cause: Note = ""
    targets: tuple[Text, ...] = Field(default=(), description="Keys of `targets` in engagement.yml that it works for.")
    backed_by: tuple[Text, ...] = Field(default=(), description="Ids of the sponsors who back it.")


class NodeChange(rows.NodeChange):
    """S2: what becomes of one node of the process, and by which measure."""

    measure: Note = ""


class DecisionRight(rows.DecisionRight):
    """S1: who approves which deals, today and then, and by which measure."""

    measure: Note = ""


class Sop(rows.Sop, About):
    """S2: the standard operating procedure of a node."""


class Risk(rows.Risk):
    """C4: what may go wrong with the change, and what is done then."""

    id: str = Field(pattern=r"^RI-[0-9]+$")


class Sponsor(rows.Sponsor):
    """C1: who backs the change in writing."""

    id: str = Field(pattern=r"^SP-[0-9]+$")


class Responsibility(rows.Responsibility, About):
    """S1: who does or decides what at a node of the new process."""


class Meeting(rows.Meeting, About):
    """C1: one meeting of the task force."""


class Decision(rows.Decision, About):
    """What was decided, by whom."""


class Feedback(rows.Feedback, About):
    """C3: what the team says of the change."""


class PilotNote(rows.PilotNote, About):
    """X2: what was seen or adjusted while the pilot ran."""


class Prediction(rows.Prediction):
    """S2: what measures are expected to bring, with the ids of those measures."""

    measures: tuple[Text, ...] = ()


class RuleUpdate(rows.RuleUpdate, About):
    """R1: a rule or document that has to be brought up to date, with the procedures and measures it is about."""


class Alarm(rows.Alarm, About):
    """R2: an alarm of a control chart, with the measures that answer it."""


class FixedTarget(Part):
    """When a target of engagement.yml was fixed."""

    key: Text
    fixed_on: date


@dataclass(frozen=True, slots=True)
class Records:
    """Everything that people entered for one engagement, checked; each kind in the order it was entered."""

    pain_points: tuple[PainPoint, ...] = ()
    why_chains: tuple[WhyChain, ...] = ()
    measures: tuple[Measure, ...] = ()
    risks: tuple[Risk, ...] = ()
    evaluations: tuple[Evaluation, ...] = ()
    sponsors: tuple[Sponsor, ...] = ()
    trainings: tuple[Training, ...] = ()
    reviews: tuple[Review, ...] = ()
    waves: tuple[Wave, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    observations: tuple[Observation, ...] = ()
    targets: tuple[Target, ...] = ()
    responsibilities: tuple[Responsibility, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    decisions: tuple[Decision, ...] = ()
    feedback: tuple[Feedback, ...] = ()
    pilot_notes: tuple[PilotNote, ...] = ()
    daily_entries: tuple[DailyEntry, ...] = ()
    predictions: tuple[Prediction, ...] = ()
    pilot_plans: tuple[PilotPlan, ...] = ()
    node_changes: tuple[NodeChange, ...] = ()
    decision_rights: tuple[DecisionRight, ...] = ()
    sops: tuple[Sop, ...] = ()
    rule_updates: tuple[RuleUpdate, ...] = ()
    charts: tuple[ControlChart, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    loose: tuple[rows.Record, ...] = ()
    """Chains, whys and root causes that no pain point leads to."""
    pilot_began: date | None = None
    pilot_ripe_on: date | None = None
    """When the pilot can be judged: its last day and the follow-up of its plan."""
    as_of: date | None = None
    """The day on which records are looked at, to tell what is overdue."""

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
