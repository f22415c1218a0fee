"""Step 3 of the method: what changes, who does it, what will it bring? Everything workbook 3 shows."""

from salesopt_kit.design import app
from salesopt_kit.design.figures import timeline
from salesopt_kit.design.nodes import old_and_new
from salesopt_kit.design.principles import principles
from salesopt_kit.design.responsibilities import responsibilities
from salesopt_kit.design.risks import missing_links, risks
from salesopt_kit.design.targets import targets
from salesopt_kit.design.trace import answers_root_causes

__all__ = [
    "answers_root_causes",
    "app",
    "missing_links",
    "old_and_new",
    "principles",
    "responsibilities",
    "risks",
    "targets",
    "timeline",
]
