"""A bundle as one YAML file."""

import io
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.representer import SafeRepresenter

from salesopt_kit.errors import InputError
from salesopt_kit.locale import _
from salesopt_kit.records.bundle import Bundle
from salesopt_kit.records.cells import UNSAFE
from salesopt_kit.yaml_files import checked, read_yaml

HEAD = "# Records of an engagement, written by `salesopt records export`; `salesopt records import` reads it.\n"


class _Representer(SafeRepresenter):
    """Puts what YAML could take for the end of a line, or cannot hold, in quotes as an escape."""

    def represent_text(self, text: str) -> Any:  # noqa: ANN401 -- ruamel's own
        """Return the node of a text."""
        return self.represent_scalar("tag:yaml.org,2002:str", text, style='"' if UNSAFE.search(text) else None)


_Representer.add_representer(str, _Representer.represent_text)


def to_yaml(bundle: Bundle) -> str:
    """Return the text of the file, the same for the same content."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Representer = _Representer
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # keys stay in the order of the fields
    yaml.width = 120
    stream = io.StringIO()
    yaml.dump(_ordered(bundle.model_dump(mode="json", exclude_defaults=True) | {"format": bundle.format}), stream)
    return HEAD + stream.getvalue()


def from_yaml(path: Path) -> Bundle:
    """Return the bundle of a file; InputErrors with the line of whatever cannot be understood."""
    loaded = read_yaml(path)
    if not isinstance(loaded, CommentedMap):
        raise InputError(
            str(path),
            loaded,
            expected=_("records as `salesopt records export` writes them"),
            remedy=_("Name the exported file."),
        )
    return checked(TypeAdapter(Bundle), _plain(loaded), loaded, path)


def _ordered(content: dict[str, Any]) -> dict[str, Any]:
    return {"format": content.pop("format"), **content}


def _plain(node: Any) -> Any:  # noqa: ANN401 -- YAML holds anything
    """Return a node without the lines of the file; a date that somebody typed without quotes is its text."""
    if isinstance(node, dict):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    return node
