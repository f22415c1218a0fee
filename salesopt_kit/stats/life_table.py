"""How many are at risk, and how many end, at each duration: the one table that survival and incidence start from."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Codes = npt.NDArray[np.integer]
"""Why each duration ended: 0 censored, 1, 2, ... the causes."""


@dataclass(frozen=True, slots=True)
class LifeTable:
    """Per distinct duration, ascending: `at_risk` just before it, and `ended` by cause at it.

    `times` and `at_risk` have length m, `ended` has the shape (number of causes, m). `last` is the longest follow-up.
    Durations at which nobody ended, or nobody was at risk, are not in it.
    """

    times: Numbers
    at_risk: Numbers
    ended: Numbers
    last: float

    @property
    def all_ended(self) -> Numbers:
        """How many ended at each time by any cause."""
        total: Numbers = self.ended.sum(axis=0)
        return total

    def at_risk_at(self, time: float) -> float:
        """Return how many are still at risk at the first listed time that is not before `time`; 0 after the last."""
        place = int(np.searchsorted(self.times, time, side="left"))
        return float(self.at_risk[place]) if place < len(self.times) else 0.0


def life_table(
    durations: Numbers, codes: Codes, entry: Numbers | None = None, weights: Numbers | None = None, n_causes: int = 1
) -> LifeTable:
    """Return the life table of `durations` (any unit) that ended for the reasons `codes`.

    Everybody who ends at a time is at risk at it, so ties are exact and an end at duration 0 counts; of an end and a
    censoring at one time the end comes first. `entry` is the duration at which a case came under observation, 0 from
    the start: it is at risk after its entry only (left truncation), and one that leaves no later than it enters was
    never seen and does not count. `weights` says how many cases each row stands for. Arrays of one length;
    ValueError for a duration that is negative or not a number.
    """
    weight = np.ones(len(durations)) if weights is None else np.asarray(weights, float)
    seen = np.ones(len(durations), bool) if entry is None else (durations > entry) | (entry <= 0)
    if len(durations) and not durations.min() >= 0:
        message = "a duration must be a number of at least 0"
        raise ValueError(message)
    durations, codes, weight = durations[seen], codes[seen], weight[seen]
    times, place = np.unique(durations, return_inverse=True)
    size = len(times)
    at_risk: Numbers = np.bincount(place, weights=weight, minlength=size)[::-1].cumsum()[::-1].astype(np.float64)
    if entry is not None:
        at_risk = at_risk - _not_yet(times, entry[seen], weight)
    causes = range(1, n_causes + 1)
    ended = np.stack([np.bincount(place, weights=weight * (codes == cause), minlength=size) for cause in causes])
    kept = (ended.sum(axis=0) > 0) & (at_risk > 0)
    return LifeTable(times[kept], at_risk[kept], ended[:, kept].astype(np.float64), float(times[-1]) if size else 0.0)


def _not_yet(times: Numbers, entry: Numbers, weight: Numbers) -> Numbers:
    """Return how many enter at or after each time and so are not at risk at it; an entry at 0 is the start itself."""
    order = np.argsort(entry, kind="stable")
    entered = np.concatenate([[0.0], weight[order].cumsum()])
    late = np.where(entry[order] > 0, entry[order], -np.inf)
    missing: Numbers = entered[-1] - entered[np.searchsorted(late, times, side="left")]
    return missing
