"""Sums that come out the same in whatever order a database with several threads adds them."""

import ibis.expr.types as ir

EXACT = "decimal(38, 9)"
"""Adding these is exact; a float sum depends on the order in its last digits, and so would every run's results."""


def exact_sum(values: ir.NumericValue, where: ir.BooleanValue | None = None) -> ir.FloatingScalar:
    """Return the sum of `values`, each taken to nine decimals, as float64; null where there are none.

    Values stay below 10^29, which money, its squares and durations in days do.
    """
    summed: ir.FloatingScalar = values.cast(EXACT).sum(where=where).cast("float64")
    return summed
