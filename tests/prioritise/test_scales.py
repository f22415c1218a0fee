"""Levels by the engagement's scales beside people's ratings; oracle: shares of three deals by hand."""

from pathlib import Path

import handbook_example as handbook
import pytest

from salesopt_kit.engagement import Steps, open_engagement
from salesopt_kit.errors import SalesOptError
from salesopt_kit.prioritise import matrix, sensitivity
from salesopt_kit.prioritise.scales import FromData, ScaleCheck, level, scales
from salesopt_kit.results import Estimate, Missing
from salesopt_kit.terms import Level

POINT = "- {id: PP-1, stage: contract, type: risk, problem: x, evidence: [metric:time_in_stage.median/stage=contract]"


def checked(folder: Path, rating: str = "", extra: str = "") -> ScaleCheck:
    points = f"{POINT}{rating}}}\n"
    text = handbook.ENGAGEMENT + extra
    tables = handbook.opened(folder, engagement=text, pain_points=points, why_chains="", measures="")
    found = scales(tables)
    assert isinstance(found, ScaleCheck)
    return found


@pytest.mark.parametrize(
    ("value", "expected"), [(0.2, "high"), (0.1999, "medium"), (0.1, "medium"), (0.0999, "low"), (0.0, "low")]
)
def test_a_figure_at_a_step_has_reached_its_level(value: float, expected: str) -> None:
    assert level(value, Steps(high=0.2, medium=0.1)) == expected


def test_impact_follows_from_the_share_of_days_and_frequency_from_the_share_of_deals(tmp_path: Path) -> None:
    row = checked(tmp_path).rows[0]
    assert row.impact_data
    assert row.impact_data.figure.value == pytest.approx(15 / 18)  # 15 days at contract, 3 as leads
    assert row.frequency_data
    assert (row.frequency_data.figure.value, row.frequency_data.figure.n) == (1.0, 3)
    assert (row.impact, row.frequency) == ("high", "high")


def test_the_rating_of_a_person_counts_and_a_difference_is_shown(tmp_path: Path) -> None:
    found = checked(tmp_path, ", impact: low, frequency: high")
    assert found.rows[0].impact == "low"
    assert found.rows[0].differing == ("Impact",)
    assert list(found.table()["Differs in"]) == ["Impact"]
    assert found.sentence() == "2 of 2 ratings can be held against the data; 1 differ (PP-1)."


def test_a_rating_that_the_interval_leaves_possible_does_not_differ() -> None:
    data = FromData(Level.MEDIUM, Level.MEDIUM, Level.HIGH, Estimate("x", "x", 0.19, "fraction", 9, 0.15, 0.23))
    assert [data.allows(one) for one in (Level.HIGH, Level.MEDIUM, Level.LOW)] == [True, True, False]


def test_what_was_left_empty_is_taken_from_the_data_and_marked(tmp_path: Path) -> None:
    points = f"{POINT}, impact: medium}}\n- {{id: PP-2, stage: lead, type: risk, problem: y}}\n"
    tables = handbook.opened(tmp_path, pain_points=points, why_chains="", measures="")
    answer = matrix(tables)
    assert [(one.point.id, one.priority, one.from_data) for one in answer.placed] == [
        ("PP-1", "important", (False, True))
    ]
    assert answer.unrated == ("PP-2",)
    assert list(answer.table()["Frequency"]) == ["high*"]
    assert "PP-1" in answer.caveats()[0]


def test_the_engagement_s_own_scale_moves_the_level(tmp_path: Path) -> None:
    own = "scales: {impact: {cycle_share: {high: 0.99, medium: 0.9}, hours_a_month: null}}\n"
    found = checked(tmp_path, extra=own)
    assert found.rows[0].impact_data
    assert found.rows[0].impact_data.level == "low"
    assert "99.0%" in found.caveats()[0]


def test_without_evidence_in_the_data_nothing_is_derived(tmp_path: Path) -> None:
    points = "- {id: PP-1, stage: lead, type: risk, problem: x}\n"
    tables = handbook.opened(tmp_path, pain_points=points, why_chains="", measures="")
    assert list(scales(tables).table()["Impact by the data"]) == ["nothing to derive it from"]
    assert isinstance(sensitivity(tables), Missing)


def test_a_scale_whose_steps_stand_the_wrong_way_round_is_an_error_with_its_line(tmp_path: Path) -> None:
    text = handbook.ENGAGEMENT + "scales: {impact: {cycle_share: {high: 0.1, medium: 0.2}}}\n"
    (tmp_path / "engagement.yml").write_text(text, encoding="utf-8")
    with pytest.raises(SalesOptError, match=r"(?s)scales\.impact\.cycle_share.*`high` above `medium`"):
        open_engagement(tmp_path)
