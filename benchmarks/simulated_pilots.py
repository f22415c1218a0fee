"""Pilots whose truth is known: sellers in teams, seasons, shocks of whole teams, slow and quick deals, a bad start.

A deal takes lognormal days. On their logarithm lie the season (the same for all), the team, the team's own weather (an
AR(1) by four weeks, which no pilot explains), the seller, and the seller's form of four weeks. The teams that did worst
in the last eight weeks before the pilot are the ones that get it, as happens where somebody acts on bad figures.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesopt_kit.pilot.contrast import Arms
from salesopt_kit.pilot.panel import Panel

Numbers = npt.NDArray[np.float64]
START = date(2024, 3, 4)
DAYS_A_MONTH = 28
TRIGGER_DAYS = 56
"""How long figures had been bad when somebody acted on them."""


@dataclass(frozen=True)
class World:
    """What the deals of one firm are like; the default is near the generated samples."""

    teams: int = 6
    treated: int = 2
    sellers: int = 6
    deals_a_week: float = 1.4
    """Per seller."""
    history_weeks: int = 78
    pilot_weeks: int = 8
    horizon: int = 60
    """Days for which every deal is followed."""
    median_days: float = 19.0
    spread: float = 0.85
    season: float = 0.15
    team_sd: float = 0.08
    weather_sd: float = 0.08
    weather_lasts: float = 0.3
    seller_sd: float = 0.12
    form_sd: float = 0.05
    effect: float = 1.0
    """Factor on the days of the pilot's deals; 1 is no effect."""
    picks_worst: bool = True


@dataclass(frozen=True)
class Climate:
    """What the deals of a seller have in common at a time: the mean of the logarithm of their days."""

    season: float
    phase: float
    sellers: Numbers
    """One row a seller, one column a block of four weeks from `first` on."""
    first: int

    def pace(self, seller: npt.NDArray[np.int_], day: npt.NDArray[np.int_]) -> Numbers:
        """Return how slow deals are, less what all deals have: above 0 is slower."""
        found: Numbers = self.season * np.sin(2 * np.pi * (day / 365.25 + self.phase))
        return found + self.sellers[seller, np.minimum((day - self.first) // DAYS_A_MONTH, self.sellers.shape[1] - 1)]


@dataclass(frozen=True)
class Deals:
    """The deals of one simulated firm; `days` are uncut, `without` as they would have been without the pilot."""

    world: World
    team: npt.NDArray[np.int_]
    seller: npt.NDArray[np.int_]
    day: npt.NDArray[np.int_]
    """Day of opening, 0 being the first day of the pilot."""
    days: Numbers
    without: Numbers
    treated: npt.NDArray[np.int_]
    """Places of the pilot's teams."""
    climate: Climate


def simulate(world: World, rng: np.random.Generator) -> Deals:
    """Return the deals of one firm, from the first week of its history to the last of its pilot."""
    first, last = -7 * world.history_weeks, 7 * world.pilot_weeks
    n_sellers = world.teams * world.sellers
    n = rng.poisson(world.deals_a_week / 7 * n_sellers * (last - first))
    seller = rng.integers(0, n_sellers, n)
    team, day = seller // world.sellers, rng.integers(first, last, n)
    n_months = int(((day - first) // DAYS_A_MONTH).max()) + 1
    phase = rng.random()
    of_team = rng.normal(0, world.team_sd, world.teams)[:, None] + _weather(world, rng, n_months)
    own = rng.normal(0, world.seller_sd, n_sellers)[:, None] + rng.normal(0, world.form_sd, (n_sellers, n_months))
    climate = Climate(world.season, phase, of_team[np.arange(n_sellers) // world.sellers] + own, first)
    log = np.log(world.median_days) + climate.pace(seller, day)
    without = np.exp(log + rng.normal(0, world.spread, n))
    treated = _picked(world, rng, team, day, np.minimum(without, world.horizon))
    is_pilot = np.isin(team, treated) & (day >= 0)
    return Deals(
        world, team, seller, day, np.where(is_pilot, without * world.effect, without), without, treated, climate
    )


def _weather(world: World, rng: np.random.Generator, n_months: int) -> Numbers:
    lasts = world.weather_lasts
    steps = rng.normal(0, world.weather_sd, (world.teams, n_months))
    for month in range(1, n_months):
        steps[:, month] = lasts * steps[:, month - 1] + np.sqrt(1 - lasts**2) * steps[:, month]
    return steps


def _picked(
    world: World, rng: np.random.Generator, team: npt.NDArray[np.int_], day: npt.NDArray[np.int_], days: Numbers
) -> npt.NDArray[np.int_]:
    if not world.picks_worst:
        return np.sort(rng.permutation(world.teams)[: world.treated])
    recent = (day >= -TRIGGER_DAYS) & (day < 0)
    sums, counts = (
        np.bincount(team[recent], weights, world.teams) for weights in (days[recent], np.ones(int(recent.sum())))
    )
    return np.sort(np.argsort(-sums / counts)[: world.treated])


def panel_of(deals: Deals, *, without: bool = False) -> Panel:
    """Return the kit's panel of the days to closing, counted up to the horizon."""
    days = np.minimum(deals.without if without else deals.days, deals.world.horizon)
    return Panel(
        "cycle_days",
        "Cycle",
        "days",
        "",
        rows_of(deals.world, deals.team, deals.seller, deals.day, days),
        deals.world.horizon,
        "sellers",
        lower_is_better=True,
    )


def rows_of(
    world: World, team: npt.NDArray[np.int_], seller: npt.NDArray[np.int_], day: npt.NDArray[np.int_], total: Numbers
) -> pd.DataFrame:
    """Return the rows of a panel, one a case."""
    return pd.DataFrame(
        {
            "unit": pd.Categorical.from_codes(team, [f"team {number}" for number in range(world.teams)]),
            "cluster": pd.Categorical.from_codes(
                seller, [str(number) for number in range(world.teams * world.sellers)]
            ),
            "day": np.datetime64(START, "s") + day * np.timedelta64(86_400, "s"),
            "total": total,
            "n": 1.0,
        }
    )


def arms_of(deals: Deals, baseline: tuple[int, int]) -> Arms:
    """Return who is compared; `baseline` is its first and last day, counted from the start of the pilot."""
    names = [f"team {number}" for number in range(deals.world.teams)]
    treated = tuple(names[place] for place in deals.treated)
    return Arms(
        treated,
        tuple(name for name in names if name not in treated),
        (START + timedelta(days=baseline[0]), START + timedelta(days=baseline[1])),
        (START, START + timedelta(days=7 * deals.world.pilot_weeks - 1)),
    )


def with_effect(world: World, effect: float) -> World:
    """Return the same world with another effect."""
    return replace(world, effect=effect)
