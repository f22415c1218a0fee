"""Before step 1: is there a reason to start, is the data fit, and who backs it? Everything workbook 0 shows."""

from salesopt_kit.kickoff import app
from salesopt_kit.kickoff.figures import output_chart
from salesopt_kit.kickoff.readiness import readiness
from salesopt_kit.kickoff.sponsorship import sponsorship
from salesopt_kit.kickoff.triggers import triggers
from salesopt_kit.tables.quality import QualityReport
from salesopt_kit.tables.store import Tables

__all__ = ["app", "output_chart", "quality", "readiness", "sponsorship", "triggers"]


def quality(tables: Tables) -> QualityReport:
    """Return what the quality gate found in the exports."""
    return tables.quality
