"""The score test and interval of a difference of two proportions: not worse than by a margin, and by how much at most.

Written here because statsmodels 0.15 has the wrong null variance in its score interval for a difference other than 0
(its issue 10269), and SciPy has none.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from salesopt_kit.stats.interval import Interval, Z

Counts = tuple[float, float, float, float]
"""Successes and cases of the first group, then of the second; cases above 0."""
INSIDE = 1.0 - 1e-12
"""The largest difference tried; at 1 itself both shares are fixed and nothing varies."""


@dataclass(frozen=True, slots=True)
class ScoreTest:
    """z and one-sided p of "the difference is `null` or less", and the two shares fitted under it."""

    z: float
    p: float
    share_1: float
    share_2: float


def restricted_shares(counts: Counts, null: float) -> tuple[float, float]:
    """Return the maximum likelihood shares of two groups whose difference (first - second) is `null`, within (-1, 1).

    The root of the cubic in closed form (Farrington and Manning 1990, appendix; Miettinen and Nurminen 1985).
    """
    x_1, n_1, x_2, n_2 = counts
    p_1, p_2, theta = x_1 / n_1, x_2 / n_2, n_2 / n_1
    a = 1 + theta
    b = -(1 + theta + p_1 + theta * p_2 + null * (theta + 2))
    c = null**2 + null * (2 * p_1 + theta + 1) + p_1 + theta * p_2
    d = -p_1 * null * (1 + null)
    v = (b / (3 * a)) ** 3 - b * c / (6 * a**2) + d / (2 * a)
    u = math.copysign(math.sqrt(max((b / (3 * a)) ** 2 - c / (3 * a), 0.0)), v)
    cosine = min(1.0, max(-1.0, v / u**3)) if u**3 != 0 else 0.0
    share = 2 * u * math.cos((math.pi + math.acos(cosine)) / 3) - b / (3 * a)
    share = min(max(share, 0.0, null), 1.0, 1.0 + null)
    return share, share - null


def farrington_manning(counts: Counts, null: float) -> ScoreTest:
    """Return the score test of "first - second is `null` or less" against "it is more" (Farrington and Manning 1990).

    With `null` = -margin a small p says that the first group is not worse than the second by the margin. Assumes
    independent cases: deals of few sellers are not.

    >>> round(farrington_manning((18, 120, 40, 200), -0.10).p, 5)
    0.11789
    """
    from scipy.special import ndtr  # noqa: PLC0415 -- SciPy is loaded only when asked for

    z = _score(counts, null, 1.0)
    return ScoreTest(z, float(ndtr(-z)), *restricted_shares(counts, null))


def mee(counts: Counts, z: float = Z) -> Interval:
    """Return the score interval of first - second (Mee 1984): the differences that the score test does not reject."""
    return _inverted(lambda null: _score(counts, null, 1.0), counts, z)


def miettinen_nurminen(counts: Counts, z: float = Z) -> Interval:
    """Return the score interval of first - second with the variance times N / (N - 1) (Miettinen and Nurminen 1985).

    >>> found = miettinen_nurminen((56, 70, 48, 80))
    >>> f"{found.low:.4f} {found.high:.4f}"
    '0.0528 0.3382'
    """
    n = counts[1] + counts[3]
    return _inverted(lambda null: _score(counts, null, n / (n - 1)), counts, z)


def _score(counts: Counts, null: float, factor: float) -> float:
    x_1, n_1, x_2, n_2 = counts
    share_1, share_2 = restricted_shares(counts, null)
    variance = factor * (share_1 * (1 - share_1) / n_1 + share_2 * (1 - share_2) / n_2)
    apart = x_1 / n_1 - x_2 / n_2 - null
    if variance <= 0:
        return 0.0 if apart == 0 else math.copysign(math.inf, apart)
    return apart / math.sqrt(variance)


def _inverted(score: Callable[[float], float], counts: Counts, z: float) -> Interval:
    """Return the differences at which the score, which falls as the difference grows, is z and -z."""
    point = counts[0] / counts[1] - counts[2] / counts[3]
    low = -1.0 if score(-INSIDE) <= z else _crossing(score, z, -INSIDE, min(point, INSIDE))
    high = 1.0 if score(INSIDE) >= -z else _crossing(score, -z, max(point, -INSIDE), INSIDE)
    return Interval(low, high)


def _crossing(score: Callable[[float], float], level: float, below: float, above: float) -> float:
    """Return where the falling score crosses `level`; bisection, for its ends may be infinite."""
    for _step in range(60):
        middle = (below + above) / 2
        below, above = (middle, above) if score(middle) > level else (below, middle)
    return (below + above) / 2
