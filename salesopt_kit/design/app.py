"""The editors of workbook 3: measures, targets, responsibilities, risks, and what the new process is made of.

Each returns its editor; where nobody can answer it, the table of the records or, where the workbook shows one anyway,
None.
"""

from salesopt_kit.engagement import Engagement
from salesopt_kit.widgets import Shown, grid


def targets(engagement: Engagement, *, who: str = "") -> Shown:
    """Return the editor of the figures that are aimed at."""
    return grid(engagement, "targets", has_table=True, who=who)


def measures(engagement: Engagement, *, who: str = "") -> Shown:
    """Return the editor of what is done about the root causes."""
    return grid(engagement, "measures", has_table=True, who=who)


def responsibilities(engagement: Engagement, *, who: str = "") -> Shown:
    """Return the editor of who does or decides what at a node of the new process."""
    return grid(engagement, "responsibilities", who=who)


def risks(engagement: Engagement, *, who: str = "") -> Shown:
    """Return the editor of what may go wrong, and what is done then."""
    return grid(engagement, "risks", has_table=True, who=who)


def decision_rights(engagement: Engagement, *, who: str = "") -> Shown:
    """Return the editor of who approves what, by amount and customer type."""
    return grid(engagement, "decision_rights", has_table=True, who=who)


def node_changes(engagement: Engagement, *, who: str = "") -> Shown:
    """Return the editor of what changes at the nodes of the process."""
    return grid(engagement, "node_changes", has_table=True, who=who)


def sops(engagement: Engagement, *, who: str = "") -> Shown:
    """Return the editor of how each step is worked from now on."""
    return grid(engagement, "sops", has_table=True, who=who)
