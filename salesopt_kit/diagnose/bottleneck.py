"""The questions of workbook 1 about bottlenecks, waiting, hand-overs and rework."""

from salesopt_kit.metrics.bottlenecks import bottlenecks as ranked
from salesopt_kit.metrics.directly_follows import directly_follows as pairs
from salesopt_kit.metrics.handover_matrix import handover_matrix as matrix
from salesopt_kit.metrics.rework import rework as repeated
from salesopt_kit.metrics.waiting import waiting as waited
from salesopt_kit.results import Result, explains_missing
from salesopt_kit.tables.store import Tables


@explains_missing
def bottlenecks(tables: Tables) -> Result:
    """Return the stages ranked by time, efficiency and money, with the chance that the first really is the first."""
    return ranked(tables)


@explains_missing
def waiting(tables: Tables) -> Result:
    """Return how much of the time is work, and why deals wait the rest of it."""
    return waited(tables)


@explains_missing
def directly_follows(tables: Tables) -> Result:
    """Return which stage directly follows which, how often, and after how many days."""
    return pairs(tables)


@explains_missing
def handover_matrix(tables: Tables) -> Result:
    """Return who hands deals to whom, how long they wait there, and how often they come back."""
    return matrix(tables)


@explains_missing
def rework(tables: Tables) -> Result:
    """Return what is done again, where that starts, and what time it takes."""
    return repeated(tables)
