"""The workbook of templates as openpyxl reads it, and as it comes back.

Oracles: the handbook's headings, written out here once more; openpyxl, which shares no code with the writer; the
property that what nobody touched changes nothing.
"""

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from salesopt_kit.deliverables.read_back import changes_in, write
from salesopt_kit.deliverables.template_read import is_templates
from salesopt_kit.deliverables.template_xlsx import write_templates
from salesopt_kit.engagement import Engagement, open_engagement
from salesopt_kit.errors import InputError, InputErrors
from salesopt_kit.locale import use_language
from salesopt_kit.records import open_store
from salesopt_kit.records.bundle import bundle_of
from salesopt_kit.records.rows import Evaluation, Measure, PainPoint
from salesopt_kit.terms import IssueType, Level

HANDBOOK = {
    "销售流程现状调研表": [
        "流程环节",
        "涉及部门/人",
        "当前步骤简述",
        "耗时(天/单)",
        "问题类型(效率/成本/体验/风险)",
        "具体问题描述",
        "改进优先级(高/中/低)",
    ],
    "责任分工表": ["优化措施", "责任部门", "负责人", "计划完成时间", "所需资源", "验收标准"],
    "试点效果评估表": ["评估指标", "试点前", "试点后", "变化率", "达标情况(预设目标)"],
}
Opener = Callable[..., Engagement]
SURVEY, TABLE, PILOT = "Current-state survey", "Responsibility table", "Pilot effect evaluation"


def written(engagement: Engagement) -> Path:
    path = engagement.folder / "templates.xlsx"
    write_templates(engagement, path)
    return path


def edited(path: Path, cells: dict[tuple[str, str], object]) -> Path:
    """Return the workbook with cells changed, saved by openpyxl as a person's program would save it."""
    book = openpyxl.load_workbook(path)
    for (sheet, address), value in cells.items():
        book[sheet][address] = value
    book.save(path)
    return path


def imported(engagement: Engagement, path: Path) -> list[str]:
    with open_store(engagement, who="Lee") as store:
        changes = changes_in(engagement, store, path)
        write(store, changes)
    return [cell.sentence() for cell in changes.cells]


def state(engagement: Engagement) -> str:
    with open_store(engagement) as store:
        return bundle_of(store).model_dump_json()


def test_the_sheets_have_the_handbooks_names_and_headings(acme: Opener) -> None:
    book = openpyxl.load_workbook(written(acme(locale="zh-CN")))
    for sheet, headings in HANDBOOK.items():
        assert [cell.value for cell in book[sheet][3]] == ["编号", *headings]
    assert [book[name].sheet_state for name in book.sheetnames] == ["visible"] * 3 + ["hidden"] + ["veryHidden"] * 2


def test_the_handbooks_own_rows_stand_in_the_sample(samples: Path) -> None:
    path = Path(samples) / "huaxin"
    engagement = open_engagement(path)
    write_templates(engagement, target := path / ".salesopt" / "templates.xlsx")
    book = openpyxl.load_workbook(target)
    survey = [cell.value for cell in book["销售流程现状调研表"][5]]
    assert survey[1:] == [
        "合同签订",
        "销售/法务/财务",
        "逐级签字审批",
        3,
        "效率",
        "5万元以下合同仍需法务预审，耗时过长",
        "高",
    ]
    table = [cell.value for cell in book["责任分工表"][4]]
    assert table[1:4] == ["制定“分级审批”规则", "销售部", "*总监"]
    assert table[4].date() == date(2024, 3, 15)
    pilot = [[cell.value for cell in row[1:]] for row in book["试点效果评估表"]["A4:F7"]]
    assert [row[3] for row in pilot] == ["↓28.9%", "↑50%", "↓21.9%", "↑40.3%"]
    assert all("达标" in str(row[4]) and "未达标" not in str(row[4]) for row in pilot)


def test_types_priorities_and_dates_are_guarded_and_the_page_is_set_up(filled: Engagement) -> None:
    book = openpyxl.load_workbook(written(filled))
    rules = {str(rule.sqref).split(":")[0]: rule for rule in book[SURVEY].data_validations.dataValidation}
    assert {address: rule.type for address, rule in rules.items()} == {
        "B4": "list",
        "C4": "list",
        "E4": "decimal",
        "F4": "list",
        "H4": "list",
    }
    entries = [row[0].value for row in book["salesopt_lists"]["C1:C4"]]
    assert rules["F4"].formula1 == "salesopt_lists_types"
    assert entries == ["efficiency", "cost", "experience", "risk"]
    page = book[SURVEY].page_setup
    assert (page.orientation, page.paperSize, page.fitToHeight) == ("landscape", 9, 0)
    assert book[SURVEY].freeze_panes == "B4"
    assert book.custom_doc_props["salesopt_template"].value == "templates/1"


