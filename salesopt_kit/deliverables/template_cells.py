"""Cells that people typed, understood: a text, a number, a date, a word of the vocabulary in either language."""

import math
import re
from datetime import date, datetime
from typing import Any

from salesopt_kit.deliverables.templates import Column, Value, in_sheet
from salesopt_kit.locale import LANGUAGES, _, language, use_language
from salesopt_kit.terms import Term

DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
SPACES = " \t\n\r\u00a0\u3000"
"""What people type at the ends of a cell without seeing it; a rarer sign that a record ends with is the record's."""
EARLIEST = date(1990, 1, 1)
"""A date before it is a slip, or a number that Excel shows as a date."""


class CannotRead(Exception):  # noqa: N818 -- what it is
    """A cell that cannot be understood; `expected` says what should stand there."""

    def __init__(self, expected: str) -> None:
        self.expected = expected
        super().__init__(expected)


def value_in(column: Column, cell: Any) -> Value:  # noqa: ANN401 -- whatever a reader finds
    """Return what a cell says, None for an empty one; CannotRead where it is nothing that fits its column."""
    plain = _stripped(cell)
    if plain is None:
        return None
    if column.kind == "number":
        return _number(plain)
    if column.kind == "date":
        return _day(plain)
    if column.kind == "term" and column.terms:
        return _term(column.terms, plain)
    if isinstance(plain, bool):
        raise CannotRead(_("text"))
    return _text(plain)


def shown_value(column: Column, value: Value) -> str:
    """Return a value as the sheet shows it, an en dash for an empty one."""
    if value is None:
        return "–"
    if column.kind == "term" and column.terms:
        return label_of(column.terms, value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def label_of(terms: type[Term], key: Value) -> str:
    """Return the label of a term in the language in use, by its key."""
    return next(term.label for term in terms if term.value == key)


def labels(terms: type[Term]) -> dict[str, str]:
    """Return what a term may be written as, in any language and any case, and its key."""
    known = {term.value.casefold(): term.value for term in terms}
    before = language()
    try:
        for name in LANGUAGES:
            use_language(name)
            known |= {term.label.casefold(): term.value for term in terms}
    finally:
        use_language(before)
    return known


def _stripped(cell: Any) -> Any:  # noqa: ANN401
    """Return a cell without spaces at its ends and with the line ends of a record; None for an empty one."""
    plain = cell.replace("\r\n", "\n").strip(SPACES) if isinstance(cell, str) else cell
    return None if plain in ("", None) else plain


def _number(plain: Any) -> float:  # noqa: ANN401
    try:
        found = float(plain.replace(",", "").replace("，", "")) if isinstance(plain, str) else plain
        if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
            raise ValueError  # noqa: TRY301 -- one way out for all that is no number
    except ValueError:
        raise CannotRead(_("a number")) from None
    return in_sheet(found)


def _day(plain: Any) -> str:  # noqa: ANN401
    day = plain.date() if isinstance(plain, datetime) else plain
    if isinstance(plain, str) and (parts := DAY.fullmatch(plain)):
        try:
            day = date(*map(int, parts.groups()))
        except ValueError:
            day = None
    if not isinstance(day, date) or day < EARLIEST:
        raise CannotRead(_("a date such as 2024-03-15"))
    return day.isoformat()


def _term(terms: type[Term], plain: Any) -> str:  # noqa: ANN401
    key = labels(terms).get(str(plain).casefold())
    if key is None:
        raise CannotRead(_("one of {names}").format(names=", ".join(term.label for term in terms)))
    return key


def _text(plain: Any) -> str:  # noqa: ANN401
    """Return the text of a cell; a number or a date that was typed into a cell of text as it looks."""
    if isinstance(plain, float) and plain.is_integer():
        return str(int(plain))
    return plain.isoformat(sep=" ") if isinstance(plain, datetime) else str(plain)
