"""The plan description as python-docx reads it, against the records of the samples."""

import tempfile
from functools import cache
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn

from salesopt_kit.deliverables.plan_docx import write_plan
from salesopt_kit.engagement import open_engagement
from salesopt_kit.records import load_records
from salesopt_kit.tables import open_tables

SECTIONS = {
    "huaxin": "摘要|现行流程|新流程|新旧流程逐节点对比|各节点标准操作流程（SOP）|责任与决策权限|所需资源|"
    "责任分工与时间|风险与应急预案|目标|试点结果|待完善事项|签字确认",
    "alder": "Summary|Today's process|The new process|Old against new, node by node|"
    "Standard operating procedure (SOP) of each node|Responsibility and decision rights|Resources needed|"
    "Responsibilities and dates|Risks and contingencies|Targets|What the pilot came to|What is still open|Sign-off",
}


pytestmark = pytest.mark.slow


@cache
def plan(folder: Path) -> Path:
    """Return the plan of a sample, written once."""
    path = Path(tempfile.mkdtemp()) / "plan.docx"
    write_plan(open_tables(open_engagement(folder)), path)
    return path


@pytest.fixture(params=sorted(SECTIONS))
def sample(request: pytest.FixtureRequest, samples: Path) -> Path:
    return samples / str(request.param)


def words(document: object) -> str:
    body = document.element.body  # type: ignore[attr-defined]
    return "\n".join("".join(run.text or "" for run in each.iter(qn("w:t"))) for each in body.iter(qn("w:p")))


def test_it_has_every_section_that_the_handbook_asks_for_in_order(sample: Path) -> None:
    found = [each.text for each in Document(str(plan(sample))).paragraphs if each.style.name == "Heading 1"]
    assert found == [f"{number}  {title}" for number, title in enumerate(SECTIONS[sample.name].split("|"), 1)]


def test_every_record_of_the_plan_stands_in_it(sample: Path) -> None:
    text = words(Document(str(plan(sample))))
    records = load_records(open_engagement(sample))
    for measure in records.measures:
        for said in (measure.measure, measure.owner, measure.resources, measure.acceptance):
            assert said in text
        assert measure.due is None or measure.due.isoformat() in text
    for said in [one.risk for one in records.risks] + [one.contingency for one in records.risks]:
        assert said in text
    for said in [one.name for one in records.sponsors] + [one.decides for one in records.responsibilities]:
        assert said in text


def test_every_node_of_the_process_has_its_procedure(sample: Path) -> None:
    found = [each.text for each in Document(str(plan(sample))).paragraphs if each.style.name == "Heading 2"]
    assert found == [stage.name for stage in open_engagement(sample).open_stages]


def test_heads_of_tables_repeat_and_no_row_breaks_over_pages(sample: Path) -> None:
    document = Document(str(plan(sample)))
    for table in document.tables:
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    heads = [table for table in document.tables if len(table.columns) > 2]
    assert len(heads) >= 7
    assert all(table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for table in heads)


def test_chinese_letters_have_a_font_of_their_own_in_every_style_used(sample: Path) -> None:
    document = Document(str(plan(sample)))
    for name in ("Normal", "Title", "Heading 1", "Heading 2", "List Bullet"):
        fonts = document.styles[name].element.rPr.find(qn("w:rFonts"))
        assert fonts.get(qn("w:eastAsia")) == "Microsoft YaHei"
        assert not [key for key in fonts.attrib if "Theme" in key]


def test_the_contents_name_the_sections_and_the_foot_counts_pages(sample: Path) -> None:
    document = Document(str(plan(sample)))
    xml = document.element.xml
    assert "TOC \\o" in xml
    entries = [each for each in document.paragraphs if each.style.name == "toc 1"]
    assert len(entries) == len(SECTIONS[sample.name].split("|"))
    foot = document.sections[-1].footer._element.xml
    assert " PAGE " in foot
    assert " NUMPAGES " in foot


def test_there_is_no_word_of_the_other_language_in_the_headings(sample: Path) -> None:
    heads = [cell.text for table in Document(str(plan(sample))).tables for cell in table.rows[0].cells]
    is_chinese = sample.name == "huaxin"
    marked = [head for head in heads if any("\u4e00" <= sign <= "\u9fff" for sign in head)]
    assert (len(marked) > 0.8 * len(heads)) if is_chinese else not marked
