"""What the firm would win more if one stage ran as at its best teams: recomputed, with the luck of the choice out."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesopt_kit.metrics.selection import Selection
from salesopt_kit.metrics.stage_counts import BLOCKS, won_amounts
from salesopt_kit.stats.best_quarter import HALVES, best_quarter_kernel
from salesopt_kit.stats.life_table import Numbers
from salesopt_kit.stats.semi_markov import kernels, won_within
from salesopt_kit.tables.store import Tables

HORIZON = 90
"""Days from the first event of a deal within which it is to be won."""
DRAWS = 500
WORK = 200_000
"""Draws x stages^3 above which fewer draws are taken, so that an answer takes seconds."""
SEED = 20240630
LEAST_VISITS, LEAST_TEAMS = 40, 3
DAYS_PER_WEEK = 7

Bounded = tuple[float, float, float]
"""A value and its 95 % interval."""


@dataclass(frozen=True, slots=True)
class Gain:
    """One stage at its best quarter of teams: chance to be won by the horizon, and money a week; None without amounts.

    `first_probability` is the share of draws in which no other judged stage gains more; `n` counts its visits.
    """

    place: int
    win_gain: Bounded
    money: Bounded | None
    first_probability: float
    teams: tuple[str, ...]
    n: int


def stage_gains(tables: Tables, selection: Selection, counts: pd.DataFrame, places: list[int]) -> tuple[Gain, ...]:
    """Return the gain of each stage in `places` that three teams or more visited 40 times each; () without teams.

    `counts` are those of `stage_counts` for the HORIZON. New deals a week are taken as given. Percentile intervals of a
    bootstrap over blocks of whole deals, within each half of them; fixed seed.
    """
    judged = {place: teams for place in places if len(teams := _teams(counts, place)) >= LEAST_TEAMS}
    if not judged:
        return ()
    model = _Model(counts)
    whole = model.base()
    chance = won_within(whole)
    before = model.won(chance)
    after, chosen = {}, {}
    for place, teams in judged.items():
        kernel, best = best_quarter_kernel(model.by_team(place, teams), chance)
        changed = whole.copy()
        changed[:, model.states.index(place)] = kernel
        after[place] = model.won(won_within(changed)) - before
        chosen[place] = tuple(team for team, is_best in zip(teams, best[0], strict=True) if is_best)
    gains = np.stack(list(after.values()), axis=1)
    firsts = np.bincount(gains[1:].argmax(axis=1), minlength=len(judged)) / (len(gains) - 1)
    money = _money_per_gain(tables, selection, counts, model.weights)
    visits = counts.groupby("place")["n"].sum()
    return tuple(
        Gain(
            place,
            bounded(gains[:, column]),
            None if money is None else bounded(gains[:, column] * money),
            float(firsts[column]),
            chosen[place],
            int(visits[place]),
        )
        for column, place in enumerate(judged)
    )


def bounded(draws: Numbers) -> Bounded:
    """Return the first draw, which is the data themselves, with the percentile interval of the others."""
    low, high = np.quantile(draws[1:], [0.025, 0.975])
    return float(draws[0]), float(low), float(high)


def block_weights(draws: int) -> Numbers:
    """Return how often each block is drawn, (draws + 1, BLOCKS): first once each, then at random within each half."""
    random = np.random.default_rng(SEED)
    weights = np.ones((draws + 1, BLOCKS))
    for half in range(HALVES):
        size = len(range(half, BLOCKS, HALVES))
        weights[1:, half::HALVES] = random.multinomial(size, np.full(size, 1 / size), size=draws)
    return weights


class _Model:
    """The counts as arrays over the draws."""

    def __init__(self, counts: pd.DataFrame) -> None:
        moved = counts.loc[counts["exit"] == "moved", "next_place"]
        self.states = sorted({int(place) for place in (*counts["place"], *moved)})
        draws = max(100, min(DRAWS, WORK // len(self.states) ** 3))
        self.weights = block_weights(draws)
        self.counts = counts
        size = len(self.states)
        codes = {"won": size, "lost": size + 1, "still_there": size + 2}
        index = {place: code for code, place in enumerate(self.states)}
        self.exits = np.array(
            [codes[exit_] if exit_ in codes else index[int(place)] for exit_, place in _pairs(counts)], int
        )
        starts = counts[counts["first"].astype(bool)].groupby("place")["n"].sum()
        self.starts = np.array([float(starts.get(place, 0)) for place in self.states])

    def base(self) -> Numbers:
        """Return the kernels of all stages, over all teams: (draws, stages, days, exits)."""
        place = self.counts["place"].map({place: code for code, place in enumerate(self.states)}).to_numpy(int)
        return kernels(self._drawn(np.ones(len(place), bool), place, len(self.states)))

    def by_team(self, place: int, teams: tuple[str, ...]) -> Numbers:
        """Return the counts of one stage: (draws, halves, teams, days, exits + 1)."""
        kept = ((self.counts["place"] == place) & self.counts["team"].isin(teams)).to_numpy(bool)
        rows = self.counts[kept]
        team = rows["team"].map({team: code for code, team in enumerate(teams)}).to_numpy(int)
        half = rows["block"].to_numpy(int) % HALVES
        found = self._drawn(kept, half * len(teams) + team, HALVES * len(teams))
        return found.reshape(len(found), HALVES, len(teams), *found.shape[2:])

    def won(self, chance: Numbers) -> Numbers:
        """Return the chance to be won by the horizon of a deal that starts as deals do, one value a draw."""
        won: Numbers = chance[:, :, HORIZON] @ self.starts / self.starts.sum()
        return won

    def _drawn(self, kept: npt.NDArray[np.bool_], group: npt.NDArray[np.integer[Any]], groups: int) -> Numbers:
        rows, exits = self.counts[kept], self.exits[kept]
        shape = (groups, HORIZON + 2, len(self.states) + 3)
        cell = np.ravel_multi_index((group, rows["day"].to_numpy(int), exits), shape)
        block, n = rows["block"].to_numpy(int), rows["n"].to_numpy(float)
        sums = [np.bincount(cell, weights=n * weight[block], minlength=math.prod(shape)) for weight in self.weights]
        drawn: Numbers = np.stack(sums).astype(float).reshape(len(self.weights), *shape)
        return drawn


def _pairs(counts: pd.DataFrame) -> "zip[tuple[str, float]]":
    return zip(counts["exit"], counts["next_place"], strict=True)


def _teams(counts: pd.DataFrame, place: int) -> tuple[str, ...]:
    n = counts[counts["place"] == place].groupby("team")["n"].sum()
    return tuple(sorted(str(team) for team in n[n >= LEAST_VISITS].index))


def _money_per_gain(tables: Tables, selection: Selection, counts: pd.DataFrame, weights: Numbers) -> Numbers | None:
    """Return what one deal more in each that starts is worth a week: mean won amount x new deals a week, per draw."""
    found = won_amounts(tables, selection)
    if not len(found):
        return None
    first, last = selection.days(tables)
    weeks = ((last - first).days + 1) / DAYS_PER_WEEK
    new = float(counts.loc[counts["first"].astype(bool), "n"].sum()) / weeks
    drawn = weights[:, found["block"].to_numpy(int)]
    mean: Numbers = (drawn @ found["amount"].to_numpy(float)) / np.maximum(drawn @ found["n"].to_numpy(float), 1.0)
    return mean * new
