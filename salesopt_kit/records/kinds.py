"""The kinds of record, the prefix of their ids, and which links may join them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from salesopt_kit.errors import InputError
from salesopt_kit.locale import N_, _
from salesopt_kit.records import rows
from salesopt_kit.records.pilot_plan import PilotPlan


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record: its key (also the name of its YAML file and its sheet), prefix, model and name."""

    key: str
    prefix: str
    model: type[rows.Record]
    name: str

    @property
    def label(self) -> str:
        """The name in the language in use."""
        return _(self.name)


KINDS = (
    Kind("triggers", "T", rows.Trigger, N_("Trigger")),
    Kind("observations", "OB", rows.Observation, N_("Observation")),
    Kind("pain_points", "PP", rows.PainPoint, N_("Pain point")),
    Kind("why_chains", "WHY", rows.WhyChain, N_("5 Whys")),
    Kind("whys", "WHY.", rows.Why, N_("Why?")),
    Kind("root_causes", "RC", rows.RootCause, N_("Root cause")),
    Kind("measures", "ME", rows.Measure, N_("Measure")),
    Kind("node_changes", "NC", rows.NodeChange, N_("Node change")),
    Kind("decision_rights", "DR", rows.DecisionRight, N_("Decision right")),
    Kind("sops", "SOP", rows.Sop, N_("SOP")),
    Kind("targets", "TG", rows.Target, N_("Target")),
    Kind("responsibilities", "RE", rows.Responsibility, N_("Responsibility")),
    Kind("risks", "RI", rows.Risk, N_("Risk")),
    Kind("sponsors", "SP", rows.Sponsor, N_("Sponsor")),
    Kind("meetings", "TF", rows.Meeting, N_("Task-force meeting")),
    Kind("decisions", "DE", rows.Decision, N_("Decision")),
    Kind("predictions", "PR", rows.Prediction, N_("Prediction")),
    Kind("pilot_plans", "PL", PilotPlan, N_("Pilot plan")),
    Kind("feedback", "FB", rows.Feedback, N_("Feedback")),
    Kind("pilot_notes", "PN", rows.PilotNote, N_("Pilot note")),
    Kind("daily_entries", "KD", rows.DailyEntry, N_("Daily figure")),
    Kind("evaluations", "EV", rows.Evaluation, N_("Pilot evaluation")),
    Kind("trainings", "TR", rows.Training, N_("Training")),
    Kind("reviews", "RV", rows.Review, N_("Review")),
)
BY_KEY = {kind.key: kind for kind in KINDS}
BY_PREFIX = {kind.prefix: kind for kind in KINDS}
BY_MODEL = {kind.model: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class LinkKind:
    """What one record is to another: `start` and `end` are keys of kinds; `one_start` bars a second link to an end."""

    key: str
    start: tuple[str, ...]
    end: tuple[str, ...]
    one_start: bool = False
    one_end: bool = False


EVERY = tuple(kind.key for kind in KINDS)
LINK_KINDS = {
    link.key: link
    for link in (
        LinkKind("raises", ("triggers",), ("pain_points",)),
        LinkKind("supports", ("observations", "feedback", "pilot_notes"), ("pain_points", "whys", "decisions")),
        LinkKind("asks", ("pain_points", "whys"), ("why_chains",), one_start=True),
        LinkKind("because", ("why_chains", "whys"), ("whys",), one_start=True),
        LinkKind("ends_in", ("why_chains", "whys"), ("root_causes",), one_end=True),
        LinkKind("answered_by", ("root_causes",), ("measures",), one_start=True),
        LinkKind("makes", ("measures",), ("node_changes", "decision_rights"), one_start=True),
        LinkKind("backs", ("sponsors",), ("measures",)),
        LinkKind("aims_at", ("measures",), ("targets",)),
        LinkKind("evaluated_by", ("targets",), ("evaluations",)),
        LinkKind("fixed_in", ("targets",), ("pilot_plans",)),
        LinkKind("planned", ("pilot_plans",), ("evaluations",)),
        LinkKind("predicts", ("measures",), ("predictions",)),
        LinkKind("held_against", ("predictions",), ("evaluations",)),
        LinkKind("endangers", ("risks",), ("measures",)),
        LinkKind("about", ("responsibilities", "sops", "meetings", "decisions", "feedback", "pilot_notes"), EVERY),
    )
}
"""All but `about` lead down the chain, from trigger and observation to target and evaluation."""
CHAIN_LINKS = tuple(key for key in LINK_KINDS if key != "about")


def kind_of(id_: str) -> Kind:
    """Return the kind that an id belongs to, such as PP-3 or WHY-1.2; InputError for any other text."""
    found = re.fullmatch(r"(T)[1-5]|([A-Z]+)-[0-9]+(\.[0-9]+)?", id_)
    prefix = (found[1] or found[2] + ("." if found[3] else "")) if found else ""
    if prefix not in BY_PREFIX:
        raise InputError(
            _("record"),
            id_,
            expected=_("an id such as {ids}").format(ids=", ".join(examples())),
            remedy=_("Ids stand in the first column of every table of records."),
        )
    return BY_PREFIX[prefix]


def examples() -> Iterator[str]:
    """Yield an id of each kind."""
    for kind in KINDS:
        yield "T1" if kind.prefix == "T" else "WHY-1.1" if kind.prefix == "WHY." else f"{kind.prefix}-1"
