"""Oracles: Wald (1945) and Montgomery's sampling plan; simulated cases."""

from typing import Any

import numpy as np
import pytest

from salesopt_kit.stats.sprt import choose, lines, thresholds


def test_thresholds_are_walds(oracles: dict[str, Any]) -> None:
    oracle = oracles["wald_bounds"]
    found = thresholds(**oracle["inputs"])
    expected = (oracle["expected"]["log_A"], oracle["expected"]["log_B"])
    assert (found.upper, found.lower) == pytest.approx(expected, abs=oracle["tolerance"])


def test_lines_are_the_published_plan(oracles: dict[str, Any]) -> None:
    oracle = oracles["wald_sprt_montgomery"]
    given, expected = oracle["inputs"], oracle["expected"]
    found = lines(given["p1"], given["p2"], given["alpha"], given["beta"])
    assert (found.slope, found.accept, found.reject) == pytest.approx(
        (expected["slope"], expected["h1_accept"], expected["h2_reject"]), abs=oracle["tolerance"]
    )


@pytest.mark.parametrize(("share", "wrong", "most"), [(0.10, "second", 0.05), (0.20, "first", 0.10)])
def test_wrong_choices_stay_within_what_was_allowed(share: float, wrong: str, most: float) -> None:
    found, rng, choices = lines(0.10, 0.20), np.random.default_rng(5), []
    for _draw in range(800):
        events = (rng.random(3_000) < share).cumsum()
        answers = (choose(event, n, found) for n, event in enumerate(events, 1))
        choices.append(next(answer for answer in answers if answer != "go_on"))
    assert choices.count(wrong) / len(choices) <= most + 0.02
