"""The client's own log as the simulator takes it: every stay of the deals, as known at the end of some day."""

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from salesopt_kit.engagement import Stage
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.deals import deals
from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.sequence import place_of, start_of
from salesopt_kit.metrics.visits import visits_in_order
from salesopt_kit.stats.life_table import Numbers
from salesopt_kit.stats.semi_markov_fit import STILL, Stays
from salesopt_kit.tables.store import Tables, months_before

MOST_DEALS = 20_000
"""Deals whose stays are taken into memory; of more, every second, third, ... deal."""
SECONDS_PER_DAY = 86_400
DAYS_PER_WEEK = 7
FEWEST_DEALS = 50


@dataclass(frozen=True, slots=True)
class Log:
    """Stays that began from `first` on, as known at the end of `last`, with arrivals per week.

    `places` are those of the stages in the process, in the order of the codes in `stays`; `rows` holds, per stay, what
    the frame of `stays_known` does. `began` counts, per deal, the stage that its history began in. `kept` is the share
    of all deals that were taken.
    """

    stays: Stays
    began: Numbers
    weekly: Numbers
    rows: pd.DataFrame
    stages: tuple[Stage, ...]
    places: tuple[int, ...]
    first: date
    last: date
    kept: float

    @property
    def new_deals(self) -> int:
        """Deals whose history began in the window."""
        return int(self.began.sum())


def last_day_before_change(tables: Tables) -> date:
    """Return the day before the pilot began, or `as_of` where that is earlier or no pilot is planned.

    From the pilot on, some deals go the new way: a fit to them would not be of today's process.
    """
    pilot = tables.engagement.config.pilot
    return min(tables.as_of, pilot.period[0] - timedelta(days=1)) if pilot else tables.as_of


def log_until(tables: Tables, last: date | None = None, *, months: int = 0) -> Log:
    """Return the log of the window that ends with `last` (default: `last_day_before_change`).

    `months` is by default `window_months`. Raises MissingDataError without stage history, with fewer than 50 deals that
    began in the window, or where no deal ever left some stage.
    """
    last = last or last_day_before_change(tables)
    first = months_before(last, months or tables.engagement.config.window_months)
    rows, kept = stays_known(tables)
    start, end = _day(tables, first), _day(tables, last + timedelta(days=1))
    rows = until(rows[(rows["entered"] >= start)], end)
    began = rows[rows["is_first"]]
    if len(began) < FEWEST_DEALS:
        message = _("{n} deals began between {first} and {last}, too few to fit a simulator to").format(
            n=len(began), first=first, last=last
        )
        raise MissingDataError(
            message, remedy=_("Take a longer period with `window_months`, or export more of the stage history.")
        )
    return _log(tables, rows, began, first, last, kept)


