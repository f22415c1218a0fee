"""The same reading, checks and core figures as `salesopt check` and the metrics, in plain pandas; for the benchmark."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

ORDER = ["lead", "screening", "solution", "negotiation", "contract", "won", "lost"]


def figures(path: Path) -> dict[str, float]:
    """Read the stage history at `path`, check it, and return the core figures by name."""
    read = pd.read_csv if path.suffix == ".csv" else pd.read_parquet
    events = read(path)
    for column in ("deal", "stage", "actor", "department"):
        events[column] = events[column].str.strip()
    events["entered_at"] = pd.to_datetime(events["entered_at"])
    as_of = pd.Timestamp("2026-01-01")
    found = checks(events)
    events = events[events["entered_at"] < as_of].sort_values(["deal", "entered_at"], kind="stable")
    visits = visits_of(events)
    return found | cycle(visits, as_of) | conversion(visits) | stage_times(visits, as_of) | handoffs(events)


def checks(events: pd.DataFrame) -> dict[str, float]:
    """Return the counts of the quality checks on a stage history."""
    by_deal = events.sort_values(["deal", "entered_at"], kind="stable")
    same_deal = by_deal["deal"].eq(by_deal["deal"].shift())
    gap = by_deal["entered_at"].diff()
    minute = events["entered_at"].dt.floor("min")
    bulk = events.groupby([events["actor"], minute])["deal"].nunique()
    return {
        "duplicate_rows": float(events.duplicated().sum()),
        "same_stage": float((same_deal & by_deal["stage"].eq(by_deal["stage"].shift())).sum()),
        "identical_times": float((same_deal & gap.eq(pd.Timedelta(0))).sum()),
        "click_through": float((same_deal & gap.lt(pd.Timedelta(minutes=5))).sum()),
        "bulk_edits": float((bulk >= 10).sum()),  # noqa: PLR2004
        "unknown_stage": float((~events["stage"].isin(ORDER)).sum()),
        "blank_actor": float(events["actor"].isna().sum()),
    }


def visits_of(events: pd.DataFrame) -> pd.DataFrame:
    """Return one row per stay of a deal in a stage, runs of the same stage collapsed."""
    first = ~(events["deal"].eq(events["deal"].shift()) & events["stage"].eq(events["stage"].shift()))
    visits = events[first].copy()
    following = visits.groupby("deal", sort=False)
    visits["exited_at"] = following["entered_at"].shift(-1)
    visits["order"] = visits["stage"].map({stage: place for place, stage in enumerate(ORDER)})
    return visits


def cycle(visits: pd.DataFrame, as_of: pd.Timestamp) -> dict[str, float]:
    """Return win rate, mean and median cycle of won deals, and the share won within 90 days, open deals censored."""
    deals = visits.groupby("deal", sort=False).agg(
        opened=("entered_at", "first"), last=("entered_at", "last"), stage=("stage", "last")
    )
    won, lost = deals["stage"].eq("won"), deals["stage"].eq("lost")
    days = (deals["last"] - deals["opened"]).dt.total_seconds() / 86400
    followed = np.where(won | lost, days, (as_of - deals["opened"]).dt.total_seconds() / 86400)
    return {
        "win_rate": float(won.sum() / (won | lost).sum()),
        "won": float(won.sum()),
        "won_cycle_mean": float(days[won].mean()),
        "won_cycle_median": float(days[won].median()),
        "won_within_90": won_within(followed, won.to_numpy(), lost.to_numpy(), 90.0),
    }


def won_within(days: np.ndarray, won: np.ndarray, lost: np.ndarray, horizon: float) -> float:
    """Return the Aalen-Johansen share won by `horizon` days, lost deals competing."""
    table = (
        pd.DataFrame({"days": days, "won": won, "lost": lost})
        .groupby("days")
        .agg(won=("won", "sum"), lost=("lost", "sum"), n=("won", "size"))
    )
    at_risk = len(days) - table["n"].cumsum() + table["n"]
    survival = (1 - (table["won"] + table["lost"]) / at_risk).cumprod().shift(fill_value=1.0)
    share = (survival * table["won"] / at_risk).cumsum()
    return float(share[share.index <= horizon].iloc[-1])


def conversion(visits: pd.DataFrame) -> dict[str, float]:
    """Return the share of deals that got at least one stage further, of those that reached each stage."""
    reached = visits[visits["stage"] != "lost"].groupby("deal", sort=False)["order"].max()
    counts = [float((reached >= place).sum()) for place in range(6)]
    return {f"reached_{ORDER[place]}": counts[place] / counts[place - 1] for place in range(1, 6)}


def stage_times(visits: pd.DataFrame, as_of: pd.Timestamp) -> dict[str, float]:
    """Return median days (Kaplan-Meier, open visits censored) and total days of each open stage."""
    figures = {}
    for stage, part in visits[visits["order"] < 5].groupby("stage"):  # noqa: PLR2004
        days = (part["exited_at"].fillna(as_of) - part["entered_at"]).dt.total_seconds() / 86400
        table = (
            pd.DataFrame({"days": days, "left": part["exited_at"].notna()})
            .groupby("days")
            .agg(left=("left", "sum"), n=("left", "size"))
        )
        at_risk = len(days) - table["n"].cumsum() + table["n"]
        survival = (1 - table["left"] / at_risk).cumprod()
        figures[f"median_days_{stage}"] = float(survival.index[survival <= 0.5][0])  # noqa: PLR2004
        figures[f"total_days_{stage}"] = float(days.sum())
    return figures


def handoffs(events: pd.DataFrame) -> dict[str, float]:
    """Return how often a deal changes departments and the median wait in days."""
    same_deal = events["deal"].eq(events["deal"].shift())
    changed = same_deal & events["department"].ne(events["department"].shift())
    wait = events["entered_at"].diff()[changed].dt.total_seconds() / 86400
    return {"handoffs": float(changed.sum()), "handoff_wait_median": float(wait.median())}


if __name__ == "__main__":
    print(json.dumps(figures(Path(sys.argv[1]))))
