"""Oracles: the four factors in facts.json, a few-line brute force, and a simulation whose truth is known."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest

from salesopt_kit.errors import MissingDataError
from salesopt_kit.metrics.breakdown import Group
from salesopt_kit.metrics.sales_velocity import (
    SalesVelocity,
    _velocity_bounds,
    sales_velocity,
    sales_velocity_by,
)
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.tables.store import Tables

TODAY = date(2024, 6, 30)
Open = Callable[..., Tables]


def deals_of(won: int, lost: int, *still_open: str, amount: object = 100.0, days: object = 20.0) -> pd.DataFrame:
    stages = ["won"] * won + ["lost"] * lost + list(still_open)
    frame = pd.DataFrame({"stage": stages, "created_at": pd.Timestamp("2024-05-01"), "amount": amount})
    closed = frame["created_at"] + pd.to_timedelta(pd.Series(days, index=frame.index), "D")
    frame["closed_at"] = closed.where(frame["stage"].isin(["won", "lost"]))
    return frame.assign(opportunity_id=[f"D{n}" for n in range(len(frame))])


def test_maven_has_the_velocity_of_its_published_factors(maven: Tables) -> None:
    answer = sales_velocity(maven)
    assert answer.n_open.value == 1589  # Engaging; Prospecting is the first stage
    assert answer.velocity.value == pytest.approx(1589 * (4238 / 6711) * 2360.9094 / 51.782, rel=1e-5)
    assert answer.sentence().endswith("1,589 open deals x 63.2% won x $2,361 / 51.8 days.")
    assert (answer.deal_value.value, answer.cycle_days.value) == pytest.approx((2360.9094, 51.782), abs=5e-4)


def test_deals_in_the_first_stage_or_parked_are_not_counted_and_that_is_said(engaged: Open) -> None:
    frame = deals_of(3, 1, "lead", "talks", "talks", "parked")
    answer = sales_velocity(engaged(as_of=TODAY, opportunities=frame))
    assert answer.n_open.value == 2
    assert answer.velocity.value == pytest.approx(2 * 0.75 * 100 / 20)
    assert "that is not in Parked, Lead" in answer.caveats()[0]


def test_before_as_of_all_open_deals_of_that_day_count(engaged: Open) -> None:
    frame = deals_of(3, 1, "lead", "talks", "parked")
    earlier = Selection((date(2024, 1, 1), date(2024, 5, 15)))
    answer = sales_velocity(engaged(as_of=TODAY, opportunities=frame), earlier)
    assert answer.n_open.value == 7
    at_closing = Selection((date(2024, 1, 1), date(2024, 5, 21)))  # a deal closed that day is not open at its end
    assert sales_velocity(engaged(as_of=TODAY, opportunities=frame), at_closing).n_open.value == 3
    assert "in whatever stage" in answer.caveats()[0]
    months = dict(sales_velocity_by(engaged(as_of=TODAY, opportunities=frame), "month").results)
    assert list(months) == ["2024-05"]
    assert isinstance(months["2024-05"], SalesVelocity)
    assert (months["2024-05"].n_open.value, months["2024-05"].velocity.value) == (3, pytest.approx(3 * 0.75 * 5))


def test_each_lever_is_worth_what_a_second_calculation_says(engaged: Open) -> None:
    answer = sales_velocity(engaged(as_of=TODAY, opportunities=deals_of(3, 1, "talks", "talks")))
    base = 2 * 0.75 * 100 / 20
    changed = [3 * 0.75 * 100 / 20, 2 * 0.76 * 100 / 20, 2 * 0.75 * 101 / 20, 2 * 0.75 * 100 / 19]
    assert [lever.value for lever in answer.levers] == pytest.approx([each - base for each in changed])


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    random, covered = np.random.default_rng(11), 0
    truth = 0.4 * 1000 / (20 * np.exp(0.02))  # mean amount and mean cycle share the factor exp(0.125)
    for _trial in range(1000):
        won = int(random.binomial(300, 0.4))
        size = random.lognormal(sigma=0.5, size=won)  # large deals take longer: value and cycle are correlated
        value, cycle = 1000 * size, 20 * size * random.lognormal(sigma=0.2, size=won)
        measured: dict[str, float] = {"won": won, "lost": 300 - won}
        for name, x, y in (("value", value, value), ("cycle", cycle, cycle), ("both", value, cycle)):
            measured[f"n_{name}"] = won
            measured |= {f"{name}_x": x.sum(), f"{name}_y": y.sum(), f"{name}_xy": (x * y).sum()}
        velocity = won / 300 * value.mean() / cycle.mean()
        low, high = _velocity_bounds(velocity, Group("", "", measured)) or (0.0, 0.0)
        covered += low <= truth <= high
    assert covered / 1000 == pytest.approx(0.95, abs=0.021)  # three standard errors of 1,000 trials


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (deals_of(3, 0, "talks"), "no lost deal at all"),
        (deals_of(0, 3, "talks"), "No deal was won in the window"),
        (deals_of(3, 2, "talks", amount=None), "No won deal has both an amount and a cycle"),
    ],
)
def test_a_missing_factor_leaves_no_velocity_and_is_named(engaged: Open, frame: pd.DataFrame, said: str) -> None:
    answer = sales_velocity(engaged(as_of=TODAY, opportunities=frame))
    assert (answer.velocity.value, answer.velocity.low) == (None, None)
    assert all(lever.value is None for lever in answer.levers)
    assert said in answer.caveats()[1]
    assert "cannot be told" in answer.sentence()


def test_groups_have_their_own_factors_and_an_empty_pipeline_brings_nothing(engaged: Open) -> None:
    frame = deals_of(4, 2, "talks").assign(team=["East"] * 3 + ["West", "East", "West", "East"])
    found = dict(sales_velocity_by(engaged(as_of=TODAY, opportunities=frame), "team").results)
    assert found["East"].estimates()[0].value == pytest.approx(1 * 0.75 * 100 / 20)
    assert found["West"].estimates()[0].value == 0.0


def test_no_amounts_are_missing_data(engaged: Open) -> None:
    with pytest.raises(MissingDataError, match="no column `amount`"):
        sales_velocity(engaged(as_of=TODAY, opportunities=deals_of(3, 1).drop(columns="amount")))
