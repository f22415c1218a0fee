"""Cards that explain a page where it needs it, in both languages, one YAML file each.

A definition card (`definitions/`) says what a figure means; a method card (`methods/cards/`) says what a statistical
method asks, supposes and gets wrong. Below each answer stand its definition and the methods that it used.
"""

import html
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from ruamel.yaml import YAML

from salesopt_kit.locale import _, pick

FIELDS = ("question", "idea", "assumption", "lies", "source")
"""The texts of a method card beside its name."""

_shown: dict[str, None] = {}


@cache
def cards() -> dict[str, dict[str, Any]]:
    """Return every definition card by its id; each text field is a mapping of language to text."""
    return _read(files("salesopt_kit").joinpath("definitions"))


@cache
def methods() -> dict[str, dict[str, Any]]:
    """Return every method card by its key: texts by language, `aliases`, and the `terms` that need it."""
    return _read(files("salesopt_kit").joinpath("methods", "cards"))


def card_html(card: str) -> str:
    """Return the definition card `card` as a fold-out: its name, then one line per field."""
    fields = cards()[card]
    labels = {
        "formula": _("Formula"),
        "population": _("What is counted"),
        "clock": _("Clock and dates"),
        "uncertainty": _("Uncertainty"),
        "beware": _("Beware"),
        "source": _("Source"),
    }
    lines = [(label, _joined(pick(fields[field]))) for field, label in labels.items() if field in fields]
    return _fold("card", _("Definition: {name}").format(name=pick(fields["name"])), lines)


def find_method(method: str) -> str:
    """Return the key of the card of `method`, which is a key or one of a card's `aliases`; KeyError for neither."""
    return _by_alias()[method]


def cards_of(method: str) -> tuple[str, ...]:
    """Return the keys of all cards that explain a method: its own, and those that it is made of.

    KeyError for an unknown method.

    >>> cards_of("unit_t")
    ('did', 'student_t')
    """
    parts = (key for key, card in methods().items() if method in card.get("part_of", ()))
    return tuple(dict.fromkeys((find_method(method), *parts)))


def methods_named(text: str) -> tuple[str, ...]:
    """Return the keys of the cards of all terms in a text that a reader may not know, in order of their keys.

    >>> methods_named("Kaplan-Meier, log-log interval")
    ('interval', 'survival')
    """
    return tuple(key for key, terms in _terms().items() if terms.search(text))


def method_lines(key: str) -> list[tuple[str, str]]:
    """Return the lines of a method card: what each is about, and its text in the reader's language."""
    labels = {
        "question": _("Question"),
        "idea": _("What it does"),
        "assumption": _("What it supposes"),
        "lies": _("When it lies"),
        "source": _("Source"),
    }
    return [(labels[field], pick(methods()[key][field])) for field in FIELDS]


def method_html(key: str, figure: str = "") -> str:
    """Return a method card as a fold-out, with what stands below its text."""
    title = _("Method: {name}").format(name=pick(methods()[key]["name"]))
    return _fold("card method", title, method_lines(key), figure)


def methods_html(keys: Iterable[str]) -> str:
    """Return the cards of the methods of one answer, folded, in words alone; nothing for no method.

    The figure of each stands once on a page, in the list at its end, and each card leads there.
    """
    found = sorted({card for key in keys for card in cards_of(key)})
    _shown.update(dict.fromkeys(found))
    link = '<p class="more"><a href="#method-{key}">{said}</a></p>'
    said = html.escape(_("See it in a figure, at the end of this page"))
    folded = "".join(method_html(key, link.format(key=key, said=said)) for key in found)
    return f'<div class="methods">{folded}</div>' if folded else ""


def methods_shown() -> tuple[str, ...]:
    """Return the keys of the method cards that this process has shown so far: those of the page it makes.

    A kernel makes one page, so what was shown is a matter of the process, as the language is.
    """
    return tuple(sorted(_shown))


def forget_shown() -> None:
    """Begin a new page in the same process."""
    _shown.clear()


def _read(folder: Traversable) -> dict[str, dict[str, Any]]:
    found = sorted((path for path in folder.iterdir() if path.name.endswith(".yml")), key=lambda path: path.name)
    return {path.name.removesuffix(".yml"): YAML(typ="safe").load(path.read_text(encoding="utf-8")) for path in found}


@cache
def _by_alias() -> dict[str, str]:
    return {name: key for key, card in methods().items() for name in (key, *card["aliases"])}


@cache
def _terms() -> dict[str, re.Pattern[str]]:
    return {
        key: re.compile("|".join(map(_whole, card["terms"])), re.IGNORECASE)
        for key, card in methods().items()
        if card["terms"]
    }


def _whole(term: str) -> str:
    """Return a pattern of a term that does not match within a longer Latin word; Chinese has no such bounds."""
    before = r"(?<![A-Za-z])" if re.match("[A-Za-z]", term) else ""
    after = r"(?![A-Za-z])" if re.search("[A-Za-z]$", term) else ""
    return before + re.escape(term) + after


def _fold(kind: str, title: str, lines: Iterable[tuple[str, str]], below: str = "") -> str:
    pairs = "".join(f"<dt>{html.escape(label)}</dt><dd>{html.escape(text)}</dd>" for label, text in lines)
    return f'<details class="{kind}"><summary>{html.escape(title)}</summary><dl>{pairs}</dl>{below}</details>'


def _joined(text: str) -> str:
    """Return a text without the blank that a line break in the file leaves after a Chinese punctuation mark."""
    return re.sub("(?<=[，。；：、！？）”]) ", "", text)
