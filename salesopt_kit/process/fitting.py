"""Words in lines that fit a width, by the letters of the font that the kit draws with."""

from functools import cache

from matplotlib.font_manager import findfont, get_font
from matplotlib.ft2font import FT2Font
from pylopdf_fonts_zh_cn import sans_path

from salesopt_kit.charts import wrapped

MEASURED = 100
"""Size at which letters are measured, in points at 72 dots an inch."""


def fitted(text: str, room: float, size: float, most: int = 0) -> tuple[str, ...]:
    """Return `text` in as few lines as fit into `room`, at most `most`, with letters `size` high (both in pixels)."""
    widest = max(1, int(2.5 * room / size))
    for columns in range(widest, 2, -1):
        lines = wrapped(text, columns, most)
        if all(width(line, size) <= room for line in lines):
            return tuple(lines)
    return tuple(wrapped(text, 2, most))


def width(text: str, size: float) -> float:
    """Return how wide `text` is with letters `size` high, in the unit of `size`."""
    if not text:
        return 0.0
    font = _font()
    font.set_text(text, 0.0)
    pixels, _height = font.get_width_height()
    return pixels / 64 * size / MEASURED


@cache
def _font() -> FT2Font:
    font = get_font((str(sans_path()), findfont("DejaVu Sans")))
    font.set_size(MEASURED, 72)
    return font
