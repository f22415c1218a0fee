"""Oracles: SciPy's t test, and simulated pilots without an effect that are looked at again and again."""

import numpy as np
import pytest
from scipy import stats

from salesopt_kit.stats.interim import any_day_bound, interim, look_bounds
from salesopt_kit.stats.sequential import spending_bounds

WEEKS, DAYS = 8, 56


def test_z_has_the_p_of_the_pooled_t_test() -> None:
    treated, controls = np.array([1.2, 0.4]), np.array([-0.3, 0.1, 0.5, -0.8])
    found, expected = interim(treated, controls), stats.ttest_ind(treated, controls)
    assert found.z == pytest.approx(stats.norm.isf(expected.pvalue / 2))
    assert found.value == pytest.approx(treated.mean() - controls.mean())
    assert interim(-treated, -controls).z == pytest.approx(-(found.z or 0))


@pytest.mark.parametrize(("treated", "controls"), [([1.0], [2.0]), ([], [1.0, 2.0]), ([1.0], []), ([1, 1], [0, 0])])
def test_without_a_spread_to_judge_by_there_is_no_z(treated: list[float], controls: list[float]) -> None:
    assert interim(np.array(treated), np.array(controls)).z is None


def looked_at(units: tuple[int, int], looks: int, pilots: int, seed: int, lasting: float) -> np.ndarray:
    """Return z by pilot and look; units differ by chance in every step, and by `lasting` throughout."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(0, 1, (pilots, sum(units), looks)).cumsum(axis=2) / np.arange(1, looks + 1)
    changes = steps + rng.normal(0, lasting, (pilots, sum(units), 1))
    return np.array(
        [[interim(one[: units[0], at], one[units[0] :, at]).z for at in range(looks)] for one in changes], float
    )


@pytest.mark.parametrize("units", [(1, 2), (2, 2), (2, 4), (4, 6)])
@pytest.mark.parametrize("lasting", [0.0, 0.5])
def test_eight_weekly_looks_raise_at_most_one_false_alarm_in_twenty(units: tuple[int, int], lasting: float) -> None:
    pilots = 1_500
    z = np.abs(looked_at(units, WEEKS, pilots, 99, lasting))
    bounds = look_bounds(tuple((week + 1) / WEEKS for week in range(WEEKS)), units)
    assert (z > bounds).any(axis=1).sum() <= stats.binom.ppf(0.999, pilots, 0.05)
    assert (z > 1.96).any(axis=1).mean() > 0.12


@pytest.mark.parametrize("units", [(1, 2), (2, 4)])
def test_looking_on_every_day_raises_at_most_one_too(units: tuple[int, int]) -> None:
    pilots = 500
    z = np.abs(looked_at(units, DAYS, pilots, 98, 0.0))
    bounds = [any_day_bound((day + 1) / DAYS, units) for day in range(DAYS)]
    assert (z > bounds).any(axis=1).sum() <= stats.binom.ppf(0.999, pilots, 0.05)
    assert (z > 1.96).any(axis=1).mean() > 0.3


def test_with_many_units_the_bounds_are_the_plain_ones_and_with_few_they_are_wider() -> None:
    fractions = (0.25, 0.5, 0.75, 1.0)
    assert look_bounds(fractions, (20, 20)) == spending_bounds(fractions)
    few = look_bounds(fractions, (2, 4))
    assert all(mine > plain for mine, plain in zip(few, spending_bounds(fractions), strict=True))
    assert max(few[-1] - spending_bounds(fractions)[-1], 0) < 0.2
