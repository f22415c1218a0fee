"""The topic dictionary: what complaints and statements are about, by words that the consultant can edit."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Literal

from pydantic import Field, TypeAdapter, model_validator
from ruamel.yaml.comments import CommentedMap

from salesopt_kit.engagement import Locale, Part, Stage, Text
from salesopt_kit.errors import InputError
from salesopt_kit.locale import _, language
from salesopt_kit.terms import IssueType, VoiceGroup
from salesopt_kit.text.segment import normalised, readings, segmenter, spelt_out, term_pattern
from salesopt_kit.yaml_files import checked, read_yaml

FILE = "topics.yml"
THRESHOLD = 0.6
"""Cosine similarity to one of a topic's terms from which a text that holds none of the terms still gets the topic."""
FEWEST_ALIKE = 2
"""Words that text and term must share for that: one word in common is no likeness."""


class Topic(Part):
    """What complaints are about: its labels and terms by language, the stages it usually belongs to, its issue type."""

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    label: dict[Locale, Text] = Field(min_length=1)
    terms: dict[Locale, tuple[Text, ...]] = Field(min_length=1)
    stages: tuple[Text, ...] = Field(
        default=(), description="Ids or names of stages; the first that the engagement has is the topic's default."
    )
    issue_type: IssueType

    @property
    def name(self) -> str:
        """The label in the language in use, else in the one it has."""
        return self.label.get(language()) or next(iter(self.label.values()))  # type: ignore[call-overload]

    @property
    def all_terms(self) -> tuple[str, ...]:
        """The terms of both languages."""
        return tuple(term for terms in self.terms.values() for term in terms)

    def stage_in(self, stages: Iterable[Stage]) -> str:
        """Return the id of the first of the topic's stages among `stages`, by id or name; "" for none."""
        known = {normalised(name): stage.id for stage in stages for name in (stage.name, *stage.values, stage.id)}
        return next((known[normalised(name)] for name in self.stages if normalised(name) in known), "")


class Topics(Part):
    """All of topics.yml."""

    topics: tuple[Topic, ...] = ()
    drop: tuple[Text, ...] = Field(default=(), description="Ids of the kit's own topics that are not wanted.")
    threshold: float = Field(default=THRESHOLD, gt=0, le=1)
    groups: dict[VoiceGroup, tuple[Text, ...]] = Field(
        default_factory=dict, description="The client's words for the groups that were interviewed."
    )

    @model_validator(mode="after")
    def _told_apart(self) -> "Topics":
        ids = [topic.id for topic in self.topics]
        if twice := sorted({id_ for id_ in ids if ids.count(id_) > 1}):
            raise ValueError(_("each id once, but {names} stands twice").format(names=", ".join(twice)))
        return self


@dataclass(frozen=True, slots=True)
class Match:
    """A topic of a text: found by a term that stands in it ("term"), or by likeness to a term ("similar").

    `words` are those of the text that the term found, in lower case; the term itself where it is only similar.
    """

    topic: str
    by: Literal["term", "similar"]
    term: str
    score: float
    words: str


def read_topics(folder: Path) -> Topics:
    """Return the kit's topics with those of `folder`/topics.yml laid over: same id replaces, new id adds, `drop` drops.

    Raises InputErrors with file and line of every mistake.
    """
    with as_file(files("salesopt_kit.text").joinpath(FILE)) as path:
        shipped = _read(path)
    if not (folder / FILE).is_file():
        return shipped
    own = _read(folder / FILE)
    kept = {topic.id: topic for topic in shipped.topics}
    if unknown := sorted(set(own.drop) - set(kept)):
        raise InputError(
            _("{file}, key {key}").format(file=folder / FILE, key="drop"),
            ", ".join(unknown),
            expected=_("one of {names}").format(names=", ".join(kept)),
            remedy=_("Correct the value and run again."),
        )
    merged = kept | {topic.id: topic for topic in own.topics}
    groups = {group: (*own.groups.get(group, ()), *shipped.groups.get(group, ())) for group in VoiceGroup}
    topics = tuple(topic for topic in merged.values() if topic.id not in own.drop)
    return Topics(topics=topics, threshold=own.threshold, groups=groups)


