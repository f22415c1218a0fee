"""YAML that people write: read with its line numbers, checked by a pydantic model, every mistake told by its line."""

import difflib
import re
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import ScalarNode

from salesopt_kit.errors import InputError, InputErrors
from salesopt_kit.locale import _

T = TypeVar("T")
Place = tuple[int | str, ...]
"""Where a value stands in a file: the keys and the numbers of list items that lead to it."""


class _Constructor(RoundTripConstructor):
    """Leaves a date that no calendar has as text, for the model to refuse with its line."""

    def construct_yaml_timestamp(self, node: ScalarNode, values: Any = None) -> Any:  # noqa: ANN401 -- ruamel's own
        try:
            return super().construct_yaml_timestamp(node, values)
        except ValueError:
            return node.value


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", _Constructor.construct_yaml_timestamp)


def read_yaml(path: Path) -> Any:  # noqa: ANN401 -- YAML holds anything; every caller checks what came
    """Return the YAML file `path` with line numbers kept; an unreadable file is an InputError."""
    yaml = YAML(typ="rt")
    yaml.Constructor = _Constructor
    try:
        return yaml.load(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as wrong:
        raise InputError(
            _("{file}, line {line}").format(file=path, line=wrong.object[: wrong.start].count(b"\n") + 1),
            f"byte {wrong.object[wrong.start]:#x}",
            expected="UTF-8",
            remedy=_("Save the file as UTF-8."),
        ) from None
    except OSError as wrong:
        raise InputError(
            str(path),
            wrong.strerror or str(wrong),
            expected=_("a file that can be read"),
            remedy=_("Check its permissions."),
        ) from None
    except YAMLError as wrong:
        raise _no_yaml(path, wrong) from None
    except (RecursionError, ValueError) as wrong:  # nested too deep, or a number of thousands of digits
        raise InputError(
            str(path),
            str(wrong),
            expected=_("valid YAML"),
            remedy=_("Start from the file that `salesopt init` writes."),
        ) from None


def _no_yaml(path: Path, wrong: YAMLError) -> InputError:
    """Return the error with the line to look at: where an unclosed quote or bracket began, else where reading ended."""
    text = path.read_text(encoding="utf-8-sig").splitlines()
    mark = wrong.problem_mark if isinstance(wrong, MarkedYAMLError) else None
    problem = (wrong.problem if isinstance(wrong, MarkedYAMLError) else "") or str(wrong).split("\n", maxsplit=1)[0]
    if isinstance(wrong, MarkedYAMLError) and wrong.context_mark and "end of stream" in problem:
        mark = wrong.context_mark
    if mark is not None:
        line = mark.line + 1
    else:
        line = next((n for n, said in enumerate(text, 1) if re.search("[\x00-\x08\x0b-\x1f\x7f]", said)), 0)
    around = "".join(text[max(0, line - 2) : line])
    remedy = _("Check the indentation and the colons around that line.")
    if "duplicate key" in problem:
        remedy = _("Write each key once; remove one of the two.")
    elif re.match(r" *\t", text[line - 1] if 0 < line <= len(text) else ""):
        remedy = _("Indent with spaces; YAML allows no tab there.")
    elif "end of stream" in problem:
        remedy = _("Close the quotation mark or bracket that begins there.")
    elif "：" in around or "，" in around:
        remedy = _("Type colons and commas as `: ` and `, `; full-width ones are text to YAML.")
    where = _("{file}, line {line}").format(file=path, line=line) if line else str(path)
    return InputError(where, problem, expected=_("valid YAML"), remedy=remedy)


def checked(model: TypeAdapter[T], plain: object, loaded: object, path: Path) -> T:
    """Return `plain` as the model has it; InputErrors names every wrong key of the file `path` with its line.

    `loaded` is what `read_yaml` gave, which knows the lines; `plain` is the same, perhaps with values laid over it.
    """
    try:
        return model.validate_python(plain)
    except ValidationError as wrong:
        schema = model.json_schema()
        raise InputErrors([_explained(error, loaded, path, schema) for error in _causes(wrong, loaded)]) from None


def place_in(path: Path, loaded: object, place: Place) -> str:
    """Return the words for a place in a file: its name, the line and the key, a listed record by its id."""
    parts = [str(part) for part in place]
    if isinstance(loaded, CommentedSeq) and place and isinstance(place[0], int) and place[0] < len(loaded):
        record = loaded[place[0]]
        parts[0] = str(record["id"]) if isinstance(record, CommentedMap) and record.get("id") else parts[0]
    return _("{file}, line {line}, key {key}").format(
        file=path, line=line_of(loaded, place), key=".".join(parts) or "-"
    )


def line_of(loaded: object, place: Place) -> int:
    """Return the line of a place, or of the nearest thing around it that the file holds."""
    line, node = 1, loaded
    for wanted in place:
        # pydantic names a key that is no text by its text
        part = wanted
        if isinstance(node, CommentedMap) and wanted not in node:
            part = next((key for key in node if str(key) == wanted), wanted)
        if isinstance(node, CommentedMap) and part in node:
            line = node.lc.key(part)[0] + 1
        elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
            line = node.lc.item(part)[0] + 1
        else:
            break
        node = node[part]
    return line


def _causes(wrong: ValidationError, loaded: object) -> list[ErrorDetails]:
    """Return the errors by line, without those that only follow from an error inside the same key."""
    errors = wrong.errors()
    return sorted(
        (
            error
            for error in errors
            if not any(other["loc"][: len(error["loc"])] == error["loc"] != other["loc"] for other in errors)
        ),
        key=lambda error: line_of(loaded, error["loc"]),
    )


def _explained(error: ErrorDetails, loaded: object, path: Path, schema: dict[str, Any]) -> InputError:
    place = tuple(part for part in error["loc"] if part not in ("function-after", "function-before"))
    where = place_in(path, loaded, place)
    if error["type"] == "extra_forbidden":
        known = sorted(_keys_at(place[:-1], schema))
        is_text = error["input"] is None and " " in str(place[-1])
        near = [] if is_text else difflib.get_close_matches(str(place[-1]), known, 1, 0.5)
        remedy = _("Did you mean {near}?").format(near=near[0]) if near else _("Remove the key.")
        if error["input"] is None and (not near or " " in str(place[-1])):  # a key has no spaces, half a text has
            remedy = _("If it belongs to a text with a comma or a colon, put the whole text in quotes.")
        return InputError(
            where, str(place[-1]), expected=_("one of {names}").format(names=", ".join(known)), remedy=remedy
        )
    if error["type"] == "missing":
        return InputError(
            where, _("nothing"), expected=_("a value"), remedy=_("Add the key {key}.").format(key=place[-1])
        )
    remedy = _("Correct the value and run again.")
    if error["type"] in ("string_type", "invalid_key") and isinstance(error["input"], int | float | date):
        remedy = _("Put it in quotes: {text}.").format(text=f'"{error["input"]}"')
    return InputError(where, error["input"], expected=expected(error), remedy=remedy)


def expected(error: ErrorDetails) -> str:
    """Say in the reader's words what would have been right; pydantic's own English sentence for rare cases."""
    context = error.get("ctx", {})
    messages = {
        "string_pattern_mismatch": _("text of the form {pattern}"),
        "enum": _("one of {expected}"),
        "literal_error": _("one of {expected}"),
        "greater_than": _("a number above {gt}"),
        "greater_than_equal": _("a number of at least {ge}"),
        "less_than_equal": _("a number of at most {le}"),
        "string_too_short": _("some text"),
        "string_type": _("text"),
        "too_short": _("at least {min_length} valid items"),
        "too_long": _("at most {max_length} items"),
        "invalid_key": _("a key that is a text"),
        "finite_number": _("a finite number"),
    }
    kinds = {
        "date": _("a date such as 2024-06-30"),
        "float": _("a number"),
        "int": _("a whole number"),
        "bool": _("true or false"),
        "tuple": _("a list"),
        "dict": _("keys and values"),
        "model": _("keys and values"),
    }
    if error["type"] in messages:
        return messages[error["type"]].format(**context)
    kind = error["type"].split("_")[0]
    return kinds.get(kind, error["msg"].removeprefix("Value error, "))


def _keys_at(place: Place, schema: dict[str, Any]) -> list[str]:
    """Return the keys that a part of the file may have, found by walking the JSON Schema along `place`."""
    node = schema
    for part in place:
        node = node.get("properties", {}).get(part) or node.get("additionalProperties") or node.get("items") or {}
        for option in [node, *node.get("anyOf", [])]:
            if "$ref" in option:
                node = schema["$defs"][option["$ref"].rsplit("/", 1)[1]]
    return list(node.get("properties", {}))
