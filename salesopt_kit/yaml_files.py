"""YAML that people write: read with its line numbers, checked by a pydantic model, every mistake told by its line."""

import difflib
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
            str(path), f"byte {wrong.object[wrong.start]:#x}", expected="UTF-8", remedy=_("Save the file as UTF-8.")
        ) from None
    except YAMLError as wrong:
        mark = wrong.problem_mark if isinstance(wrong, MarkedYAMLError) else None
        raise InputError(
            _("{file}, line {line}").format(file=path, line=mark.line + 1) if mark else str(path),
            (wrong.problem if isinstance(wrong, MarkedYAMLError) else "") or str(wrong),
            expected=_("valid YAML"),
            remedy=_("Check the indentation and the colons around that line."),
        ) from None


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
    for part in place:
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
        near = difflib.get_close_matches(str(place[-1]), known, 1, 0.5)
        remedy = _("Did you mean {near}?").format(near=near[0]) if near else _("Remove the key.")
        if error["input"] is None and not near:
            remedy = _("If it belongs to a text with a comma or a colon, put the whole text in quotes.")
        return InputError(
            where, str(place[-1]), expected=_("one of {names}").format(names=", ".join(known)), remedy=remedy
        )
    if error["type"] == "missing":
        return InputError(
            where, _("nothing"), expected=_("a value"), remedy=_("Add the key {key}.").format(key=place[-1])
        )
    return InputError(where, error["input"], expected=_expected(error), remedy=_("Correct the value and run again."))


def _expected(error: ErrorDetails) -> str:
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
