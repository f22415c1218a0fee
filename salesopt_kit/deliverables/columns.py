"""How wide the columns of a table on paper are to be."""

import pandas as pd

from salesopt_kit.numbers import columns_of

SIGN, PADDING = 0.165, 0.5
"""Centimetres that a column of text takes at the size of tables, and that a cell keeps free."""
BOLD = 1.2
"""How much wider the letters of a heading are."""
LONGEST_WORD, LONG_LINE, BEYOND = 24, 60, 0.2
"""Columns of text; longer words are broken, and of longer lines this part counts."""


def widths(frame: pd.DataFrame, total: float) -> list[float]:
    """Return the width of each column of text cells; they add to `total` (centimetres).

    Each column holds its longest word where the page allows it; what is left goes to the long texts.
    """
    small = _least(frame)
    wanted = [max(line * SIGN + PADDING - width, 0.0) for line, width in zip(_lines(frame), small, strict=True)]
    spare = total - sum(small)
    if spare <= 0 or not sum(wanted):
        return [width * total / sum(small) for width in small]
    return [width + spare * want / sum(wanted) for width, want in zip(small, wanted, strict=True)]


def least(frame: pd.DataFrame) -> float:
    """Return the centimetres that a table takes at least without breaking a word."""
    return sum(_least(frame))


def _least(frame: pd.DataFrame) -> list[float]:
    found = []
    for place, name in enumerate(frame.columns):
        word = max((_columns(word) for cell in frame.iloc[:, place] for word in str(cell).split()), default=1)
        head = max((BOLD * _columns(word) for word in str(name).split()), default=1)
        found.append(min(max(word, head), LONGEST_WORD) * SIGN + PADDING)
    return found


def _lines(frame: pd.DataFrame) -> list[float]:
    """Return the longest line of each column, in columns of text."""
    cells = ([str(name), *map(str, frame.iloc[:, place])] for place, name in enumerate(frame.columns))
    longest = [max(columns_of(line) for cell in column for line in cell.split("\n")) for column in cells]
    return [line if line <= LONG_LINE else LONG_LINE + (line - LONG_LINE) * BEYOND for line in longest]


def _columns(word: str) -> int:
    """Return how many columns of a word must stand together: all of a Latin one, four of a Chinese one."""
    return columns_of(word) if word.isascii() else min(columns_of(word), 8)
