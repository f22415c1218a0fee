"""Oracles: a Markov chain's matrix powers, NumPy's convolution, the kit's Aalen-Johansen estimate, and known luck."""

import numpy as np
import pytest

from salesopt_kit.stats.best_quarter import best_quarter_kernel
from salesopt_kit.stats.competing_risks import aalen_johansen
from salesopt_kit.stats.semi_markov import entry_value, kernels, won_within

MOVES = np.array([[0.5, 0.2, 0.1, 0.05], [0.1, 0.6, 0.0, 0.2], [0.3, 0.1, 0.4, 0.1]])
"""Per day, from three stages: to each of them (the diagonal is staying) and to won; what is left is lost."""


def markov_kernel(days: int) -> np.ndarray:
    """Return the semi-Markov kernel of the chain: geometric stays, then the exit."""
    kernel = np.zeros((1, 3, days, 5))
    for stage in range(3):
        stay = MOVES[stage, stage]
        exits = np.array([*MOVES[stage], 1 - MOVES[stage].sum()])
        exits[stage] = 0
        for day in range(1, days):
            kernel[0, stage, day] = stay ** (day - 1) * exits
    return kernel


def test_a_chain_that_forgets_is_won_as_its_matrix_powers_say() -> None:
    whole = np.zeros((4, 4))
    whole[:3], whole[3, 3] = MOVES, 1.0
    chance = won_within(markov_kernel(40))[0]
    for day in (0, 1, 2, 17, 39):
        assert chance[:, day] == pytest.approx(np.linalg.matrix_power(whole, day)[:3, 3])


def test_two_stages_in_a_row_take_the_sum_of_their_times() -> None:
    first, second = np.array([0.1, 0.3, 0.2, 0.4]), np.array([0.5, 0.0, 0.25, 0.25])
    kernel = np.zeros((1, 2, 8, 4))
    kernel[0, 0, :4, 1], kernel[0, 1, :4, 2] = first, second
    chance = won_within(kernel)[0]
    assert chance[0] == pytest.approx(np.concatenate([np.convolve(first, second).cumsum(), [1.0]]))


def test_an_entrant_s_value_with_the_same_kernel_is_the_chance_itself() -> None:
    kernel = markov_kernel(31)
    chance = won_within(kernel)
    assert entry_value(kernel[:, 1], chance) == pytest.approx(chance[:, 1, -1])


def test_kernels_add_up_to_the_aalen_johansen_incidences() -> None:
    random = np.random.default_rng(5)
    days, cause = random.integers(0, 12, 300), random.integers(0, 3, 300)
    counts = np.zeros((13, 3))
    np.add.at(counts, (days, np.where(cause == 0, 2, cause - 1)), 1)
    jumps = kernels(counts)
    for exit_, incidence in enumerate(aalen_johansen(days.astype(float), cause)):
        for day in range(12):
            assert jumps[: day + 1, exit_].sum() == pytest.approx(incidence.at(day)[0])


def team_counts(random: np.random.Generator, chances: list[float], n: int) -> np.ndarray:
    """Return the counts of one draw, two halves: n stays per team and half, won or lost on the day after."""
    counts = np.zeros((1, 2, len(chances), 5, 4))
    for half in range(2):
        for team, chance in enumerate(chances):
            won = random.binomial(n, chance)
            counts[0, half, team, 1, 1:3] = won, n - won
    return counts


def test_the_best_of_equal_teams_gains_nothing_where_one_half_chooses_and_the_other_measures() -> None:
    random, gains, naive = np.random.default_rng(11), [], []
    chance = np.zeros((1, 1, 4))
    for _run in range(400):
        counts = team_counts(random, [0.3] * 6, 40)
        kernel, _best = best_quarter_kernel(counts, chance)
        rates = counts.sum(axis=1)[0, :, 1, 1] / 80
        gains.append(kernel[0, :, 1].sum() - rates.mean())
        naive.append(np.sort(rates)[-2:].mean() - rates.mean())
    assert abs(np.mean(gains)) < 3 * np.std(gains) / 20
    assert np.mean(naive) > 10 * np.std(naive) / 20


def test_truly_better_teams_are_chosen_and_keep_what_they_gain() -> None:
    counts = team_counts(np.random.default_rng(3), [0.2, 0.2, 0.2, 0.2, 0.6, 0.6], 4_000)
    kernel, best = best_quarter_kernel(counts, np.zeros((1, 1, 4)))
    assert best[0].tolist() == [False, False, False, False, True, True]
    assert kernel[0, :, 1].sum() == pytest.approx(0.6, abs=0.02)
