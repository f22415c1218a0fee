"""Oracle: math.fsum, which rounds once, at the end."""

import math

import ibis
import numpy as np
import pandas as pd

from salesopt_kit.metrics.exact import exact_sum


def test_a_sum_is_the_same_in_any_order_where_a_float_sum_is_not() -> None:
    days = np.round(np.random.default_rng(1).exponential(20.0, size=10_000), 9)
    orders = [days, days[::-1], np.sort(days)]
    assert len({float(np.add.accumulate(order)[-1]) for order in orders}) > 1
    sums = set()
    for order in orders:
        rows = ibis.memtable(pd.DataFrame({"days": order}))
        sums.add(float(ibis.duckdb.connect().to_pandas(rows.aggregate(total=exact_sum(rows.days))).iloc[0, 0]))
    assert sums == {math.fsum(days)}
