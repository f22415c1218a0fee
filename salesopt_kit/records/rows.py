"""What the store keeps of each kind of record. What a record has to do with another is a link, never a field."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from salesopt_kit.engagement import Bound, Part, Text
from salesopt_kit.locale import _
from salesopt_kit.terms import (
    HonestVerdict,
    IssueType,
    Level,
    NodeChangeKind,
    NoteKind,
    Principle,
    RuleKind,
    VoiceGroup,
)

Note = Annotated[str, BeforeValidator(lambda given: "" if given is None else given)]
"""Text that may be empty, or a key with nothing behind it."""

Rights = Annotated[tuple[Text, ...], Field(description="Rights in a system that somebody has to be given.")]
Lessons = Annotated[tuple[Text, ...], Field(description="Who has to learn what.")]
Money = Annotated[float | None, Field(ge=0, description="In the currency of the engagement.")]


class Record(Part):
    """A record; the store draws an id for one that has none yet."""

    id: str = ""


class Trigger(Record):
    """T1 to T5: a reason to start."""

    id: str = Field(default="", pattern=r"^(T[1-5])?$")
    text: Note = ""
    met_on: date | None = None


class Observation(Record):
    """What was seen: a figure frozen from a run with its interval, complaints about a topic, a statement."""

    id: str = Field(default="", pattern=r"^(OB-[0-9]+)?$")
    reference: Text = Field(description="metric:..., complaint:..., interview:... or plain words.")
    text: Note = Field(default="", description="What it says, in a reader's words.")
    value: float | None = None
    low: float | None = Field(default=None, description="Bounds of the 95 % interval.")
    high: float | None = None
    unit: Note = ""
    n: int | None = Field(default=None, ge=0)
    method: Note = ""
    window: tuple[date, date] | None = None
    frozen_on: date | None = None
    group: VoiceGroup | None = Field(default=None, description="Who said it.")

    @property
    def source(self) -> Literal["metric", "complaint", "interview", "statement"]:
        """What the reference points to; plain words are a statement."""
        head, colon, _name = self.reference.partition(":")
        return head if colon and head in ("metric", "complaint", "interview") else "statement"  # type: ignore[return-value]


class PainPoint(Record):
    """P1 and template 1: one problem of today's process."""

    id: str = Field(default="", pattern=r"^(PP-[0-9]+)?$")
    stage: Text = Field(description="Id of a stage in engagement.yml, or plain words.")
    departments: Note = ""
    step: Note = Field(default="", description="The current step in short.")
    days_per_deal: float | None = Field(default=None, ge=0)
    type: IssueType
    problem: Text
    impact: Level | None = None
    frequency: Level | None = None
    priority: Level | None = Field(default=None, description="Template 1's own priority, as entered.")


class WhyChain(Record):
    """P3: one chain of whys; its whys carry its id and a number, as WHY-1.2."""

    id: str = Field(default="", pattern=r"^(WHY-[0-9]+)?$")


class Why(Record):
    """One answer to "why?"."""

    id: str = Field(default="", pattern=r"^(WHY-[0-9]+\.[0-9]+)?$")
    text: Text
    confidence: Level | None = Field(default=None, description="How sure the people who asked are of it.")


class RootCause(Record):
    """Where the whys end; marked by a person, never by the kit."""

    id: str = Field(default="", pattern=r"^(RC-[0-9]+)?$")
    text: Text
    marked_by: Note = ""
    marked_on: date | None = None


class Measure(Record):
    """Template 2: what is done about a root cause, by whom and until when."""

    id: str = Field(default="", pattern=r"^(ME-[0-9]+)?$")
    measure: Text
    department: Note = ""
    owner: Note = ""
    start: date | None = None
    due: date | None = None
    resources: Note = ""
    acceptance: Note = ""
    principle: Principle | None = None
    moves_authority: bool = Field(default=False, description="True where somebody may decide what another did before.")
    system_rights: Rights = ()
    training: Lessons = ()
    budget: Money = None


