"""Does the planned analysis find the true effect of the samples' pilots, and as often as the plan predicted?

`python benchmarks/sample_pilots.py [--runs N] [--follow-up DAYS]` (default: 2,000 per sample, followed as long as
planned) draws fresh runs of the generated samples, takes the analysis that the verdict takes, and prints coverage of
the true effect, the share of intervals above 0, and the power that the plan predicts from each run's history before
the pilot.
"""

import argparse
import math
import sys
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from salesopt_kit.engagement import Pilot, open_engagement
from salesopt_kit.metrics.core_figures import LOWER_IS_BETTER, metric_unit
from salesopt_kit.pilot.check import Case, Rules
from salesopt_kit.pilot.contrast import Arms
from salesopt_kit.pilot.foreseen import foreseen_of, who_pilots
from salesopt_kit.pilot.grid import grid_of
from salesopt_kit.pilot.outline import Outline
from salesopt_kit.pilot.panel import Panel
from salesopt_kit.pilot.two_questions import Change, change_of
from salesopt_kit.stats.planned_power import PlannedPilot
from salesopt_kit.stats.proportion import wilson

SAMPLES_FOLDER = Path(__file__).resolve().parents[1] / "data_samples"
sys.path.insert(0, str(SAMPLES_FOLDER))

from generator.process import Run, simulate  # noqa: E402 -- the generator lies beside its samples
from generator.samples import SAMPLES, Sample  # noqa: E402

METRICS = ("cycle_days", "won_in_time", "lead_conversion")
FIRST_RUN = 50_001
"""Neither the exported run nor those of truth.json or of other studies."""
LEVEL = 0.05


@dataclass(frozen=True)
class Found:
    """One run: what the analysis found, what the pilot truly gained, and what the plan had predicted."""

    change: Change
    gained: float
    """The gain of the pilot's deals over the same ones without a pilot, each unit alike."""
    spilled: float
    """The part of it that the baseline had already, as its deals were still open when the pilot began."""
    pilot: PlannedPilot
    """What the plan expected, on the day before the pilot."""
    variance: float
    """How much the units' changes scatter, as the plan took it from the history."""


@dataclass(frozen=True)
class Study:
    """All runs of one figure; `truth` is the mean change that the pilot makes in the figure compared."""

    found: tuple[Found, ...]

    @property
    def gained(self) -> float:
        """Mean gain of the pilot's cases."""
        return float(np.mean([one.gained for one in self.found]))

    @property
    def truth(self) -> float:
        """Mean gain less what spilled into the baseline: what after minus before can show."""
        return self.gained - float(np.mean([one.spilled for one in self.found]))

    @property
    def expected(self) -> float:
        """Mean of what the analysis found."""
        return float(np.mean([one.change.gain for one in self.found]))

    def coverage(self, truth: float) -> float:
        """Return the share of intervals that hold `truth`."""
        return float(np.mean([(one.change.low or 0) <= truth <= (one.change.high or 0) for one in self.found]))

    @property
    def power(self) -> float:
        """Share of intervals above 0."""
        return float(np.mean([(one.change.low or 0) > 0 for one in self.found]))

    def predicted(self, effect: float) -> float:
        """Return the mean over the runs of the power that the plan would have predicted."""
        return float(np.mean([replace(one.pilot).power(effect, one.variance) for one in self.found]))


def panel_of_run(sample: Sample, run: Run, metric: str, horizon: int) -> Panel:
    """Return the kit's panel of a run, clean, as known at the end of the sample's history."""
    world = sample.world
    cases = run.leads if metric == "lead_conversion" else run.deals
    closed = np.floor(run.deals["closed"].reindex(cases.index).to_numpy())
    day = np.floor(cases["created"].to_numpy())
    if metric == "cycle_days":
        total = np.minimum(closed - day, horizon)
    else:
        total = ((closed - day <= horizon) & cases["won"].to_numpy(bool)).astype(float)
    names = np.array([team.name for team in world.teams])
    rows = pd.DataFrame(
        {
            "unit": names[cases["team"].to_numpy()],
            "cluster": cases["owner"].astype(str).to_numpy(),
            "day": np.datetime64(world.first_day, "s") + day.astype(int) * np.timedelta64(86_400, "s"),
            "total": total,
            "n": 1.0,
        }
    )[day < world.n_days - horizon]
    rows = rows.groupby(["unit", "cluster", "day"], as_index=False)[["total", "n"]].sum()
    unit = metric_unit(metric, "")
    return Panel(metric, metric, unit, "", rows, horizon, "sellers", lower_is_better=metric in LOWER_IS_BETTER)


