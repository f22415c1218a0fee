"""The same reading, checks and core figures as `salesopt check` and the metrics, in plain pandas; for the benchmark."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

ORDER = ["lead", "screening", "solution", "negotiation", "contract", "won", "lost"]
OPEN = ORDER[:5]
LIMIT_DAYS = 2.0
MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec"
DAMAGED = (
    rf"^(?:(?:{MONTHS})-[0-9]{{1,2}}|[0-9]{{1,2}}-(?:{MONTHS})|[0-9]{{1,2}}月[0-9]{{1,2}}日"
    r"|[0-9](?:[.][0-9]+)?[eE][+][0-9]{1,3}|#{3,}|#(?:N/A|REF!|VALUE!|NAME[?]|DIV/0!|NUM!|NULL!))$"
    "|\ufffd|锟斤拷|烫烫烫"
)
"""What a spreadsheet or a wrong encoding leaves in a text, as the kit's own check looks for it."""


def figures(path: Path) -> dict[str, float]:
    """Read the stage history at `path`, check it, and return the core figures by name."""
    read = pd.read_csv if path.suffix == ".csv" else pd.read_parquet
    events = read(path)
    for column in ("deal", "stage", "actor", "department"):
        events[column] = events[column].str.strip()
    events["entered_at"] = pd.to_datetime(events["entered_at"])
    as_of = pd.Timestamp("2026-01-01")
    found = checks(events, as_of)
    events = events[events["entered_at"] < as_of].sort_values(["deal", "entered_at"], kind="stable")
    visits = visits_of(events, as_of)
    deals = deals_of(visits, as_of)
    return found | outcomes(deals) | conversion(visits, deals) | stage_times(visits) | handoffs(events)


def checks(events: pd.DataFrame, as_of: pd.Timestamp) -> dict[str, float]:
    """Return the counts of the quality checks on a stage history, and the error of a stage that is not known."""
    by_deal = events.sort_values(["deal", "entered_at"], kind="stable")
    same_deal = by_deal["deal"].eq(by_deal["deal"].shift())
    gap = by_deal["entered_at"].diff()
    moved = by_deal["stage"].ne(by_deal["stage"].shift())
    minute = events["entered_at"].dt.floor("min")
    edits = events.groupby([events["actor"], minute]).size()
    texts = ["deal", "actor", "department"]
    return {
        "check.repeated_rows": float(events.duplicated().sum()),
        "check.blank_ids": float(events["deal"].isna().sum()),
        "check.blank_share": float(events.isna().sum().sum()),
        "check.damaged_values": float(sum(events[name].str.contains(DAMAGED).sum() for name in texts)),
        "check.future_dates": float((events["entered_at"] >= as_of).sum()),
        "check.early_dates": float((events["entered_at"] < pd.Timestamp("1990-01-01")).sum()),
        "check.same_stage": float((same_deal & ~moved).sum()),
        "check.identical_times": float((same_deal & gap.eq(pd.Timedelta(0))).sum()),
        "check.click_through": float((same_deal & moved & gap.lt(pd.Timedelta(minutes=5))).sum()),
        "check.bulk_edits": float(edits[edits >= 10].sum()),  # noqa: PLR2004
        "check.unknown_stage": float((~events["stage"].isin(ORDER)).sum()),
    }


