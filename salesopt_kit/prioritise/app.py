"""The editors of workbook 2: pain points as a grid and on the matrix, and the why tree.

Each returns its editor; where nobody can answer it None, for the workbook shows a table of the same beside it.
"""

from salesopt_kit import widgets
from salesopt_kit.engagement import Engagement
from salesopt_kit.widgets import Shown

SURVEY = (
    *("stage", "departments", "step", "days_per_deal", "type", "problem", "impact", "frequency", "priority"),
    "evidence",
)
"""Template 1's columns in its order, with the ratings and the evidence."""


def pain_points(engagement: Engagement, *, who: str = "") -> Shown:
    """Return the editor of the current-state survey."""
    return widgets.grid(engagement, "pain_points", columns=SURVEY, has_table=True, who=who)


def matrix(engagement: Engagement, *, who: str = "") -> Shown:
    """Return the matrix on which pain points are rated by moving them."""
    return widgets.matrix(engagement, who=who)


def why_tree(engagement: Engagement, *, who: str = "") -> Shown:
    """Return the tree in which whys are asked, supported and ended in a root cause."""
    return widgets.why_tree(engagement, who=who)
