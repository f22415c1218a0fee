"""An engagement in which nobody has entered anything: what is missing is said in every document, nothing fails."""

import sys
from pathlib import Path

from docx import Document
from pptx import Presentation

from salesopt_kit.deliverables.export import export
from salesopt_kit.deliverables.sources import Sources
from salesopt_kit.engagement import open_engagement

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from small_engagement import write_small


def test_documents_say_what_is_missing_and_how_to_supply_it(tmp_path: Path) -> None:
    sources = Sources(open_engagement(write_small(tmp_path / "small")))
    made = export(sources, ["xlsx", "docx", "pptx", "bpmn", "pdf", "html"], tmp_path)
    assert {one.format.key: bool(one.files) for one in made} == {
        "xlsx": True,
        "docx": True,
        "pptx": True,
        "bpmn": True,
        "pdf": False,
        "html": False,
    }
    assert "salesopt run" in made[-1].reason
    text = "\n".join(each.text for each in Document(str(tmp_path / "plan.docx")).paragraphs)
    assert text.count("Not available") >= 4
    assert "records/measures.yml" in text
    slides = [
        shape.text_frame.text
        for slide in Presentation(str(tmp_path / "summary.pptx")).slides
        for shape in slide.shapes
        if shape.has_text_frame
    ]
    assert sum("Not available" in said for said in slides) >= 4
    assert not any("_x00" in said for said in slides)
    assert any("\v- id: ME-1" in said for said in slides)
    assert [path.name for path in tmp_path.glob("process.*")]
