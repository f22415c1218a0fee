"""What every answer can do: a sentence, a table, escaped HTML, and numbers that leave the page as they are."""

from datetime import date

import pandas as pd
import pytest

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import sentences, use_language
from salesopt_kit.results import (
    MIME,
    Answers,
    Estimate,
    Missing,
    Result,
    Table,
    explains_missing,
    table_html,
    with_interval,
)


class Finding(Result):
    """A finding with one number."""

    def sentence(self) -> str:
        """Say something that must be escaped."""
        return "Cycle of <b>A & B</b> is long."

    def estimates(self) -> tuple[Estimate, ...]:
        """Return one number."""
        window = (date(2024, 1, 1), date(2024, 6, 30))
        return (Estimate("cycle", "A < B", 51.7823, "days", 4238, 50.5, 53.0, "t interval", window, caveats=("few",)),)

    def caveats(self) -> tuple[str, ...]:
        """Return one caveat that must be escaped."""
        return ("<script>alert(1)</script>",)


def test_a_long_key_may_be_broken_at_its_joints_and_a_number_may_not() -> None:
    page = table_html(pd.DataFrame({"a": ["Map sources.stage_events.columns, 1.5 &lt; 2 days"]}))
    assert "sources.<wbr>stage_<wbr>events.<wbr>columns, 1.5 &amp;lt; 2 days" in page


def test_sentences_follow_each_other_as_either_language_writes_them() -> None:
    assert sentences("One.", "", "Two.") == "One. Two."
    use_language("zh-CN")
    assert sentences("一。", "", "二。") == "一。二。"


def test_a_short_cell_is_not_broken_and_a_long_one_is_kept_wide() -> None:
    page = table_html(pd.DataFrame({"a": ["46.6 天", "中等长度的一个单元格", "x" * 60, "<b>&amp;</b>"]}))
    assert [page.count(f'class="{kind}"') for kind in ("short", "long")] == [2, 1]
    assert "&lt;b&gt;" in page


def test_whatever_came_from_the_client_is_escaped_on_the_page() -> None:
    page = Finding()._repr_html_()
    assert "<script>" not in page
    assert "<b>A" not in page
    assert "A &amp; B" in page
    assert "A &lt; B" in page
    assert "<img" not in table_html(pd.DataFrame({"<img src=x>": ["<img src=y>"]}))


def test_the_page_rounds_and_the_numbers_behind_it_do_not() -> None:
    bundle = Finding()._repr_mimebundle_()
    assert "51.8 days" in bundle["text/html"]
    assert "50.5 to 53.0 days" in bundle["text/html"]
    (number,) = bundle[MIME]
    assert number["value"] == 51.7823
    assert number["window"] == ["2024-01-01", "2024-06-30"]
    assert Finding().to_frame().loc[0, "low"] == 50.5


def test_a_question_without_data_becomes_an_answer_that_says_what_is_missing() -> None:
    @explains_missing
    def question() -> Result:
        raise MissingDataError("no table `leads`", remedy="Export the leads.")

    answer = question()
    assert isinstance(answer, Missing)
    assert "no table `leads`" in answer.sentence()
    assert "Export the leads." in answer._repr_html_()


def test_other_errors_are_not_swallowed() -> None:
    @explains_missing
    def question() -> Result:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        question()


def test_answers_hold_the_numbers_of_all_their_parts() -> None:
    both = Answers("Two parts.", (Finding(), Table("A list.", pd.DataFrame({"x": ["1"]}))))
    assert [estimate.id for estimate in both.estimates()] == ["cycle"]
    assert "A list." in both._repr_html_()


@pytest.mark.parametrize(
    ("language", "cell", "value", "below"),
    [
        ("en", "12.1 days (10.8 to 14.0)", "12.1 days", "10.8 to 14.0"),
        ("zh-CN", "12.1 天（10.8 至 14.0）", "12.1 天", "10.8 至 14.0"),
        ("en", "12.1 days (10.8 to 14.0; n=1,204)", "12.1 days", "10.8 to 14.0; n=1,204"),
        ("en", "12.1 days (10.8 to 14.0); today 13.0 days", "12.1 days", "10.8 to 14.0; today 13.0 days"),
    ],
)
def test_the_interval_of_an_answer_s_own_figure_stands_below_it(
    language: str, cell: str, value: str, below: str
) -> None:
    use_language(language)
    figure = Estimate("cycle", "Cycle", 12.1, "days", 1204, 10.8, 14.0)
    page = table_html(pd.DataFrame({"a": [cell]}), [figure])
    assert f'<td class="short">{value}<br><span class="range">{below}</span></td>' in page


def test_a_text_that_only_looks_like_an_interval_stays_as_it_is() -> None:
    figure = Estimate("cycle", "Cycle", 12.1, "days", 1204, 10.8, 14.0)
    page = table_html(pd.DataFrame({"a": ["up to 90 days (30 to 90 days)", "26.3% (24.3% to 28.3%)"]}), [figure])
    assert "range" not in page


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        ("fraction", "1200.0% (800.0% to 1500.0%)"),
        ("days", "12.0 days (8.0 to 15.0)"),
        ("EUR/week", "€12/week (€8 to €15)"),
        ("points", "1,200 percentage points (800 to 1,500)"),
        ("deals", "12 (8 to 15)"),
    ],
)
def test_the_bounds_do_not_repeat_the_unit(unit: str, said: str) -> None:
    assert with_interval(Estimate("x", "X", 12.0, unit, 9, 8.0, 15.0)) == said
