"""The order of the pain points by rule P2, and how it moves if scores are off by one level."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from salesopt_kit.records import priority
from salesopt_kit.stats.places import Place, places_of_keys
from salesopt_kit.terms import Level, Priority

GRADES = (Level.LOW, Level.MEDIUM, Level.HIGH)
Scores = tuple[Level, Level]
"""Impact and frequency."""
Key = tuple[int, int, int]
"""What the order goes by, the smallest first: priority, then impact, then frequency."""


@dataclass(frozen=True, slots=True)
class Moves:
    """What may become of one pain point.

    `place` is its place now; `own` the best and the worst place if one of its own two scores is off by a level; `any`
    those if any one score of any pain point is; `first_in` in how many of the `cases` of that kind it comes first.
    `together` is its place where every score may be off at once. Equal pain points share the better place.
    """

    place: int
    own: tuple[int, int]
    any: tuple[int, int]
    first_in: int
    cases: int
    together: Place


def order_key(scores: Scores) -> Key:
    """Return what a pain point is ordered by."""
    impact, frequency = scores
    rule = tuple(Priority).index(priority(impact, frequency))
    return rule, -GRADES.index(impact), -GRADES.index(frequency)


def places(scores: Sequence[Scores]) -> list[int]:
    """Return the place of each, from 1: one more than the number that come before it.

    >>> places([(Level.HIGH, Level.HIGH), (Level.LOW, Level.LOW), (Level.LOW, Level.LOW)])
    [1, 2, 2]
    """
    keys = [order_key(one) for one in scores]
    return [1 + sum(other < key for other in keys) for key in keys]


def moves(scores: Sequence[Scores]) -> tuple[Moves, ...]:
    """Return what one score off by one level does to the order, and what all scores off at once may do.

    Together: each score is, by itself, a level lower, as it is or a level higher, each that there is as likely as the
    others; the chances are exact.
    """
    now = places(scores)
    cases = [
        (item, places([*scores[:item], shifted, *scores[item + 1 :]]))
        for item in range(len(scores))
        for shifted in neighbours(scores[item])
    ]
    together = places_of_keys([_options(one) for one in scores])
    return tuple(_moves(item, now[item], cases, together[item]) for item in range(len(scores)))


def neighbours(scores: Scores) -> tuple[Scores, ...]:
    """Return the scores with one of the two a level higher or lower, those that there are."""
    impact, frequency = scores
    return (*((other, frequency) for other in _next_to(impact)), *((impact, other) for other in _next_to(frequency)))


def _next_to(level: Level) -> tuple[Level, ...]:
    place = GRADES.index(level)
    return tuple(GRADES[other] for other in (place + 1, place - 1) if 0 <= other < len(GRADES))


def _options(scores: Scores) -> Mapping[tuple[int, ...], float]:
    impacts, frequencies = ((one, *_next_to(one)) for one in scores)
    chance = 1 / (len(impacts) * len(frequencies))
    found: dict[tuple[int, ...], float] = {}
    for impact in impacts:
        for frequency in frequencies:
            key = order_key((impact, frequency))
            found[key] = found.get(key, 0.0) + chance
    return found


def _moves(item: int, now: int, cases: Sequence[tuple[int, list[int]]], together: Place) -> Moves:
    own = [now, *(found[item] for changed, found in cases if changed == item)]
    every = [found[item] for _changed, found in cases]
    spread = [now, *every]
    return Moves(now, (min(own), max(own)), (min(spread), max(spread)), every.count(1), len(every), together)