def planned(sample: Sample) -> Pilot:
    """Return the pilot that the sample's engagement.yml plans."""
    pilot = open_engagement(SAMPLES_FOLDER / sample.world.slug).config.pilot
    if pilot is None:
        message = "the sample plans no pilot"
        raise ValueError(message)
    return pilot


def outline_of(sample: Sample, pilot: Pilot, horizon: int) -> Outline:
    """Return what planning starts from, on the last day before the pilot."""
    first, last = pilot.period
    return Outline(
        "team",
        "team",
        first,
        ((last - first).days + 1) / 7,
        (pilot.baseline[1] - pilot.baseline[0]).days + 1,
        horizon,
        first - timedelta(days=1),
        tuple(sorted(team.name for team in sample.world.teams)),
        pilot.treated,
        len(pilot.treated),
        "cycle_days",
        pilot.alpha,
    )


def studied(
    sample: Sample, horizons: list[int], runs: int, metrics: tuple[str, ...] = METRICS
) -> dict[tuple[int, str], Study]:
    """Return the study of each figure over fresh runs, every case followed for each of `horizons` days."""
    staff, pilot = sample.staff(), planned(sample)
    arms = Arms(pilot.treated, pilot.controls, pilot.baseline, pilot.period)
    found: dict[tuple[int, str], list[Found]] = {(days, metric): [] for days in horizons for metric in metrics}
    for number in range(FIRST_RUN, FIRST_RUN + runs):
        both = [simulate(sample.world, staff, number, with_pilot=is_on) for is_on in (True, False)]
        for metric in metrics:
            arrivals = panel_of_run(sample, both[0], metric, 0)
            for days in horizons:
                pair = tuple(panel_of_run(sample, run, metric, days) for run in both)
                found[days, metric].append(_found(pair, arrivals, arms, outline_of(sample, pilot, days)))
    return {asked: Study(tuple(ones)) for asked, ones in found.items()}


def _found(pair: tuple[Panel, ...], arrivals: Panel, arms: Arms, planned: Outline) -> Found:
    cases = [Case(panel, arms, grid_of(panel, arms), Rules(arms.period[1])) for panel in pair]
    own = cases[0].grid.is_treated
    after, before = (
        float(np.mean([getattr(cases[0].grid, when)[own] - getattr(cases[1].grid, when)[own]]))
        for when in ("after", "before")
    )
    known = foreseen_of(pair[0], arrivals, planned)
    days = round(7 * planned.weeks)
    scatter = known.scatter(days)
    if scatter is None:
        message = "the history tells no scatter"
        raise ValueError(message)
    return Found(change_of(cases[0]), after, before, known.pilot(days, who_pilots(known)), scatter.variance)


def main() -> None:
    """Print the study."""
    parser = argparse.ArgumentParser(description="Are the samples' true effects found, and as often as predicted?")
    parser.add_argument("--runs", type=int, default=2_000)
    parser.add_argument("--follow-up", type=int, action="append", help="days; default: as planned")
    parser.add_argument("--only", choices=sorted(SAMPLES), action="append")
    asked = parser.parse_args()
    for name in asked.only or SAMPLES:
        began = time.perf_counter()
        horizons = asked.follow_up or [planned(SAMPLES[name]).follow_up_days]
        print(f"{name}, {asked.runs} runs:")
        for (days, metric), study in studied(SAMPLES[name], horizons, asked.runs).items():
            print(f"  {metric}, cases followed for {days} days: {_said(study)}")
        print(f"  {time.perf_counter() - began:.0f} s")


def _said(study: Study) -> str:
    n = len(study.found)
    held, power = study.coverage(study.truth), study.power
    bounds = wilson(round(held * n), n)
    margin = 1.96 * math.sqrt(power * (1 - power) / n)
    return (
        f"true {study.truth:.4f} (of the pilot's cases {study.gained:.4f}), found {study.expected:.4f}; "
        f"held {held:.1%} ({bounds.low:.1%} to {bounds.high:.1%}), that of the pilot's cases in "
        f"{study.coverage(study.gained):.1%}; above 0 {power:.1%} (+-{margin:.1%}), predicted "
        f"{study.predicted(study.truth):.1%}"
    )


if __name__ == "__main__":
    main()
