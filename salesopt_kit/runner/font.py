"""The Chinese font inside a page, for machines that have none: only the signs the page shows, and no request."""

import base64
import io
import re
import unicodedata
from functools import cache

from fontTools import subset
from fontTools.ttLib import TTFont
from pylopdf_fonts_zh_cn import sans_path

FAMILY = "Salesopt Sans SC"
"""The name in style.css, behind the fonts of the reader's own system."""


def with_font(page: str) -> str:
    """Return a page of HTML with the font of its Chinese signs in its head; a page without any as it is."""
    signs = chinese_in(page)
    return page.replace("<style>", f"<style>\n{font_face(signs)}", 1) if signs else page


def chinese_in(text: str) -> str:
    """Return the signs of `text` that Western fonts lack, each once, in order."""
    return "".join(
        sorted({sign for sign in re.sub(r"[ -~\s]+", "", text) if unicodedata.east_asian_width(sign) in "WF"})
    )


@cache
def font_face(signs: str) -> str:
    """Return the CSS rule that holds the glyphs of `signs`; the same signs give the same bytes."""
    options = subset.Options(layout_features=[], notdef_outline=True, hinting=False)
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "DSIG"]
    reduced = subset.Subsetter(options)
    reduced.populate(text=signs)
    stream = io.BytesIO()
    with TTFont(sans_path(), recalcTimestamp=False, lazy=True) as font:
        reduced.subset(font)
        font.flavor = "woff"
        font.save(stream)
    data = base64.b64encode(stream.getvalue()).decode()
    return f'@font-face {{ font-family: "{FAMILY}"; src: url(data:font/woff;base64,{data}) format("woff"); }}'
