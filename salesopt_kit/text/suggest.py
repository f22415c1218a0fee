"""Topics that the dictionary does not have yet, suggested from the texts that none of its topics fits."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from salesopt_kit.text.segment import segmenter

Numbers = npt.NDArray[Any]
FEWEST_TEXTS = 12
"""With fewer texts nothing is suggested."""
FEWEST_IN_TOPIC = 4
MOST_TOPICS = 5
WORDS, EXAMPLES = 5, 3
FAINT = 0.1
"""Share of a topic's heaviest word below which a word is not shown."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Words that go together in texts without a topic, how many texts they are, and the places of three of them."""

    words: tuple[str, ...]
    n: int
    examples: tuple[int, ...]


def suggested_topics(texts: Sequence[str], terms: Sequence[str] = ()) -> tuple[Suggestion, ...]:
    """Return suggested topics, the largest first; none for fewer than FEWEST_TEXTS texts with words.

    Non-negative matrix factorisation (Lee and Seung 1999) of the TF-IDF weights of words in two texts or more, begun
    from the singular vectors (Boutsidis and Gallopoulos 2008) and with a fixed seed, so the same texts give the same
    topics. Each text goes to the topic that weighs most in it; there are as many topics, at most MOST_TOPICS, as leave
    none with fewer than FEWEST_IN_TOPIC texts.
    A suggestion is a heap of words for a person to look at, not a finding.
    """
    words = segmenter(terms)
    told = [place for place, text in enumerate(texts) if words(text)]
    if len(told) < FEWEST_TEXTS:
        return ()
    from sklearn.decomposition import NMF  # type: ignore[import-untyped]  # noqa: PLC0415
    from sklearn.exceptions import ConvergenceWarning  # type: ignore[import-untyped]  # noqa: PLC0415
    from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]  # noqa: PLC0415

    weigh = TfidfVectorizer(tokenizer=words, token_pattern=None, lowercase=False, min_df=2, max_df=0.9)
    try:
        weights = weigh.fit_transform([texts[place] for place in told])
    except ValueError:  # no word stands in two texts
        return ()
    for count in range(min(MOST_TOPICS, len(told) // FEWEST_IN_TOPIC, *weights.shape), 0, -1):
        model = NMF(count, init="nndsvda", random_state=0, max_iter=500)
        # A fit without an error left may have one just below zero, of which the model then takes the root.
        with warnings.catch_warnings(), np.errstate(invalid="ignore"):
            warnings.simplefilter("ignore", ConvergenceWarning)  # the heaps are the same long before the last digit
            shares = model.fit_transform(weights).round(6)
        main = np.where(shares.max(axis=1) > 0, shares.argmax(axis=1), -1)
        if all((main == topic).sum() >= FEWEST_IN_TOPIC for topic in range(count)):
            return _heaps(shares, main, model.components_.round(6), list(weigh.get_feature_names_out()), told)
    return ()


def _heaps(
    shares: Numbers, main: Numbers, components: Numbers, names: list[str], told: list[int]
) -> tuple[Suggestion, ...]:
    found = []
    for topic, component in enumerate(components):
        members = np.flatnonzero(main == topic)
        top = sorted(
            np.flatnonzero(component >= FAINT * component.max()), key=lambda word: (-component[word], names[word])
        )
        closest = members[np.argsort(-shares[members, topic], kind="stable")][:EXAMPLES]
        words = tuple(names[word] for word in top[:WORDS])
        found.append(Suggestion(words, len(members), tuple(told[place] for place in closest)))
    return tuple(sorted(found, key=lambda heap: (-heap.n, heap.words)))
