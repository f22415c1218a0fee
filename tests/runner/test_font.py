"""The font in a page; the oracle is fontTools reading the font back, and the alphabet of the text."""

import base64
import io
import re

from fontTools.ttLib import TTFont

from salesopt_kit.runner.font import with_font

HEAD = "<html><head><style>body {}</style></head><body>"


def glyphs_in(page: str) -> set[str]:
    data = re.search(r"data:font/woff;base64,([^)]+)\)", page)
    assert data is not None
    return {chr(code) for code in TTFont(io.BytesIO(base64.b64decode(data[1]))).getBestCmap()}


def test_a_page_carries_each_chinese_sign_it_shows_and_no_other() -> None:
    assert glyphs_in(with_font(HEAD + "<p>线索转化率：8.8%，见《报告》。线索</p>")) == set("线索转化率：，见《报告》。")


def test_the_same_text_gives_the_same_bytes_and_a_page_in_english_gets_no_font() -> None:
    assert with_font(HEAD + "试点") == with_font(HEAD + "试点")
    assert with_font(HEAD + "Pilot – “quoted” →") == HEAD + "Pilot – “quoted” →"
