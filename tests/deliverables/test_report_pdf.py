"""The PDF of a run as pypdf reads it: everything that the notebooks showed, inside the pages."""

import base64
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from nbformat import v4
from PIL import Image
from pypdf import PdfReader

from salesopt_kit.deliverables.report_blocks import blocks_of
from salesopt_kit.deliverables.report_pdf import write_report
from salesopt_kit.deliverables.sources import Sources
from salesopt_kit.engagement import Engagement
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import language, use_language
from salesopt_kit.results import Estimate, Table, table_html, with_interval

Opener = Callable[..., Engagement]


def picture() -> str:
    stream = io.BytesIO()
    Image.new("RGB", (300, 100), "navy").save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


def run_of(folder: Path, *frames: pd.DataFrame, locale: str = "en") -> Path:
    """Write what a run leaves: one notebook that shows a table of each frame, and results.json."""
    outputs = [
        v4.new_output("display_data", {"text/html": Table(f"Finding {n}", frame, ("Beware",))._repr_html_()})
        for n, frame in enumerate(frames, 1)
    ]
    figure = v4.new_output("display_data", {"image/png": picture()}, metadata={"image/png": {"alt": "a bar"}})
    cells = [
        v4.new_markdown_cell("# Diagnosis: `where` does it hurt?\n\nLead."),
        v4.new_markdown_cell("## 哪里慢？\n\n说明。"),
        v4.new_code_cell("secret_code()", outputs=[*outputs, figure]),
    ]
    folder.mkdir(parents=True)
    nbformat.write(v4.new_notebook(cells=cells), folder / "1_diagnose.ipynb")
    about = {"client": "Acme 科技", "locale": locale, "as_of": "2024-06-30", "window": ["2024-01-01", "2024-06-30"]}
    (folder / "results.json").write_text(json.dumps(about), encoding="utf-8")
    return folder


def pdf(engagement: Engagement, run: Path) -> PdfReader:
    path = run / "report.pdf"
    write_report(Sources(engagement, run), path)
    return PdfReader(path)


def text_of(reader: PdfReader) -> str:
    return "".join("".join(page.extract_text() for page in reader.pages).split())


def test_it_holds_headings_sentences_tables_caveats_and_figures_but_no_code(acme: Opener, tmp_path: Path) -> None:
    frame = pd.DataFrame({"Stage": ["合同签订"], "Days": ["12.1 (9.9 to 14.0)"]})
    reader = pdf(acme(), run_of(tmp_path / "run", frame))
    said = text_of(reader)
    for words in (
        "Acme科技",
        "Diagnosis:wheredoesithurt?",
        "哪里慢？",
        "Finding1",
        "合同签订",
        "12.1(9.9to14.0)",
        "Beware",
    ):
        assert words in said
    assert "secret_code" not in said
    assert len(reader.pages[-1].images) == 1
    assert f"Page3of{len(reader.pages)}" in said
    assert [entry["/Title"] for entry in reader.outline if not isinstance(entry, list)] == [
        "Diagnosis: where does it hurt?"
    ]


def test_all_rows_of_a_long_table_are_there_and_its_head_stands_on_each_page(acme: Opener, tmp_path: Path) -> None:
    frame = pd.DataFrame({"Seller": [f"seller-{n:03d}" for n in range(200)], "Deals": [str(n) for n in range(200)]})
    reader = pdf(acme(), run_of(tmp_path / "run", frame))
    said = text_of(reader)
    assert all(f"seller-{n:03d}" in said for n in range(200))
    pages = [page.extract_text() for page in reader.pages if "seller-" in page.extract_text()]
    assert len(pages) > 2
    assert all("Seller" in page for page in pages)


