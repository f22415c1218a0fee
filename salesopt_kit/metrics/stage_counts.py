"""Stays in stages, counted: what a bootstrap over whole deals needs, in a few thousand rows for any number of deals.

Deals are dealt out to 200 blocks in turn. Drawing whole blocks keeps a deal's stays together, as drawing deals does,
and its variance is the same but for the noise of 200 blocks (Kott 2001, the delete-a-group jackknife's argument).
"""

import ibis
import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.metrics.deals import chosen, deals
from salesopt_kit.metrics.exact import exact_sum
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.metrics.sequence import place_of
from salesopt_kit.metrics.visits import visits
from salesopt_kit.tables.store import Tables

BLOCKS = 200


def stage_counts(tables: Tables, selection: Selection, horizon: int) -> pd.DataFrame:
    """Return how many stays that began in the window lasted so long and ended so, per block, stage and team.

    Columns: block, place, team (null where unknown), day (whole days, horizon + 1 for longer), exit ("won", "lost",
    "still_there" or "moved"), next_place (for "moved"), first (whether the deal's history begins with the stay), n,
    days (their sum, exact). One row per combination, sorted.
    """
    rows = visits(tables)
    order = ibis.window(group_by="opportunity_id", order_by=["entered_at", "place"])
    rows = rows.mutate(first=ibis.row_number().over(order) == 0)
    rows = rows.filter(rows.entered_on.between(*selection.days(tables)) & rows.days.notnull())
    rows = chosen(tables, rows, selection)
    teams = deals(tables).select("team", deal="opportunity_id")
    rows = rows.left_join(teams, rows.opportunity_id == teams.deal)
    keys = {
        "block": (ibis.dense_rank().over(ibis.window(order_by="opportunity_id")) % BLOCKS).cast("int64"),
        "day": ibis.least(rows.days.round().cast("int64"), horizon + 1),
        "exit": ibis.cases((rows.exit.isin(["won", "lost", "still_there"]), rows.exit), else_="moved"),
        "next_place": place_of(tables, rows.next_stage),
    }
    rows = rows.mutate(**keys)
    names = ["block", "place", "team", "day", "exit", "next_place", "first"]
    found = tables.to_frame(rows.group_by(names).aggregate(n=rows.count(), days=exact_sum(rows.days)))
    return found.sort_values(names, ignore_index=True)


def timed_stages(tables: Tables) -> dict[int, float]:
    """Return the stages that end by a timer, by place, with the days it runs: seen in the whole history.

    A timer leaves a mark that work does not: through one exit, at least a fifth of all stays (four fifths where the
    history holds bare dates) end after the same time to a tenth of a day, of five days or more, and fewer than one in
    twenty end before it. A stage is timed if more than half of the days of its ended stays end so; 50 stays at least.
    """
    rows = visits(tables)
    rows = rows.filter(rows.exited_at.notnull() & rows.days.notnull())
    tenths = (rows.days * 10).round().cast("int64")
    rows = rows.mutate(tenths=tenths, next_place=place_of(tables, rows.next_stage))
    found = tables.to_frame(
        rows.group_by(["place", "next_place", "exit", "tenths"]).aggregate(n=rows.count(), days=exact_sum(rows.days))
    )
    needed = 0.8 if "stage_events.entered_at" in tables.day_grain else 0.2
    timed: dict[int, float] = {}
    for place, stage in found.groupby("place"):
        marks = [
            (float(way["days"].sum()), mark)
            for _exit, way in stage.groupby(["next_place", "exit"], dropna=False)
            if (mark := _timer(way, needed)) is not None
        ]
        if sum(days for days, _mark in marks) > stage["days"].sum() / 2:
            timed[int(str(place))] = max(marks)[1]
    return timed


def _timer(way: pd.DataFrame, needed: float, least: int = 50) -> float | None:
    """Return the days of the timer behind one exit of a stage, None where there is no sign of one."""
    n = way["n"].sum()
    late = way[way["tenths"] >= 50]  # noqa: PLR2004 -- five days
    if n < least or not len(late):
        return None
    mark = int(late.sort_values(["n", "tenths"], ascending=[False, True])["tenths"].iloc[0])
    at = way.loc[way["tenths"] == mark, "n"].sum() / n
    before = way.loc[way["tenths"] < mark - 1, "n"].sum() / n
    return mark / 10 if at >= needed and before < 0.05 else None  # noqa: PLR2004 -- one in twenty


def won_amounts(tables: Tables, selection: Selection) -> pd.DataFrame:
    """Return per block the number of deals won in the window with an amount, and their amounts: block, n, amount."""
    rows = selection.of(tables, deals(tables))
    rows = rows.filter((rows.status == "won") & rows.closed_on.between(*selection.days(tables)) & rows.amount.notnull())
    rows = rows.mutate(block=(ibis.dense_rank().over(ibis.window(order_by="opportunity_id")) % BLOCKS).cast("int64"))
    return tables.to_frame(_summed(rows)).sort_values("block", ignore_index=True)


def _summed(rows: ir.Table) -> ir.Table:
    return rows.group_by("block").aggregate(n=rows.count(), amount=exact_sum(rows.amount))
