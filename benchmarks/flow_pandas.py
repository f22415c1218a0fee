"""The four questions of flow.py answered in plain pandas: one sort by deal and time, then vectorised columns."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from flow_side import AS_OF, LOST, OPEN, ORDER, WON, Figures, answer, export

END = pd.Timestamp(AS_OF)
COLUMNS = ["deal", "stage", "entered_at"]


@dataclass
class History:
    """The events of all deals, deals as numbers and stages as places in the process; what is derived is kept."""

    events: pd.DataFrame

    @cached_property
    def ordered(self) -> pd.DataFrame:
        """The events up to the end of `as_of` by deal and time, each with what comes next in its deal."""
        events = self.events[self.events["entered_at"] < END]
        del self.events  # not asked for again, and a long history is large
        return with_next(events.sort_values(["deal", "entered_at"], kind="stable", ignore_index=True))

    @cached_property
    def visits(self) -> pd.DataFrame:
        """One row per stay of a deal in a stage: repeats of the same stage collapsed."""
        events = self.ordered
        repeats = events["deal"].eq(events["deal"].shift()) & events["place"].eq(events["place"].shift())
        return with_next(events.loc[~repeats, ["deal", "place", "entered_at"]])


def opened(folder: Path) -> History:
    """Read the three columns that are needed, ids as numbers."""
    path = export(folder)
    if path.suffix == ".csv":
        events = pd.read_csv(path, usecols=COLUMNS, parse_dates=["entered_at"])
    else:
        events = pd.read_parquet(path, columns=COLUMNS)
    events["deal"] = pd.factorize(events["deal"])[0].astype("int32")
    events["place"] = pd.Categorical(events["stage"], categories=ORDER).codes
    return History(events[["deal", "place", "entered_at"]])


def with_next(events: pd.DataFrame) -> pd.DataFrame:
    """Return the events with next_place (-1 for none) and days to the next event (NaN for none)."""
    is_last = events["deal"].ne(events["deal"].shift(-1))
    days = (events["entered_at"].shift(-1) - events["entered_at"]).dt.total_seconds() / 86_400
    next_place = events["place"].shift(-1, fill_value=-1).mask(is_last, -1)
    return events.assign(next_place=next_place.astype("int8"), days=days.mask(is_last))


def visits(history: History) -> Figures:
    """Return how many visits to each stage ended in each way."""
    inside = history.visits.query("place < @WON")
    place, after = inside["place"], inside["next_place"]
    exit_ = np.select(
        [after.eq(-1), after.eq(WON), after.eq(LOST), after.gt(place)],
        ["still_there", "won", "lost", "advanced"],
        "back",
    )
    found = pd.Series(1, index=inside.index).groupby([place, pd.Categorical(exit_)], observed=True).sum()
    return {f"visits.{ORDER[at]}.{end}": float(n) for (at, end), n in found.items()}


def conversion(history: History) -> Figures:
    """Return the share of deals that got from each stage to the next, in four definitions."""
    rows = history.visits
    at_end = rows.loc[rows["next_place"].eq(-1)].set_index("deal")["place"]
    is_won = at_end.eq(WON)
    firsts = rows[rows["place"] != LOST].drop_duplicates(["deal", "place"])
    first = {
        place: pd.Series(part.index, index=part["deal"]).reindex(at_end.index)
        for place, part in firsts.groupby("place")
    }
    been = [first[place].notna() for place in range(WON)] + [first[WON].notna() | is_won]
    stock = at_end.value_counts()
    strict, found = been[0], {}
    for place in range(1, WON + 1):
        before, stage = strict, ORDER[place]
        strict = before & (is_won if place == WON else first[place].gt(first[place - 1]))
        reached = [np.logical_or.reduce([*been[at:], is_won]) for at in (place - 1, place)]
        found[f"strict.{stage}"] = strict.sum() / before.sum()
        found[f"reached.{stage}"] = reached[1].sum() / reached[0].sum()
        found[f"any.{stage}"] = (been[place] & been[place - 1]).sum() / been[place - 1].sum()
        if stage in OPEN:
            found[f"stock.{stage}"] = stock[place] / stock[place - 1]
    return {f"stage_conversion.{name}": float(value) for name, value in found.items()}


def time_in_stage(history: History) -> Figures:
    """Return median and p90 (Kaplan-Meier), mean of ended visits, and sum of the days in each stage."""
    inside = history.visits.query("place < @WON")
    ended = inside["days"].notna()
    days = inside["days"].fillna((END - inside["entered_at"]).dt.total_seconds() / 86_400)
    found: Figures = {}
    for place, part in days.groupby(inside["place"]):
        stage, is_ended = ORDER[place], ended[part.index]
        table = is_ended.groupby(part).agg(["sum", "size"])
        at_risk = len(part) - table["size"].cumsum() + table["size"]
        survival = (1 - table["sum"] / at_risk).cumprod()
        found[f"median.{stage}"] = float(survival.index[survival <= 0.5 + 1e-12][0])
        found[f"p90.{stage}"] = float(survival.index[survival <= 0.1 + 1e-12][0])
        found[f"mean.{stage}"] = float(part[is_ended].mean())
        found[f"total_days.{stage}"] = float(part.sum())
    return {f"time_in_stage.{name}": value for name, value in found.items()}


def follows(history: History) -> Figures:
    """Return count, median and mean days of each pair of consecutive events."""
    rows = history.ordered
    pairs = rows[rows["next_place"] >= 0].groupby(["place", "next_place"])["days"].agg(["size", "median", "mean"])
    found: Figures = {}
    for (start, end), row in pairs.iterrows():
        name = f"directly_follows.{ORDER[start]}>{ORDER[end]}"
        found |= {name: float(row["size"]), f"{name}.median": float(row["median"]), f"{name}.mean": float(row["mean"])}
    return found


QUESTIONS = {"visits": visits, "conversion": conversion, "time in stage": time_in_stage, "directly-follows": follows}

if __name__ == "__main__":
    answer(opened, QUESTIONS)
