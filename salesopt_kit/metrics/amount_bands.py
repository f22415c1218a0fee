"""How many deals reached a stage, by band of amount and customer type: what a table of decision rights is tried on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.deals import deals
from salesopt_kit.metrics.exact import exact_sum
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.metrics.visits import visits
from salesopt_kit.tables.store import Tables

NO_AMOUNT, NEGATIVE = -2, -1


@dataclass(frozen=True, slots=True)
class Band:
    """Deals of one customer type whose amount is at least `low` and below the next edge.

    `low` is None for deals without an amount and -1 for those with a negative one; `segment` is None where the deal has
    no customer type. `value` and `squares` are the sums of the amounts and of their squares, `visits` counts how often
    the deals came to the stage, `zero` the deals whose amount is 0.
    """

    low: float | None
    segment: str | None
    n: int
    visits: int
    value: float
    squares: float
    zero: int = 0


@dataclass(frozen=True, slots=True)
class Bands:
    """The deals that reached a stage within the window."""

    stage_id: str
    window: tuple[date, date]
    bands: tuple[Band, ...]

    @property
    def n(self) -> int:
        """How many deals there are in all."""
        return sum(band.n for band in self.bands)


def amount_bands(tables: Tables, stage_id: str, edges: Sequence[float], selection: Selection | None = None) -> Bands:
    """Return the deals that entered a stage in the window, each once, counted by amount and customer type.

    `edges` are the amounts at which a band begins, 0 among them. A deal that has no record of its own counts as without
    amount. Raises MissingDataError without stage history, or where no deal came to the stage in the window.
    """
    selection = selection or EVERYTHING
    window = selection.days(tables)
    rows = visits(tables)
    rows = rows.filter((rows.stage == stage_id) & rows.entered_on.between(*window))
    # Named apart, for a column of the same name in both tables would be joined to itself.
    seen = rows.group_by(seen_id=rows.opportunity_id).aggregate(visits=rows.count())
    known = deals(tables)
    joined = seen.left_join(known, seen.seen_id == known.opportunity_id)
    if selection.dimension is not None:
        joined = selection.of(tables, joined)
    found = _counted(tables, joined, sorted(edges))
    if not len(found):
        raise MissingDataError(
            _("no deal came to {stage} between {first} and {last}").format(
                stage=stage_id, first=window[0], last=window[1]
            ),
            remedy=_("Take a longer period with `window_months`, or export more of the stage history."),
        )
    return Bands(stage_id, window, tuple(_bands(found, sorted(edges))))


def _counted(tables: Tables, rows: ir.Table, edges: Sequence[float]) -> pd.DataFrame:
    amount = rows.amount
    step = sum((ibis.ifelse(amount >= edge, 1, 0) for edge in edges[1:]), ibis.literal(0))
    band = ibis.cases((amount.isnull(), NO_AMOUNT), (amount < 0, NEGATIVE), else_=step)
    grouped = rows.mutate(band=band.cast("int64"), amount=amount.fill_null(0.0)).group_by(["band", "segment"])
    found = grouped.aggregate(
        n=lambda row: row.count(),
        visits=lambda row: row.visits.sum(),
        value=lambda row: exact_sum(row.amount),
        squares=lambda row: exact_sum(row.amount * row.amount),
        zero=lambda row: (row.amount == 0).sum(),
    )
    return tables.to_frame(found).sort_values(["band", "segment"], na_position="first")


def _bands(found: pd.DataFrame, edges: Sequence[float]) -> list[Band]:
    lows: dict[int, float | None] = {NO_AMOUNT: None, NEGATIVE: -1.0, **dict(enumerate(edges))}
    columns = found[["band", "segment", "n", "visits", "value", "squares", "zero"]]
    made = []
    for band, segment, n, times, value, squares, zero in columns.itertuples(index=False):
        type_ = str(segment) if pd.notna(segment) else None
        at_zero = int(zero) if int(band) >= 0 else 0
        made.append(Band(lows[int(band)], type_, int(n), int(times), float(value), float(squares), at_zero))
    return made
