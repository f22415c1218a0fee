"""How sure an order is: the place of each item where what orders them is uncertain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from salesopt_kit.stats.life_table import Numbers

DRAWS = 10_000
SEED = 20240630
TAIL = 0.025


@dataclass(frozen=True, slots=True)
class Place:
    """The chance that nothing stands before an item, and the places between which it is in 95 of 100 cases."""

    first: float
    low: int
    high: int


def places_of_keys(options: Sequence[Mapping[tuple[int, ...], float]]) -> tuple[Place, ...]:
    """Return the place of each item from the chances of its keys (the smallest key comes first), which are exact.

    Items are independent. A place is one more than the number of items with a smaller key, so that equal ones share
    the better place. The number before an item is a sum of independent yes-or-no draws (Poisson binomial), built up
    one item at a time.
    """
    return tuple(_place(_distribution(options, item)) for item in range(len(options)))


def places_of_normals(values: Numbers, errors: Numbers) -> tuple[Place, ...]:
    """Return the place of each value, the largest first, where each is normal with its standard error.

    Values are taken as independent: 10,000 draws, fixed seed, so a chance is right to about one percentage point.
    """
    draws = np.random.default_rng(SEED).normal(values, errors, size=(DRAWS, len(values)))
    ranks = (-draws).argsort(axis=1).argsort(axis=1)
    return tuple(
        _place(np.bincount(ranks[:, item], minlength=len(values)).astype(float) / DRAWS) for item in range(len(values))
    )


def _distribution(options: Sequence[Mapping[tuple[int, ...], float]], item: int) -> Numbers:
    """Return the chance of each number of items before one."""
    found = np.zeros(len(options))
    for key, chance in options[item].items():
        before = np.array([1.0])
        for other, keys in enumerate(options):
            if other != item:
                smaller = sum(part for theirs, part in keys.items() if theirs < key)
                before = np.convolve(before, [1 - smaller, smaller])
        found += chance * before
    return found


def _place(chances: Numbers) -> Place:
    up_to = np.cumsum(chances)
    low = int(np.searchsorted(up_to, TAIL, side="right"))
    high = int(np.searchsorted(up_to, 1 - TAIL, side="left"))
    return Place(float(chances[0]), low + 1, min(high, len(chances) - 1) + 1)
