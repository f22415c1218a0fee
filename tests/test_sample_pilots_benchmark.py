"""The study of the samples' pilots rests on panels made without the exports: they are the kit's own, but for dirt."""

import sys
from pathlib import Path

import pandas as pd
import pytest

from salesopt_kit import open_engagement, open_tables
from salesopt_kit.pilot.panel import Panel, panel

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))

import sample_pilots  # noqa: E402 -- benchmarks are no package

DIRT = 0.04
"""Share of team and day cells that the soiled exports may change: lost teams, doubles, test accounts, moved dates."""


@pytest.mark.parametrize("name", sorted(sample_pilots.SAMPLES))
def test_the_panel_of_a_run_is_that_of_its_exports(name: str) -> None:
    if not (ROOT / "data_samples" / name / "exports").is_dir():
        pytest.skip("the sample was not generated")
    sample = sample_pilots.SAMPLES[name]
    world = sample.world
    run = sample_pilots.simulate(world, sample.staff(), world.history, exact=True)
    tables = open_tables(open_engagement(ROOT / "data_samples" / name, locale="en"))
    for metric in sample_pilots.METRICS:
        for horizon in (30, 0):  # of the cases followed for 0 days only the number is used
            own = sample_pilots.panel_of_run(sample, run, metric, horizon)
            kit = panel(tables, "team", metric, horizon)
            assert (own.unit, own.horizon, own.clusters) == (kit.unit, kit.horizon, kit.clusters)
            assert own.lower_is_better == kit.lower_is_better
            pair = [_cells(one, {team.name for team in world.teams}) for one in (own, kit)]
            both = pair[0].join(pair[1], how="outer", suffixes=("", "_kit")).fillna(0.0)
            is_same = (both["n"] == both["n_kit"]) & (
                (horizon == 0) | ((both["total"] - both["total_kit"]).abs() < 1e-9)
            )
            assert is_same.mean() > 1 - DIRT, f"{metric}, {horizon} days"
            assert both["n_kit"].sum() == pytest.approx(both["n"].sum(), rel=0.01)
            if horizon:
                assert both["total_kit"].sum() == pytest.approx(both["total"].sum(), rel=0.01)


def _cells(figure: Panel, teams: set[str]) -> pd.DataFrame:
    rows = figure.rows[figure.rows["unit"].isin(teams)]
    found: pd.DataFrame = (
        rows.assign(day=rows["day"].astype("datetime64[s]")).groupby(["unit", "day"])[["total", "n"]].sum()
    )
    return found
