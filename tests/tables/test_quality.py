"""The report survives JSON, puts errors where they are seen, and lets no value of a client become markup."""

import json

import pytest

from salesopt_kit.locale import use_language
from salesopt_kit.tables.quality import Finding, QualityReport
from salesopt_kit.terms import Severity

ERROR = Finding(
    "conflicting_ids", Severity.ERROR, "leads", "Ids: 2 of 9", 2, 9, examples=("a.csv, row 2: '<b>'",), remedy="Fix."
)
WARNING = Finding(
    "negative_cycle", Severity.WARNING, "leads", "Closed early: 1 of 9", 1, 9, set_aside=1, remedy="Look."
)
PASSED = Finding("blank_ids", Severity.OK, "leads", "Rows without an id: none of 9", 0, 9)
SKIPPED = tuple(
    Finding(check, Severity.NOT_CHECKED, "people", f"{check}: not checked, no table", why="no table") for check in "ab"
)
REPORT = QualityReport((ERROR, WARNING, PASSED, *SKIPPED))


def test_report_comes_back_from_json_as_it_was() -> None:
    assert QualityReport.from_dict(json.loads(json.dumps(REPORT.to_dict()))) == REPORT


def test_sentence_counts_checks_errors_and_warnings() -> None:
    assert REPORT.sentence() == "Checks made: 3. Errors: 1. Warnings: 1. Could not be checked: 2."


def test_terminal_gets_what_passed_in_a_line_and_errors_last_with_place_and_remedy() -> None:
    assert REPORT.lines() == (
        "Not checked (2)",
        "  people: no table (2)",
        "",
        "Passed (1)",
        "  leads: Rows without an id: none of 9",
        "",
        "Warnings (1)",
        "  leads: Closed early: 1 of 9; 1 set aside",
        "      → Look.",
        "",
        "Errors: they make figures wrong, so nothing is computed (1)",
        "  leads: Ids: 2 of 9",
        "      a.csv, row 2: '<b>'",
        "      → Fix.",
        "",
        "Checks made: 3. Errors: 1. Warnings: 1. Could not be checked: 2.",
    )


def test_terminal_gets_twenty_examples_and_the_number_of_the_others() -> None:
    many = Finding("reading", Severity.ERROR, "leads", "Unreadable.", 25, examples=tuple(f"row {n}" for n in range(25)))
    lines = QualityReport((many,)).lines()
    assert sum("row" in line for line in lines) == 20
    assert "      ... and 5 more" in lines


def test_page_shows_errors_and_warnings_open_and_folds_the_rest() -> None:
    page = REPORT._repr_html_()
    assert page.count("<details") == 4
    assert '<details class="error" open>' in page
    assert '<details class="ok"><summary>Passed (1)</summary>' in page
    assert "&lt;b&gt;" in page
    assert "<b>" not in page


def test_page_of_a_report_without_findings_is_its_sentence_alone() -> None:
    page = QualityReport(())._repr_html_()
    assert "Checks made: 0." in page
    assert "<details" not in page


def test_each_check_that_was_made_is_an_estimate_with_its_counts() -> None:
    found = {(estimate.id, estimate.group): (estimate.value, estimate.n) for estimate in REPORT.estimates()}
    assert found["quality.negative_cycle", "table=leads"] == (1, 9)
    assert len(found) == 3


def test_table_has_one_row_per_check() -> None:
    assert REPORT.table()["Set aside"].tolist() == ["0", "1", "0", "0", "0"]


@pytest.mark.parametrize(("language", "said"), [("en", "Warnings (1)"), ("zh-CN", "警告（1）")])
def test_report_speaks_the_language_of_the_reader(language: str, said: str) -> None:
    use_language(language)
    assert said in REPORT.lines()
