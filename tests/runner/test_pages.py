"""The pages of a run: they fetch nothing, run nothing, and take nothing of a client's texts for markup."""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from salesopt_kit.runner import Run, run_engagement

Writer = Callable[..., Path]
WICKED = "<script>alert(1)</script> & 'Söhne'"
ANSWER = """\
from salesopt_kit.results import Estimate, Missing, Table
import pandas as pd
Table(f"{client.config.client} has one team.", pd.DataFrame({"Team": ["<img src=https://evil.example/x.png>"]}))"""
MISSING = 'from salesopt_kit.results import Missing\nMissing("no table `leads`", "Add it.")'


class Page(HTMLParser):
    """Collects the elements of a page with their attributes, and what stands between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        self.texts.append(data)

    def values(self, *names: str) -> Iterator[str]:
        """Yield the values of these attributes anywhere on the page."""
        for _tag, attributes in self.elements:
            yield from (value for name, value in attributes.items() if name in names and value)


@pytest.fixture
def run(engagement: Writer, books: Writer, tmp_path: Path) -> Run:
    workbooks = books("1_good", **{"2_texts": {"answer": ANSWER, "gap": MISSING}})
    return run_engagement(engagement(client=WICKED), out=tmp_path / "out", workbooks_in=workbooks)


def test_pages_fetch_nothing_and_run_nothing(run: Run) -> None:
    pages = sorted(run.folder.glob("*.html"))
    assert [page.name for page in pages] == ["1_good.html", "2_texts.html", "index.html"]
    for path in pages:
        html = path.read_text(encoding="utf-8")
        page = Page(html)
        assert {tag for tag, _attributes in page.elements}.isdisjoint({"script", "link", "iframe", "object", "form"})
        policy = next(page.values("content"))
        assert "default-src 'none'" in policy
        assert not any(value.startswith(("http:", "https:", "//")) for value in page.values("src", "href", "srcset"))
        assert not [name for _tag, attributes in page.elements for name in attributes if name.startswith("on")]
        assert not re.findall(r"url\(|@import", html)


def test_a_clients_texts_are_shown_as_they_are_and_never_as_markup(run: Run) -> None:
    for path in run.folder.glob("*.html"):
        page = Page(path.read_text(encoding="utf-8"))
        assert any("<script>alert(1)</script>" in text for text in page.texts), path.name
        assert all(
            (value or "").startswith("data:") for tag, a in page.elements if tag == "img" for value in [a["src"]]
        )


def test_every_link_inside_a_run_leads_to_a_file_or_a_place_that_is_there(run: Run) -> None:
    for path in run.folder.glob("*.html"):
        page = Page(path.read_text(encoding="utf-8"))
        places = set(page.values("id"))
        for link in page.values("href"):
            assert link[1:] in places if link.startswith("#") else (run.folder / link).is_file(), f"{path.name}: {link}"


def test_images_carry_what_they_show_in_words(run: Run) -> None:
    page = Page((run.folder / "1_good.html").read_text(encoding="utf-8"))
    told = [attributes["alt"] for tag, attributes in page.elements if tag == "img"]
    assert told == ["The trend goes up & on."] * 2


def test_code_and_setup_are_there_but_folded(run: Run) -> None:
    html = (run.folder / "2_texts.html").read_text(encoding="utf-8")
    before, _tag, settings = html.rpartition('<details class="code settings">')
    assert "open_engagement" not in before
    assert "open_engagement" in settings
    assert html.count("How this was computed") == 2


def test_the_index_leads_in_order_and_shows_findings_but_not_what_is_missing(run: Run) -> None:
    html = (run.folder / "index.html").read_text(encoding="utf-8")
    assert html.index('href="1_good.html"') < html.index('href="2_texts.html"')
    assert "Half of the deals of" in html
    assert "has one team." in html
    assert "Not available" not in html
    assert html.count("data:image/png;base64,") == 2
    assert "figures/1_good-trend_1.png" in html
    for name in ("process.bpmn", "process.svg", "process.png"):
        assert f'<a href="{name}">{name}</a>' in html


def test_a_cell_tagged_headline_is_the_headline(engagement: Writer, books: Writer, tmp_path: Path) -> None:
    workbooks = books(**{"2_texts": {"first": ANSWER, "second": ANSWER.replace("one team", "two teams")}})
    path = workbooks / "2_texts.ipynb"
    path.write_text(
        path.read_text().replace(
            '"id": "second",\n   "metadata": {', '"id": "second",\n   "metadata": {"tags": ["headline"]'
        )
    )
    run = run_engagement(engagement(), out=tmp_path / "out", workbooks_in=workbooks)
    html = (run.folder / "index.html").read_text(encoding="utf-8")
    assert "Acme has two teams." in html
    assert "Acme has one team." not in html
