"""Topics that the dictionary does not have yet, suggested from the texts that none of its topics fits."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from salesopt_kit.text.segment import segmenter

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
    topics. Each text goes to the topic that weighs most in it; those of a topic with fewer than FEWEST_IN_TOPIC go to the next.
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
    count = min(MOST_TOPICS, len(told) // FEWEST_IN_TOPIC, *weights.shape)
    model = NMF(count, init="nndsvda", random_state=0, max_iter=500)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the heaps are the same long before the last digit
        shares = model.fit_transform(weights).round(6)
    return _heaps(shares, model.components_.round(6), list(weigh.get_feature_names_out()), told)


def _heaps(shares: np.ndarray, components: np.ndarray, names: list[str], told: list[int]) -> tuple[Suggestion, ...]:
    main = np.where(shares.max(axis=1) > 0, shares.argmax(axis=1), -1)
    sizes = np.bincount(main[main >= 0], minlength=len(components))
    shares = np.where(sizes >= FEWEST_IN_TOPIC, shares, 0)  # the texts of a small heap go to the next best one
    main = np.where(shares.max(axis=1) > 0, shares.argmax(axis=1), -1)
    found = []
    for topic, component in enumerate(components):
        members = np.flatnonzero(main == topic)
        if not len(members):
            continue
        top = sorted(
            np.flatnonzero(component >= FAINT * component.max()), key=lambda word: (-component[word], names[word])
        )[:WORDS]
        closest = members[np.argsort(-shares[members, topic], kind="stable")][:EXAMPLES]
        found.append(
            Suggestion(tuple(names[word] for word in top), len(members), tuple(told[place] for place in closest))
        )
    return tuple(sorted(found, key=lambda heap: (-heap.n, heap.words)))
