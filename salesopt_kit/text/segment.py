"""The words of a text in Chinese, English or both."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache
from importlib.resources import files
from itertools import product

Words = Callable[[str], list[str]]

_LATIN = "a-z0-9"
_PIECES = re.compile(rf"[{_LATIN}]+(?:['’.&/-][{_LATIN}]+)*|[\u3400-\u9fff\uf900-\ufaff]+")


_CHOICE = re.compile(r"\(([^()]*/[^()]*)\)")


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
    r"""Return the regular expression that finds a normalised term.

    Three points stand for some signs of the same sentence, up to 20 in Chinese and 60 in English; (a/b/c) for one of
    its parts, an empty one too. Latin words are whole ones and may have the endings of plurals and regular verbs.

    >>> find = re.compile(term_pattern("(nobody/no one) ... reply"))
    >>> [bool(find.search(text)) for text in ("no one has replied", "nobody came. reply soon")]
    [True, False]
    """
    gap = "[^。.!?;]{0,60}?" if term.isascii() else "[^。.!?;]{0,20}?"
    return "".join(
        "(?:" + "|".join(map(_plain_pattern, part)) + ")"
        if isinstance(part, list)
        else gap.join(map(_plain_pattern, part.split("...")))
        for part in _parts(re.sub(r"\s*\.\.\.\s*", "...", term.strip()))
    )


def readings(term: str) -> list[str]:
    """Return the phrases that a term stands for, one for each way to choose, three points left as they are.

    >>> readings("(late/slow) quote")
    ['late quote', 'slow quote']
    """
    return [
        "".join(chosen) for chosen in product(*([part] if isinstance(part, str) else part for part in _parts(term)))
    ]


def spelt_out(plain: str) -> str:
    """Return a normalised text with "not" for n't and blanks for hyphens between letters.

    >>> spelt_out("they can't, didn’t and won't follow-up")
    'they can not, did not and will not follow up'
    """
    plain = plain.replace("’", "'")
    for short, long in (("can't", "can not"), ("cannot", "can not"), ("won't", "will not"), ("n't", " not")):
        plain = plain.replace(short, long)
    return re.sub(r"(?<=[a-z])-(?=[a-z])", " ", plain)


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


def _parts(term: str) -> list[str | list[str]]:
    """Return a term cut into plain text and choices, a choice as a list of its parts.

    Blanks around a part are dropped: in topics.yml a long choice goes on in the next line.
    """
    # The odd ones are what _CHOICE caught: choices, without their brackets.
    return [
        [choice.strip() for choice in part.split("/")] if place % 2 else part
        for place, part in enumerate(_CHOICE.split(term))
    ]


def _plain_pattern(phrase: str) -> str:
    escaped = re.escape(phrase).replace(r"\ ", r"\s+")
    # In r"\s+" the s is no word.
    return re.sub(rf"(?<!\\)[{_LATIN}]+", lambda word: _word_pattern(word.group()), escaped)


def _word_pattern(word: str) -> str:
    """Return the pattern of a whole Latin word with its regular endings: waits, shipped, replies."""
    stem, endings = word, "(?:s|es|ed|ing)?"
    if len(word) < 3 or not word.isalpha():  # noqa: PLR2004 -- "it", "24"
        endings = "s?"
    elif word.endswith("e"):
        stem, endings = word[:-1], "(?:e[sd]?|ing)"
    elif re.search("[^aeiou]y$", word):
        stem, endings = word[:-1], "(?:y|ies|ied|ying)"
    elif re.search("[^aeiou][aeiou][^aeiouwxy]$", word):
        endings = f"(?:s|{word[-1]}?(?:ed|ing))?"
    return rf"(?<![{_LATIN}]){stem}{endings}(?![{_LATIN}])"


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