def test_a_text_that_looks_like_a_formula_is_a_text(acme: Opener) -> None:
    nasty = '=HYPERLINK("http://example.org","x")'
    engagement = acme(PainPoint(stage="=1+1", type=IssueType.RISK, problem=nasty, departments="@SUM(A1)", step="+1-1"))
    path = written(engagement)
    row = openpyxl.load_workbook(path)[SURVEY][4]
    assert [cell.value for cell in row[1:4]] == ["=1+1", "@SUM(A1)", "+1-1"]
    assert row[6].value == nasty
    with zipfile.ZipFile(path) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any("<f>" in sheet for sheet in sheets)
    assert imported(engagement, path) == []


def test_a_formula_that_somebody_typed_is_read_as_its_value_and_never_run(filled: Engagement) -> None:
    path = edited(written(filled), {(SURVEY, "G4"): '=CONCATENATE("a","b")'})
    with pytest.raises(InputErrors, match=r"cell G4: found ''"):
        imported(filled, path)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_an_unchanged_file_changes_nothing_in_any_language(filled: Engagement, language: str) -> None:
    path = written(filled)
    before = state(filled)
    use_language(language)
    assert imported(filled, path) == []
    assert imported(filled, edited(path, {})) == []
    assert state(filled) == before


TEXT = st.text(
    st.one_of(
        st.characters(codec="utf-8", exclude_categories=["Cs"]), st.sampled_from("=+-@'\"\n\t ,;合同审批，_x0041_")
    ),
    max_size=60,
)


NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
"""Shrinking would write hundreds of workbooks more."""


@given(problem=TEXT, step=TEXT, days=st.none() | st.floats(0, 1e6), due=st.none() | st.dates(date(1990, 1, 1)))
@settings(
    max_examples=25, deadline=None, phases=NO_SHRINKING, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(problem="+0.0", step="¦×l\x1e", days=1.5, due=None)
def test_whatever_a_record_says_comes_back_as_it_was(
    acme: Opener, problem: str, step: str, days: float | None, due: date | None
) -> None:
    engagement = acme(
        PainPoint(stage="lead", type=IssueType.COST, problem=f"!{problem}!", step=step, days_per_deal=days),
        Measure(measure=f"!{problem}!", resources=step, due=due),
    )
    before = state(engagement)
    assert imported(engagement, written(engagement)) == []
    assert state(engagement) == before


def test_a_text_longer_than_a_cell_comes_back_whole(acme: Opener) -> None:
    engagement = acme(PainPoint(stage="lead", type=IssueType.COST, problem="合同\n" * 30_000 + "end"))
    path = edited(written(engagement), {(SURVEY, "D4"): "new step"})
    assert len(imported(engagement, path)) == 1
    with open_store(engagement) as store:
        assert store.get("PP-1", PainPoint).record.problem == "合同\n" * 30_000 + "end"


def test_changed_cells_are_told_by_address_and_saved_with_one_new_version(filled: Engagement) -> None:
    cells = {
        (SURVEY, "B4"): "线索获取",
        (SURVEY, "F4"): "风险",
        (TABLE, "E4"): "2024年4月2日",
        (PILOT, "D4"): 30,
    }
    said = imported(filled, edited(written(filled), cells))
    assert said == [
        "Current-state survey B4 (PP-1, Process stage): Contract → 线索获取",
        "Current-state survey F4 (PP-1, Issue type (efficiency/cost/experience/risk)): efficiency → risk",
        "Responsibility table E4 (ME-1, Planned completion): 2024-03-15 → 2024-04-02",
        "Pilot effect evaluation D4 (EV-1, After the pilot): 32 → 30",
    ]
    with open_store(filled) as store:
        point = store.get("PP-1", PainPoint)
        assert (point.record.stage, point.record.type, point.version, point.changed_by) == ("lead", "risk", 2, "Lee")
        assert store.get("ME-1", Measure).record.due == date(2024, 4, 2)
        assert store.get("EV-1", Evaluation).record.after == 30
        assert [line.action for line in store.history("PP-1")] == ["add", "import"]


def test_new_rows_become_records_and_rows_taken_out_stay(filled: Engagement) -> None:
    cells: dict[tuple[str, str], object] = {
        (SURVEY, "A4"): None,
        (SURVEY, "B4"): "Quotation",
        (SURVEY, "F4"): "Cost",
        (SURVEY, "G4"): "Quotes are late",
        (PILOT, "C5"): 0.12,
        (PILOT, "D5"): 0.18,
    }
    path = edited(written(filled), cells)
    with open_store(filled) as store:
        changes = changes_in(filled, store, path)
        write(store, changes)
        new = store.get("PP-2", PainPoint).record
        assert (new.stage, new.type, new.problem, new.impact) == ("Quotation", IssueType.COST, "Quotes are late", None)
        assert store.get("PP-1", PainPoint).version == 1
        entered = store.get("EV-2", Evaluation).record
    assert changes.gone == ("PP-1",)
    assert (entered.metric, entered.unit, entered.target.at_least) == ("lead_conversion", "fraction", 0.15)
    assert entered.after_period == (date(2024, 3, 1), date(2024, 4, 30))


def test_every_bad_cell_is_refused_by_its_address_and_nothing_is_written(filled: Engagement) -> None:
    cells: dict[tuple[str, str], object] = {
        (SURVEY, "E4"): "three",
        (SURVEY, "F4"): "speed",
        (SURVEY, "H4"): True,
        (TABLE, "B4"): "A change that is fine",
        (TABLE, "E4"): "2024-02-30",
        (PILOT, "C4"): "n/a",
    }
    before, path = state(filled), edited(written(filled), cells)
    with pytest.raises(InputErrors) as wrong:
        imported(filled, path)
    told = str(wrong.value)
    for address in ("survey, cell E4", "survey, cell F4", "survey, cell H4", "table, cell E4", "evaluation, cell C4"):
        assert address in told
    assert "found 'three', expected a number" in told
    assert "expected one of efficiency, cost, experience, risk" in told
    assert "nothing was written" in told
    assert state(filled) == before


def test_what_a_record_does_not_allow_is_refused_by_address_too(filled: Engagement) -> None:
    cells: dict[tuple[str, str], object] = {(SURVEY, "E4"): -1, (TABLE, "B4"): None, (SURVEY, "B5"): "Lead"}
    with pytest.raises(InputErrors) as wrong:
        imported(filled, edited(written(filled), cells))
    told = str(wrong.value)
    for address in ("survey, cell E4", "table, cell B4", "survey, cell F5", "survey, cell G5"):
        assert address in told


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({(SURVEY, "A5"): "PP-1", (SURVEY, "G5"): "copied"}, "expected each id once"),
        ({(SURVEY, "A5"): "PP-99", (SURVEY, "G5"): "typed"}, "expected an id that was exported"),
        ({(TABLE, "A4"): "PP-1"}, "expected an id that was exported"),
        ({("salesopt", "C1"): "other"}, "expected the templates of acme"),
    ],
)
def test_ids_that_are_not_those_of_the_export_are_refused(
    filled: Engagement, cells: dict[tuple[str, str], object], said: str
) -> None:
    with pytest.raises(InputErrors, match=said):
        imported(filled, edited(written(filled), cells))


