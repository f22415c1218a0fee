"""Oracle: rule P2 as the handbook words it, on the full 3 by 3 grid."""

import pytest

from salesopt_kit.records import PainPoint, needs_root_cause, priority, priority_of
from salesopt_kit.terms import IssueType, Level, Priority

GRID = {
    ("high", "high"): "紧急",
    ("high", "medium"): "重要",
    ("high", "low"): "重要",
    ("medium", "high"): "重要",
    ("medium", "medium"): "常规",
    ("medium", "low"): "常规",
    ("low", "high"): "常规",
    ("low", "medium"): "常规",
    ("low", "low"): "常规",
}


@pytest.mark.parametrize(("impact", "frequency"), GRID)
def test_the_rule_holds_in_every_cell_of_the_grid(impact: str, frequency: str) -> None:
    label = {"紧急": Priority.URGENT, "重要": Priority.IMPORTANT, "常规": Priority.ROUTINE}[GRID[impact, frequency]]
    assert priority(Level(impact), Level(frequency)) is label


def test_a_pain_point_without_a_rating_has_no_priority_and_asks_for_no_root_cause() -> None:
    point = PainPoint(id="PP-1", stage="lead", type=IssueType.RISK, problem="x", impact=Level.HIGH)
    assert priority_of(point) is None
    assert not needs_root_cause(point)
