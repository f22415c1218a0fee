"""Oracle: Lucas and Saccucci (1990), Technometrics 32:1-12, run lengths; Montgomery's figures of the exact limits."""

import numpy as np
import pytest

from salesopt_kit.stats.ewma import ewma, ewma_run_length


@pytest.mark.parametrize(
    ("weight", "width", "at_rest", "moved"),
    [(0.4, 3.054, 500, 14.3), (0.2, 2.962, 500, 10.5), (0.1, 2.814, 500, 10.3), (0.05, 2.615, 500, 11.4)],
)
def test_run_lengths_are_the_published_ones(weight: float, width: float, at_rest: float, moved: float) -> None:
    assert ewma_run_length(weight=weight, width=width) == pytest.approx(at_rest, rel=0.002)
    assert ewma_run_length(weight=weight, width=width, shift=1.0) == pytest.approx(moved, abs=0.05)


def test_exact_limits_are_those_of_the_textbook() -> None:
    """Montgomery, example 9.2 (weight 0.1, width 2.7, mean 10, deviation 1): upper limits 10.27, 10.36, ... 10.62."""
    limits = 10 + ewma(np.zeros(40), weight=0.1, width=2.7).limits
    assert limits[[0, 1, -1]] == pytest.approx([10.27, 10.36, 10.62], abs=0.006)


def test_the_mean_is_the_weighted_sum_of_all_points_so_far() -> None:
    z = np.random.default_rng(2).standard_normal(12)
    by_hand = [sum(0.3 * 0.7 ** (t - s) * z[s] for s in range(t + 1)) for t in range(12)]
    assert ewma(z, weight=0.3).values == pytest.approx(by_hand)


def test_the_exact_limits_at_rest_signal_about_as_often_as_the_equation_says() -> None:
    """Simulation of 300 series: the exact limits are narrower at first, so a little sooner, never later."""
    rng = np.random.default_rng(4)
    lengths = [int(ewma(rng.standard_normal(4_000), weight=0.4, width=2.0).signal.argmax()) + 1 for _ in range(300)]
    assert np.mean(lengths) == pytest.approx(ewma_run_length(weight=0.4, width=2.0), rel=0.2)