def test_what_somebody_else_changed_meanwhile_is_a_conflict_and_not_overwritten(filled: Engagement) -> None:
    path = edited(written(filled), {(SURVEY, "G4"): "mine", (TABLE, "B4"): "mine too"})
    with open_store(filled, who="Bo") as store:
        theirs = store.get("PP-1", PainPoint)
        store.save(theirs.record.model_copy(update={"problem": "theirs"}), theirs.version)
    before = state(filled)
    with pytest.raises(InputErrors, match=r"(?s)PP-1 says one thing here and another in the store, where Bo.*mine"):
        imported(filled, path)
    assert state(filled) == before


def test_an_old_file_does_not_take_back_what_others_changed_where_nobody_touched_it(filled: Engagement) -> None:
    path = edited(written(filled), {(TABLE, "B4"): "mine"})
    with open_store(filled, who="Bo") as store:
        theirs = store.get("PP-1", PainPoint)
        store.save(theirs.record.model_copy(update={"priority": Level.LOW}), theirs.version)
    assert len(imported(filled, path)) == 1
    with open_store(filled) as store:
        assert store.get("PP-1", PainPoint).record.priority is Level.LOW


def test_columns_and_lines_may_be_moved_but_not_renamed(filled: Engagement) -> None:
    path = written(filled)
    book = openpyxl.load_workbook(path)
    book[SURVEY].insert_rows(1)
    book[SURVEY].insert_cols(3)
    book[SURVEY]["H5"] = "moved"
    book.save(path)
    assert imported(filled, path) == ["Current-state survey H5 (PP-1, Problem in detail): 慢 slow → moved"]
    with pytest.raises(InputError, match="expected the headings Problem in detail"):
        imported(filled, edited(path, {(SURVEY, "H4"): "Trouble"}))


def test_other_files_are_not_taken_for_templates(filled: Engagement, tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    (tmp_path / "broken.xlsx").write_bytes(b"PK no")
    assert is_templates(written(filled))
    assert not any(map(is_templates, (tmp_path / "other.xlsx", tmp_path / "broken.xlsx", tmp_path / "none.yml")))
