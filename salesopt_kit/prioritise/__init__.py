"""Step 2 of the method: what first, and why does it happen? Everything workbook 2 shows."""

from salesopt_kit.prioritise import app
from salesopt_kit.prioritise.chain import chain_chart, chain_of_evidence
from salesopt_kit.prioritise.drift import observations_today
from salesopt_kit.prioritise.evidence import evidence, missing_links
from salesopt_kit.prioritise.figures import matrix_chart, why_chart
from salesopt_kit.prioritise.matrix import matrix
from salesopt_kit.prioritise.pareto import pareto
from salesopt_kit.prioritise.pareto_figures import pareto_chart
from salesopt_kit.prioritise.quantities import quantities
from salesopt_kit.prioritise.scales import scales
from salesopt_kit.prioritise.sensitivity import sensitivity
from salesopt_kit.prioritise.survey import survey_table
from salesopt_kit.prioritise.why_checks import why_problems
from salesopt_kit.prioritise.whys import why_chains
from salesopt_kit.records import priority

__all__ = [
    "app",
    "chain_chart",
    "chain_of_evidence",
    "evidence",
    "matrix",
    "matrix_chart",
    "missing_links",
    "observations_today",
    "pareto",
    "pareto_chart",
    "priority",
    "quantities",
    "scales",
    "sensitivity",
    "survey_table",
    "why_chains",
    "why_chart",
    "why_problems",
]
