"""A long log in order, against a plain sort by key, time and place."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from salesopt_kit.tables.order import in_order, parts

KEYS = st.one_of(
    st.integers(0, 3),
    st.sampled_from([0, 1 << 63, (1 << 64) - 1]),
    st.integers(0, 7).map(lambda number: number << 60),  # agree in all bits but the first ones
)
LOGS = st.lists(st.tuples(KEYS, st.integers(-5, 5)), max_size=60)


def columns(log: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """Return keys and times as arrays."""
    return np.array([key for key, _at in log], np.uint64), np.array([at for _key, at in log], np.int64)


@given(LOGS)
def test_rows_come_by_key_then_time_then_place_and_the_first_of_each_key_is_marked(log: list[tuple[int, int]]) -> None:
    keys, times = columns(log)
    order, starts = in_order(keys, times)
    found = [(int(keys[place]), int(times[place]), int(place)) for place in order]
    runs = [list(part) for part in np.split(np.arange(len(log)), np.flatnonzero(starts)) if len(part)]
    assert sorted(found) == sorted((key, at, place) for place, (key, at) in enumerate(log))
    for run in runs:
        rows = [found[place] for place in run]
        assert rows == sorted(rows)
        assert len({key for key, _at, _place in rows}) == 1
    assert len(runs) == len(set(keys.tolist()))


@given(LOGS, st.integers(1, 20))
def test_a_part_holds_all_rows_of_its_keys_in_turn_and_no_row_is_lost(log: list[tuple[int, int]], size: int) -> None:
    keys, _times = columns(log)
    found = parts(keys, size)
    assert sorted(int(place) for part in found for place in part) == list(range(len(log)))
    assert all((np.diff(part.astype(np.int64)) > 0).all() for part in found)
    owners = [set(keys[part].tolist()) for part in found]
    assert sum(map(len, owners)) == len(set(keys.tolist()))


def test_keys_that_differ_only_in_bits_without_room_are_told_apart() -> None:
    keys = np.array([1 << 62, 1 << 63, 1 << 62, 1 << 63], np.uint64)
    order, starts = in_order(keys, np.array([1, 2, 3, 4], np.int64))
    assert order.tolist() == [0, 2, 1, 3]
    assert starts.tolist() == [True, False, True, False]
