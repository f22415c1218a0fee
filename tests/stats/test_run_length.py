"""Oracle: Champ and Woodall (1987), Technometrics 29:393-399, exact run lengths by Markov chain; Shewhart's 370."""

from typing import Any

import pytest
from scipy.stats import norm

from salesopt_kit.stats.run_length import run_length
from salesopt_kit.stats.run_rules import FEW_RULES, NELSON, WESTERN_ELECTRIC

ONE, TWO, THREE = WESTERN_ELECTRIC[:3]


@pytest.mark.parametrize(
    ("rules", "length"),
    [((ONE, TWO), 225.44), ((ONE, THREE), 166.05), (FEW_RULES, 152.73), (WESTERN_ELECTRIC, 91.75)],
)
def test_run_lengths_in_control_are_the_exact_ones(rules: tuple[str, ...], length: float) -> None:
    found = run_length(rules)
    assert found.mean == pytest.approx(length, abs=3 * found.error)
    assert found.error < 0.02 * length


@pytest.mark.parametrize(("shift", "key"), [(0.0, "mu0"), (1.0, "mu1")])
def test_limits_alone_are_shewharts(oracles: dict[str, dict[str, Any]], shift: float, key: str) -> None:
    """The entry itself is 1 / P(|N(shift, 1)| > 3), to 1e-6; the simulation is held to three of its errors."""
    entry = oracles["shewhart_arl"]
    exact = 1 / (norm.sf(3 - shift) + norm.cdf(-3 - shift))
    assert exact == pytest.approx(entry["expected"][key], abs=entry["tolerance"])
    found = run_length((ONE,), shift=shift)
    assert found.mean == pytest.approx(exact, abs=3 * found.error)


def test_every_further_rule_cries_wolf_more_often_and_the_answer_repeats() -> None:
    lengths = [run_length(NELSON[:n]).mean for n in (1, 2, 5, 8)]
    assert lengths == sorted(lengths, reverse=True)
    assert run_length(FEW_RULES) == run_length(list(FEW_RULES))


@pytest.mark.parametrize(("rule", "length"), [("cusum", 465.4), ("ewma", 500.0)])
def test_cusum_and_ewma_run_as_long_as_their_integral_equations_say(rule: str, length: float) -> None:
    """The EWMA's exact limits are narrower at first, so it may stop a few points sooner."""
    found = run_length((rule,))
    assert found.mean == pytest.approx(length, rel=0.06)


def test_limits_from_few_points_cry_wolf_more_often_than_limits_that_are_known() -> None:
    known, fifty, twenty = (run_length(FEW_RULES, n_baseline=n).share for n in (0, 50, 20))
    assert run_length(FEW_RULES, n_baseline=20, knows_spread=True).share < twenty
    assert known < fifty < twenty
