"""What people enter about an engagement: the chain from pain point to measure, and all that stands beside it."""

from salesopt_kit.records.examples import needed
from salesopt_kit.records.gaps import missing_links
from salesopt_kit.records.load import load_records, open_store
from salesopt_kit.records.matrix_rule import needs_root_cause, priority, priority_of
from salesopt_kit.records.missing_link import MissingLink
from salesopt_kit.records.models import (
    Alarm,
    DecisionRight,
    Measure,
    NodeChange,
    PainPoint,
    Prediction,
    Records,
    Risk,
    RootCause,
    RuleUpdate,
    Sop,
    Sponsor,
    Why,
    WhyChain,
)
from salesopt_kit.records.rows import ControlChart, Evaluation, Review, Training, Wave

__all__ = [
    "Alarm",
    "ControlChart",
    "DecisionRight",
    "Evaluation",
    "Measure",
    "MissingLink",
    "NodeChange",
    "PainPoint",
    "Prediction",
    "Records",
    "Review",
    "Risk",
    "RootCause",
    "RuleUpdate",
    "Sop",
    "Sponsor",
    "Training",
    "Wave",
    "Why",
    "WhyChain",
    "load_records",
    "missing_links",
    "needed",
    "needs_root_cause",
    "open_store",
    "priority",
    "priority_of",
]
