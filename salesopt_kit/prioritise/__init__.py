"""Step 2 of the method: what first, and why does it happen? Everything workbook 2 shows."""

from salesopt_kit.prioritise import app
from salesopt_kit.prioritise.evidence import evidence, missing_links
from salesopt_kit.prioritise.figures import matrix_chart, why_chart
from salesopt_kit.prioritise.matrix import matrix
from salesopt_kit.prioritise.sensitivity import sensitivity
from salesopt_kit.prioritise.survey import survey_table
from salesopt_kit.prioritise.whys import why_chains, why_problems
from salesopt_kit.records import priority

__all__ = [
    "app",
    "evidence",
    "matrix",
    "matrix_chart",
    "missing_links",
    "priority",
    "sensitivity",
    "survey_table",
    "why_chains",
    "why_chart",
    "why_problems",
]
