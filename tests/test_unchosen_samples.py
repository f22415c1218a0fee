"""Oracle: what the generating model expects, over runs of it that nobody chose; docs/statistics.md has the figures.

The exports of the samples were picked among 300 runs for lying near these values, so that the tests on them are easier
than they look. Here the runs are the next ones in line.
"""

import functools
import importlib
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from salesopt_kit import metrics, open_engagement
from salesopt_kit.results import Estimate
from salesopt_kit.tables.frames import tables_from_frames
from salesopt_kit.tables.store import Tables

ROOT = Path(__file__).resolve().parents[1]
SEEDS = range(1001, 1101)
"""Fixed before the first look; truth.json rests on the runs 1 to 400."""
RUNS_OF_TRUTH = range(1, 201)
SAMPLES = ("huaxin", "alder")
FIGURES = (
    "win_rate.count",
    "win_rate.value",
    "deal_cycle.won_mean",
    "deal_cycle.won_median",
    "deal_cycle.lost_mean",
    "lead_conversion.rate",
    "time_in_stage.median",
    "time_in_stage.p90",
    "time_in_stage.total_days",
    "stage_conversion.reached",
)
"""Time in stage is that in the bottleneck; stage conversion is every step."""


@functools.cache
def generator(name: str) -> Any:  # noqa: ANN401 -- a module
    sys.path.insert(0, str(ROOT / "data_samples"))
    try:
        return importlib.import_module(f"generator.{name}")
    finally:
        sys.path.pop(0)


def run_of(name: str, seed: int) -> Any:  # noqa: ANN401 -- a generator's Run
    sample = generator("samples").SAMPLES[name]
    return generator("process").simulate(sample.world, sample.staff(), seed)


def tables_of(name: str, seed: int) -> Tables:
    """Return what the firm's CRM would show of a run, without the dirt that the exports have; closing is a date."""
    sample = generator("samples").SAMPLES[name]
    frames = generator("tables").crm(sample.world, sample.staff(), sample.words(), run_of(name, seed), seed)
    frames["opportunities"]["closed_at"] = frames["opportunities"]["closed_at"].dt.normalize()
    engagement = open_engagement(ROOT / "data_samples" / name, locale="en")
    used = {table: frames[table] for table in ("opportunities", "stage_events", "leads")}
    return tables_from_frames(engagement, used, as_of=sample.world.as_of)


def reached(name: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return of one run how many deals of the window came to each stage but the last, and to the one after it."""
    world, run = generator("samples").SAMPLES[name].world, run_of(name, seed)
    first, last = (world.number_of(day) for day in world.window)
    deals = run.deals[run.deals["created"].between(first, last + 1, inclusive="left")]
    seen = run.visits[world.clock(run.visits["entered"].to_numpy()) < world.n_days]
    furthest = seen.groupby("deal")["stage"].max().reindex(deals.index)
    is_won = deals["won"] & (world.clock(deals["closed"].to_numpy()) < world.n_days)
    furthest = furthest.where(~is_won, len(world.steps))
    came = np.array([(furthest >= place).sum() for place in range(len(world.steps) + 1)])
    return came[:-1], came[1:]


@functools.cache
def truth(name: str) -> dict[str, float]:
    """Return the expected value of each figure by the estimate's id and group."""
    known = json.loads((ROOT / "data_samples" / name / "truth.json").read_text(encoding="utf-8"))
    bottleneck = f"/stage={known['bottleneck']}"
    values = {key: figure["value"] for key, figure in known["figures"].items() if wanted(key, bottleneck)}
    came, went = (sum(counts) for counts in zip(*(reached(name, seed) for seed in RUNS_OF_TRUTH), strict=True))
    steps = [*(step.id for step in generator("samples").SAMPLES[name].world.steps[1:]), "won"]
    return values | {f"stage_conversion.reached.{step}": rate for step, rate in zip(steps, went / came, strict=True)}


def wanted(key: str, bottleneck: str) -> bool:
    return key in FIGURES or (key.endswith(bottleneck) and key.removesuffix(bottleneck) in FIGURES)


def figure_of(key: str) -> str:
    return next(figure for figure in FIGURES if key.startswith(figure))


def measured(tables: Tables) -> dict[str, Estimate]:
    asked = ("win_rate", "deal_cycle", "lead_conversion", "time_in_stage", "stage_conversion")
    found = [estimate for metric in asked for estimate in getattr(metrics, metric)(tables).estimates()]
    return {f"{estimate.id}/{estimate.group}".rstrip("/"): estimate for estimate in found}


@functools.cache
def coverage(name: str) -> pd.DataFrame:
    """Return one row per figure: n intervals, of which so many `held` the truth or lay `below` or `above` it."""
    asked: Counter[tuple[str, str]] = Counter()
    for seed in SEEDS:
        found = measured(tables_of(name, seed))
        for key, value in truth(name).items():
            low, high = found[key].low, found[key].high
            assert low is not None
            assert high is not None
            asked[figure_of(key), "below" if high < value else "above" if low > value else "held"] += 1
    frame = pd.Series(asked).unstack(fill_value=0)  # noqa: PD010 -- counts of two keys
    return frame.assign(n=frame.sum(axis=1))


def band(n: int) -> tuple[float, float]:
    """Return how many of n independent 95 % intervals hold the truth in 99 of 100 repetitions."""
    low, high = binom.interval(0.99, n, 0.95)
    return float(low), float(high)


@pytest.mark.long
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.xdist_group(f"runs {name}")) for name in SAMPLES]
)
def test_intervals_hold_the_truth_as_often_as_they_say_over_runs_that_nobody_chose(name: str) -> None:
    found = coverage(name)
    assert set(found.index) == set(FIGURES)
    outside = {
        figure: row["held"] / row["n"]
        for figure, row in found.iterrows()
        if not band(row["n"])[0] <= row["held"] <= band(row["n"])[1]
    }
    assert outside == {}
    low, high = band(found["n"].sum())
    assert low <= found["held"].sum() <= high
