"""A semi-Markov process fitted to stays in stages, as something to draw from: ways out, and times by way out.

The Aalen-Johansen estimate of a stage puts a weight on each stay that ended; to draw an exit with its time is to draw
one of those stays by its weight. Stays still going on move their weight to the longer ones.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.life_table import Numbers

Places = npt.NDArray[np.int_]
STILL = -1
SAME = 1e-12
TAIL_FROM = 0.75
"""Share of the ended stays of a stage below the point from which its tail is fitted."""
TAIL_POINTS = 20


@dataclass(frozen=True, slots=True)
class Stays:
    """One entry per stay: the case it is of (0 to cases - 1), its stage (0 to stages - 1), its exit and its days.

    The exit is the next stage, `stages` for won, `stages` + 1 for lost, or STILL for a stay that goes on.
    """

    case: Places
    stage: Places
    exit: Places
    days: Numbers
    stages: int
    cases: int

    def without_end(self) -> list[int]:
        """Return the stages that no stay has left, of which nothing can be told."""
        ended = np.bincount(self.stage[self.exit != STILL], minlength=self.stages)
        return [stage for stage in range(self.stages) if not ended[stage]]


@dataclass(frozen=True, slots=True)
class Kernel:
    """The process of one draw. A group is a stage with a way out: stage * exits + exit; `chances` is (stages, exits).

    `times` holds the days of all rows in order of group and time, `cumulated` the running sum of their weights.
    """

    chances: Numbers
    times: Numbers
    cumulated: Numbers
    below: Numbers
    """Weight before each group."""
    mass: Numbers
    """Weight of each group; a group without any has that of the stage's most frequent way out, for its times."""
    last: Places
    """Last row of each group."""

    def days(self, group: Places, u: Numbers) -> Numbers:
        """Return the days of stays of a `group` at the rank `u` in [0, 1)."""
        row = np.searchsorted(self.cumulated, self.below[group] + u * self.mass[group], side="right")
        found: Numbers = self.times[np.minimum(row, self.last[group])]
        return found