class NodeChange(Record):
    """S2: what becomes of one node of the process; empty fields stay as they are today."""

    id: str = Field(default="", pattern=r"^(NC-[0-9]+)?$")
    stage: Text = Field(description="Id of a stage in engagement.yml; for an added node a new id.")
    change: NodeChangeKind = NodeChangeKind.CHANGED
    text: Note = Field(default="", description="What changes, in a sentence.")
    name: Note = Field(default="", description="The node's new name.")
    place: Note = Field(default="", description="Merged: the stage it is merged into. Added: the stage it comes after.")
    department: Note = Field(default="", description="The department that is responsible from now on.")
    steps_removed: tuple[Text, ...] = ()
    steps_added: tuple[Text, ...] = ()
    approvers_before: tuple[Text, ...] = Field(default=(), description="Who signs today, in order.")
    approvers_after: tuple[Text, ...] | None = Field(default=None, description="Who signs then; [] for nobody.")
    inputs_removed: tuple[Text, ...] = ()
    inputs_added: tuple[Text, ...] = ()
    outputs_removed: tuple[Text, ...] = ()
    outputs_added: tuple[Text, ...] = ()
    expected_days: float | None = Field(default=None, ge=0, description="Median days per visit that are expected.")
    expected_factor: float | None = Field(default=None, gt=0, description="Or: today's time multiplied by this.")
    basis: Note = Field(default="", description="What the expected time rests on.")
    resources: Note = ""
    system_rights: Rights = ()
    training: Lessons = ()
    budget: Money = None
    needed_by: date | None = Field(default=None, description="When the resources are needed.")

    @model_validator(mode="after")
    def _fits_together(self) -> "NodeChange":
        if self.expected_days is not None and self.expected_factor is not None:
            raise ValueError(_("either expected_days or expected_factor"))
        if self.change in (NodeChangeKind.MERGED, NodeChangeKind.ADDED) and not self.place:
            raise ValueError(_("a `place`: the stage that the node is merged into, or comes after"))
        return self


class DecisionRight(Record):
    """S1: who approves a deal of this amount and customer type, today and in the new process."""

    id: str = Field(default="", pattern=r"^(DR-[0-9]+)?$")
    stage: Text = Field(description="Id of the stage at which deals are approved.")
    amount_from: float = Field(default=0, ge=0, description="The smallest amount of the row, itself included.")
    amount_below: float | None = Field(default=None, gt=0, description="Where the row ends, itself outside.")
    segment: Note = Field(default="", description="Customer type as the exports name it; empty: every type.")
    today: tuple[Text, ...] = Field(default=(), description="Who approves today, in order.")
    new: tuple[Text, ...] = Field(default=(), description="Who approves in the new process, in order.")
    pre_review_today: Note = Field(default="", description="Who reviews first today; empty: nobody.")
    pre_review_new: Note = Field(default="", description="Who reviews first then; empty: nobody.")

    @model_validator(mode="after")
    def _is_a_range(self) -> "DecisionRight":
        if self.amount_below is not None and self.amount_from >= self.amount_below:
            raise ValueError(_("amount_from smaller than amount_below"))
        return self


class Sop(Record):
    """S2: the standard operating procedure of a node; what is left empty is drafted from the other records."""

    id: str = Field(default="", pattern=r"^(SOP-[0-9]+)?$")
    stage: Text
    purpose: Note = ""
    responsible: Note = ""
    inputs: tuple[Text, ...] = ()
    steps: tuple[Text, ...] = ()
    outputs: tuple[Text, ...] = ()
    time_limit: Note = ""
    decision_rights: Note = ""
    exceptions: tuple[Text, ...] = Field(default=(), description="If this happens, then that is done.")
    tools: tuple[Text, ...] = ()


class Target(Record):
    """A figure that is aimed at; fixed before the pilot."""

    id: str = Field(default="", pattern=r"^(TG-[0-9]+)?$")
    key: Text
    at_most: float | None = None
    at_least: float | None = None
    fixed_on: date | None = None
    changed_on: date | None = Field(default=None, description="When engagement.yml said another figure last.")


