"""The deals of the held-out weeks: followed by the simulator from where they stood, and as they really went."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from salesopt_kit.design.what_if_log import DAYS_PER_WEEK, Log, coded, moment_of, stays_known, until
from salesopt_kit.stats.addressed_random import two_uniforms
from salesopt_kit.stats.competing_risks import aalen_johansen
from salesopt_kit.stats.life_table import Numbers
from salesopt_kit.stats.semi_markov_fit import STILL, Places, Process
from salesopt_kit.stats.semi_markov_simulation import SEED, Paths, bootstrap_weights, simulate
from salesopt_kit.tables.store import Tables

RANKS = (0.1, 0.25, 0.5, 0.75, 0.9)
FAR = 0.10
"""How far a share of ended stays may be from its rank, where the interval excludes the rank, without harm."""
NEW = 1 << 32
"""First address of the luck of standing deals, apart from that of the stays that follow."""


@dataclass(frozen=True, slots=True)
class RankShare:
    """Of the stays in the held-out weeks, the share that ended by the time at which the fit expects `rank` to have."""

    rank: float
    share: float
    low: float
    high: float

    @property
    def is_off(self) -> bool:
        """Whether it is off by more than chance."""
        return not self.low <= self.rank <= self.high

    @property
    def is_far(self) -> bool:
        """Whether it is off by more than chance and by more than a tenth."""
        return abs(self.share - self.rank) > FAR and self.is_off


class Seen:
    """The deals of the held-out weeks: where they stood or began, and what really became of them. Days from the cut."""

    def __init__(self, tables: Tables, log: Log, first: date, last: date) -> None:
        rows, _kept = stays_known(tables)
        cut, end = moment_of(tables, first), moment_of(tables, last + timedelta(days=1))
        rows = until(rows, end)
        is_last = rows["exit"].isin(["won", "lost", "still_there"])
        rows = rows[rows["place"].isin(log.places) & (is_last | rows["next_place"].isin(log.places))]
        rows = rows[(rows["entered"] + rows["days"] > cut) | (rows["entered"] >= cut)]
        code = {place: number for number, place in enumerate(log.places)}
        rows = rows.assign(
            code=rows["place"].map(code).astype(int), way=coded(rows, log.places), at=rows["entered"] - cut
        )
        is_standing = rows["at"] < 0
        self.standing = rows[is_standing].drop_duplicates("deal", keep="last")
        self.new = rows[rows["is_first"].astype(bool) & ~is_standing]
        followed = {*self.standing["deal"], *self.new["deal"]}
        self.rows = rows[rows["deal"].isin(followed)]
        self.stages, self.span = len(log.places), end - cut

    def paths(self) -> list[Paths]:
        """Return what really happened, in the form of drawn paths with times from the cut."""
        rows = self.rows
        deal, names = pd.factorize(rows["deal"])
        entered, days = rows["at"].to_numpy(float), rows["days"].to_numpy(float)
        # A stay that goes on has not ended by the end of the weeks, whatever its exit will be.
        days = np.where(rows["way"].to_numpy() == STILL, np.inf, days)
        is_removed = np.zeros(len(rows), bool)
        columns = (deal, rows["code"].to_numpy(np.int_), rows["way"].to_numpy(np.int_), entered, days, is_removed)
        return [Paths(*columns, self.stages, len(names))]


def one_draw(process: Process, seen: Seen, span: float, draw: int) -> Numbers:
    """Return the figures of one draw of the held-out weeks, in the order of `figures_of`."""
    weights = bootstrap_weights(process.cases, draw, SEED + 1)
    kernel = process.kernel(weights)
    seed = SEED + 1_000_003 * (draw + 1)
    stage = seen.standing["code"].to_numpy(np.int_)
    elapsed = -seen.standing["at"].to_numpy(float)
    u, _v = two_uniforms(seed, np.arange(len(stage)) + NEW)
    exit_, whole = process.rest(weights, stage, elapsed, u)
    standing = simulate(kernel, stage, seed=seed, first=(exit_, whole - elapsed))
    new = simulate(kernel, seen.new["code"].to_numpy(np.int_), seed=seed + 1)
    return figures_of([standing, _begun_at(new, seen.new["at"].to_numpy(float))], span, len(stage))


def _begun_at(paths: Paths, start: Numbers) -> Paths:
    entered = paths.entered + start[paths.deal]
    return Paths(paths.deal, paths.stage, paths.exit, entered, paths.days, paths.is_removed, paths.stages, paths.deals)


def figures_of(parts: list[Paths], span: float, standing: int | None = None) -> Numbers:
    """Return closed, won, median days to a win, entries and open deals per stage, and closed per week."""
    stages = parts[0].stages
    stage, exit_, entered, days = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("stage", "exit", "entered", "days")
    )
    left = entered + days
    ends = left < span
    closed, won = ends & (exit_ >= stages), ends & (exit_ == stages)
    # Drawn stays of standing deals begin at 0, those that really stood before it.
    is_first = entered < 0 if standing is None else np.arange(len(entered)) < standing
    entries = np.bincount(stage[(entered < span) & ~is_first], minlength=stages)
    there = np.bincount(stage[(entered < span) & ~ends], minlength=stages)
    week = np.bincount((left[closed] // DAYS_PER_WEEK).astype(int), minlength=round(span / DAYS_PER_WEEK))
    until_won = np.median(left[won]) if won.any() else np.nan
    return np.concatenate([[closed.sum(), won.sum(), until_won], entries, there, week]).astype(float)


def ranks_of(process: Process, seen: Seen) -> tuple[RankShare, ...]:
    """Return, for each of RANKS, the share of the held-out stays that had ended when the fit expects it."""
    rows, whole = seen.rows, np.ones(process.cases)
    stage: Places = rows["code"].to_numpy(np.int_)
    elapsed = np.maximum(-rows["at"].to_numpy(float), 0.0)
    before = process.share_ended(whole, stage, elapsed)
    by_then = process.share_ended(whole, stage, rows["days"].to_numpy(float))
    known = before < 1.0
    rank = (by_then[known] - before[known]) / (1.0 - before[known])
    ended = (rows["way"].to_numpy() != STILL)[known]
    (curve,) = aalen_johansen(rank, ended.astype(int), n_causes=1)
    found = []
    for wanted in RANKS:
        bounds = curve.interval_at(wanted)
        found.append(RankShare(wanted, curve.at(wanted)[0], bounds.low, bounds.high))
    return tuple(found)
