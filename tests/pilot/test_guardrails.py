"""Oracles: SciPy's pooled t test on shifted changes, built panels whose answer is known, simulated pilots."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from salesopt_kit.pilot.contrast import Arms
from salesopt_kit.pilot.guardrails import guardrail
from salesopt_kit.pilot.panel import Panel
from salesopt_kit.terms import GuardrailVerdict

ARMS = Arms(
    ("A", "B"), ("C", "D", "E", "F"), (date(2024, 1, 1), date(2024, 2, 29)), (date(2024, 3, 1), date(2024, 4, 30))
)
BEFORE = {"A": 8.0, "B": 7.0, "C": 7.5, "D": 6.9, "E": 8.2, "F": 7.7}


def panel_of_changes(changes: dict[str, float], *, lower_is_better: bool = False) -> Panel:
    """One figure a unit and window: `BEFORE` and its change, over ten cases each."""
    days = (pd.Timestamp("2024-02-01"), pd.Timestamp("2024-04-01"))
    rows = [
        {"unit": unit, "cluster": unit, "day": day, "total": 10 * (BEFORE[unit] + step), "n": 10.0}
        for unit, change in changes.items()
        for day, step in zip(days, (0.0, change), strict=True)
    ]
    return Panel("satisfaction", "Satisfaction", "score", "", pd.DataFrame(rows), None, "units", lower_is_better)


def changes(pilot: float, spread: float = 0.1) -> dict[str, float]:
    noise = dict(zip("ABCDEF", (1.0, -1.0, 0.5, -0.5, 1.0, -1.0), strict=True))
    return {unit: spread * noise[unit] + (pilot if unit in "AB" else 0.0) for unit in "ABCDEF"}


def test_p_and_the_worst_are_those_of_the_pooled_t_test_against_the_margin() -> None:
    given = changes(-0.1)
    found = guardrail(panel_of_changes(given), ARMS, 0.5)
    treated, controls = (np.array([given[unit] for unit in units]) for units in (ARMS.treated, ARMS.controls))
    expected = stats.ttest_ind(treated + 0.5, controls, alternative="greater")
    both = stats.ttest_ind(treated, controls).confidence_interval()
    assert found.p == pytest.approx(expected.pvalue)
    assert (found.low, found.high, found.worst) == pytest.approx((both.low, both.high, -both.low))
    assert (found.n, found.clusters) == (120, (2, 4))
    assert found.treated == pytest.approx((7.5, 7.4))


@pytest.mark.parametrize(
    ("pilot", "spread", "verdict"),
    [
        (0.3, 0.1, GuardrailVerdict.HELD),
        (0.0, 0.1, GuardrailVerdict.HELD),
        (-0.1, 0.05, GuardrailVerdict.HELD),
        (-1.0, 0.1, GuardrailVerdict.BROKEN),
        (-0.4, 0.1, GuardrailVerdict.CANNOT_TELL),
        (0.0, 1.0, GuardrailVerdict.CANNOT_TELL),
        (-1.0, 2.0, GuardrailVerdict.CANNOT_TELL),
    ],
)
@pytest.mark.parametrize("lower_is_better", [False, True])
def test_a_rail_is_held_broken_or_open(
    pilot: float, spread: float, verdict: GuardrailVerdict, *, lower_is_better: bool
) -> None:
    signed = {unit: -step if lower_is_better else step for unit, step in changes(pilot, spread).items()}
    found = guardrail(panel_of_changes(signed, lower_is_better=lower_is_better), ARMS, 0.5)
    assert found.verdict is verdict
    assert found.worsening == pytest.approx(-pilot)


def test_units_without_a_case_before_are_left_out_and_two_units_cannot_tell() -> None:
    whole = panel_of_changes(changes(0.0))
    rows = whole.rows[~((whole.rows["unit"] == "B") & (whole.rows["day"] < "2024-03-01"))]
    partly = Panel("satisfaction", "Satisfaction", "score", "", rows, None, "units", lower_is_better=False)
    assert guardrail(partly, ARMS, 0.5).clusters == (1, 4)
    lonely = guardrail(whole, Arms(("A",), ("C",), ARMS.baseline, ARMS.period), 0.5)
    assert (lonely.verdict, lonely.low, lonely.p) == (GuardrailVerdict.CANNOT_TELL, None, None)
    none = guardrail(whole, Arms(("A", "B"), (), ARMS.baseline, ARMS.period), 0.5)
    assert (none.verdict, none.clusters) == (GuardrailVerdict.CANNOT_TELL, (2, 0))


def test_a_figure_worse_by_the_margin_is_called_held_in_one_of_forty_at_most() -> None:
    rng = np.random.default_rng(3)
    held = 0
    for _draw in range(300):
        drawn = {unit: rng.normal(-0.5 if unit in "AB" else 0.0, 0.2) for unit in "ABCDEF"}
        held += guardrail(panel_of_changes(drawn), ARMS, 0.5).verdict is GuardrailVerdict.HELD
    assert held <= stats.binom.ppf(0.999, 300, 0.025)