class Responsibility(Record):
    """S1: who does or decides what at a node of the new process."""

    id: str = Field(default="", pattern=r"^(RE-[0-9]+)?$")
    task: Text
    stage: Note = ""
    department: Note = ""
    person: Note = ""
    decides: Note = Field(default="", description="What this person may decide alone.")


class Risk(Record):
    """C4: what may go wrong with the change, and what is done then."""

    id: str = Field(default="", pattern=r"^(RI-[0-9]+)?$")
    risk: Text
    likelihood: Level
    impact: Level
    contingency: Note = ""
    owner: Note = ""


class Sponsor(Record):
    """C1: who backs the change in writing."""

    id: str = Field(default="", pattern=r"^(SP-[0-9]+)?$")
    name: Text
    role: Note = ""
    scope: Note = ""
    signed_on: date | None = None


class Meeting(Record):
    """C1: one meeting of the task force."""

    id: str = Field(default="", pattern=r"^(TF-[0-9]+)?$")
    planned_on: date | None = None
    held_on: date | None = None
    people: tuple[Text, ...] = ()
    notes: Note = ""


class Decision(Record):
    """What was decided, by whom."""

    id: str = Field(default="", pattern=r"^(DE-[0-9]+)?$")
    text: Text
    decided_on: date | None = None
    decided_by: Note = ""


class Feedback(Record):
    """C3: what the team says of the change; no name is asked for."""

    id: str = Field(default="", pattern=r"^(FB-[0-9]+)?$")
    text: Text
    given_on: date | None = None
    unit: Note = ""
    group: VoiceGroup | None = None
    score: float | None = None
    answer: Note = ""


class PilotNote(Record):
    """X2: what was seen or adjusted while the pilot ran."""

    id: str = Field(default="", pattern=r"^(PN-[0-9]+)?$")
    text: Text
    noted_on: date | None = None
    unit: Note = ""
    kind: NoteKind = Field(default=NoteKind.OBSERVATION, description="Seen, adjusted on purpose, or gone wrong.")


class DailyEntry(Record):
    """X2: a figure of one unit on one day, where no export tells it; a "fraction" is between 0 and 1."""

    id: str = Field(default="", pattern=r"^(KD-[0-9]+)?$")
    day: date
    unit: Text
    metric: Text = Field(description="Key of the figure, as in targets, such as satisfaction.")
    value: float
    n: float = Field(default=1, gt=0, description="How many answers, people or deals the value is the mean of.")


class Evaluation(Record):
    """Template 3 as entered: one figure before and after the pilot; a "fraction" is between 0 and 1."""

    id: str = Field(default="", pattern=r"^(EV-[0-9]+)?$")
    metric: Text
    label: Text
    unit: Literal["days", "fraction", "hours", "score"]
    before: float
    after: float
    before_period: tuple[date, date]
    after_period: tuple[date, date]
    target: Bound
    verdict: HonestVerdict | None = Field(default=None, description="The kit's verdict as it was signed.")
    effect: float | None = Field(default=None, description="What is due to the pilot, with its 95 % interval.")
    low: float | None = None
    high: float | None = None
    reasons: Note = ""
    judged_by: Note = ""
    judged_on: date | None = None

    @field_validator("before_period", "after_period")
    @classmethod
    def _in_order(cls, span: tuple[date, date]) -> tuple[date, date]:
        if span[0] > span[1]:
            raise ValueError(_("a first day before the last day"))
        return span


class Prediction(Record):
    """S2: what a change is expected to bring, kept before the pilot so that it can be held against it afterwards.

    `expected` with its 95 % interval is the figure to be; `change` is what it differs by from `now`.
    """

    id: str = Field(default="", pattern=r"^(PR-[0-9]+)?$")
    metric: Text = Field(description="Key of the figure, as in targets and evaluations.")
    label: Text
    unit: Note = ""
    now: float
    expected: float
    low: float | None = Field(default=None, description="Bounds of the 95 % interval of what is expected.")
    high: float | None = None
    change: float | None = None
    change_low: float | None = None
    change_high: float | None = None
    n: int | None = Field(default=None, ge=0, description="Deals that the simulation was fitted to.")
    method: Note = ""
    assumptions: Note = Field(default="", description="What people assume that the measures do.")
    calibrated: bool | None = Field(default=None, description="Whether held-out weeks were predicted; null: not known.")
    window: tuple[date, date] | None = None
    predicted_on: date | None = Field(default=None, description="When it was made; before the pilot, to count.")


