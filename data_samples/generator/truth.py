"""What is true of a generated firm: the model's own expectations, over many runs of it with the same people.

A single history, such as the exports, scatters around these values; `sd` is by how much, from run to run.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

from generator.process import Run, simulate
from generator.samples import Made, Sample, frames_of
from generator.staff import Staff
from generator.tables import crm
from generator.world import World

RUNS = 400
RUNS_OF_TABLES = 60
"""Fewer, as tables take longer to make."""
LONGEST_HORIZON = 90
RIPE_DAYS = 90
"""Leads that had so long to convert are ripe."""
DAYS_PER_MONTH = 30.4375
Figures = dict[str, float]
Values = dict[str, np.ndarray]
"""Figure -> the single durations of a run, whose quantile over all runs is the truth."""
QUANTILES = {"won_median": 0.5, "median": 0.5, "p90": 0.9}


def truth_of(sample: Sample, made: Made, engagement: Path) -> dict[str, object]:
    """Return all that is known of a sample, ready for JSON; `engagement` is the engagement.yml with its thresholds."""
    world, staff = sample.world, sample.staff()
    runs, values = zip(*(_figures(world, staff, number) for number in range(1, RUNS + 1)), strict=True)
    tables = [_table_figures(sample, staff, number) for number in range(1, RUNS_OF_TABLES + 1)]
    known = (
        _summary(runs)
        | _quantiles(values)
        | _summary([{name: v for name, v in run.items() if name != "ramp"} for run in tables])
    )
    ramp = _median_survival(np.concatenate([run["ramp"] for run in tables]))  # type: ignore[arg-type]
    known["ramp.median_months"] = {"value": round(ramp, 3)}
    frames, _dirt = frames_of(sample)
    share = _cumbersome(world, frames["feedback"])
    return {
        "about": f"What the model says of {world.slug}, over {RUNS} runs (data_samples/generate.py --truth). "
        "`sd` is how far single runs scatter; the exported one was picked among 300 for being near these values.",
        "exports_sha256": made.digests,
        "rows": made.rows,
        "dirt": made.dirt,
        "bottleneck": world.bottleneck,
        "root_causes": sample.root_causes,
        "figures": {name: known[name] for name in sorted(known) if not name.startswith(("pilot.", "output "))},
        "output_per_head_by_month": {month: known[f"output {month}"]["value"] for month in _months(world)},
        "pilot": _pilot(world, known),
        "cumbersome_share": round(share, 4),
        "triggers_met": _triggers(world, known, share, YAML(typ="safe").load(engagement)),
        "complaint_topics": made.topics,
        "complaint_topics_in_window": _topics(world, frames["complaints"]),
    }


def _quantiles(runs: Sequence[Values]) -> dict[str, dict[str, float]]:
    """Return the quantiles over all runs together, and how those of single runs scatter."""
    found = {}
    for name in runs[0]:
        level = QUANTILES[name.partition("/")[0].partition(".")[2]]
        together = np.quantile(np.concatenate([run[name] for run in runs]), level)
        single = np.array([np.quantile(run[name], level) for run in runs])
        found[name] = {"value": round(float(together), 5), "sd": round(float(single.std(ddof=1)), 5)}
    return found


def _summary(runs: Sequence[Figures]) -> dict[str, dict[str, float]]:
    frame = pd.DataFrame(runs)
    return {
        str(name): {"value": round(float(frame[name].mean()), 5), "sd": round(float(frame[name].std()), 5)}
        for name in frame
    }


def _figures(world: World, staff: Staff, number: int) -> tuple[Figures, Values]:
    """Return the figures of one run with what the pilot changed in it, and its durations."""
    run, without = (simulate(world, staff, number, with_pilot=pilot) for pilot in (True, False))
    cycle, cycles = _cycle(world, run)
    stages, days = _stages(world, run)
    found = cycle | stages | _leads(world, run) | _output(world, staff, run)
    horizon = horizon_of(world)
    effects = {
        f"pilot.{name}.{what}": value
        for name, measure in COMPARED.items()
        for what, value in _contrasts(world, run, without, measure, horizon).items()
    }
    return found | effects, cycles | days


def horizon_of(world: World) -> int:
    """Return the days that every deal of baseline and pilot can be followed, at most LONGEST_HORIZON."""
    ends = (world.baseline[1], world.pilot[1])
    return min(LONGEST_HORIZON, *((world.as_of - end).days for end in ends))


def _span(world: World, window: tuple[date, date]) -> tuple[int, int]:
    return world.number_of(window[0]), world.number_of(window[1]) + 1


def _calendar_days(start: pd.Series, end: pd.Series) -> np.ndarray:
    return np.floor(end.to_numpy()) - np.floor(start.to_numpy())


def _cycle(world: World, run: Run) -> tuple[Figures, Values]:
    deals = run.deals[run.deals["closed"].between(*_span(world, world.window), inclusive="left")]
    days = _calendar_days(deals["created"], deals["closed"])
    won = deals["won"].to_numpy()
    figures = {
        "win_rate.count": won.mean(),
        "win_rate.value": deals["amount"][won].sum() / deals["amount"].sum(),
        "deal_cycle.won_mean": days[won].mean(),
        "deal_cycle.lost_mean": days[~won].mean(),
    }
    return figures, {"deal_cycle.won_median": days[won]}


def _leads(world: World, run: Run) -> Figures:
    leads = run.leads
    is_won = leads["won"] & (run.deals["closed"].reindex(leads.index) < world.n_days)
    inside, is_ripe = (
        leads["created"].between(*_span(world, days), inclusive="left") for days in (world.window, _ripe(world))
    )
    return {
        "lead_conversion.rate": is_won[inside].mean(),
        "lead_conversion.ripe": is_won[is_ripe].mean(),
        "lead_volume.total": float(inside.sum()),
    }


def _ripe(world: World) -> tuple[date, date]:
    """Return the window of the same length that ends RIPE_DAYS earlier."""
    last = world.as_of - timedelta(days=RIPE_DAYS)
    return (pd.Timestamp(last) + pd.Timedelta(days=1) - pd.DateOffset(months=world.window_months)).date(), last


def _stages(world: World, run: Run) -> tuple[Figures, Values]:
    """Return the days in each stage of visits begun in the window, followed to their end; totals up to as_of."""
    visits = run.visits[run.visits["entered"].between(*_span(world, world.window), inclusive="left")]
    entered, left = world.clock(visits["entered"].to_numpy()), world.clock(visits["left"].to_numpy())
    totals, durations = {}, {}
    for place, step in enumerate(world.steps):
        here = (visits["stage"] == place).to_numpy()
        for figure in ("median", "p90"):
            durations[f"time_in_stage.{figure}/stage={step.id}"] = (left - entered)[here]
        total = (left.clip(max=world.n_days) - entered)[here].sum()
        totals[f"time_in_stage.total_days/stage={step.id}"] = total
    return totals, durations


def _months(world: World) -> list[str]:
    return [str(month) for month in pd.period_range(*world.window, freq="M")]


def _output(world: World, staff: Staff, run: Run) -> Figures:
    deals = run.deals[run.deals["won"] & (run.deals["closed"] < world.n_days)]
    month = world.days[np.floor(deals["closed"].to_numpy()).astype(int)].to_period("M").astype(str)
    value = deals["amount"].groupby(month).sum()
    return {f"output {name}": value.get(name, 0.0) / _heads(staff, name) for name in _months(world)}


def _heads(staff: Staff, month: str) -> float:
    """Return the sellers employed in a month, each by the share of its days."""
    days = pd.date_range(month, periods=pd.Period(month).days_in_month)
    sellers = staff.people.iloc[: staff.n]
    hired, left = (pd.to_datetime(sellers[name]).to_numpy() for name in ("hired_on", "left_on"))
    there = (hired[:, None] <= days.to_numpy()) & ~(left[:, None] < days.to_numpy())
    return float(there.sum() / len(days))


def _restricted_cycle(run: Run, horizon: int) -> pd.DataFrame:
    """Return per deal its days to closing, cut at the horizon."""
    days = _calendar_days(run.deals["created"], run.deals["closed"])
    return run.deals[["created", "team"]].assign(value=np.minimum(days, horizon))


def _converted(run: Run, horizon: int) -> pd.DataFrame:
    """Return per lead whether it was won within the horizon."""
    closed = run.deals["closed"].reindex(run.leads.index)
    days = np.floor(closed) - np.floor(run.leads["created"])
    return run.leads[["created", "team"]].assign(value=(run.leads["won"] & (days <= horizon)).astype(float))


def _won_in_time(run: Run, horizon: int) -> pd.DataFrame:
    """Return per deal whether it was won within the horizon."""
    days = _calendar_days(run.deals["created"], run.deals["closed"])
    return run.deals[["created", "team"]].assign(value=(run.deals["won"] & (days <= horizon)).astype(float))


COMPARED: dict[str, Callable[[Run, int], pd.DataFrame]] = {
    "cycle_days": _restricted_cycle,
    "won_in_time": _won_in_time,
    "lead_conversion": _converted,
}
"""The figures of the pilot that deals and leads tell, by the ids of the kit."""


def _contrasts(
    world: World, run: Run, without: Run, measure: Callable[[Run, int], pd.DataFrame], horizon: int
) -> Figures:
    """Return the four means of difference-in-differences, their contrast, and the effect on the treated."""
    treated = [place for place, team in enumerate(world.teams) if team.name in world.treated]

    def mean(rows: pd.DataFrame, *, is_treated: bool, window: tuple[date, date]) -> float:
        inside = rows["created"].between(*_span(world, window), inclusive="left")
        return float(rows.loc[inside & (rows["team"].isin(treated) == is_treated), "value"].mean())

    rows, other = measure(run, horizon), measure(without, horizon)
    found = {
        f"{arm}_{when}": mean(rows, is_treated=arm == "treated", window=window)
        for arm in ("treated", "control")
        for when, window in (("before", world.baseline), ("after", world.pilot))
    }
    change = {arm: found[f"{arm}_after"] - found[f"{arm}_before"] for arm in ("treated", "control")}
    effect = found["treated_after"] - mean(other, is_treated=True, window=world.pilot)
    return found | {"difference_in_differences": change["treated"] - change["control"], "effect": effect}


def _table_figures(sample: Sample, staff: Staff, number: int) -> dict[str, object]:
    world = sample.world
    frames = crm(world, staff, sample.words(), simulate(world, staff, number), number)
    return {"handoffs.late_share": _late_share(sample, frames["stage_events"]), "ramp": _ramp(world, frames)}


def _late_share(sample: Sample, events: pd.DataFrame) -> float:
    """Return the share of changes of department in the window that waited over the limit."""
    done = events["completed_at"].fillna(events["entered_at"]) if sample.tells_completion else events["entered_at"]
    grouped = events.assign(done=done).groupby("opportunity_id")[["department", "done"]].shift()
    is_handed = grouped["department"].notna() & (grouped["department"] != events["department"])
    first, last = (pd.Timestamp(day) for day in sample.world.window)
    is_handed &= events["entered_at"].between(first, last + pd.Timedelta(days=1), inclusive="left")
    wait = (events["entered_at"] - grouped["done"]).dt.total_seconds()[is_handed] / 86_400
    return float((wait > sample.late_handoff_days).mean())


def _ramp(world: World, frames: dict[str, pd.DataFrame]) -> np.ndarray:
    """Return months to the first won deal and whether there was one, for everybody hired since the first deal."""
    deals = frames["opportunities"]
    first = deals[deals["status"] == "won"].groupby("owner")["closed_at"].min().dt.normalize()
    people = frames["people"].assign(won=frames["people"]["person"].map(first))
    hired = pd.to_datetime(people["hired_on"])
    people = people[hired >= deals["created_at"].min().normalize()]
    end = pd.to_datetime(people["left_on"]).fillna(pd.Timestamp(world.as_of))
    has_won = people["won"] <= end
    months = (people["won"].where(has_won, end) - pd.to_datetime(people["hired_on"])).dt.days / DAYS_PER_MONTH
    return np.column_stack([months, has_won])


def _median_survival(rows: np.ndarray) -> float:
    """Return the Kaplan-Meier median of (time, event) rows."""
    times = np.unique(rows[rows[:, 1] == 1, 0])
    survival = np.cumprod([1 - ((rows[:, 0] == t) & (rows[:, 1] == 1)).sum() / (rows[:, 0] >= t).sum() for t in times])
    return float(times[np.argmax(survival <= 0.5)])  # noqa: PLR2004 -- the median


def _pilot(world: World, known: dict[str, dict[str, float]]) -> dict[str, object]:
    hours = sum(world.hours.values())
    after = sum(mean * world.effect.hours.get(kind, 1.0) for kind, mean in world.hours.items())
    draws = np.random.default_rng(1).normal(0, 1.1, 1_000_000)
    scores = [float((mean + draws).clip(0, 10).mean()) for mean in world.satisfaction]
    horizon = horizon_of(world)
    figures = {name.removeprefix("pilot."): value for name, value in known.items() if name.startswith("pilot.")}
    return {
        "horizon_days": horizon,
        "definitions": {
            "cycle_days": f"mean of min(days from creation to closing, won or lost, {horizon}) of the deals created in "
            "the period; before = baseline, after = pilot",
            "won_in_time": f"share of the deals created in the period that were won within {horizon} days",
            "lead_conversion": f"share of the leads created in the period that were won within {horizon} days",
            "difference_in_differences": "(treated after - before) - (control after - before), with everything that "
            "spills over: deals of the baseline are partly treated, as they are still open when the pilot begins",
            "effect": "treated after, minus the same deals had there been no pilot (same draws)",
        },
        **{
            figure: {name.partition(".")[2]: v for name, v in figures.items() if name.startswith(f"{figure}.")}
            for figure in COMPARED
        },
        "daily_hours": {"before": round(hours, 3), "after": round(after, 3), "effect": round(after - hours, 3)},
        "satisfaction": {
            "before": round(scores[0], 3),
            "after": round(scores[1], 3),
            "effect": round(scores[1] - scores[0], 3),
        },
        "durations": {
            "stage": world.effect.stage,
            "below": world.tier,
            "factor": world.effect.duration,
            "faster": dict(world.effect.faster),
        },
    }


def _triggers(
    world: World, known: dict[str, dict[str, float]], share: float, settings: dict[str, Any]
) -> dict[str, bool]:
    """Return for each trigger whether the model's own values meet it."""
    marks, limits = settings["benchmarks"], settings["triggers"]
    months = _months(world)[-limits["low_output_months"] :]
    is_slow = known["deal_cycle.won_mean"]["value"] > marks["cycle_days"] * (1 + limits["cycle_over_benchmark"])
    is_low = known["lead_conversion.ripe"]["value"] < settings["targets"]["lead_conversion"]["at_least"]
    return {
        "T1": all(known[f"output {month}"]["value"] < marks["output_per_head"] for month in months),
        "T2": is_slow,
        "T3": is_low and share > limits["cumbersome_share"],
        "T4": known["handoffs.late_share"]["value"] > limits["late_handoff_share"],
        "T5": known["ramp.median_months"]["value"] > limits["ramp_months"],
    }


def _cumbersome(world: World, feedback: pd.DataFrame) -> float:
    rows = feedback[feedback["submitted_at"] >= pd.Timestamp(world.window[0])]
    is_after = rows["unit"].isin(world.treated) & (rows["submitted_at"] >= pd.Timestamp(world.pilot[0]))
    return float(np.where(is_after, world.cumbersome[1], world.cumbersome[0]).mean())


def _topics(world: World, complaints: pd.DataFrame) -> dict[str, int]:
    rows = complaints[complaints["received_at"] >= pd.Timestamp(world.window[0])]
    return {str(name): int(n) for name, n in rows["topic"].value_counts().sort_index().items()}
