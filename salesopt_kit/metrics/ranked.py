"""Medians with their intervals, one per group, found by the database: a long history has millions of waits."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from salesopt_kit.stats.interval import Z


def medians(rows: ir.Table, keys: Sequence[str], column: str, **more: ir.Scalar) -> ir.Table:
    """Return one row per group: the `keys`, n, median, low and high (of the median), and the aggregates `more`.

    Order statistics as in `stats.mean.median_ranks` (Conover 1999, section 3.2); low and high are null below 8 values.
    Rows whose `column` is null do not count towards n, median, low and high. Expressions in `more` are of `rows`.
    """
    in_order = ibis.window(group_by=list(keys), order_by=ibis.asc(column, nulls_first=False))
    whole = ibis.window(group_by=list(keys))
    ranked = rows.mutate(ranked_place=ibis.row_number().over(in_order) + 1, ranked_of=rows[column].count().over(whole))
    # Nulls stand last, so that the ranks of the values are 1 to n.
    step = Z * ranked.ranked_of.sqrt() / 2
    rank = (ranked.ranked_of / 2 - step).floor()
    low = ranked[column].max(where=(rank >= 1) & (ranked.ranked_place == rank))
    high = ranked[column].max(where=(rank >= 1) & (ranked.ranked_place == ranked.ranked_of + 1 - rank))
    found = ranked.group_by(list(keys)).aggregate(
        n=ranked[column].count(), median=ranked[column].median(), low=low, high=high
    )
    if not more:
        return found
    others = rows.group_by(list(keys)).aggregate(**more)
    return found.join(others, list(keys))
