"""The errors this package raises on purpose; all derive from SalesOptError."""

from collections.abc import Sequence
from datetime import date

from salesopt_kit.locale import _


class SalesOptError(Exception):
    """Base class: catch it to handle every deliberate failure of the kit."""

    def _render_traceback_(self) -> list[str]:
        """Show the message alone in a notebook; IPython asks an exception for this before it draws a traceback."""
        return [str(self)]


class InputError(SalesOptError):
    """A value the client gave cannot be used.

    `where` names the file, the row as the spreadsheet numbers it and the column; `found` is shown as it came;
    `expected` and `remedy` are plain words. A long `found` is shortened, so that one bad cell cannot flood a page.

    >>> print(InputError("deals.csv, row 118, column closed_on", "2024-02-30",
    ...     expected="a date such as 2024-02-29", remedy="Correct the cell and run again; nothing was written."))
    deals.csv, row 118, column closed_on: found '2024-02-30', expected a date such as 2024-02-29.
    Correct the cell and run again; nothing was written.
    """

    def __init__(self, where: str, found: object, *, expected: str, remedy: str) -> None:
        self.where, self.found, self.expected, self.remedy = where, found, expected, remedy
        message = _("{where}: found {found}, expected {expected}.\n{remedy}")
        super().__init__(message.format(where=where, found=shortened(found), expected=expected, remedy=remedy))


class InputErrors(SalesOptError):  # noqa: N818 -- it holds several errors
    """All that is wrong with the input, told at once; `errors` holds each one."""

    def __init__(self, errors: Sequence[SalesOptError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in errors))


class MissingDataError(SalesOptError):
    """A question cannot be answered from what the engagement holds; says what is missing and how to supply it."""

    def __init__(self, what: str, *, remedy: str) -> None:
        self.what, self.remedy = what, remedy
        super().__init__(f"{what}\n{remedy}")


def shortened(found: object, length: int = 80) -> str:
    """Return `repr(found)`, cut to about `length` characters with the full length named; a date in ISO form."""
    if isinstance(found, str) and len(found) > length:
        return _("{start}... ({length:,} characters)").format(start=repr(found[:length])[:-1], length=len(found))
    if isinstance(found, date):
        return found.isoformat()
    if isinstance(found, list | tuple) and all(isinstance(each, str | int | float | date) for each in found):
        shown = f"[{', '.join(shortened(each, length) for each in found)}]"
    else:
        shown = repr(found)
    if isinstance(found, str) or len(shown) <= 2 * length:
        return shown
    return _("{start}... ({length:,} characters)").format(start=shown[:length], length=len(shown))
