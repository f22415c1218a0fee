"""The words of a text in Chinese, English or both."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache
from importlib.resources import files

Words = Callable[[str], list[str]]

_LATIN = "a-z0-9"
_PIECES = re.compile(rf"[{_LATIN}]+(?:['’.&/-][{_LATIN}]+)*|[\u3400-\u9fff\uf900-\ufaff]+")


def normalised(text: str) -> str:
    r"""Return `text` with full-width signs made plain (Unicode NFKC), in lower case, blanks and lines as one blank.

    >>> normalised("ＣＲＭ　系统\n重复录入！")
    'crm 系统 重复录入!'
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def segmenter(terms: Iterable[str] = ()) -> Words:
    """Return a function from a text to its words, normalised, in order, without stop words, numbers and punctuation.

    Each of `terms` stays whole where it stands, the longest first. Chinese is cut by the jieba dictionary and its model
    for unknown words (rjieba); English words lose the plural s by the three rules of Harman (1991, "How effective is
    suffixing?"), which never change a word's meaning.

    >>> segmenter(["报价不及时"])("客户说报价不及时，CRM quotes came late")
    ['客户', '报价不及时', 'crm', 'quote', 'came', 'late']
    """
    whole = sorted({normalised(term) for term in terms} - {""}, key=lambda term: (-len(term), term))
    pattern = re.compile("|".join(map(term_pattern, whole))) if whole else None

    def words(text: str) -> list[str]:
        plain, found, at = normalised(text), list[str](), 0
        for hit in pattern.finditer(plain) if pattern else ():
            found += [*_cut(plain[at : hit.start()]), hit.group()]
            at = hit.end()
        return [*found, *_cut(plain[at:])]

    return words


def term_pattern(term: str) -> str:
    """Return the regular expression that finds a normalised term; Latin words are whole ones, a plural s allowed.

    Three points in a term stand for some signs of the same sentence: up to 20 in Chinese, up to 40 in English.
    """
    gap = "[^。.!?;]{0,40}?" if term.isascii() else "[^。.!?;]{0,20}?"
    parts = [re.escape(part.strip()).replace(r"\ ", r"\s+") for part in term.split("...")]
    opening = rf"(?<![{_LATIN}])" if re.match(rf"[{_LATIN}]", term) else ""
    closing = rf"s?(?![{_LATIN}])" if re.search(rf"[{_LATIN}]$", term) else ""
    return opening + gap.join(parts) + closing


def singular(word: str) -> str:
    """Return an English word without its plural s (Harman 1991).

    >>> [singular(word) for word in ("quotes", "enquiries", "status", "process")]
    ['quote', 'enquiry', 'status', 'process']
    """
    if word.endswith("ies") and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    if word.endswith("es") and not word.endswith(("aes", "ees", "oes")):
        return word[:-1]
    if word.endswith("s") and not word.endswith(("us", "ss")):
        return word[:-1]
    return word


@cache
def chinese_stop_words() -> frozenset[str]:
    """Return words that tell no topic: particles, pronouns, measure words, the commonest verbs and conjunctions."""
    return frozenset(files("salesopt_kit.text").joinpath("stop_words_zh.txt").read_text(encoding="utf-8").split())


def _cut(plain: str) -> list[str]:
    import rjieba  # noqa: PLC0415 -- loads a dictionary, only when there is a text to cut
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS  # type: ignore[import-untyped]  # noqa: PLC0415

    found = []
    for piece in _PIECES.findall(plain):
        cut = [piece] if piece.isascii() else rjieba.cut(piece)
        found += [singular(word) if word.isascii() and len(word) > 3 else word for word in cut]  # noqa: PLR2004 -- "bus"
    return [
        word
        for word in found
        if word not in chinese_stop_words()
        and word not in ENGLISH_STOP_WORDS
        and not word.replace(".", "").isdigit()
        and not (word.isascii() and len(word) == 1)
    ]
