"""Oracle: the first numbers of SplitMix64 from the seed 1234567, as its authors' C code prints them."""

import numpy as np
import pytest
from scipy import stats

from salesopt_kit.stats.addressed_random import two_uniforms, words

PUBLISHED = [
    6457827717110365317,
    3203168211198807973,
    9817491932198370423,
    4593380528125082431,
    16408922859458223821,
]


def test_the_numbers_are_those_of_splitmix64() -> None:
    assert words(1234567, np.arange(1, 6)).tolist() == PUBLISHED


def test_a_number_belongs_to_its_address_whatever_the_order() -> None:
    u, v = two_uniforms(7, np.arange(1, 100))
    again = two_uniforms(7, np.arange(99, 0, -1))
    assert (again[0][::-1] == u).all()
    assert (again[1][::-1] == v).all()


def test_both_halves_are_even_and_know_nothing_of_each_other() -> None:
    u, v = two_uniforms(20240630, np.arange(1, 200_001))
    assert stats.kstest(u, "uniform").pvalue > 0.001
    assert stats.kstest(v, "uniform").pvalue > 0.001
    assert abs(np.corrcoef(u, v)[0, 1]) < 0.01
    assert abs(np.corrcoef(u[1:], u[:-1])[0, 1]) < 0.01
    assert (u.min(), u.max()) == pytest.approx((0, 1), abs=1e-4)
