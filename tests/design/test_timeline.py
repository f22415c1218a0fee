"""The chart of workbook 3: every dated measure in order, no text on another."""

from pathlib import Path

import drawn
import handbook_example as handbook
import pytest

from salesopt_kit.charts import Chart
from salesopt_kit.design import timeline
from salesopt_kit.results import Missing

LONG = {
    "en": "Introduce a tiered approval rule by amount and customer type, and train everybody concerned in its use",
    "zh-CN": "按合同金额和客户类型制定分级审批规则，并对全体销售、法务、财务人员开展使用培训和考核",
}


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_no_text_lies_on_another(tmp_path: Path, locale: str) -> None:
    measures = handbook.MEASURES + "".join(
        f"- {{id: ME-{number}, measure: '{LONG[locale]}', owner: '{LONG[locale]}', start: 2024-01-{number}, "
        f"due: 2024-0{number % 8 + 1}-{number}}}\n"
        for number in range(10, 26)
    )
    chart = timeline(handbook.opened(tmp_path, locale=locale, measures=measures))
    assert isinstance(chart, Chart)
    assert drawn.overlaps(chart) == []


def test_measures_stand_by_their_due_date_and_the_undated_are_left_to_the_list_of_gaps(tmp_path: Path) -> None:
    measures = handbook.MEASURES.replace("due: 2024-03-15", "due: 2024-05-15").replace("  due: 2024-03-30\n", "")
    chart = timeline(handbook.opened(tmp_path, measures=measures))
    assert isinstance(chart, Chart)
    rows = [label.get_text().split()[0] for label in chart.figure.axes[0].get_yticklabels()]
    assert rows == ["ME-3", "ME-1"]


def test_measures_without_any_date_say_so(tmp_path: Path) -> None:
    answer = timeline(handbook.opened(tmp_path, measures="- {id: ME-1, measure: x}\n"))
    assert isinstance(answer, Missing)
    assert "due" in answer.remedy
