"""The editors of workbook 4: notes, daily figures, evaluations, feedback and decisions of the pilot.

Each returns its editor; where nobody can answer it, the table of the records or, where the workbook shows one anyway,
None.
"""

from salesopt_kit.engagement import Engagement
from salesopt_kit.widgets import Shown, grid


def pilot_notes(engagement: Engagement, *, who: str = "") -> Shown:
    """Return the editor of what was seen or adjusted while the pilot ran."""
    return grid(engagement, "pilot_notes", who=who)


def daily_entries(engagement: Engagement, *, who: str = "") -> Shown:
    """Return the editor of daily figures that no export tells."""
    return grid(engagement, "daily_entries", has_table=True, who=who)


def evaluations(engagement: Engagement, *, who: str = "") -> Shown:
    """Return the editor of the figures before and after, as people enter them."""
    return grid(engagement, "evaluations", has_table=True, who=who)


def feedback(engagement: Engagement, *, who: str = "") -> Shown:
    """Return the editor of what the team says of the change."""
    return grid(engagement, "feedback", who=who)


def decisions(engagement: Engagement, *, who: str = "") -> Shown:
    """Return the editor of what was decided, and by whom."""
    return grid(engagement, "decisions", who=who)