def visits_of(events: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return one row per stay of a deal in a stage, runs of the same stage collapsed, with its days."""
    first = ~(events["deal"].eq(events["deal"].shift()) & events["stage"].eq(events["stage"].shift()))
    visits = events.loc[first, ["deal", "stage", "entered_at"]].copy()
    same_deal = visits["deal"].eq(visits["deal"].shift(-1))
    visits["exited_at"] = visits["entered_at"].shift(-1).where(same_deal)
    visits["place"] = visits["stage"].map({stage: place for place, stage in enumerate(ORDER)}).astype("int8")
    visits["next_place"] = visits["place"].shift(-1).where(same_deal)
    visits["days"] = (visits["exited_at"].fillna(as_of) - visits["entered_at"]).dt.total_seconds() / 86400
    return visits


def deals_of(visits: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return one row per deal: when it began, where it is, whether it was won or lost, and its days until then."""
    deals = visits.groupby("deal", sort=False).agg(
        opened=("entered_at", "first"), last=("entered_at", "last"), stage=("stage", "last")
    )
    deals["won"], deals["lost"] = deals["stage"].eq("won"), deals["stage"].eq("lost")
    ended = deals["last"].where(deals["won"] | deals["lost"], as_of)
    deals["days"] = (ended - deals["opened"]).dt.total_seconds() / 86400
    return deals


def outcomes(deals: pd.DataFrame) -> dict[str, float]:
    """Return win rate and deal cycle, over closed deals alone and with open deals counted in."""
    won, lost = deals[deals["won"]], deals[deals["lost"]]
    times, won_by = incidence(deals)
    return {
        "win_rate.count": len(won) / (len(won) + len(lost)),
        "win_rate.won": float(len(won)),
        "win_rate.lost": float(len(lost)),
        "win_rate.still_open": float(len(deals) - len(won) - len(lost)),
        "deal_cycle.won_mean": float(won["days"].mean()),
        "deal_cycle.won_median": float(won["days"].median()),
        "deal_cycle.lost_mean": float(lost["days"].mean()),
        "deal_cycle.lost_median": float(lost["days"].median()),
        "deal_cycle.median_to_win": float(times[np.argmax(won_by >= won_by[-1] / 2 - 1e-12)]),
        **{
            f"deal_cycle.won_within_{days}": float(won_by[np.searchsorted(times, days, side="right") - 1])
            for days in (30, 60, 90)
        },
    }


def incidence(deals: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the times of the Aalen-Johansen estimate and the share won by then, lost competing, open censored."""
    table = deals.groupby("days").agg(won=("won", "sum"), lost=("lost", "sum"), n=("won", "size"))
    at_risk = len(deals) - table["n"].cumsum() + table["n"]
    survival = (1 - (table["won"] + table["lost"]) / at_risk).cumprod().shift(fill_value=1.0)
    return table.index.to_numpy(), (survival * table["won"] / at_risk).cumsum().to_numpy()


def conversion(visits: pd.DataFrame, deals: pd.DataFrame) -> dict[str, float]:
    """Return the share that got from each stage to the next, in the four variants."""
    inside = visits[visits["stage"] != "lost"]
    furthest = inside.groupby("deal", sort=False)["place"].max()
    touched = inside.drop_duplicates(["deal", "place"])
    first = touched.pivot(index="deal", columns="place", values="entered_at")  # noqa: PD010 -- one row per deal and stage
    seen, strict = first.notna(), first[0].notna()
    stock = deals.loc[~deals["won"] & ~deals["lost"], "stage"].value_counts()
    found = {}
    for place in range(1, 6):
        before, stage = strict, ORDER[place]
        strict = before & seen[place] & (first[place] >= first[place - 1])
        found[f"strict.{stage}"] = strict.sum() / before.sum()
        found[f"reached.{stage}"] = (furthest >= place).sum() / (furthest >= place - 1).sum()
        found[f"any.{stage}"] = (seen[place] & seen[place - 1]).sum() / seen[place - 1].sum()
        if stage in OPEN:
            found[f"stock.{stage}"] = stock[stage] / stock[ORDER[place - 1]]
    return {f"stage_conversion.{name}": float(value) for name, value in found.items()}


def stage_times(visits: pd.DataFrame) -> dict[str, float]:
    """Return per open stage the median and p90 (Kaplan-Meier), the mean of ended visits, all days and their share."""
    inside = visits[visits["place"] < len(OPEN)]
    per_deal = inside.pivot_table(index="deal", columns="stage", values="days", aggfunc="sum", fill_value=0.0)
    spread = per_deal.cov() * len(per_deal)  # what the chance of coming first rests on
    whole, found = float(inside["days"].sum()), {}
    for stage, part in inside.groupby("stage"):
        ended = part["exited_at"].notna()
        table = ended.groupby(part["days"]).agg(["sum", "size"])
        at_risk = len(part) - table["size"].cumsum() + table["size"]
        survival = (1 - table["sum"] / at_risk).cumprod()
        found[f"median.{stage}"] = float(survival.index[survival <= 0.5 + 1e-12][0])
        found[f"p90.{stage}"] = float(survival.index[survival <= 0.1 + 1e-12][0])
        found[f"mean.{stage}"] = float(part.loc[ended, "days"].mean())
        found[f"total_days.{stage}"] = float(part["days"].sum())
        found[f"share.{stage}"] = found[f"total_days.{stage}"] / whole
        found[f"total_error.{stage}"] = float(np.sqrt(spread.loc[stage, stage]))
    return {f"time_in_stage.{name}": value for name, value in found.items()}


def handoffs(events: pd.DataFrame) -> dict[str, float]:
    """Return the changes of department in a deal: how many, median wait in days, share of late ones, by pair."""
    same_deal = events["deal"].eq(events["deal"].shift())
    changed = same_deal & events["department"].ne(events["department"].shift())
    wait = (events["entered_at"].diff()[changed].dt.total_seconds() / 86400).rename("wait")
    givers, takers = events["department"].shift()[changed], events["department"][changed]
    pairs = wait.groupby([givers.rename("giver"), takers.rename("taker")]).agg(["size", "median"])
    found = {
        "count": float(len(wait)),
        "median_wait_days": float(wait.median()),
        "late_share": float((wait > LIMIT_DAYS).mean()),
    }
    for (giver, taker), row in pairs.iterrows():
        found |= {f"{giver}>{taker}": float(row["size"]), f"{giver}>{taker}.median": float(row["median"])}
    return {f"handoffs.{name}": value for name, value in found.items()}


if __name__ == "__main__":
    print(json.dumps(figures(Path(sys.argv[1]))))
