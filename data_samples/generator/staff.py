"""Who works at the firm: sellers with their teams, hires and leavers, and those who support them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from generator.world import Team, World

IDLE_DAYS = 45
"""A new hire gets no leads for so long,"""
HALF_DAYS = 120
"""and half as many as the others until then."""
LAST_DAYS = 14
"""Whoever leaves gets no new leads in the last two weeks."""


@dataclass(frozen=True)
class Staff:
    """`people` has person, team, department, role, hired_on, left_on; the arrays are per seller, in its first rows."""

    people: pd.DataFrame
    team: np.ndarray
    slowness: np.ndarray
    luck: np.ndarray
    """Factor on the odds of losing."""
    capacity: np.ndarray
    """Days x sellers: how many leads a seller gets, as a weight."""

    @property
    def n(self) -> int:
        """Return the number of sellers."""
        return len(self.team)


def staff_of(world: World, names: list[str], titles: tuple[str, str]) -> Staff:
    """Return the staff of a firm, the same for every run of its model."""
    rng = np.random.default_rng([world.seed, 1])
    rows = [row for place, team in enumerate(world.teams) for row in _sellers(world, place, team, titles, rng)]
    sellers = pd.DataFrame(rows)
    n = len(sellers)
    long_ago = [world.first_day.replace(year=world.first_day.year - 3)] * sum(heads for *_rest, heads in world.support)
    support = pd.DataFrame(
        [
            {"team": None, "department": department, "role": title}
            for department, title, heads in world.support
            for _number in range(heads)
        ]
    )
    support = support.assign(hired_on=long_ago)
    people = pd.concat([sellers.drop(columns="place"), support], ignore_index=True)
    people.insert(0, "person", names[: len(people)])
    return Staff(
        people,
        sellers["place"].to_numpy(),
        np.exp(rng.normal(0, world.rep_sd, n)),
        np.exp(rng.normal(0, world.rep_sd, n)),
        np.column_stack(
            [_capacity(world, *dates) for dates in zip(sellers["hired_on"], sellers["left_on"], strict=True)]
        ),
    )


def _sellers(
    world: World, place: int, team: Team, titles: tuple[str, str], rng: np.random.Generator
) -> list[dict[str, object]]:
    """Return the rows of one team: those there from the start, leavers with their successors, and hires."""
    first = team.founded or world.first_day
    known: list[tuple[object, object]] = []
    for number in range(team.sellers):
        hired = pd.Timestamp(first) - pd.Timedelta(days=0 if team.founded else int(rng.integers(200, 1500)))
        left = None
        if number < team.leavers:
            left = pd.Timestamp(first) + pd.Timedelta(days=int(rng.integers(150, 480)))
            known.append((left + pd.Timedelta(days=int(rng.integers(3, 30))), None))
        known.append((hired, left))
    span = world.n_days - world.number_of(first)
    known += [
        (pd.Timestamp(first) + pd.Timedelta(days=int(rng.integers(60, int(span * 0.75)))), None)
        for _number in range(team.hires)
    ]
    return [
        {
            "place": place,
            "team": team.name,
            "department": world.departments["sales"],
            "role": titles[1] if number == team.sellers // 2 else titles[0],
            "hired_on": hired,
            "left_on": left,
        }
        for number, (hired, left) in enumerate(known)
    ]


def _capacity(world: World, hired_on: pd.Timestamp, left_on: pd.Timestamp) -> np.ndarray:
    day = np.arange(world.n_days)
    first = pd.Timestamp(world.first_day)
    gone = world.n_days if pd.isna(left_on) else (left_on - first).days
    served = day - (hired_on - first).days
    weight = np.where(served < IDLE_DAYS, 0.0, np.where(served < HALF_DAYS, 0.5, 1.0))
    return np.where(day < gone - LAST_DAYS, weight, 0.0)
