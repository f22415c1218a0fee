"""How numbers are shown; the expected texts are those of the Unicode locale data, typed by hand."""

import pytest

from salesopt_kit.locale import use_language
from salesopt_kit.numbers import shown


@pytest.mark.parametrize(
    ("value", "unit", "english", "chinese"),
    [
        (0.63152, "fraction", "63.2%", "63.2%"),
        (4 / 45230, "fraction", "0.01%", "0.01%"),
        (1 - 4 / 45230, "fraction", "99.99%", "99.99%"),
        (0.0, "fraction", "0.0%", "0.0%"),
        (1.0, "fraction", "100.0%", "100.0%"),
        (1e-12, "fraction", "0.0%", "0.0%"),
        (1.0004, "fraction", "100.0%", "100.0%"),
        (51.782, "days", "51.8 days", "51.8 天"),
        (10005534.0, "USD", "$10,005,534", "US$10,005,534"),
        (50000.0, "CNY", "CN¥50,000", "¥50,000"),
        (1250.4, "CNY/day", "CN¥1,250/day", "¥1,250/天"),
        (4238, "deals", "4,238", "4,238"),
        (8.2, "hours", "8.2 hours", "8.2 小时"),
        (0.26, "chance", "26.0%", "26.0%"),
        (1.0, "chance", "over 99.9%", "高于 99.9%"),
        (0.0, "chance", "under 0.1%", "低于 0.1%"),
        (-0.0153, "points", "-1.5 percentage points", "-1.5 个百分点"),
        (509.83, "leads", "510", "510"),
        (7.428, "deals", "7.43", "7.43"),
        (None, "days", "–", "–"),
        (float("nan"), "fraction", "–", "–"),
    ],
)
def test_a_number_is_shown_by_its_unit_in_both_languages(
    value: float | None, unit: str, english: str, chinese: str
) -> None:
    assert shown(value, unit) == english
    use_language("zh-CN")
    assert shown(value, unit) == chinese


def test_a_small_loss_is_not_shown_as_less_than_nothing() -> None:
    assert shown(-0.02, "days") == "0.0 days"
