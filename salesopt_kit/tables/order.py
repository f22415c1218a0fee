"""The rows of a long log in order: by whom they are of, then by time, then as they stand.

A sort of all rows by text and time is the dearest step of every question about a history. Here rows are dealt out by
the top bits of a hash of their deal, and each part, small enough for the processor's cache, is sorted by one packed
number: what is left of the hash, then the place in time.
"""

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Times = NDArray[np.int64]
Places = NDArray[np.integer]
PART = 150_000
"""Rows of a part, about."""
AT_ONCE = 1 << 20
"""Rows that are dealt out at a time: their places take eight bytes each until they are."""
MOST_BITS = 16
"""Parts are numbered by so many bits at most: numbers of 16 bits are sorted in one pass."""


def parts(keys: Keys, part: int = PART) -> list[Places]:
    """Return the places of the rows of each part, ascending; rows of one key are in one part."""
    bits = min(MOST_BITS, max(0, (len(keys) // part).bit_length()))
    if not bits:
        return [np.arange(len(keys))] if len(keys) else []
    found: list[list[Places]] = [[] for _part in range(1 << bits)]
    kind = np.uint32 if len(keys) < 1 << 32 else np.int64
    for start in range(0, len(keys), AT_ONCE):
        numbers = (keys[start : start + AT_ONCE] >> np.uint64(64 - bits)).astype(np.uint16)
        places = np.argsort(numbers, kind="stable").astype(kind) + kind(start)
        ends = np.bincount(numbers, minlength=1 << bits).cumsum()
        for some, these in zip(found, np.split(places, ends[:-1]), strict=True):
            some.append(these)
    return [places for some in found if len(places := np.concatenate(some))]


def in_order(keys: Keys, times: Times) -> tuple[Places, NDArray[np.bool_]]:
    """Return the order of rows by key, time and place, and whether each row so ordered is the first of its key.

    Keys are spread evenly (hashes); two that agree in the bits that a packed number has room for are told apart.
    """
    by_time = np.argsort(times, kind="stable") if (times[1:] < times[:-1]).any() else np.arange(len(times))
    sorted_keys = keys[by_time]
    bits = np.uint64(len(keys).bit_length())
    packed = (sorted_keys << bits) | np.arange(len(keys), dtype=np.uint64)
    packed.sort()
    places = (packed & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)
    found = sorted_keys[places]
    starts = _changes(found)
    if (starts != _changes(packed >> bits)).any():  # keys that the packed numbers do not tell apart
        order = np.lexsort((times, keys))
        return order, _changes(keys[order])
    return by_time[places], starts


def _changes(values: Keys) -> NDArray[np.bool_]:
    """Return whether each value differs from the one before; the first one does."""
    return np.concatenate(([True], values[1:] != values[:-1]))[: len(values)]
