"""The quarterly review as document, slides and page: all three say the same, in both languages."""

from pathlib import Path

import pandas as pd
import pytest
from docx import Document
from pptx import Presentation

from salesopt_kit.deliverables.export import FORMATS
from salesopt_kit.deliverables.quarterly import write_quarterly
from salesopt_kit.engagement import Config, Engagement
from salesopt_kit.locale import use_language
from salesopt_kit.tables.frames import tables_from_frames
from salesopt_kit.tables.store import Tables

HEADINGS = {"en": ("What moved?", "What comes next?"), "zh-CN": ("哪些指标变了？", "下一步做什么？")}


def opened(folder: Path) -> Tables:
    mondays = pd.date_range("2023-01-02", "2024-06-24", freq="7D").repeat(6)
    frame = pd.DataFrame({"created_at": mondays, "closed_at": mondays + pd.Timedelta(days=20), "status": "won"})
    frame = frame[frame["closed_at"] <= "2024-06-30"]
    frame = frame.assign(opportunity_id=frame.index.astype(str), owner="Ann", team="A")
    stages = [{"id": "talks", "name": "Talks"}, {"id": "won", "name": "Won", "kind": "won"}]
    config = {"client": "T & <T>", "slug": "t", "stages": stages, "sources": {"opportunities": {"file": "o.csv"}}}
    engagement = Engagement(Config.model_validate(config), folder, folder / "exports")
    return tables_from_frames(engagement, {"opportunities": frame}, as_of=pd.Timestamp("2024-06-30").date())


@pytest.mark.parametrize("language", list(HEADINGS))
def test_document_slides_and_page_have_the_same_headings(tmp_path: Path, language: str) -> None:
    use_language(language)
    docx, pptx, page = write_quarterly(opened(tmp_path), tmp_path)
    words = "\n".join(paragraph.text for paragraph in Document(str(docx)).paragraphs)
    slides = Presentation(str(pptx)).slides
    shown = "\n".join(shape.text_frame.text for slide in slides for shape in slide.shapes if shape.has_text_frame)
    text = page.read_text(encoding="utf-8")
    for heading in HEADINGS[language]:
        assert heading in words
        assert heading in shown
        assert heading in text


def test_the_page_stands_alone_and_is_escaped(tmp_path: Path) -> None:
    text = write_quarterly(opened(tmp_path), tmp_path)[2].read_text(encoding="utf-8")
    assert "T &amp; &lt;T&gt;" in text
    assert "http" not in text.replace("http-equiv", "")
    assert "data:image/png;base64," in text
    assert "quarterly" in FORMATS
