"""What people type or paste into a field, read as the value that it means."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

from pydantic import ValidationError

from salesopt_kit.locale import _
from salesopt_kit.records.rows import Record
from salesopt_kit.widgets.fields import Field
from salesopt_kit.yaml_files import expected

DAY = re.compile(r"(\d{4})(?:[-/.]|\s*年\s*)(\d{1,2})(?:[-/.]|\s*月\s*)(\d{1,2})(?:\s*日)?(?:[T ]0?0:00(:00)?)?")
NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?(e[+-]?\d+)?", re.IGNORECASE)
BOUND = re.compile(r"(≤|<=|≥|>=)\s*(.+)")
YES = {"true", "yes", "y", "1", "x", "是", "✓", "对"}
NO = {"", "false", "no", "n", "0", "否"}


class RefusedError(ValueError):
    """What was typed cannot be this field's value; the message says in plain words what could."""


def read(field: Field, raw: object) -> Any:  # noqa: ANN401 -- the value of a field
    """Return the value that `raw` means; RefusedError where it means none that the field can have."""
    if isinstance(raw, str):
        raw = raw.replace("\r\n", "\n").strip()
    reader = READERS.get(field.shape)
    return reader(field, raw) if reader else ("" if raw is None else raw)


def checked(model: type[Record], values: dict[str, Any]) -> tuple[Record | None, dict[str, str]]:
    """Return the record of `values`, or None and what is wrong with each field; "" stands for all of them together."""
    try:
        return model.model_validate(values), {}
    except ValidationError as wrong:
        refused: dict[str, str] = {}
        for error in wrong.errors():
            given = error.get("input")
            is_empty = error["type"] == "missing" or given in (None, "", [], ())
            said = _("This is needed.") if is_empty else wanted(expected(error))
            refused.setdefault(str(error["loc"][0]) if error["loc"] else "", said)
        return None, refused


def wanted(what: str) -> str:
    """Return the sentence that asks for something else."""
    return _("Expected: {what}.").format(what=what)


def _number(field: Field, raw: object) -> float | int | None:
    if raw is None or raw == "":
        return None
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise RefusedError(wanted(_("a number")))
    value = _decimal(str(raw))
    if value is None:
        raise RefusedError(wanted(_("a number")))
    if field.shape == "whole" and not value.is_integer():
        raise RefusedError(wanted(_("a whole number")))
    if (field.low is not None and value < field.low) or (field.high is not None and value > field.high):
        between = _("a number of at least {ge}").format(ge=f"{field.low:g}") if field.low is not None else ""
        until = _("a number of at most {le}").format(le=f"{field.high:g}") if field.high is not None else ""
        raise RefusedError(wanted(_(", ").join(filter(None, (between, until)))))
    return int(value) if field.shape == "whole" else value


def _decimal(text: str) -> float | None:
    """Return the number of a text; "1,5" is none, for it means 1.5 to some and 15 to others."""
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").strip()
    share = plain.endswith("%")
    plain = plain.removesuffix("%").strip()
    if not NUMBER.fullmatch(plain) or not any(sign.isdigit() for sign in plain):
        return None
    value = float(plain.replace(",", ""))
    return value / 100 if share else value


def _day(_field: Field, raw: object) -> date | None:
    if raw is None or raw == "":
        return None
    found = DAY.fullmatch(unicodedata.normalize("NFKC", str(raw)))
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass
    raise RefusedError(wanted(_("a date such as 2024-06-30")))


def _days(field: Field, raw: object) -> tuple[date, date] | None:
    parts = [match[0] for match in DAY.finditer(raw)] if isinstance(raw, str) else list(raw or [])  # type: ignore[call-overload]
    days = [_day(field, part) for part in parts]
    if not any(days) and not (isinstance(raw, str) and raw):
        return None
    first, last = (*days, None, None)[:2]
    if first is None or last is None or len(days) > 2:  # noqa: PLR2004 -- a first and a last one
        raise RefusedError(wanted(_("a first and a last day")))
    return first, last


def _list(_field: Field, raw: object) -> tuple[str, ...]:
    parts = re.split(r"[\n;；]", raw) if isinstance(raw, str) else list(raw or [])  # type: ignore[call-overload]
    return tuple(text for part in parts if (text := str(part).strip()))


def _bound(_field: Field, raw: object) -> Any:  # noqa: ANN401
    if not isinstance(raw, str) or not raw:
        return raw or None
    found = BOUND.fullmatch(unicodedata.normalize("NFKC", raw))
    value = _decimal(found[2]) if found else None
    if found is None or value is None:
        raise RefusedError(wanted("≤ 35, ≥ 0.15"))
    return {"at_most" if found[1] in ("≤", "<=") else "at_least": value}


def _choice(field: Field, raw: object) -> str | None:
    if raw is None or raw == "":
        return None
    for value, text in (*field.choices, *((value, value) for value, _label in field.choices), *field.spellings):
        if str(raw).casefold() == text.casefold():
            return value
    raise RefusedError(wanted(_("one of {names}").format(names=_(", ").join(label for _value, label in field.choices))))


def _suggest(field: Field, raw: object) -> str:
    text = "" if raw is None else str(raw)
    return next((value for value, label in field.choices if text == label), text)


def _flag(_field: Field, raw: object) -> bool:
    text = str(raw).casefold() if raw is not None else ""
    if text in YES or text in NO:
        return text in YES
    raise RefusedError(wanted(_("yes or no")))


READERS: dict[str, Callable[[Field, Any], Any]] = {
    "number": _number,
    "whole": _number,
    "day": _day,
    "days": _days,
    "list": _list,
    "bound": _bound,
    "choice": _choice,
    "suggest": _suggest,
    "flag": _flag,
    "links": _list,
}
