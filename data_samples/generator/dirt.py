"""The dirt that real exports have, put in on purpose and counted."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from generator.world import World

Frames = dict[str, pd.DataFrame]
HISTORY_STARTS_AFTER_DAYS = 31
"""The history of the first month was lost when the firm changed its CRM."""
BULK = (("lost", 14), ("lost", 12), ("lost", 11))
LATE_DAYS = (12, 40)


@dataclass
class Dirt:
    """Soils tables; each deal is soiled in one way only, so that the counts add up. `counts` says what was done."""

    world: World
    frames: Frames
    rng: np.random.Generator
    used: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)

    def take(self, n: int, among: pd.Series) -> pd.Index:
        """Return the row labels of `n` deals that are still clean; they are then no longer."""
        deals = self.frames["opportunities"]
        free = deals.index[among & ~deals["opportunity_id"].isin(self.used)]
        labels = free[np.sort(self.rng.choice(len(free), n, replace=False))]
        self.used |= set(deals.loc[labels, "opportunity_id"])
        return labels


def soil(world: World, frames: Frames, test_account: str) -> dict[str, int]:
    """Soil the frames in place and return how often what was done."""
    dirt = Dirt(world, frames, np.random.default_rng([world.seed, 7]))
    _bulk_edits(dirt)
    _truncate_history(dirt)
    for step in (_deals, _history, _leads_and_sheets):
        step(dirt)
    _test_account(dirt, test_account)
    _duplicates(dirt)
    return dirt.counts


def _is(dirt: Dirt, *status: str) -> pd.Series:
    return dirt.frames["opportunities"]["status"].isin(status)


def _bulk_edits(dirt: Dirt) -> None:
    """Close a dozen lost deals in one minute, as at a clean-up before a review."""
    deals, events = dirt.frames["opportunities"], dirt.frames["stage_events"]
    moved = 0
    for number, (stage, n) in enumerate(BULK):
        at = pd.Timestamp(dirt.world.as_of) - pd.Timedelta(days=75 + 120 * number) + pd.Timedelta(hours=17, minutes=5)
        at = at - pd.Timedelta(days=max(0, at.day_of_week - 4))
        due = (deals["closed_at"] - at).dt.total_seconds().between(0, 12 * 86_400)
        entered = events[events["stage"] != stage].groupby("opportunity_id")["entered_at"].max()
        ready = deals["opportunity_id"].map(entered) < at - pd.Timedelta(hours=1)
        labels = dirt.take(n, _is(dirt, stage) & due & ready)
        ids = deals.loc[labels, "opportunity_id"]
        times = pd.Series(at + pd.to_timedelta(np.arange(n) * 4, unit="s"), index=ids)
        is_end = events["opportunity_id"].isin(ids) & (events["stage"] == stage)
        whole = events.loc[is_end, "opportunity_id"].map(times)
        events.loc[is_end, "entered_at"] = whole
        events.loc[is_end, "completed_at"] = whole
        events.loc[is_end, "actor"] = dirt.frames["people"]["person"].iloc[number]
        deals.loc[labels, "closed_at"] = times.to_numpy()
        moved += n
    dirt.counts["bulk_edit_events"] = moved
    dirt.counts["bulk_edit_minutes"] = len(BULK)


def _truncate_history(dirt: Dirt) -> None:
    """Drop the history before the change of systems; deals that closed before it have none left."""
    deals, events = dirt.frames["opportunities"], dirt.frames["stage_events"]
    start = pd.Timestamp(dirt.world.first_day) + pd.Timedelta(days=HISTORY_STARTS_AFTER_DAYS)
    kept = events[events["entered_at"] >= start].reset_index(drop=True)
    touched = deals["opportunity_id"].isin(events.loc[events["entered_at"] < start, "opportunity_id"])
    has_history = deals["opportunity_id"].isin(kept["opportunity_id"])
    dirt.frames["stage_events"] = kept
    dirt.used |= set(deals.loc[touched, "opportunity_id"])
    dirt.counts["deals_with_truncated_history"] = int((touched & has_history).sum())
    dirt.counts["deals_without_history"] = int((~has_history).sum())


def _deals(dirt: Dirt) -> None:
    deals = dirt.frames["opportunities"]
    closed = _is(dirt, "won", "lost")

    def edit(name: str, n: int, among: pd.Series, column: str, change: Callable[[pd.Series], object]) -> None:
        labels = dirt.take(n, among)
        deals.loc[labels, column] = change(deals.loc[labels, column])
        dirt.counts[name] = n

    edit("blank_owners", 23, closed | ~closed, "owner", lambda _owner: None)
    edit("owners_with_extra_spaces", 31, closed | ~closed, "owner", lambda owner: "  " + owner + " ")
    product, other = next(iter(dirt.world.spells.items()))
    edit("products_spelt_otherwise", 180, deals["product"] == product, "product", lambda _product: other)
    created = deals["created_at"]
    edit("negative_cycles", 5, closed, "closed_at", lambda at: created[at.index] - pd.Timedelta(days=4))
    edit("future_closures", 3, closed, "closed_at", lambda at: at + pd.DateOffset(years=10))
    later = closed & (deals["closed_at"] < pd.Timestamp(dirt.world.as_of) - pd.Timedelta(days=30))
    edit("closures_off_the_history", 14, later, "closed_at", lambda at: at + pd.Timedelta(days=9))
    edit("open_deals_without_amount", 12, _is(dirt, "open"), "amount", lambda _amount: np.nan)
    gone = deals.loc[dirt.take(20, closed), "opportunity_id"]
    events = dirt.frames["stage_events"]
    dirt.frames["stage_events"] = events[~events["opportunity_id"].isin(gone)].reset_index(drop=True)
    dirt.counts["deals_without_history"] += 20


def _history(dirt: Dirt) -> None:
    """Insert events: the same stage again, a stage at the very moment of the next one, and click-throughs."""
    events = dirt.frames["stage_events"]
    order = events.groupby("opportunity_id")["entered_at"]
    events = events.assign(before=order.shift(), following=order.shift(-1))
    is_free = ~events["opportunity_id"].isin(dirt.used)
    skipped = events["stage"].shift() == dirt.world.steps[2].id
    skipped &= (events["stage"] == dirt.world.steps[4].id) & is_free
    hops = events[skipped].drop_duplicates("opportunity_id")
    hops = hops.loc[hops.index[np.sort(dirt.rng.choice(len(hops), 40, replace=False))]]
    same, quick = hops.iloc[:15], hops.iloc[15:]
    stage = dirt.world.steps[3]
    tied = same.assign(stage=stage.id, completed_at=pd.NaT)
    minutes = pd.to_timedelta(dirt.rng.integers(60, 240, len(quick)), unit="s")
    clicked = quick.assign(stage=stage.id, entered_at=quick["entered_at"] - minutes, completed_at=pd.NaT)
    dirt.used |= set(hops["opportunity_id"])
    long_ = events["following"].notna() & ~events["opportunity_id"].isin(dirt.used)
    long_ &= (events["following"] - events["entered_at"]) > pd.Timedelta(days=3)
    runs = events[long_].drop_duplicates("opportunity_id")
    runs = runs.loc[runs.index[np.sort(dirt.rng.choice(len(runs), dirt.world.rewritten, replace=False))]]
    middle = runs["entered_at"] + (runs["following"] - runs["entered_at"]) / 2
    again = runs.assign(entered_at=middle.dt.normalize() + pd.Timedelta(hours=11), completed_at=pd.NaT)
    dirt.used |= set(runs["opportunity_id"])
    # Inserted rows stand before the row they precede: half a step below its number.
    inserted = pd.concat([tied, clicked]).rename(index=lambda label: label - 0.5)
    inserted = pd.concat([inserted, again.rename(index=lambda label: label + 0.5)])
    merged = pd.concat([events, inserted]).sort_index(kind="stable").reset_index(drop=True)
    dirt.frames["stage_events"] = merged.drop(columns=["before", "following"])
    dirt.counts |= {"identical_timestamps": len(tied), "click_throughs": len(clicked), "same_stage_again": len(again)}


def _leads_and_sheets(dirt: Dirt) -> None:
    leads, sheets = dirt.frames["leads"], dirt.frames["activities"]
    free = leads.index[leads["status"] == "disqualified"]
    leads.loc[dirt.rng.choice(free, 40, replace=False), "owner"] = None
    late = np.sort(dirt.rng.choice(len(sheets), 140, replace=False))
    last = pd.Timestamp(dirt.world.as_of)
    late = late[(sheets["started_at"].iloc[late] < last - pd.Timedelta(days=LATE_DAYS[1] + 1)).to_numpy()]
    delay = pd.to_timedelta(dirt.rng.integers(*LATE_DAYS, len(late)), unit="D")
    labels = sheets.index[late]
    sheets.loc[labels, "logged_at"] = sheets.loc[labels, "logged_at"] + delay
    typo = dirt.rng.choice(sheets.index.difference(labels), 4, replace=False)
    sheets.loc[typo, "started_at"] += pd.DateOffset(years=2)
    sheets.loc[typo, "logged_at"] += pd.DateOffset(years=2)
    dirt.counts |= {"leads_without_owner": 40, "activities_logged_late": len(late), "future_activities": 4}


def _test_account(dirt: Dirt, name: str) -> None:
    deals = dirt.frames["opportunities"]
    labels = dirt.take(6, _is(dirt, "lost"))
    deals.loc[labels, "account"] = name
    deals.loc[labels, "amount"] = 1.0
    dirt.counts["test_deals"] = 6


def _duplicates(dirt: Dirt) -> None:
    """Repeat whole rows, as an export that was put together from two does."""
    for name, n in {"opportunities": 18, "stage_events": 35, "leads": 22}.items():
        frame = dirt.frames[name]
        is_free = ~frame["opportunity_id"].isin(dirt.used) if "opportunity_id" in frame else frame["owner"].notna()
        labels = np.sort(dirt.rng.choice(np.flatnonzero(is_free), n, replace=False))
        dirt.frames[name] = pd.concat([frame, frame.iloc[labels]], ignore_index=True)
        dirt.counts[f"duplicate_{name}"] = n
