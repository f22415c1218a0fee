"""Labels of charts: lines that fit, nothing lost, Chinese counted at its double width."""

import pytest

from salesopt_kit.charts import balanced, wrapped

TEXTS = [
    "",
    "审批",
    "制定“分级审批”规则，5万元以下合同由销售经理审批，无需法务预审。",
    "Approve contracts by tiers of amount",
    "CRM系统整合 customer data 录入",
]


def columns(line: str) -> int:
    return sum(2 if ord(sign) > 0x2000 else 1 for sign in line)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("width", [9, 16, 30])
def test_every_line_fits_and_no_sign_is_lost(text: str, width: int) -> None:
    for lines in (wrapped(text, width), balanced(text, width)):
        assert all(columns(line) <= width for line in lines)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert len(balanced(text, width)) == len(wrapped(text, width))


def test_latin_words_stay_whole_and_no_line_begins_with_a_closing_sign() -> None:
    assert wrapped("Approve contracts by tiers", 12) == ["Approve", "contracts by", "tiers"]
    assert all(line[0] not in "，。”" for line in wrapped(TEXTS[2], 14))


def test_what_does_not_fit_ends_with_an_ellipsis() -> None:
    lines = wrapped(TEXTS[2], 16, 2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert columns(lines[-1]) <= 16
    assert wrapped("审批", 16, 2) == ["审批"]
