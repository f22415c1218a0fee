"""The editors of workbook 0: sponsors, triggers and the meetings of the task force.

Each returns its editor; where nobody can answer it, the table of the records or, where the workbook shows one anyway,
None.
"""

from salesopt_kit.engagement import Engagement
from salesopt_kit.widgets import Shown, grid


def sponsors(engagement: Engagement, *, who: str = "") -> Shown:
    """Return the editor of who backs the change in writing."""
    return grid(engagement, "sponsors", has_table=True, who=who)


def triggers(engagement: Engagement, *, who: str = "") -> Shown:
    """Return the editor of what people say of the five reasons to start."""
    return grid(engagement, "triggers", has_table=True, who=who)


def meetings(engagement: Engagement, *, who: str = "") -> Shown:
    """Return the editor of the meetings of the task force."""
    return grid(engagement, "meetings", who=who)
