"""The matrix and how far it hangs on single ratings; oracle: the rule applied by hand to each neighbour."""

from pathlib import Path

import handbook_example as handbook
import pytest

from salesopt_kit.prioritise import matrix, priority, sensitivity
from salesopt_kit.terms import Level, Priority

GRADES = ["low", "medium", "high"]


def grid() -> str:
    points = [
        f"- {{id: PP-{3 * row + column}, stage: lead, type: risk, problem: x, impact: {impact}, "
        f"frequency: {frequency}}}\n"
        for row, impact in enumerate(GRADES)
        for column, frequency in enumerate(GRADES)
    ]
    return "".join(points) + "- {id: PP-9, stage: lead, type: risk, problem: not rated, impact: high}\n"


def test_the_most_pressing_come_first_and_the_unrated_are_named(tmp_path: Path) -> None:
    answer = matrix(handbook.opened(tmp_path, pain_points=grid(), why_chains="", measures=""))
    assert [placed.point.id for placed in answer.placed[:4]] == ["PP-8", "PP-7", "PP-6", "PP-5"]
    assert [answer.of(name) != () for name in Priority] == [True, True, True]
    assert [(one.group, one.value, one.n) for one in answer.estimates()] == [
        ("priority=urgent", 1, 9),
        ("priority=important", 3, 9),
        ("priority=routine", 5, 9),
    ]
    assert answer.unrated == ("PP-9",)
    assert "PP-9" in answer.caveats()[0]


def test_each_rating_moved_by_one_level_gives_the_priority_of_that_cell(tmp_path: Path) -> None:
    answer = sensitivity(handbook.opened(tmp_path, pain_points=grid(), why_chains="", measures=""))
    for row in answer.rows:
        impact, frequency = GRADES.index(row.placed.impact), GRADES.index(row.placed.frequency)
        around = {
            "impact_up": (impact + 1, frequency),
            "impact_down": (impact - 1, frequency),
            "frequency_up": (impact, frequency + 1),
            "frequency_down": (impact, frequency - 1),
        }
        for name, (high, wide) in around.items():
            is_there = 0 <= high <= 2 and 0 <= wide <= 2
            expected = priority(Level(GRADES[high]), Level(GRADES[wide])) if is_there else None
            assert getattr(row, name) is expected, (row.placed.point.id, name)
    holding = {row.placed.point.id for row in answer.rows if row.holds}
    assert holding == {"PP-0", "PP-1"}


@pytest.mark.parametrize(("locale", "label"), [("en", "urgent"), ("zh-CN", "紧急")])
def test_the_table_speaks_the_reader_s_language(tmp_path: Path, locale: str, label: str) -> None:
    assert matrix(handbook.opened(tmp_path, locale=locale)).table().iloc[0, 0] == label
