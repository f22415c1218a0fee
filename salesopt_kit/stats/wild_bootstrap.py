"""The wild cluster bootstrap: a p and an interval that hold with few clusters, where t intervals are too narrow."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.cluster_regression import Regression

Numbers = npt.NDArray[np.float64]
MOST = 4_096
"""Sign patterns up to which every one is tried; beyond, DRAWS are drawn."""
DRAWS = 1_999
FEW = 8
"""Clusters under which two signs make too few patterns, and Webb's six weights are taken."""
SEED = 20240630
WEBB = np.array([-math.sqrt(1.5), -1.0, -math.sqrt(0.5), math.sqrt(0.5), 1.0, math.sqrt(1.5)])
STEPS = 40


@dataclass(frozen=True, slots=True)
class Wild:
    """A coefficient, its bootstrap p and 95 % interval (None where no value is rejected), and how it was drawn."""

    value: float
    low: float | None
    high: float | None
    p: float
    smallest: float
    """The smallest p that could have come out."""
    draws: int
    is_exact: bool
    """Whether every pattern was tried."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What the bootstrap t of every draw is made of, as a function of the value under test: one array a power of it."""

    tops: tuple[Numbers, Numbers]
    squares: tuple[Numbers, Numbers, Numbers]

    def as_extreme(self, value: float, actual: float) -> float:
        """Return the share of draws whose squared t reaches `actual` when `value` is imposed."""
        top = (self.tops[0] - value * self.tops[1]) ** 2
        below = self.squares[0] - 2 * value * self.squares[1] + value**2 * self.squares[2]
        return float(np.mean(top >= actual * below * (1 - 1e-9)))


def wild_bootstrap(model: Regression, level: float = 0.95) -> Wild:
    """Return the restricted wild cluster bootstrap-t of a coefficient (Cameron, Gelbach and Miller 2008, WCR-C).

    The residuals of each cluster change sign together, with the value under test imposed. All patterns of signs are
    tried up to twelve clusters; under eight, Webb's six weights (2014) stand in for signs. The interval is all values
    with p above 1 - level, found outwards from the estimate. With one treated cluster it is worth little.
    """
    weights, is_exact, smallest = _weights(model.n_clusters)
    drawn = _drawn(model, weights)
    scores = model.by_cluster(model.lever * model.residuals)
    square = float(scores @ scores)
    if square <= 0:
        return Wild(model.value, None, None, 1.0, smallest, len(weights), is_exact)

    def p(value: float) -> float:
        share = drawn.as_extreme(value, (model.value - value) ** 2 / square)
        return share if is_exact else (share * len(weights) + 1) / (len(weights) + 1)

    step = math.sqrt(square)
    low, high = (_bound(p, model.value, sign * step, 1 - level) for sign in (-1, 1))
    return Wild(model.value, low, high, p(0.0), smallest, len(weights), is_exact)


def _drawn(model: Regression, weights: Numbers) -> _Drawn:
    lever = model.lever
    free = model.y - model.others @ (model.others.T @ model.y)
    arms = model.by_cluster(lever[:, None] * model.basis)
    tops, scores = [], []
    for residuals in (free, model.part):
        own = model.by_cluster(lever * residuals)
        shared = model.by_cluster(residuals[:, None] * model.basis)
        tops.append(weights @ own)
        scores.append(weights @ (np.diag(own) - shared @ arms.T))
    squares = [np.einsum("ij,ij->i", scores[i], scores[j]) for i, j in ((0, 0), (0, 1), (1, 1))]
    return _Drawn((tops[0], tops[1]), (squares[0], squares[1], squares[2]))


@lru_cache(maxsize=16)
def _weights(n: int) -> tuple[Numbers, bool, float]:
    """Return one row of weights a draw, whether they are all there are, and the smallest p they allow."""
    values = WEBB if n < FEW else np.array([-1.0, 1.0])
    patterns = len(values) ** n
    if patterns // 2 <= MOST:
        # A pattern and its mirror give the same |t|, so half of them tell all.
        grid = np.stack(np.meshgrid(*[values] * n, indexing="ij"), axis=-1).reshape(-1, n)[: max(patterns // 2, 1)]
        return grid, True, len(values) / patterns
    drawn = np.random.default_rng(SEED).choice(values, (DRAWS, n))
    return drawn, False, 1 / (DRAWS + 1)


def _bound(p: Callable[[float], float], start: float, step: float, alpha: float) -> float | None:
    """Return the first value from `start` outwards that is rejected, to a millionth of a step; None if none is."""
    inside, outside = start, start + 2 * step
    for _ in range(8):
        if p(outside) <= alpha:
            break
        inside, outside = outside, start + 2 * (outside - start)
    else:
        return None
    for _ in range(STEPS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if p(middle) > alpha else (inside, middle)
        if abs(outside - inside) < abs(step) * 1e-6:
            break
    return (inside + outside) / 2
