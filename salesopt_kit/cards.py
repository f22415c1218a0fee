"""Definition cards: what each figure means, one YAML file each in `definitions/`, in both languages."""

import html
import re
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

from salesopt_kit.locale import _, pick


@cache
def cards() -> dict[str, dict[str, Any]]:
    """Return every card by its id; each text field is a mapping of language to text."""
    folder = files("salesopt_kit").joinpath("definitions")
    found = (path for path in folder.iterdir() if path.name.endswith(".yml"))
    return {path.name.removesuffix(".yml"): YAML(typ="safe").load(path.read_text(encoding="utf-8")) for path in found}


def card_html(card: str) -> str:
    """Return the card `card` as a fold-out: its name, then one line per field."""
    fields = cards()[card]
    labels = {
        "formula": _("Formula"),
        "population": _("What is counted"),
        "clock": _("Clock and dates"),
        "uncertainty": _("Uncertainty"),
        "beware": _("Beware"),
        "source": _("Source"),
    }
    lines = "".join(
        f"<dt>{html.escape(label)}</dt><dd>{html.escape(_joined(pick(fields[field])))}</dd>"
        for field, label in labels.items()
        if field in fields
    )
    name = html.escape(pick(fields["name"]))
    title = html.escape(_("Definition: {name}")).format(name=name)
    return f'<details class="card"><summary>{title}</summary><dl>{lines}</dl></details>'


def _joined(text: str) -> str:
    """Return a text without the blank that a line break in the file leaves after a Chinese punctuation mark."""
    return re.sub("(?<=[，。；：、！？）”]) ", "", text)
