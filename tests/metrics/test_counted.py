"""Oracle: the median and its interval of `stats.mean`, and numpy's mean, over the values of each group themselves."""

from typing import Any

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesopt_kit.metrics.counted import counted
from salesopt_kit.stats.mean import median

BACKEND = ibis.duckdb.connect()
values = st.floats(0, 500, allow_subnormal=False).map(lambda value: round(value, 4))
groups = st.lists(st.tuples(st.sampled_from("ab"), st.none() | values | st.integers(0, 3).map(float)), min_size=1)


def of(rows: list[tuple[str, float | None]], parts: int = 0) -> dict[str, dict[str, Any]]:
    frame = pd.DataFrame(rows, columns=["group", "days"]).astype({"days": float})
    found = BACKEND.to_pandas(counted(ibis.memtable(frame), ["group"], "days", parts))
    return {str(group): row.to_dict() for group, row in found.set_index("group").iterrows()}


@settings(max_examples=40, deadline=None)
@given(groups)
def test_each_group_has_the_mean_median_and_bounds_of_its_own_values(rows: list[tuple[str, float | None]]) -> None:
    found = of(rows)
    for group in "ab":
        known = np.array([value for name, value in rows if name == group and value is not None])
        if not len(known):
            assert group not in found
            continue
        row, (value, interval) = found[group], median(known)
        assert row["n"] == len(known)
        assert (row["mean"], row["median"]) == (pytest.approx(known.mean(), abs=1e-9), pytest.approx(value, abs=1e-9))
        bounds = (interval.low, interval.high) if interval else (np.nan, np.nan)
        assert (row["low"], row["high"]) == pytest.approx(bounds, abs=1e-9, nan_ok=True)


@settings(max_examples=40, deadline=None)
@given(st.lists(values, min_size=8))
def test_rounded_values_move_medians_by_half_a_part_at_most_and_the_mean_not_at_all(days: list[float]) -> None:
    exact, rounded = of([("a", value) for value in days])["a"], of([("a", value) for value in days], parts=24)["a"]
    assert (rounded["n"], rounded["mean"]) == (exact["n"], pytest.approx(exact["mean"], abs=1e-9))
    for name in ("median", "low", "high"):
        assert rounded[name] == pytest.approx(exact[name], abs=0.5 / 24 + 1e-9)