@pytest.mark.parametrize("n_columns", [4, 9, 16, 24])
def test_no_table_runs_out_of_the_page(acme: Opener, tmp_path: Path, n_columns: int) -> None:
    columns = {
        f"Heading {n} compatibility": ["internationalisation 12,345.6", "metric:a.b/" + "x" * 60]
        for n in range(n_columns)
    }
    reader = pdf(acme(), run_of(tmp_path / "run", pd.DataFrame(columns)))
    for page in reader.pages:
        right: list[float] = []

        def seen(text: str, _cm: Any, tm: Any, _font: Any, size: float, right: list[float] = right) -> None:  # noqa: ANN401
            if text.strip():
                right.append(tm[4] + 0.35 * size * len(text.rsplit("\n", maxsplit=1)[-1]))

        page.extract_text(visitor_text=seen)
        assert max(right) < float(page.mediabox.width) - 20
    wide = [page for page in reader.pages if page.mediabox.width > page.mediabox.height]
    assert bool(wide) == (n_columns > 4)


def test_the_words_are_in_the_language_of_the_run_and_the_language_in_use_stays(acme: Opener, tmp_path: Path) -> None:
    said = text_of(pdf(acme(), run_of(tmp_path / "run", pd.DataFrame({"a": ["b"]}), locale="zh-CN")))
    assert "目录" in said
    assert "第3页" in said
    assert language() == "en"


def test_text_that_looks_like_typst_is_text(acme: Opener, tmp_path: Path) -> None:
    nasty = '#panic("x") $y$ *bold* _it_ <label> @ref \\ "q" `c` // no'
    said = text_of(pdf(acme(), run_of(tmp_path / "run", pd.DataFrame({nasty: [nasty]}))))
    assert said.count("".join(nasty.split())) == 2


def test_the_same_run_gives_the_same_bytes(acme: Opener, tmp_path: Path) -> None:
    engagement, run = acme(), run_of(tmp_path / "run", pd.DataFrame({"a": ["b"]}))
    pdf(engagement, run)
    first = (run / "report.pdf").read_bytes()
    pdf(engagement, run)
    assert (run / "report.pdf").read_bytes() == first


def test_without_a_run_it_says_what_to_do(acme: Opener, tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match="salesopt run"):
        write_report(Sources(acme(), None), tmp_path / "report.pdf")


def test_folded_parts_whys_and_cards_are_read_as_what_they_are() -> None:
    html = (
        '<div class="answer"><p class="finding">All</p><details><summary>By team</summary><div class="answer">'
        '<p class="finding">By team</p><div class="scroll"><table><tr><th>T</th></tr><tr><td class="short">1'
        '<span class="range">(0 to 2)</span></td></tr></table></div></div></details><ul class="whys"><li>PP-1'
        "<ul><li>why</li></ul></li></ul>"
        '<details class="card"><summary>Definition: x</summary><dl><dt>Formula</dt><dd>a/b</dd></dl></details></div>'
    )
    cell = v4.new_code_cell("", outputs=[v4.new_output("display_data", {"text/html": html})])
    found = list(blocks_of(v4.new_notebook(cells=[cell])))
    assert [block["kind"] for block in found] == ["finding", "part", "table", "list", "card"]
    assert found[2]["frame"].to_dict("list") == {"T": ["1 (0 to 2)"]}
    assert found[3]["items"] == [[0, "PP-1"], [1, "why"]]
    assert found[4]["pairs"] == [["Formula", "a/b"]]


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_a_figure_and_the_interval_below_it_never_read_as_one_number(locale: str) -> None:
    use_language(locale)
    estimate = Estimate("x", "x", 112.0, "deals", 9, 55.0, 219.0)
    page = table_html(pd.DataFrame({"n": [with_interval(estimate)]}), [estimate])
    output = v4.new_output("display_data", {"text/html": f'<div class="answer">{page}</div>'})
    notebook = v4.new_notebook(cells=[v4.new_code_cell("", outputs=[output])])
    (table,) = [block for block in blocks_of(notebook) if block["kind"] == "table"]
    assert table["frame"].iloc[0, 0].split()[0] == "112"
