"""How often does a set of rules cry wolf, and how soon does it see a slip? By simulation of the rules as they run."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from salesopt_kit.stats.frozen_limits import D2, Numbers
from salesopt_kit.stats.run_rules import any_signal

RUNS, POINTS = 4_000, 1_000
SEED = 20_200_525


@dataclass(frozen=True, slots=True)
class RunLength:
    """Mean number of points up to an alarm, its standard error, and the share of charts with one in `within` points."""

    mean: float
    error: float
    share: float
    within: int


def run_length(
    rules: Sequence[str],
    *,
    shift: float = 0.0,
    n_baseline: int = 0,
    knows_spread: bool = False,
    within: int = 52,
    runs: int = RUNS,
) -> RunLength:
    """Return the run length of `rules` in a process that is normal, independent and `shift` deviations off its centre.

    With `n_baseline`, centre and scatter (mean moving range / 1.128) come from so many points before, as on a real
    chart, the centre alone if the chart `knows_spread` (p and u charts); else both are known. At 0 the mean is the
    average run length in control: one false alarm in so many points. Runs that see no alarm in 1,000 points count with
    what they saw. Seeded: the same answer every time.
    """
    return _run_length(tuple(rules), shift, n_baseline, knows_spread, within, runs)


@cache
def _run_length(
    rules: tuple[str, ...], shift: float, n_baseline: int, knows_spread: bool, within: int, runs: int
) -> RunLength:
    rng = np.random.default_rng(SEED)
    center, sigma = _estimated(rng, runs, n_baseline) if n_baseline else (np.zeros((runs, 1)), np.ones((runs, 1)))
    sigma = np.ones_like(sigma) if knows_spread else sigma
    found = any_signal((rng.standard_normal((runs, POINTS)) + shift - center) / sigma, rules)
    has_alarm = found.any(axis=1)
    first = np.where(has_alarm, found.argmax(axis=1) + 1, POINTS)
    alarms = max(int(has_alarm.sum()), 1)
    mean = float(first.sum()) / alarms
    share = float((has_alarm & (first <= within)).mean())
    return RunLength(mean, mean / alarms**0.5, share, within)


def _estimated(rng: np.random.Generator, runs: int, n: int) -> tuple[Numbers, Numbers]:
    before = rng.standard_normal((runs, n))
    ranges = np.abs(np.diff(before, axis=1)).mean(axis=1, keepdims=True)
    return before.mean(axis=1, keepdims=True), ranges / D2
