"""The four questions of flow.py answered in polars: one sort by deal and time, then lazy queries."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import polars as pl
from flow_side import AS_OF, LOST, OPEN, ORDER, WON, Figures, answer, export

END = int(datetime.fromisoformat(AS_OF).replace(tzinfo=UTC).timestamp())
DAY = 86_400
DEAL, PLACE, NEXT = pl.col("deal"), pl.col("place"), pl.col("next_place")


@dataclass
class History:
    """The events of all deals, deals as numbers, stages as places in the process, times in seconds since 1970."""

    events: pl.DataFrame

    @cached_property
    def ordered(self) -> pl.DataFrame:
        """The events up to the end of `as_of` by deal and time, each with what comes next in its deal."""
        events = self.events.lazy().filter(pl.col("entered_at") < END)
        del self.events  # not asked for again, and a long history is large
        return with_next(events.sort("deal", "entered_at", maintain_order=True)).collect()

    @cached_property
    def visits(self) -> pl.DataFrame:
        """One row per stay of a deal in a stage: repeats of the same stage collapsed."""
        repeats = DEAL.eq(DEAL.shift()) & PLACE.eq(PLACE.shift())
        entries = self.ordered.lazy().filter(~repeats.fill_null(value=False))
        return with_next(entries.select("deal", "place", "entered_at")).collect(engine="streaming")


def opened(folder: Path) -> History:
    """Read the three columns that are needed, as the smallest types that hold them."""
    path = export(folder)
    rows = pl.scan_csv(path, try_parse_dates=True) if path.suffix == ".csv" else pl.scan_parquet(path)
    events = rows.select(
        DEAL.cast(pl.Categorical).to_physical(),
        pl.col("stage").cast(pl.Enum(ORDER)).to_physical().cast(pl.Int8).alias("place"),
        pl.col("entered_at").dt.epoch("s").cast(pl.Int32),
    )
    return History(events.collect(engine="streaming"))


def with_next(events: pl.LazyFrame) -> pl.LazyFrame:
    """Return the events with next_place and seconds to the next event, null for none."""
    is_same = DEAL.eq(DEAL.shift(-1))
    seconds = pl.col("entered_at").shift(-1) - pl.col("entered_at")
    return events.with_columns(
        next_place=pl.when(is_same).then(PLACE.shift(-1)), seconds=pl.when(is_same).then(seconds)
    )


def visits(history: History) -> Figures:
    """Return how many visits to each stage ended in each way."""
    ends = {"still_there": NEXT.is_null(), "won": NEXT == WON, "lost": NEXT == LOST, "advanced": NEXT > PLACE}
    exit_ = pl.lit("back")
    for name, is_so in reversed(ends.items()):
        exit_ = pl.when(is_so).then(pl.lit(name)).otherwise(exit_)
    rows = history.visits.lazy().filter(PLACE < WON).group_by("place", "next_place").agg(n=pl.len())
    found = rows.group_by("place", exit=exit_).agg(pl.col("n").sum()).collect(engine="streaming")
    return {f"visits.{ORDER[at]}.{end}": float(n) for at, end, n in found.iter_rows()}


def conversion(history: History) -> Figures:
    """Return the share of deals that got from each stage to the next, in four definitions."""
    position = pl.col("position")
    firsts = {f"at_{place}": pl.when(place == PLACE).then(position).min() for place in range(WON + 1)}
    rows = history.visits.lazy().with_row_index("position")
    deals = rows.group_by("deal").agg(is_won=(PLACE == WON).last(), at_end=PLACE.last(), **firsts)
    first = [pl.col(f"at_{place}") for place in range(WON + 1)]
    been = [first[place].is_not_null() for place in range(WON)] + [first[WON].is_not_null() | pl.col("is_won")]
    strict, asked = been[0], {}
    for place in range(1, WON + 1):
        before, stage = strict, ORDER[place]
        is_next = pl.col("is_won") if place == WON else (first[place] > first[place - 1]).fill_null(value=False)
        strict = before & is_next
        reached = [pl.any_horizontal(*been[at:], "is_won") for at in (place - 1, place)]
        asked[f"strict.{stage}"] = strict.sum() / before.sum()
        asked[f"reached.{stage}"] = reached[1].sum() / reached[0].sum()
        asked[f"any.{stage}"] = (been[place] & been[place - 1]).sum() / been[place - 1].sum()
        if stage in OPEN:
            asked[f"stock.{stage}"] = (pl.col("at_end") == place).sum() / (pl.col("at_end") == place - 1).sum()
    found = deals.select(**asked).collect(engine="streaming").row(0, named=True)
    return {f"stage_conversion.{name}": float(value) for name, value in found.items()}


def time_in_stage(history: History) -> Figures:
    """Return median and p90 (Kaplan-Meier), mean of ended visits, and sum of the days in each stage."""
    seconds, days = pl.col("seconds"), pl.col("days")
    spent = seconds.fill_null(END - pl.col("entered_at"))
    inside = history.visits.lazy().filter(PLACE < WON)
    inside = inside.select("place", days=spent / DAY, ended=seconds.is_not_null())
    sums = inside.group_by("place").agg(mean=days.filter(pl.col("ended")).mean(), total_days=days.sum())
    table = inside.group_by("place", "days").agg(left=pl.col("ended").sum(), n=pl.len()).sort("place", "days")
    at_risk = pl.col("n").sum() - pl.col("n").cum_sum() + pl.col("n")
    table = table.with_columns(survival=(1 - pl.col("left") / at_risk).cum_prod().over("place"))
    share = pl.col("survival")
    curve = table.group_by("place").agg(
        median=days.filter(share <= 0.5 + 1e-12).min(), p90=days.filter(share <= 0.1 + 1e-12).min()
    )
    found: Figures = {}
    for row in sums.join(curve, on="place").collect(engine="streaming").iter_rows(named=True):
        stage = ORDER[row.pop("place")]
        found |= {f"time_in_stage.{name}.{stage}": value for name, value in row.items()}
    return found


def follows(history: History) -> Figures:
    """Return count, median and mean days of each pair of consecutive events."""
    days = pl.col("seconds") / DAY
    pairs = history.ordered.lazy().filter(NEXT.is_not_null()).group_by("place", "next_place")
    found: Figures = {}
    for start, end, n, median, mean in (
        pairs.agg(pl.len(), m=days.median(), mean=days.mean()).collect(engine="streaming").iter_rows()
    ):
        name = f"directly_follows.{ORDER[start]}>{ORDER[end]}"
        found |= {name: float(n), f"{name}.median": median, f"{name}.mean": mean}
    return found


QUESTIONS = {"visits": visits, "conversion": conversion, "time in stage": time_in_stage, "directly-follows": follows}

if __name__ == "__main__":
    answer(opened, QUESTIONS)
