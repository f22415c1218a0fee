"""The study of pilots without an effect, on a few of them: weekly looks, several figures, a bad start."""

import importlib
from collections import Counter
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from scipy import stats

from salesopt_kit.engagement import Bound
from salesopt_kit.pilot.check import Rules
from salesopt_kit.pilot.grid import rows_of
from salesopt_kit.pilot.judge import judge
from salesopt_kit.pilot.looks import look_days, looks
from salesopt_kit.terms import HonestVerdict, LookVerdict

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
PILOTS = 8
STARTS = 60


@pytest.fixture
def study(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module("verdict")


def deals_of(study: ModuleType, number: int, **world: object) -> object:
    return study.simulate(study.World(**world), np.random.default_rng([study.SEED, number]))


def test_no_promise_is_broken_at_weekly_looks_nor_by_several_figures(study: ModuleType) -> None:
    found = study.false_alarms(PILOTS)
    most = stats.binom.ppf(0.999, PILOTS, 0.05)
    assert found["table, closed deals on the pilot's last day"] == PILOTS > most
    for name in study.BASELINES:
        kit = f"kit, {name}: "
        assert not found[f"{kit}any week before the follow-up ends: a verdict other than not_enough_evidence"]
        assert found[f"{kit}any week: met_with_evidence"] <= most
        assert found[f"{kit}all looks: either"] <= most
        assert found[f"{kit}four figures, overall: harm"] <= most
        overall = [count for key, count in found.items() if key.startswith(f"{kit}four figures, overall: ")]
        assert sum(overall) == PILOTS


def test_the_study_is_the_same_in_parts(study: ModuleType) -> None:
    whole = study.false_alarms(4, at_the_end_only=True)
    parts = [study.false_alarms(2, first=first, at_the_end_only=True) for first in (0, 2)]
    assert whole == parts[0] + parts[1]


def test_a_pilot_that_works_is_found_at_the_weekly_looks(study: ModuleType) -> None:
    """Else a kit that always says "not enough evidence" would keep every promise."""
    deals = deals_of(study, 3, effect=0.4, picks_worst=False, weather_sd=0.02, form_sd=0.0, season=0.0)
    arms = study.arms_of(deals, study.LONG)
    said = study.look_every_week(study.panel_of(deals), arms, study.target_of(deals, study.LONG))
    assert {"any week: met_with_evidence", "planned looks: may_stop_early_for_success"} <= said
    assert "any week: harm" not in said


def test_a_look_does_not_call_a_bad_start_a_success(study: ModuleType) -> None:
    crossed: Counter[str] = Counter()
    for number in range(STARTS):
        deals = deals_of(study, number)
        arms, panel = study.arms_of(deals, study.RECENT), study.panel_of(deals)
        made = looks(panel, arms, look_days(arms, 60, 8), arms.period[1] + timedelta(days=60))
        crossed["line"] += any(look.z is not None and look.z >= look.bound for look in made)
        crossed["success"] += any(look.verdict is LookVerdict.SUCCESS for look in made)
    assert crossed["line"] >= STARTS * 0.05
    assert crossed["success"] <= crossed["line"] / 2


def test_of_several_figures_harm_needs_the_p_of_all(study: ModuleType) -> None:
    deals = deals_of(study, 3, effect=1.5, picks_worst=False, weather_sd=0.02, form_sd=0.0)
    arms, panel = study.arms_of(deals, study.LONG), study.panel_of(deals)
    rules = Rules(arms.period[1] + timedelta(days=60), 60)
    alone = judge(panel, arms, Bound(at_most=60.0), rules)
    assert alone.verdict is HonestVerdict.HARM
    assert alone.change.p is not None
    kept, lost = (
        judge(panel, arms, Bound(at_most=60.0), rules, harm_factor=p / alone.change.p) for p in (0.049, 0.051)
    )
    assert (kept.verdict, lost.verdict) == (HonestVerdict.HARM, HonestVerdict.ON_SURFACE)
    assert lost.reasons[0] != kept.reasons[0]


def test_sums_over_rows_are_those_of_pandas(study: ModuleType) -> None:
    deals = deals_of(study, 1)
    arms, panel = study.arms_of(deals, study.LONG), study.panel_of(deals)
    rows = rows_of(panel, arms)
    chosen = panel.within(arms.baseline).rows
    chosen = chosen.assign(week=chosen["day"].to_numpy().astype("datetime64[W]"))
    inside = rows.within(arms.baseline)
    pairs = [
        (rows.by_cluster(inside), ["unit", "cluster"]),
        (rows.by_week(inside, each_unit=True), ["unit", "week"]),
        (rows.by_week(inside, each_unit=False), ["week"]),
        (rows.by_unit(inside, len(arms.units)), ["unit"]),
    ]
    for (total, n), by in pairs:
        sums = chosen.groupby(by, observed=True)[["total", "n"]].sum()
        order = np.argsort(total), np.argsort(sums["total"].to_numpy())
        np.testing.assert_allclose(total[order[0]], sums["total"].to_numpy()[order[1]])
        np.testing.assert_array_equal(n[order[0]], sums["n"].to_numpy()[order[1]])
