"""Values as the cells of a sheet hold them, and back without loss.

Text is text: a cell is never a formula. What a cell cannot hold as it is (control characters, spaces at the ends, a
number of more digits, a list) stands there as `json:` and its JSON; what is longer than a cell stands on a sheet of its
own and the cell says `long:` and its number.
"""

import json
import re
from typing import Any

LONGEST = 16_000
"""Characters of a cell; Excel allows 32,767 UTF-16 units."""
PIECE = 5_000
"""Characters of a longer text in one cell, each of which may be six in JSON."""
AS_JSON, ELSEWHERE = "json:", "long:"
UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]|_x[0-9A-Fa-f]{4}_")
Cell = str | float | bool | None


class LongTexts:
    """The texts that are too long for a cell, each cut into pieces."""

    def __init__(self, pieces: dict[str, list[str]] | None = None) -> None:
        self.pieces = pieces or {}

    def keep(self, text: str) -> str:
        """Keep a text and return what the cell says instead."""
        key = str(len(self.pieces) + 1)
        # every piece is JSON of its own, so that no reader trims its ends
        self.pieces[key] = [_json(text[start : start + PIECE]) for start in range(0, len(text), PIECE)]
        return ELSEWHERE + key

    def find(self, cell: str) -> str:
        """Return the text that a cell speaks of."""
        return "".join(json.loads(piece) for piece in self.pieces[cell.removeprefix(ELSEWHERE)])


def to_cell(value: Any, long_texts: LongTexts) -> Cell:  # noqa: ANN401 -- any value of JSON
    """Return the cell of a value; None and "" are an empty one."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and float(f"{value:.15g}") == value and str(value) != "-0.0":
        return value
    text = value if isinstance(value, str) and _is_safe(value) else AS_JSON + _json(value)
    return text if len(text) <= LONGEST else long_texts.keep(text)


def from_cell(cell: Any, long_texts: LongTexts) -> Any:  # noqa: ANN401
    """Return the value of a cell, None for an empty one."""
    if cell in ("", None):
        return None
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if isinstance(cell, str) and cell.startswith(ELSEWHERE):
        cell = long_texts.find(cell)
    if isinstance(cell, str) and cell.startswith(AS_JSON):
        return json.loads(cell.removeprefix(AS_JSON))
    return cell


def _is_safe(text: str) -> bool:
    return text == text.strip() and not text.startswith((AS_JSON, ELSEWHERE)) and not UNSAFE.search(text)


def _json(value: object) -> str:
    """Return JSON that a sheet gives back as it is."""
    text = json.dumps(value, ensure_ascii=False)
    return text if not UNSAFE.search(text) else json.dumps(value).replace("_x", "\\u005fx")