class Training(Record):
    """R1: how many of a unit's people were trained, and who, where names are kept."""

    id: str = Field(default="", pattern=r"^(TR-[0-9]+)?$")
    unit: Text
    people: int = Field(ge=1)
    trained: int = Field(ge=0)
    held_on: date | None = None
    topic: Note = Field(default="", description="What was taught; empty: the new process.")
    persons: tuple[Text, ...] = Field(default=(), description="Who took part, as the people table names them.")
    not_passed: tuple[Text, ...] = Field(default=(), description="Who of them has to come again.")

    @model_validator(mode="after")
    def _no_more_than_there_are(self) -> "Training":
        if self.trained > self.people:
            raise ValueError(_("no more people trained than there are"))
        return self


class RuleUpdate(Record):
    """R1: a rule, manual, procedure or CRM setting that has to say what the new process is."""

    id: str = Field(default="", pattern=r"^(RU-[0-9]+)?$")
    document: Text
    kind: RuleKind = RuleKind.RULE
    change: Note = Field(default="", description="What has to change in it.")
    owner: Note = ""
    due: date | None = None
    done_on: date | None = None


class ControlChart(Record):
    """R2: the limits of a figure's control chart, kept so that later exports do not move them."""

    id: str = Field(default="", pattern=r"^(CH-[0-9]+)?$")
    metric: Text = Field(description="Key of the figure, as in targets and evaluations.")
    chart: Literal["xmr", "p", "laney_p", "c", "u", "laney_u"]
    center: float
    spread: float = Field(ge=0, description="Standard deviation that one case adds; of an XmR chart, of one week.")
    dispersion: float = Field(default=1.0, ge=0, description="Laney's factor; 1 elsewhere.")
    n: int = Field(ge=2, description="Weeks that set the limits.")
    window: tuple[date, date] | None = None
    basis: Note = Field(default="", description="pilot, before or first: which weeks set the limits.")
    frozen_on: date | None = None


class Alarm(Record):
    """R2: a control chart called for a look; it is closed with what was found."""

    id: str = Field(default="", pattern=r"^(AL-[0-9]+)?$")
    metric: Text = Field(description="Key of the figure, as in targets and evaluations.")
    rule: Text = Field(description="Key of the rule that was broken.")
    week: date = Field(description="The Monday of the first week that broke it.")
    value: float | None = None
    low: float | None = Field(default=None, description="Limits of that week.")
    high: float | None = None
    unit: Note = ""
    is_better: bool = Field(default=False, description="True where the figure moved to its good side.")
    opened_on: date | None = None
    cause: Note = Field(default="", description="What was found; needed to close it.")
    action: Note = Field(default="", description="What is done about it.")
    closed_on: date | None = None
    closed_by: Note = ""

    @model_validator(mode="after")
    def _is_closed_with_a_cause(self) -> "Alarm":
        if self.closed_on is not None and not self.cause.strip():
            raise ValueError(_("a cause, for an alarm is closed with what was found"))
        if self.closed_on is not None and self.opened_on is not None and self.closed_on < self.opened_on:
            raise ValueError(_("closed no earlier than opened"))
        return self


class Review(Record):
    """R3: one quarterly review."""

    id: str = Field(default="", pattern=r"^(RV-[0-9]+)?$")
    quarter: str = Field(pattern=r"^[0-9]{4}Q[1-4]$", description="Such as 2024Q3.")
    held_on: date | None = None
    decisions: tuple[Text, ...] = ()


class Wave(Record):
    """R1: when a unit begins with the new process, and why then."""

    id: str = Field(default="", pattern=r"^(WV-[0-9]+)?$")
    unit: Text
    starts_on: date
    reason: Note = ""
