"""Oracle: three deals that spend 2, 4 and 9 days at the contract stage, one complaint, two statements."""

from datetime import date
from pathlib import Path

import handbook_example as handbook
import pandas as pd
import pytest

from salesopt_kit.engagement import open_engagement
from salesopt_kit.metrics.evidence import FAMILIES, Standing, look_up
from salesopt_kit.tables.frames import tables_from_frames
from salesopt_kit.tables.store import Tables


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return handbook.opened(tmp_path)


def test_a_cited_figure_is_computed_from_the_data(tables: Tables) -> None:
    reference = "metric:time_in_stage.median/stage=contract"
    cited = look_up(tables, [reference])[reference]
    assert cited.standing is Standing.FOUND
    assert cited.estimate
    assert (cited.estimate.value, cited.estimate.n) == (4.0, 3)
    assert "4.0 days" in cited.said


def test_complaints_and_statements_are_quoted(tables: Tables) -> None:
    found = look_up(tables, ["complaint:C-1", "interview:3", "销售都这么说"])
    assert found["complaint:C-1"].said == "“合同条款解释不清” (complaint C-1)"
    assert found["interview:3"].said == "“审批流程需5个部门签字” (interview, row 3)"
    assert found["销售都这么说"].standing is Standing.STATED


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("metric:time_in_stage.median/stage=contrat", "did you mean time_in_stage.median/stage=contract?"),
        ("metric:time_in_stge.median", "did you mean time_in_stage?"),
        ("metric:handoffs.counts", "did you mean handoffs.count?"),
        ("metric:nothing", "there is no metric nothing"),
        ("complaint:C-2", "nothing like it in `complaints`"),
        ("interview:1", "nothing like it in `interviews`"),
    ],
)
def test_a_reference_to_nothing_is_told_and_supports_nothing(tables: Tables, reference: str, said: str) -> None:
    cited = look_up(tables, [reference])[reference]
    assert said in cited.said or cited.standing is Standing.NO_DATA
    assert cited.standing is Standing.UNKNOWN or reference.startswith("metric:handoffs")
    assert cited.supports is (cited.standing is not Standing.UNKNOWN)


def test_what_the_engagement_has_no_data_for_gets_the_benefit_of_the_doubt(tmp_path: Path) -> None:
    tables = handbook.opened(tmp_path, with_data=False)
    references = [*(f"metric:{family}.x" for family in FAMILIES), "complaint:C-1", "interview:2"]
    found = look_up(tables, references)
    assert {cited.standing for cited in found.values()} == {Standing.NO_DATA}
    assert all(cited.supports for cited in found.values())


def test_a_figure_of_one_group_is_found_in_the_breakdown(tmp_path: Path) -> None:
    deals = pd.DataFrame(
        {
            "opportunity_id": ["a", "b", "c"],
            "team": ["A组", "A组", "B组"],
            "created_at": pd.to_datetime(["2024-03-01"] * 3),
            "closed_at": pd.to_datetime(["2024-04-01"] * 3),
            "status": ["won", "lost", "won"],
        }
    )
    engagement = open_engagement(handbook.written(tmp_path), locale="en")
    tables = tables_from_frames(engagement, {"opportunities": deals}, as_of=date(2024, 6, 30))
    cited = look_up(tables, ["metric:win_rate.count/team=A组"])["metric:win_rate.count/team=A组"]
    assert cited.estimate
    assert (cited.estimate.value, cited.estimate.n) == (0.5, 2)