class Process:
    """Stays put in order once, so that each draw of a bootstrap costs a few passes over them.

    What remains of a stage after its last ended stay, where stays went on for longer, goes to a tail: exponential from
    there on, at the ends per day and by the ways out of the stays beyond the 75th percentile of ended ones (20 points
    of equal weight). ValueError for a stage that no stay has left.
    """

    def __init__(self, stays: Stays) -> None:
        if empty := stays.without_end():
            message = f"no stay has left the stages {empty}"
            raise ValueError(message)
        self.stages, self.exits, self.cases = stays.stages, stays.stages + 2, stays.cases
        goes_on = stays.exit == STILL
        order = np.lexsort((goes_on, stays.days, stays.stage))  # of one time, ends come before stays that go on
        self._case = stays.case[order]
        self._ended = ~goes_on[order]
        counts = np.bincount(stays.stage, minlength=self.stages)
        self._bounds = np.concatenate([[0], counts.cumsum()])
        tails = [_tail(stays, stage) for stage in range(self.stages)]
        self.rates = np.array([rate for rate, _rows in tails])
        tail = np.concatenate([rows for _rate, rows in tails])
        self._tail_stage, self._tail_share = tail[:, 0].astype(int), tail[:, 3]
        kept = order[self._ended]
        stage = np.concatenate([stays.stage[kept], self._tail_stage])
        exit_ = np.concatenate([stays.exit[kept], tail[:, 1].astype(int)])
        days = np.concatenate([stays.days[kept], tail[:, 2]])
        self._by_group = np.lexsort((days, stage * self.exits + exit_))
        self._by_time = np.lexsort((days, stage))
        self._group, self._days = stage * self.exits + exit_, days
        self._times = days[self._by_group]
        sizes = np.bincount(self._group, minlength=self.stages * self.exits)
        self._last = np.maximum(sizes.cumsum() - 1, 0)
        self._sizes = sizes

    def kernel(self, weights: Numbers) -> Kernel:
        """Return the process with each case counted `weights` times; all ones for the data as they are."""
        weight = self._weights(weights)[self._by_group]
        cumulated = weight.cumsum()
        upper = np.where(self._sizes > 0, cumulated[self._last], 0.0)
        upper = np.maximum.accumulate(upper)
        below = np.concatenate([[0.0], upper[:-1]])
        mass = upper - below
        chances = mass.reshape(self.stages, self.exits)
        stand_in = np.where(
            mass > 0,
            np.arange(len(mass)),
            np.repeat(np.arange(self.stages) * self.exits + chances.argmax(axis=1), self.exits),
        )
        chances = chances / chances.sum(axis=1, keepdims=True)
        return Kernel(chances, self._times, cumulated, below[stand_in], mass[stand_in], self._last[stand_in])

    def rest(self, weights: Numbers, stage: Places, elapsed: Numbers, u: Numbers) -> tuple[Places, Numbers]:
        """Return exit and whole days of stays that have lasted `elapsed` days already, at the rank `u` of the rest.

        Beyond all rows of the stage: the exponential tail once more, by the way out of its last row.
        """
        rows, stages = self._by_time, self._group[self._by_time] // self.exits
        cumulated = np.concatenate([[0.0], self._weights(weights)[rows].cumsum()])
        days = self._days[rows]
        far = days.max() + elapsed.max(initial=0.0) + 1.0
        first = np.searchsorted(stages * far + days, stage * far + elapsed, side="right")
        end = np.searchsorted(stages, stage, side="right")
        mass = cumulated[end] - cumulated[first]
        row = np.searchsorted(cumulated, cumulated[first] + u * mass, side="right") - 1
        row = np.clip(row, np.minimum(first, end - 1), end - 1)
        is_beyond = mass <= 0
        later = elapsed - np.log1p(-u) / self.rates[stage]
        return self._group[rows][row] % self.exits, np.where(is_beyond, later, days[row])

    def share_ended(self, weights: Numbers, stage: Places, days: Numbers) -> Numbers:
        """Return the chance that a stay in `stage` ends within `days`, by the fit."""
        rows = self._by_time
        stages, known = self._group[rows] // self.exits, self._days[rows]
        cumulated = np.concatenate([[0.0], self._weights(weights)[rows].cumsum()])
        far = max(known.max(), days.max(initial=0.0)) + 1.0
        place = np.searchsorted(stages * far + known, stage * far + days, side="right")
        start = np.searchsorted(stages, stage, side="left")
        share: Numbers = np.clip(cumulated[place] - cumulated[start], 0.0, 1.0)
        return share

    def median_days(self, stage: int) -> float:
        """Return the days by which half of the stays in a stage have ended, by the fit to all cases."""
        rows = self._by_time[self._group[self._by_time] // self.exits == stage]
        share = self._weights(np.ones(self.cases))[rows].cumsum()
        return float(self._days[rows][np.searchsorted(share, 0.5 - SAME)])

    def _weights(self, weights: Numbers) -> Numbers:
        """Return the weight of each ended stay, in order of stage and time, and then of the tails: 1 a stage."""
        weight = weights[self._case]
        mass, left = np.zeros_like(weight), np.ones(self.stages)
        for stage in range(self.stages):
            part = slice(self._bounds[stage], self._bounds[stage + 1])
            mass[part], left[stage] = _jumps(weight[part], self._ended[part])
        return np.concatenate([mass[self._ended], left[self._tail_stage] * self._tail_share])


def _jumps(weight: Numbers, ended: npt.NDArray[np.bool_]) -> tuple[Numbers, float]:
    """Return the weight of each stay in the product-limit estimate, and what remains; stays in order of time.

    Taking ends of one time one after the other gives the same as taking them at once: the product telescopes.
    """
    if not len(weight):
        return weight, 1.0
    at_risk = weight[::-1].cumsum()[::-1]
    hazard = np.divide(weight * ended, at_risk, out=np.zeros_like(weight), where=at_risk > 0)
    share = np.cumprod(1.0 - hazard)
    before = np.concatenate([[1.0], share[:-1]])
    return before * hazard, float(share[-1])


def _tail(stays: Stays, stage: int) -> tuple[float, Numbers]:
    """Return the ends per day beyond the 75th percentile, and the rows (stage, exit, days, share) of the tail."""
    here = stays.stage == stage
    days, exits = stays.days[here], stays.exit[here]
    ended = exits != STILL
    start = float(np.quantile(days[ended], TAIL_FROM))
    is_late = ended & (days > start)
    if not is_late.any():
        is_late, start = ended, 0.0
    exposure = float(np.maximum(days - start, 0.0).sum())
    rate = is_late.sum() / exposure if exposure > 0 else 1.0
    ways, counts = np.unique(exits[is_late], return_counts=True)
    ranks = (np.arange(TAIL_POINTS) + 0.5) / TAIL_POINTS
    times = float(days[ended].max()) - np.log1p(-ranks) / rate
    way, time = np.repeat(ways, TAIL_POINTS), np.tile(times, len(ways))
    share = np.repeat(counts / counts.sum(), TAIL_POINTS) / TAIL_POINTS
    return float(rate), np.column_stack([np.full(len(way), stage), way, time, share])
