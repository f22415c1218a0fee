"""The editors of workbook 5: trainings, rule updates, waves, alarms and quarterly reviews.

Each returns its editor; where nobody can answer it, the table of the records or, where the workbook shows one anyway,
None.
"""

from salesopt_kit.engagement import Engagement
from salesopt_kit.widgets import Shown, grid


def trainings(engagement: Engagement, *, who: str = "") -> Shown:
    """Return the editor of how many of a unit's people were trained."""
    return grid(engagement, "trainings", has_table=True, who=who)


def rule_updates(engagement: Engagement, *, who: str = "") -> Shown:
    """Return the editor of the rules, manuals and CRM settings that have to be brought up to date."""
    return grid(engagement, "rule_updates", has_table=True, who=who)


def alarms(engagement: Engagement, *, who: str = "") -> Shown:
    """Return the editor in which alarms of the control charts are closed with their cause."""
    columns = ("metric", "week", "rule", "value", "cause", "action", "closed_on", "closed_by")
    return grid(engagement, "alarms", columns=columns, has_table=True, who=who)


def waves(engagement: Engagement, *, who: str = "") -> Shown:
    """Return the editor of which unit begins with the new process when."""
    return grid(engagement, "waves", has_table=True, who=who)


def reviews(engagement: Engagement, *, who: str = "") -> Shown:
    """Return the editor of the quarterly reviews with their decisions."""
    return grid(engagement, "reviews", has_table=True, who=who)
