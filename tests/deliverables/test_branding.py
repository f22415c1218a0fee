"""Logo, colours and footer of engagement.yml in every deliverable, and what is said of those that cannot be used."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image

from salesopt_kit.deliverables.branding import look_of
from salesopt_kit.deliverables.docx_parts import Paper
from salesopt_kit.deliverables.pptx_parts import Deck
from salesopt_kit.deliverables.template_xlsx import write_templates
from salesopt_kit.engagement import Engagement
from salesopt_kit.errors import InputError, InputErrors

Opener = Callable[..., Engagement]
BRANDING = """
branding:
  logo: logo.png
  colours: {primary: "#112233", accent: "C0FFEE"}
  footer: Kim & Lee, confidential
"""


@pytest.fixture
def branded(acme: Opener) -> Engagement:
    engagement = acme(more=BRANDING)
    stream = io.BytesIO()
    Image.new("RGB", (400, 100), "red").save(stream, "PNG")
    (engagement.folder / "logo.png").write_bytes(stream.getvalue())
    return engagement


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_without_branding_it_is_plain(acme: Opener) -> None:
    look = look_of(acme())
    assert (look.primary, look.accent, look.footer, look.logo) == ("#1f2d3d", "#1f6f8b", "", b"")


def test_colours_are_read_with_and_without_the_sign(branded: Engagement) -> None:
    look = look_of(branded)
    assert (look.primary, look.accent, look.logo_size) == ("#112233", "#c0ffee", (400, 100))


@pytest.mark.parametrize("written", ["teal", '"#12345"', "#1f6f8b", "[1]"])
def test_a_colour_that_is_none_is_named_with_its_key(acme: Opener, written: str) -> None:
    with pytest.raises(InputErrors, match=r"(?s)branding.colours.accent.*a colour in quotes"):
        acme(more=f"branding:\n  colours:\n    accent: {written}\n")


@pytest.mark.parametrize(("content", "said"), [(None, "Put the file there"), (b"<svg/>", "Save the logo as PNG")])
def test_a_logo_that_cannot_be_used_is_named(branded: Engagement, content: bytes | None, said: str) -> None:
    path = branded.folder / "logo.png"
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(InputError, match=f"(?s)branding.logo: found 'logo.png'.*{said}"):
        look_of(branded)


def test_a_logo_outside_the_folder_is_refused(acme: Opener) -> None:
    with pytest.raises(InputError, match="inside the engagement folder"):
        look_of(acme(more="branding: {logo: ../../logo.png}\n"))


def test_the_sheets_have_logo_colour_and_footer(branded: Engagement) -> None:
    path = branded.folder / "templates.xlsx"
    write_templates(branded, path)
    found = parts(path)
    assert any(name.startswith("xl/media/") for name in found)
    assert b"FFC0FFEE" in found["xl/styles.xml"].upper()
    assert b"Kim &amp;&amp; Lee, confidential" in found["xl/worksheets/sheet1.xml"]


def test_documents_and_slides_have_logo_and_colour(branded: Engagement, tmp_path: Path) -> None:
    look, made_on = look_of(branded), datetime(2024, 6, 30)  # noqa: DTZ001 -- as documents keep it
    paper = Paper(look, "Plan", made_on)
    paper.footer(look.footer)
    paper.picture(look.logo, alt="Acme", height=2)
    paper.heading("One")
    paper.save(tmp_path / "a.docx")
    found = parts(tmp_path / "a.docx")
    assert any(name.startswith("word/media/") for name in found)
    assert b"112233" in found["word/styles.xml"]
    assert any(b"Kim &amp; Lee, confidential" in content for name, content in found.items() if "footer" in name)
    deck = Deck(look, "Review", look.footer, made_on)
    deck.cover("Review", ["Acme"])
    deck.slide("One", "Two")
    deck.save(tmp_path / "a.pptx")
    found = parts(tmp_path / "a.pptx")
    assert any(re.match(r"ppt/media/image", name) for name in found)
    slide = found["ppt/slides/slide2.xml"]
    assert b"C0FFEE" in slide
    assert b"Kim &amp; Lee, confidential" in slide