@once
def stays_known(tables: Tables) -> tuple[pd.DataFrame, float]:
    """Return every stay of at most 20,000 deals, in order of deal and time, and the share of deals taken.

    Columns: deal (its key), place, next_place (-1 for none), exit, entered (days since 1970, UTC), days, left (days
    since 1970; NaN while there), is_first, came_from (place of the stay before, -1 for none), visit. Stays that ended
    on an unknown day are left out.
    """
    rows = visits_in_order(tables)
    order = ibis.window(group_by="deal_key", order_by=["entered_at", "place"])
    rows = rows.mutate(
        is_first=ibis.row_number().over(order) == 0,
        came_from=rows.place.lag().over(order),
        next_place=place_of(tables, rows.next_stage),
        entered=rows.entered_at.epoch_seconds(),
    )
    n = int(tables.to_frame(rows.aggregate(n=rows.deal_key.nunique())).iloc[0]["n"])
    every = -(-n // MOST_DEALS)
    if every > 1:
        rank = ibis.dense_rank().over(ibis.window(order_by="deal_key"))
        rows = rows.mutate(rank=rank).filter(ibis._.rank % every == 0)
    rows = rows.filter(rows.days.notnull())
    columns = ("place", "next_place", "exit", "entered", "days", "is_there", "is_first", "came_from", "visit")
    found = tables.to_frame(rows.select(*columns, deal="deal_key"))
    found = found.sort_values(["deal", "entered", "place", "visit"], ignore_index=True)
    for name in ("next_place", "came_from"):
        found[name] = found[name].fillna(-1).astype(int)
    found["entered"] = found["entered"].astype(float) / SECONDS_PER_DAY
    found["left"] = (found["entered"] + found["days"]).where(~found["is_there"].astype(bool))
    return found.drop(columns="is_there"), 1 / max(every, 1)


def until(rows: pd.DataFrame, end: float) -> pd.DataFrame:
    """Return the stays that had begun before the moment `end`; those that went on beyond it are still there."""
    rows = rows[rows["entered"] < end].copy()
    goes_on = rows["left"].isna() | (rows["left"] >= end)
    rows["days"] = rows["days"].where(~goes_on, end - rows["entered"])
    rows["exit"] = rows["exit"].where(~goes_on, "still_there")
    rows["next_place"] = rows["next_place"].where(~goes_on, -1)
    rows["left"] = rows["left"].where(~goes_on)
    return rows


def share_below(tables: Tables, stage_id: str, amount: float) -> float | None:
    """Return the share of the deals with an amount that came to a stage whose amount is below; None where none has."""
    rows = visits_in_order(tables)
    place = next(n for n, stage in enumerate(tables.engagement.config.stages) if stage.id == stage_id)
    reached = rows.filter(rows.place == place).select("deal_key").distinct()
    known = deals(tables)
    known = known.filter(known.amount.notnull()).semi_join(reached, "deal_key")
    found = tables.to_frame(known.aggregate(n=known.count(), below=(known.amount < amount).sum())).iloc[0]
    return float(found["below"]) / float(found["n"]) if found["n"] else None


def moment_of(tables: Tables, day: date) -> float:
    """Return the beginning of a day at the client's, in days since 1970 UTC."""
    return _day(tables, day)


def coded(rows: pd.DataFrame, places: tuple[int, ...]) -> np.ndarray[tuple[int], np.dtype[np.int_]]:
    """Return the exit of each stay as `Stays` codes it."""
    code = {place: number for number, place in enumerate(places)}
    ends = {"won": len(places), "lost": len(places) + 1, "still_there": STILL}
    pairs = zip(rows["exit"], rows["next_place"], strict=True)
    return np.array([ends[exit_] if exit_ in ends else code[int(place)] for exit_, place in pairs], np.int_)


def _log(tables: Tables, rows: pd.DataFrame, began: pd.DataFrame, first: date, last: date, kept: float) -> Log:
    moved = rows.loc[~rows["exit"].isin(["won", "lost", "still_there"]), "next_place"]
    places = tuple(sorted({*rows["place"].astype(int), *moved.astype(int)}))
    code = {place: number for number, place in enumerate(places)}
    cases, _names = pd.factorize(rows["deal"])
    stage = rows["place"].map(code).to_numpy(np.int_)
    stays = Stays(cases, stage, coded(rows, places), rows["days"].to_numpy(float), len(places), int(cases.max()) + 1)
    stages = tuple(tables.engagement.config.stages[place] for place in places)
    if empty := stays.without_end():
        names = _(", ").join(stages[number].name for number in empty)
        raise MissingDataError(
            _("no deal has left {names} between {first} and {last}").format(names=names, first=first, last=last),
            remedy=_("Take a longer period with `window_months`, or export more of the stage history."),
        )
    start = np.zeros((stays.cases, stays.stages))
    is_first = rows["is_first"].to_numpy(bool)
    start[cases[is_first], stage[is_first]] = 1.0
    return Log(stays, start, _weekly(tables, began, first, last) / kept, rows, stages, places, first, last, kept)


def _weekly(tables: Tables, began: pd.DataFrame, first: date, last: date) -> Numbers:
    """Return the new deals of each whole week, counted back from the last day."""
    end = _day(tables, last + timedelta(days=1))
    weeks = ((last - first).days + 1) // DAYS_PER_WEEK
    ago = np.floor((end - began["entered"].to_numpy(float)) / DAYS_PER_WEEK).astype(int)
    return np.bincount(ago[(ago >= 0) & (ago < weeks)], minlength=weeks).astype(float)[::-1]


def _day(tables: Tables, day: date) -> float:
    return pd.Timestamp(start_of(tables, day)).timestamp() / SECONDS_PER_DAY
