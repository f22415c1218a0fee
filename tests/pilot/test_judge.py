"""Verdicts on simulated pilots whose truth is known; t by SciPy, Holm by statsmodels; every check broken once."""

import importlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from salesopt_kit.engagement import Bound
from salesopt_kit.pilot.advice import advice
from salesopt_kit.pilot.check import Case, Rules
from salesopt_kit.pilot.contrast import Arms
from salesopt_kit.pilot.grid import grid_of
from salesopt_kit.pilot.judge import Judged, judge
from salesopt_kit.pilot.overall import holm_factors, overall
from salesopt_kit.pilot.panel import Panel
from salesopt_kit.pilot.reasons import why_changed
from salesopt_kit.pilot.settles import settles
from salesopt_kit.terms import CheckOutcome, HonestVerdict, NextStep, PilotAnswer

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
PILOTS = 120


@pytest.fixture
def study(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module("verdict")


@pytest.fixture
def worked(study: ModuleType) -> tuple[Panel, Arms]:
    """A pilot with a large effect, drawn by lot, in a calm firm."""
    world = study.World(effect=0.5, picks_worst=False, weather_sd=0.02, form_sd=0.0, season=0.0, deals_a_week=4.0)
    deals = study.simulate(world, np.random.default_rng(3))
    return study.panel_of(deals), study.arms_of(deals, study.LONG)


def judged(panel: Panel, arms: Arms, at_most: float = 20.0, *, days_after: int = 60) -> Judged:
    return judge(panel, arms, Bound(at_most=at_most), Rules(arms.period[1] + timedelta(days=days_after), 60))


def outcome(found: Judged, key: str) -> CheckOutcome:
    return next(check.outcome for check in found.checks if check.key == key)


def test_without_an_effect_met_with_evidence_is_rare_where_the_plain_table_says_met(study: ModuleType) -> None:
    found = study.false_alarms(PILOTS, at_the_end_only=True)
    most = stats.binom.ppf(0.999, PILOTS, 0.05)
    for baseline in ("long baseline", "two months before"):
        assert found[f"kit, {baseline}: met_with_evidence"] <= most
        assert found[f"kit, {baseline}: changed because of the pilot, whatever the target"] <= most
    assert found["table: before and after against the target"] > 2 * most


def test_with_an_effect_the_interval_holds_it_in_about_95_of_100(study: ModuleType) -> None:
    found = study.with_effect(PILOTS)
    low, high = stats.binom.ppf([0.001, 0.999], PILOTS, 0.95) / PILOTS
    assert low <= study.coverage(found) <= high
    assert sum(one.judged.verdict is HonestVerdict.WITH_EVIDENCE for one in found) > PILOTS / 10


def test_the_p_is_that_of_students_t_on_the_changes_of_the_units(worked: tuple[Panel, Arms]) -> None:
    panel, arms = worked
    changes = [panel.value((unit,), arms.period) - panel.value((unit,), arms.baseline) for unit in arms.units]
    oracle = stats.ttest_ind(changes[: len(arms.treated)], changes[len(arms.treated) :])
    found = judged(panel, arms)
    bounds = oracle.confidence_interval()
    assert found.change.p == pytest.approx(oracle.pvalue)
    assert (found.contrast.low, found.contrast.high) == pytest.approx((bounds.low, bounds.high))


def test_a_pilot_that_works_is_met_with_evidence(worked: tuple[Panel, Arms]) -> None:
    found = judged(*worked)
    assert (found.changed, found.is_met) == (PilotAnswer.YES, PilotAnswer.YES)
    assert found.verdict is HonestVerdict.WITH_EVIDENCE
    assert overall((found,)).step in (NextStep.ROLL_OUT, NextStep.WATCH)


def test_before_the_follow_up_there_is_no_verdict_at_any_look(worked: tuple[Panel, Arms]) -> None:
    for days in range(-49, 60, 7):
        found = judged(*worked, days_after=days)
        assert found.verdict is HonestVerdict.NOT_ENOUGH
        assert found.settles.until == worked[1].period[1] + timedelta(days=60)


def test_one_pilot_unit_is_never_proof(worked: tuple[Panel, Arms]) -> None:
    panel, arms = worked
    found = judged(panel, replace(arms, treated=arms.treated[:1]))
    assert found.changed is PilotAnswer.CANNOT_TELL
    assert found.verdict is HonestVerdict.ON_SURFACE
    assert found.settles.units == 1


def test_without_controls_it_is_met_on_the_surface_at_best(worked: tuple[Panel, Arms]) -> None:
    panel, arms = worked
    assert judged(panel, replace(arms, controls=())).verdict is HonestVerdict.ON_SURFACE


def test_a_target_that_is_missed_for_sure_is_not_met(worked: tuple[Panel, Arms]) -> None:
    assert judged(*worked, at_most=5.0).verdict is HonestVerdict.NOT_MET


def test_a_pilot_that_makes_it_worse_is_harm_and_stops(worked: tuple[Panel, Arms]) -> None:
    panel, arms = worked
    found = judged(replace(panel, lower_is_better=False), arms)
    assert found.verdict is HonestVerdict.HARM
    assert overall((found,)).step is NextStep.STOP


def test_an_effect_that_is_gone_in_the_second_half_is_not_credited(worked: tuple[Panel, Arms]) -> None:
    panel, arms = worked
    middle = np.datetime64(arms.period[0] + timedelta(days=28))
    rows = panel.rows
    is_late = rows["unit"].isin(arms.treated) & (rows["day"] >= middle)
    gone = replace(panel, rows=rows.assign(total=rows["total"].mask(is_late, rows["total"] * 2.2)))
    found = judged(gone, arms)
    assert outcome(found, "novelty") is CheckOutcome.FAIL
    assert found.verdict is not HonestVerdict.WITH_EVIDENCE
    assert outcome(judged(panel, arms), "novelty") is CheckOutcome.PASS


def test_sides_that_drift_apart_before_the_pilot_fail_the_check_of_the_trend(worked: tuple[Panel, Arms]) -> None:
    panel, arms = worked
    rows = panel.rows
    weeks = (rows["day"] - np.datetime64(arms.period[0])).dt.days / 7
    drift = np.where(rows["unit"].isin(arms.treated), 0.3, 0.0) * weeks
    found = judged(replace(panel, rows=rows.assign(total=rows["total"] - drift)), arms)
    assert outcome(found, "pre_trend") is CheckOutcome.FAIL
    assert found.verdict is not HonestVerdict.WITH_EVIDENCE


def test_a_bad_start_takes_the_credit_away(study: ModuleType) -> None:
    world = study.World(picks_worst=False, weather_sd=0.02, form_sd=0.0, season=0.0, deals_a_week=4.0)
    deals = study.simulate(world, np.random.default_rng(3))
    panel, arms = study.panel_of(deals), study.arms_of(deals, study.RECENT)
    rows = panel.rows
    first, last = (np.datetime64(day) for day in arms.baseline)
    is_bad = rows["unit"].isin(arms.treated) & rows["day"].between(first, last)
    found = judged(replace(panel, rows=rows.assign(total=rows["total"].mask(is_bad, rows["total"] + 8))), arms, 40.0)
    assert found.change.low is not None
    assert found.change.low > 0
    assert outcome(found, "regression_to_the_mean") is CheckOutcome.FAIL
    assert found.verdict is HonestVerdict.ON_SURFACE


def test_cases_that_leave_the_pilots_units_and_weeks_without_any_are_seen(worked: tuple[Panel, Arms]) -> None:
    panel, arms = worked
    rows = panel.rows
    start = np.datetime64(arms.period[0])
    is_pilot = rows["unit"].isin(arms.treated) & (rows["day"] >= start)
    fewer = judged(replace(panel, rows=rows[~is_pilot | (rows.index % 2 == 0)]), arms)
    assert outcome(fewer, "sample_ratio") is CheckOutcome.FAIL
    gap = is_pilot & rows["day"].between(start + np.timedelta64(14, "D"), start + np.timedelta64(34, "D"))
    assert outcome(judged(replace(panel, rows=rows[~gap]), arms), "missing_days") is CheckOutcome.FAIL
    assert outcome(judged(panel, arms), "sample_ratio") is CheckOutcome.PASS
    assert outcome(judged(panel, arms), "missing_days") is CheckOutcome.PASS


def test_controls_that_take_over_the_process_are_seen(worked: tuple[Panel, Arms]) -> None:
    panel, arms = worked
    rows = panel.rows
    is_copied = rows["unit"].isin(arms.controls) & (rows["day"] >= np.datetime64(arms.period[0]))
    found = judged(replace(panel, rows=rows.assign(total=rows["total"].mask(is_copied, rows["total"] * 0.7))), arms)
    assert outcome(found, "contamination") is CheckOutcome.FAIL
    assert outcome(judged(panel, arms), "contamination") is CheckOutcome.PASS


def test_a_baseline_that_holds_the_month_of_the_trigger_is_told(worked: tuple[Panel, Arms]) -> None:
    panel, arms = worked
    rules = Rules(arms.period[1] + timedelta(days=60), 60, trigger_days=(arms.baseline[1],))
    assert outcome(judge(panel, arms, Bound(at_most=20), rules), "baseline_length") is CheckOutcome.FAIL


def test_the_factors_of_the_other_figures_are_holms() -> None:
    ps = [0.3, 0.02, 0.01, 0.04, 0.03]
    oracle = multipletests(ps[1:], method="holm")[1]
    found = [p * factor for p, factor in zip(ps, holm_factors(list(ps)), strict=True)]
    assert found[0] == 0.3
    assert found[1:] == pytest.approx(list(oracle))


def test_what_the_target_needs_is_told_on_the_scale_of_the_effect(worked: tuple[Panel, Arms]) -> None:
    panel, arms = worked
    own = judged(panel, arms).level
    doubled = replace(own, before=2 * own.before)
    rules = Rules(arms.period[1] + timedelta(days=60), 60)
    found = judge(panel, arms, Bound(at_most=1.5 * own.before), rules, level=doubled)
    assert found.needed == pytest.approx(0.25 * own.before)


def test_an_effect_without_bounds_asks_for_a_longer_pilot_and_never_for_missing_data(
    worked: tuple[Panel, Arms],
) -> None:
    panel, arms = worked
    rules = Rules(arms.period[1] + timedelta(days=60), 60)
    case = Case(panel, arms, grid_of(panel, arms), rules)
    found = judged(*worked)
    unbound = replace(found.change, low=None, high=None, error=None, p=0.04, method="synthetic_control")
    cannot = (PilotAnswer.CANNOT_TELL, PilotAnswer.YES)
    assert "p = 0.040" in why_changed(case, unbound, PilotAnswer.CANNOT_TELL)
    assert settles(case, unbound, found.level, cannot, found.target).is_longer
    assert settles(case, unbound, found.level, cannot, found.target, is_blocked=True).is_again
    few = replace(unbound, method="unit_t", p=None)
    assert "too few units" in why_changed(case, few, PilotAnswer.CANNOT_TELL)
    empty = replace(few, gain=float("nan"))
    assert "no data" in why_changed(case, empty, PilotAnswer.CANNOT_TELL)
    assert settles(case, empty, found.level, cannot, found.target).said.startswith("Data of every unit")


def test_the_next_step_of_each_kind_is_one_sentence_that_names_what_to_do(worked: tuple[Panel, Arms]) -> None:
    found = judged(*worked)
    told = {step: advice(step, (found,)) for step in NextStep}
    assert len(set(told.values())) == len(NextStep)
    assert all(said.startswith("Next step: ") and said.endswith(".") and "{" not in said for said in told.values())
    assert found.label in told[NextStep.WATCH]
    early = judged(*worked, days_after=10)
    assert str(early.settles.until) in overall((early,)).advice
    alone = judged(worked[0], replace(worked[1], controls=()))
    assert "keep the old process" in overall((alone,)).advice