def matches(texts: Sequence[str], topics: Sequence[Topic], threshold: float = THRESHOLD) -> list[tuple[Match, ...]]:
    """Return the topics of each text, in the order of `topics`; an empty tuple is "no topic".

    A text has every topic of which a term stands in it (see `segment.term_pattern`). One without any such term has
    the topics that have a term whose cosine similarity, over TF-IDF weights of words from all texts and terms, is
    `threshold` or more and FEWEST_ALIKE words in common, terms with a choice (a/b) left out; so what is similar
    depends a little on the other texts.
    """
    finders = [
        (topic.id, term, re.compile(term_pattern(spelt_out(normalised(term))))) for topic, term in _pairs(topics)
    ]
    distinct = {text: _by_term(spelt_out(normalised(text)), finders) for text in dict.fromkeys(texts)}
    unmatched = [text for text, found in distinct.items() if not found and text.strip()]
    distinct |= zip(unmatched, _by_likeness(unmatched, list(distinct), topics, threshold), strict=True)
    return [distinct[text] for text in texts]


def group_of(words: str, groups: Mapping[VoiceGroup, Sequence[str]]) -> VoiceGroup:
    """Return the group that the client's words name: the longest word in `groups` that stands in them decides.

    >>> group_of("客户经理", {VoiceGroup.MANAGER: ["经理"], VoiceGroup.FRONT_LINE: ["客户经理"]}).value
    'front_line'
    """
    plain = normalised(words)
    found = [
        (len(word), group)
        for group, known in groups.items()
        for word in map(normalised, known)
        if re.search(term_pattern(word), plain)
    ]
    return max(found, key=lambda hit: hit[0])[1] if found else VoiceGroup.OTHER


def _read(path: Path) -> Topics:
    loaded = read_yaml(path)
    if loaded is None:
        return Topics()
    if not isinstance(loaded, CommentedMap):
        raise InputError(
            str(path), loaded, expected=_("keys and values"), remedy=_("Begin with `topics:` and a list below it.")
        )
    return checked(TypeAdapter(Topics), loaded, loaded, path)


def _pairs(topics: Sequence[Topic]) -> list[tuple[Topic, str]]:
    return [(topic, term) for topic in topics for term in topic.all_terms]


def _by_term(plain: str, finders: Sequence[tuple[str, str, re.Pattern[str]]]) -> tuple[Match, ...]:
    found: dict[str, Match] = {}
    for topic, term, pattern in finders:
        if topic not in found and (hit := pattern.search(plain)):
            found[topic] = Match(topic, "term", term, 1.0, hit.group())
    return tuple(found.values())


def _by_likeness(
    unmatched: Sequence[str], texts: Sequence[str], topics: Sequence[Topic], threshold: float
) -> list[tuple[Match, ...]]:
    if not unmatched or not topics:
        return [() for _text in unmatched]
    from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]  # noqa: PLC0415

    pairs = [(topic, term) for topic, term in _pairs(topics) if readings(term) == [term]]
    terms = [term for _topic, term in pairs]
    weigh = TfidfVectorizer(tokenizer=segmenter(), token_pattern=None, lowercase=False)
    try:
        weigh.fit([*terms, *texts])
    except ValueError:  # no word anywhere
        return [() for _text in unmatched]
    of_texts, of_terms = weigh.transform(unmatched), weigh.transform(terms)
    likeness = (of_texts @ of_terms.T).multiply((of_texts.sign() @ of_terms.sign().T) >= FEWEST_ALIKE).tocsr()
    found = []
    for row in range(likeness.shape[0]):
        best: dict[str, Match] = {}
        for place, score in sorted(zip(likeness[row].indices, likeness[row].data, strict=True)):
            topic, term = pairs[place]
            if score >= threshold and (topic.id not in best or score > best[topic.id].score):
                best[topic.id] = Match(topic.id, "similar", term, float(score), term)
        found.append(tuple(best.values()))
    return found
