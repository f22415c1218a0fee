"""P2: what the impact-frequency matrix (影响度-发生频次) says of a pain point."""

from salesopt_kit.records.models import PainPoint
from salesopt_kit.terms import Level, Priority

HIGH, MEDIUM = Level.HIGH, Level.MEDIUM


def priority(impact: Level, frequency: Level) -> Priority:
    """Return urgent, important or routine by the handbook's rule.

    >>> priority(Level.MEDIUM, Level.HIGH)
    <Priority.IMPORTANT: 'important'>
    """
    if impact is HIGH:
        return Priority.URGENT if frequency is HIGH else Priority.IMPORTANT
    if impact is MEDIUM and frequency is HIGH:
        return Priority.IMPORTANT
    return Priority.ROUTINE


def priority_of(point: PainPoint) -> Priority | None:
    """Return the priority of a pain point; None while its impact or its frequency is not rated."""
    if point.impact is None or point.frequency is None:
        return None
    return priority(point.impact, point.frequency)


def needs_root_cause(point: PainPoint) -> bool:
    """Return whether P3 asks for a 5-Why chain: for every urgent and every important pain point."""
    return priority_of(point) in (Priority.URGENT, Priority.IMPORTANT)
