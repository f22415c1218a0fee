"""The language a reader sees: gettext catalogues, with English as the source language.

One process serves one run, so the language is a setting of the process (a kernel copies contexts between cells, which
rules a context variable out).
"""

import gettext
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "zh-CN")
FOLDER = Path(__file__).parent
_chosen = ["en"]


def use_language(language: str) -> None:
    """Show everything from now on in `language`, one of LANGUAGES."""
    if language not in LANGUAGES:
        message = f"language must be one of {', '.join(LANGUAGES)}, not {language!r}"
        raise ValueError(message)
    _chosen[0] = language


def language() -> str:
    """Return the language in use, "en" or "zh-CN"."""
    return _chosen[0]


def translate(message: str) -> str:
    """Return `message` in the language in use, or as it is where no translation exists."""
    return catalogue(_chosen[0]).gettext(message)


def sentences(*parts: str) -> str:
    """Return whole sentences one after the other: a space between them in English, none in Chinese."""
    return ("" if _chosen[0] == "zh-CN" else " ").join(filter(None, parts))


def mark(message: str) -> str:
    """Return `message` as it is, marked for translation where it is shown later."""
    return message


def pick(texts: Mapping[str, str]) -> str:
    """Return the text of the language in use from a bilingual mapping with the keys "en" and "zh-CN"."""
    return texts[_chosen[0]]


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the compiled catalogue of `language`; the source language has none."""
    if language == "en":
        return gettext.NullTranslations()
    with (FOLDER / language.replace("-", "_") / "salesopt_kit.mo").open("rb") as stream:
        return gettext.GNUTranslations(stream)


_ = translate
N_ = mark
