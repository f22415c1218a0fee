"""Sums and sums of products of several figures over deals, from one query: what intervals over deals need."""

from collections.abc import Mapping, Sequence

import ibis.expr.types as ir
import numpy as np

from salesopt_kit.metrics.exact import exact_sum
from salesopt_kit.metrics.sequence import key_of
from salesopt_kit.stats.life_table import Numbers
from salesopt_kit.tables.store import Tables


def moments(tables: Tables, rows: ir.Table, parts: Mapping[str, ir.NumericScalar]) -> tuple[Numbers, Numbers, int]:
    """Return, over the deals of `rows`, the sums (k), the sums of products (k by k) and the number of deals.

    `parts` are k aggregates of the rows of one deal, none of them null.
    """
    return moments_of(tables, rows.group_by(key_of(rows)).aggregate(**parts), list(parts))


def moments_of(tables: Tables, per_deal: ir.Table, names: Sequence[str]) -> tuple[Numbers, Numbers, int]:
    """Return what `moments` does of the columns `names`, none of them null, of a table of one row per deal."""
    pairs = [(i, j) for i in range(len(names)) for j in range(i, len(names))]
    asked = {f"m{i}_{j}": exact_sum(per_deal[names[i]] * per_deal[names[j]]) for i, j in pairs}
    asked |= {f"s{i}": exact_sum(per_deal[name]) for i, name in enumerate(names)}
    row = tables.to_frame(per_deal.aggregate(n=per_deal.count(), **asked)).fillna(0.0).iloc[0]
    products = np.zeros((len(names), len(names)))
    for i, j in pairs:
        products[i, j] = products[j, i] = float(row[f"m{i}_{j}"])
    return np.array([float(row[f"s{i}"]) for i in range(len(names))]), products, int(row["n"])
