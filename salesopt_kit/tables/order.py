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
    starts = range(0, len(keys), AT_ONCE)
    sizes = [np.bincount(_numbers(keys, start, bits), minlength=1 << bits) for start in starts]
    ends = np.sum(sizes, axis=0).cumsum()
    filled = ends - np.sum(sizes, axis=0)
    places = np.empty(len(keys), np.uint32 if len(keys) < 1 << 32 else np.int64)
    for start, size in zip(starts, sizes, strict=True):
        dealt = np.argsort(_numbers(keys, start, bits), kind="stable") + start
        for begin, some in zip(filled, np.split(dealt, size.cumsum()[:-1]), strict=True):
            places[begin : begin + len(some)] = some
        filled += size
    return [part for part in np.split(places, ends[:-1]) if len(part)]


def _numbers(keys: Keys, start: int, bits: int) -> NDArray[np.uint16]:
    """Return the number of the part of each of the rows that are dealt out at a time."""
    return (keys[start : start + AT_ONCE] >> np.uint64(64 - bits)).astype(np.uint16)


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
