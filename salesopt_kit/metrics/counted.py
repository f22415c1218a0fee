"""Mean and median with its interval per group from counts of equal values: only the counts are sorted, not the rows."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from salesopt_kit.metrics.exact import exact_sum
from salesopt_kit.stats.interval import Z


def counted(rows: ir.Table, keys: Sequence[str], column: str, parts: int = 0) -> ir.Table:
    """Return one row per group: the `keys`, then n, mean, median, low and high (of the median) of values not null.

    Order statistics as in `stats.mean.median_ranks` (Conover 1999, section 3.2); low and high are null below 8 values.
    With `parts`, medians and bounds are of values rounded to one in so many (1440 takes days to the minute), so that
    very many rows have few values; n and mean are always exact.
    """
    known = rows.filter(rows[column].notnull())
    value = (known[column] * parts).round().cast("float64") / parts if parts else known[column]
    counts = known.group_by([*keys, value.name("value")]).aggregate(
        times=known.count(), summed=exact_sum(known[column])
    )
    so_far, whole = ibis.cumulative_window(group_by=keys, order_by="value"), ibis.window(group_by=keys)
    counts = counts.mutate(
        up_to=counts.times.sum().over(so_far).cast("int64"), of=counts.times.sum().over(whole).cast("int64")
    )
    low = (counts.of / 2 - Z * counts.of.sqrt() / 2).floor()
    ranks = {"lower": ((counts.of + 1) / 2).floor(), "upper": (counts.of / 2).floor() + 1}
    ranks |= {"low": low, "high": ibis.cases((low >= 1, counts.of + 1 - low))}
    at = {name: counts.value.min(where=(rank >= 1) & (counts.up_to >= rank)) for name, rank in ranks.items()}
    found = counts.group_by(keys).aggregate(n=counts.of.max(), summed=exact_sum(counts.summed), **at)
    return found.select(*keys, "n", "low", "high", mean=found.summed / found.n, median=(found.lower + found.upper) / 2)
