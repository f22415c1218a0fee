"""How wide the columns of a table on paper are to be."""

import pandas as pd

from salesopt_kit.numbers import columns_of

SIGN, PADDING = 0.165, 0.5
"""Centimetres that a column of text takes at the size of tables, and that a cell keeps free."""
BOLD = 1.2
"""How much wider the letters of a heading are."""
LONGEST_WORD, LONGEST_LINE = 24, 60
"""Columns of text; longer words are broken, longer lines ask for no more room."""


def widths(frame: pd.DataFrame, total: float) -> list[float]:
    """Return the width of each column of text cells; they add to `total` (centimetres).

    Each column holds its longest word where the page allows it; what is left goes to the long texts.
    """
    words, lines = [], []
    for place, name in enumerate(frame.columns):
        cells = list(map(str, frame.iloc[:, place]))
        word = max((_columns(word) for cell in cells for word in cell.split()), default=1)
        head = max((BOLD * _columns(word) for word in str(name).split()), default=1)
        words.append(min(max(word, head), LONGEST_WORD))
        longest = max(columns_of(line) for cell in [str(name), *cells] for line in cell.split("\n"))
        lines.append(min(longest, LONGEST_LINE))
    least = [word * SIGN + PADDING for word in words]
    wanted = [max(line * SIGN + PADDING - small, 0.0) for line, small in zip(lines, least, strict=True)]
    spare = total - sum(least)
    if spare <= 0 or not sum(wanted):
        return [small * total / sum(least) for small in least]
    return [small + spare * want / sum(wanted) for small, want in zip(least, wanted, strict=True)]


def _columns(word: str) -> int:
    """Return how many columns of a word must stand together: all of a Latin one, four of a Chinese one."""
    return columns_of(word) if word.isascii() else min(columns_of(word), 8)
