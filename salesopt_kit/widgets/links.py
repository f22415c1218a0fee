"""The fields of a form that the store keeps as links: which other records a record has to do with."""

from dataclasses import dataclass
from typing import Literal

from salesopt_kit.locale import N_
from salesopt_kit.records.kinds import EVERY


@dataclass(frozen=True, slots=True)
class LinkField:
    """A list of ids; the record stands at the link's `here`, those of `others` (keys of kinds) at its other end."""

    name: str
    label: str
    link: str
    here: Literal["start", "end"]
    others: tuple[str, ...]
    is_single: bool = False


EVIDENCE = LinkField("evidence", N_("Evidence"), "supports", "end", ("observations", "feedback", "pilot_notes"))
ABOUT = LinkField("about", N_("About"), "about", "start", EVERY)
LINK_FIELDS: dict[str, tuple[LinkField, ...]] = {
    "triggers": (LinkField("raises", N_("Pain points"), "raises", "start", ("pain_points",)),),
    "pain_points": (EVIDENCE, LinkField("triggers", N_("Triggers"), "raises", "end", ("triggers",))),
    "whys": (EVIDENCE,),
    "measures": (
        LinkField("root_cause", N_("Root cause"), "answered_by", "end", ("root_causes",), is_single=True),
        LinkField("targets", N_("Targets"), "aims_at", "start", ("targets",)),
        LinkField("backed_by", N_("Backed by"), "backs", "end", ("sponsors",)),
    ),
    "risks": (LinkField("measures", N_("Measures"), "endangers", "start", ("measures",)),),
    "sponsors": (LinkField("measures", N_("Measures"), "backs", "start", ("measures",)),),
    "evaluations": (LinkField("targets", N_("Evaluated target"), "evaluated_by", "end", ("targets",)),),
    "decisions": (EVIDENCE, ABOUT),
    "responsibilities": (ABOUT,),
    "meetings": (ABOUT,),
    "feedback": (ABOUT,),
    "pilot_notes": (ABOUT,),
    "rule_updates": (ABOUT,),
    "charts": (LinkField("watches", N_("Watches"), "watched_by", "end", ("targets", "evaluations")),),
    "alarms": (LinkField("chart_of", N_("Control chart"), "alarmed", "end", ("charts",), is_single=True), ABOUT),
}
