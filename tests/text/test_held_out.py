"""Oracle: complaints labelled by hand without sight of the dictionary; docs/statistics.md has the figures."""

import functools
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from salesopt_kit.text.topics import matches, read_topics

FOLDER = Path(__file__).parent


@functools.cache
def complaints(language: str) -> dict[str, set[str]]:
    """Return each text with the topics that it was labelled with."""
    labelled = YAML(typ="safe").load((FOLDER / "held_out.yml").read_text(encoding="utf-8"))[language]
    return {text: set(names.split(", ")) - {"none"} for names, texts in labelled.items() for text in texts}


def counts(language: str) -> tuple[int, int, int, int]:
    """Return how many topics were rightly found, found, labelled, and how many texts got just their topics."""
    known = complaints(language)
    topics = read_topics(FOLDER).topics
    found = [{hit.topic for hit in hits} for hits in matches(list(known), topics)]
    pairs = list(zip(found, known.values(), strict=True))
    right = sum(len(given & true) for given, true in pairs)
    just = sum(given == true for given, true in pairs)
    return right, sum(len(given) for given, _true in pairs), sum(len(true) for _given, true in pairs), just


def test_every_topic_is_labelled_in_both_languages() -> None:
    ids = {topic.id for topic in read_topics(FOLDER).topics}
    for language in ("en", "zh-CN"):
        assert set().union(*complaints(language).values()) == ids
        assert len(complaints(language)) == 62


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_what_is_found_is_mostly_right_and_a_part_of_all_is_found(language: str) -> None:
    """Floors well below the figures, so that a broken matcher fails and a changed term does not."""
    right, found, labelled, _just = counts(language)
    assert right / found >= 0.7
    assert right / labelled >= 0.5


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_what_complains_of_nothing_has_no_topic(language: str) -> None:
    calm = [text for text, topics in complaints(language).items() if not topics]
    assert len(calm) == 8
    assert matches(calm, read_topics(FOLDER).topics) == [()] * 8
