"""Deals drawn through a fitted semi-Markov process, as it is and with stages changed, by the same luck."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.addressed_random import two_uniforms, words
from salesopt_kit.stats.life_table import Numbers
from salesopt_kit.stats.semi_markov_fit import Kernel, Places, Process

T = TypeVar("T")
SEED = 20240630
MOST_STEPS = 200
THREADS = 2
VISITS = 256
"""Addresses kept for the visits of one deal to one stage."""
AFFECTED = 1 << 62
"""First address of the draws that say which deals a change is for."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be changed, one entry per stage.

    `factor` multiplies the days, `lost` is the new chance to be lost out of a stay (NaN: as it is; the other ways out
    keep their proportions), `share` is the share of deals that the change is for. A `removed` stage takes no time and
    nothing moves back from it; who was lost there is still lost unless `lost` says otherwise.
    """

    factor: Numbers
    lost: Numbers
    removed: npt.NDArray[np.bool_]
    share: Numbers

    @classmethod
    def none(cls, stages: int) -> "Changes":
        """Return the process as it is."""
        return cls(np.ones(stages), np.full(stages, np.nan), np.zeros(stages, bool), np.ones(stages))


@dataclass(frozen=True, slots=True)
class Paths:
    """One row per drawn stay; `entered` counts days from the start of its deal, `exit` as in `Stays`."""

    deal: Places
    stage: Places
    exit: Places
    entered: Numbers
    days: Numbers
    is_removed: npt.NDArray[np.bool_]
    stages: int
    deals: int

    @property
    def is_closing(self) -> npt.NDArray[np.bool_]:
        """Which stays end in won or lost."""
        return self.exit >= self.stages

    def cycles(self) -> tuple[Numbers, npt.NDArray[np.bool_]]:
        """Return the days until each closed deal was closed, and whether it was won."""
        last = self.is_closing
        return (self.entered + self.days)[last], self.exit[last] == self.stages

    def visits_per_stage(self) -> Numbers:
        """Return the visits to each stage, without those that a removed stage no longer asks for."""
        return np.bincount(self.stage[~self.is_removed], minlength=self.stages).astype(float)

    def days_per_stage(self) -> Numbers:
        """Return the days spent in each stage."""
        return np.bincount(self.stage, weights=self.days, minlength=self.stages).astype(float)


def bootstrap_weights(cases: int, draw: int, seed: int = SEED) -> Numbers:
    """Return how often each case counts in a draw: as many drawn with replacement, whole cases with all their stays."""
    chosen = np.random.default_rng([seed, draw]).integers(0, cases, cases)
    return np.bincount(chosen, minlength=cases).astype(float)


def simulate(
    kernel: Kernel,
    starts: Places,
    changes: Changes | None = None,
    *,
    seed: int = SEED,
    first: tuple[Places, Numbers] | None = None,
) -> Paths:
    """Return the stays of deals that begin in the stages `starts`, followed until they are won or lost.

    Runs with one `seed` use the same random numbers for the same deal, stage and visit, so that they differ by the
    `changes` alone. `first` gives exit and days of the first stays where they are known already. A deal that is not
    closed after 200 stays is left open.
    """
    exits = kernel.chances.shape[1]
    stages = exits - 2
    changes = changes or Changes.none(stages)
    ways = np.concatenate([kernel.chances, _changed(kernel.chances, changes)])
    bounds = np.minimum(ways.cumsum(axis=1), 1.0)
    bounds[:, -1] = 1.0
    steps = (bounds + np.arange(2 * stages)[:, None]).ravel()
    factor = np.concatenate([np.ones(stages), np.where(changes.removed, 0.0, changes.factor)])
    visited = np.zeros((len(starts), stages), np.int64)
    deal, stage, entered = np.arange(len(starts)), starts, np.zeros(len(starts))
    parts = []
    for step in range(MOST_STEPS):
        row = stage + stages * _affected(deal, stage, changes, seed)
        number = visited[deal, stage]
        visited[deal, stage] += 1
        u, v = two_uniforms(seed, (deal * stages + stage) * VISITS + number % VISITS + 1)
        if step == 0 and first is not None:
            exit_, days = first
        else:
            exit_ = np.minimum(np.searchsorted(steps, row + u, side="right") - row * exits, exits - 1)
            days = kernel.days(stage * exits + exit_, v) * factor[row]
        parts.append((deal, stage, exit_, entered, days, (row >= stages) & changes.removed[stage]))
        goes_on = exit_ < stages
        deal, stage, entered = deal[goes_on], exit_[goes_on], (entered + days)[goes_on]
        if not len(deal):
            break
    deal, stage, exit_, entered, days, is_removed = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Paths(deal, stage, exit_, entered, days, is_removed, stages, len(starts))


def drawn(
    process: Process,
    starts: Numbers,
    changes: Changes,
    told: Callable[[Paths], T],
    *,
    deals: int = 10_000,
    draws: int = 200,
    seed: int = SEED,
) -> list[tuple[T, T]]:
    """Return, per draw, what `told` says of `deals` deals as the process is and as changed.

    `starts` counts per case the stage that it began in (cases, stages). Each draw resamples the cases, so that what
    comes out varies by the data and by the drawing alike; both runs of a draw share data and luck. The draws run on two
    threads and come back in order, each from a seed of its own.
    """

    def one(draw: int) -> tuple[T, T]:
        weights = bootstrap_weights(process.cases, draw, seed)
        kernel = process.kernel(weights)
        began = starting(weights @ starts, deals)
        luck = int(words(seed, np.array([draw + 1]))[0])
        return told(simulate(kernel, began, seed=luck)), told(simulate(kernel, began, changes, seed=luck))

    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        return list(pool.map(one, range(draws)))


def starting(counts: Numbers, deals: int) -> Places:
    """Return the first stages of `deals` deals in proportion to `counts`, each within one deal of its due."""
    edges = np.round(counts.cumsum() / counts.sum() * deals).astype(int)
    return np.repeat(np.arange(len(counts)), np.diff(edges, prepend=0))


def _affected(deal: Places, stage: Places, changes: Changes, seed: int) -> npt.NDArray[np.int_]:
    """Return 1 where a change of the stage is for the deal."""
    share = changes.share[stage]
    if (changes.share >= 1.0).all():
        return np.ones(len(deal), np.int_)
    # One draw a deal, not one a stage: a small contract is small in every stage.
    u, _v = two_uniforms(seed, deal + AFFECTED)
    return (u < share).astype(np.int_)


def _changed(chances: Numbers, changes: Changes) -> Numbers:
    """Return the ways out of the changed stages: won and lost are the last two columns."""
    stages = len(chances)
    ways = chances.copy()
    back = np.tril(np.ones((stages, stages), bool), -1)
    stays = ways[:, :stages]
    moved = np.where(back & changes.removed[:, None], 0.0, stays)
    kept = ways[:, :-1].sum(axis=1)
    ways[:, :stages] = moved
    rest = ways[:, :-1].sum(axis=1)
    lost = np.where(np.isnan(changes.lost), ways[:, -1], changes.lost)
    lost = np.where((rest <= 0) & np.isnan(changes.lost), 1.0, lost)
    scale = np.divide(1.0 - lost, rest, out=np.zeros(stages), where=rest > 0)
    is_same = np.isnan(changes.lost) & (rest == kept)
    # Untouched rows stay what they are to the last digit, so that no change is no difference.
    ways[:, :-1] = np.where(is_same[:, None], ways[:, :-1], ways[:, :-1] * scale[:, None])
    ways[:, -1] = np.where(is_same, ways[:, -1], lost)
    return ways
