"""Which deals, leads or people a metric covers: a window of days and, where wanted, some groups of one dimension."""

from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir

from salesopt_kit.engagement import Dimension
from salesopt_kit.metrics.dimensions import BLANK, need_dimension
from salesopt_kit.tables.store import Tables


@dataclass(frozen=True, slots=True)
class Selection:
    """A part of the engagement: first and last day (both inside), and the names of one dimension.

    `window` None stands for `tables.window`; `dimension` None for all groups. BLANK among `names` takes the rows
    that have no name in the dimension.
    """

    window: tuple[date, date] | None = None
    dimension: Dimension | None = None
    names: tuple[str, ...] = ()

    def days(self, tables: Tables) -> tuple[date, date]:
        """Return the first and the last day, no later than `tables.as_of`."""
        first, last = self.window or tables.window
        return first, min(last, tables.as_of)

    def of(self, tables: Tables, rows: ir.Table, table: str = "opportunities") -> ir.Table:
        """Return the rows of the chosen names; the window is each metric's own business, by its own clock.

        `table` ("opportunities", "leads" or "people") says what the rows are of: MissingDataError where the exports
        do not tell their dimension, for then no row would be left.
        """
        if self.dimension is None:
            return rows
        need_dimension(tables, self.dimension, table)
        column = rows[self.dimension]
        chosen = column.isin([name for name in self.names if name != BLANK])
        return rows.filter(chosen | column.isnull() if BLANK in self.names else chosen)


EVERYTHING = Selection()
"""All deals in the engagement's own window."""
