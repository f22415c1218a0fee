"""Oracles: built panels whose answer is known, the published line, and pilots without an effect."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from salesopt_kit import open_engagement, open_tables
from salesopt_kit.pilot.contrast import Arms
from salesopt_kit.pilot.looks import counted_arms, look_days, looks
from salesopt_kit.pilot.monitoring import Monitoring, monitoring
from salesopt_kit.pilot.panel import Panel
from salesopt_kit.pilot.setting import setting
from salesopt_kit.stats.sequential import spending_bounds
from salesopt_kit.terms import LookVerdict

ARMS = Arms(
    ("A", "B"), ("C", "D", "E", "F"), (date(2024, 1, 1), date(2024, 2, 29)), (date(2024, 3, 1), date(2024, 4, 29))
)
DAYS = pd.date_range("2024-01-01", "2024-06-30", freq="D")


def panel(effect: float, *, horizon: int | None = None, lower_is_better: bool = True, units: str = "ABCDEF") -> Panel:
    """Every day a value about 10 for each unit, `effect` more in the pilot."""
    rng = np.random.default_rng(6)
    rows = [
        pd.DataFrame(
            {
                "unit": unit,
                "cluster": unit,
                "day": DAYS,
                "total": 10
                + rng.normal(0, 1, len(DAYS))
                + np.where((DAYS >= "2024-03-01") & (unit in "AB"), effect, 0),
                "n": 1.0,
            }
        )
        for unit in units
    ]
    return Panel("hours", "Hours", "hours", "", pd.concat(rows), horizon, "units", lower_is_better)


@pytest.mark.parametrize(
    ("effect", "lower_is_better", "verdict"),
    [
        (-3.0, True, LookVerdict.SUCCESS),
        (3.0, True, LookVerdict.HARM),
        (3.0, False, LookVerdict.SUCCESS),
        (-3.0, False, LookVerdict.HARM),
        (0.0, True, LookVerdict.GO_ON),
    ],
)
def test_a_look_says_stop_or_go_on_by_the_direction_of_the_figure(
    effect: float, verdict: LookVerdict, *, lower_is_better: bool
) -> None:
    found = panel(effect, lower_is_better=lower_is_better)
    made = looks(found, ARMS, look_days(ARMS, 0, 4), date(2024, 6, 30))
    assert [round(look.fraction, 2) for look in made] == [0.25, 0.5, 0.75, 1.0]
    assert made[-1].verdict is verdict
    assert made[-1].value == pytest.approx(effect, abs=0.6)
    for look in made:
        assert look.low is not None
        assert look.high is not None
        assert look.z is not None
        assert (look.low > 0 or look.high < 0) == (abs(look.z) >= look.bound)
        clear = look.z - look.false_gain * abs(look.z / (look.value or 1))
        is_told = clear >= look.bound or look.z <= -look.bound
        assert is_told == (look.verdict is not LookVerdict.GO_ON)


def test_an_early_look_needs_far_more_than_a_late_one_and_many_units_have_the_published_line() -> None:
    units = tuple(f"U{number}" for number in range(44))
    rows = panel(0.0).rows
    many = [rows[rows["unit"] == "A"].assign(unit=unit) for unit in units]
    arms = Arms(units[:20], units[20:], ARMS.baseline, ARMS.period)
    found = Panel("hours", "Hours", "hours", "", pd.concat(many), None, "units", lower_is_better=True)
    bounds = [look.bound for look in looks(found, arms, look_days(arms, 0, 4), date(2024, 1, 31))]
    assert bounds == pytest.approx(spending_bounds([0.25, 0.5, 0.75, 1.0]))
    few = [look.bound for look in looks(panel(0.0), ARMS, look_days(ARMS, 0, 4), date(2024, 1, 31))]
    assert all(mine > plain for mine, plain in zip(few, bounds, strict=True))


def test_looks_come_later_by_the_days_that_a_case_is_followed_and_know_nothing_younger() -> None:
    plain, later = look_days(ARMS, 0, 3), look_days(ARMS, 30, 3)
    assert later == tuple(day + timedelta(days=30) for day in plain)
    as_known, as_followed = panel(-1.0), panel(-1.0, horizon=30)
    first = looks(as_known, ARMS, plain, date(2024, 6, 30))
    second = looks(as_followed, ARMS, later, date(2024, 6, 30))
    assert [look.z for look in first] == pytest.approx([look.z for look in second])
    younger = as_known.rows.assign(total=np.where(as_known.rows["day"] > str(plain[0]), 1e6, as_known.rows["total"]))
    wild = Panel("hours", "Hours", "hours", "", younger, None, "units", lower_is_better=True)
    assert looks(wild, ARMS, plain, date(2024, 6, 30))[0].z == pytest.approx(first[0].z)


def test_looks_after_today_are_to_come_and_an_unplanned_one_has_the_wider_line() -> None:
    planned = look_days(ARMS, 0, 4)
    today = planned[1] + timedelta(days=5)
    made = looks(panel(0.0), ARMS, planned, today)
    assert [look.verdict for look in made[3:]] == [LookVerdict.TO_COME] * 2
    unplanned = next(look for look in made if not look.is_planned)
    assert unplanned.day == today
    assert unplanned.bound > made[1].bound


def test_two_units_have_no_spread_to_judge_by() -> None:
    arms = Arms(("A",), ("C",), ARMS.baseline, ARMS.period)
    made = looks(panel(-3.0), arms, look_days(arms, 0, 2), date(2024, 6, 30))
    assert [look.verdict for look in made] == [LookVerdict.NO_DATA] * 2


@pytest.mark.parametrize(("as_of", "made"), [("", 4), ("2024-05-05", 3), ("2024-03-20", 0)])
def test_the_sample_is_watched_from_the_first_ripe_deals_on(samples: Path, as_of: str, made: int) -> None:
    answer = monitoring(open_tables(open_engagement(samples / "huaxin", as_of=as_of)))
    assert isinstance(answer, Monitoring)
    assert sum(look.z is not None for look in answer.looks) == made
    assert len(answer.table()) == 4 + (as_of == "2024-05-05")
    assert len(answer.estimates()) == 2 * made
    assert answer.sentence()


def test_burn_in_days_do_not_count_but_the_last_day_always_does(samples: Path) -> None:
    chosen = setting(open_tables(open_engagement(samples / "huaxin")))
    for days, first in ((14, date(2024, 3, 15)), (400, date(2024, 4, 30))):
        burnt = replace(chosen, pilot=chosen.pilot.model_copy(update={"burn_in_days": days}))
        assert counted_arms(burnt).period == (first, date(2024, 4, 30))
