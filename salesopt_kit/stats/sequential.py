"""Boundaries for a test that is looked at several times: Armitage, McPherson and Rowe's recursion, Lan and DeMets' use.

Written here because neither SciPy nor statsmodels has group-sequential bounds.
"""

import math
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Sides = Literal[1, 2]
Shape = Literal["obrien_fleming", "pocock"]
Spending = Callable[[float, float], float]
"""Information fraction and one-sided alpha to the alpha spent so far; 0 at 0, alpha at 1, never falling."""
FARTHEST = 8.5
"""|z| beyond which nothing counts: less than 1 in 10^16."""
NODES_PER_STEP = 6.0
"""Nodes of the quadrature in one standard deviation of what is added between two looks."""
FEWEST_NODES, MOST_NODES = 64, 1_500


def obrien_fleming_spending(fraction: float, alpha: float) -> float:
    """Return 2 - 2 Phi(z(alpha / 2) / sqrt(fraction)): next to nothing early (Lan and DeMets 1983)."""
    from scipy.special import ndtr, ndtri  # noqa: PLC0415 -- SciPy is loaded only when asked for

    return float(2 * ndtr(ndtri(alpha / 2) / math.sqrt(fraction)))


def pocock_spending(fraction: float, alpha: float) -> float:
    """Return alpha log(1 + (e - 1) fraction): about alike at every look (Lan and DeMets 1983)."""
    return alpha * math.log1p((math.e - 1) * fraction)


SPENDING: dict[Shape, Spending] = {"obrien_fleming": obrien_fleming_spending, "pocock": pocock_spending}


def spending_bounds(
    fractions: Sequence[float],
    alpha: float = 0.05,
    *,
    spending: Shape | Spending = "obrien_fleming",
    sides: Sides = 2,
) -> tuple[float, ...]:
    """Return the bound of |z| (of z for one side) at each look, infinite where as good as nothing may be spent.

    `fractions` are the shares of the planned information that the looks have, rising within (0, 1]; they need be
    neither even nor known beforehand. `alpha` is the chance that z crosses any bound where there is no effect; with two
    sides half of it goes to each. Else ValueError. Assumes that z at the looks has independent increments.

    >>> [round(bound, 3) for bound in spending_bounds([0.25, 0.5, 0.75, 1.0])]
    [4.333, 2.963, 2.359, 2.014]
    """
    _check(fractions)
    return _spending_bounds(tuple(map(float, fractions)), alpha, SPENDING.get(spending, spending), sides)  # type: ignore[arg-type]


def classic_bounds(looks: int, shape: Shape, alpha: float = 0.05, sides: Sides = 2) -> tuple[float, ...]:
    """Return Pocock's (1977) or O'Brien and Fleming's (1979) bounds for `looks` even looks.

    >>> [round(bound, 3) for bound in classic_bounds(2, "obrien_fleming")]
    [2.797, 1.977]
    """
    return _classic_bounds(looks, shape, alpha, sides)


def crossing_chances(
    bounds: Sequence[float], fractions: Sequence[float], *, sides: Sides = 2, drift: float = 0.0
) -> tuple[float, ...]:
    """Return the chance, look by look, that z crosses its bound there and none before; their sum is that of any.

    Without `drift` there is no effect; with it z has the mean drift x sqrt(fraction), so that `drift` is the mean at
    the end.

    >>> round(sum(crossing_chances([1.96] * 5, [0.2, 0.4, 0.6, 0.8, 1.0])), 3)
    0.142
    """
    _check(fractions)
    walk = _Walk(sides, drift)
    return tuple(walk.step(float(bound), float(at)) for bound, at in zip(bounds, fractions, strict=True))


class _Walk:
    """The score z sqrt(t) as it stands after some looks without a crossing: its density on the nodes of a quadrature.

    Between looks a normal step is added (Armitage, McPherson and Rowe 1969), here by Gauss-Legendre quadrature.
    """

    def __init__(self, sides: Sides, drift: float = 0.0) -> None:
        self.sides, self.drift, self.at = sides, drift, 0.0
        self.nodes, self.mass = np.zeros(1), np.ones(1)

    def crossing(self, bound: float, at: float) -> float:
        """Return the chance to be beyond `bound` at information `at`, above and, with two sides, below."""
        from scipy.special import ndtr  # noqa: PLC0415 -- SciPy is loaded only when asked for

        spread, shift = math.sqrt(at - self.at), self.drift * (at - self.at)
        edge = bound * math.sqrt(at)
        beyond = ndtr((self.nodes + shift - edge) / spread)
        if self.sides == 2:  # noqa: PLR2004 -- both sides
            beyond = beyond + ndtr((-edge - self.nodes - shift) / spread)
        return float(self.mass @ beyond)

    def step(self, bound: float, at: float) -> float:
        """Go on to information `at`, where what lies beyond `bound` stops; return the chance of that."""
        stopped = self.crossing(bound, at)
        spread, shift = math.sqrt(at - self.at), self.drift * (at - self.at)
        far = FARTHEST * math.sqrt(at)
        middle = self.drift * at
        low = middle - far if self.sides == 1 else max(-bound * math.sqrt(at), middle - far)
        high = max(min(bound * math.sqrt(at), middle + far), low)
        nodes, weights = _quadrature(low, high, spread)
        apart = (nodes[:, None] - self.nodes[None, :] - shift) / spread
        density = np.exp(-0.5 * apart**2) @ self.mass / (spread * math.sqrt(2 * math.pi))
        self.nodes, self.mass, self.at = nodes, weights * density, at
        return stopped


def _quadrature(low: float, high: float, spread: float) -> tuple[Numbers, Numbers]:
    wanted = NODES_PER_STEP * (high - low) / spread
    n = min(MOST_NODES, max(FEWEST_NODES, 16 * math.ceil(wanted / 16)))
    nodes, weights = _legendre(n)
    half = (high - low) / 2
    return low + half * (nodes + 1), half * weights


@cache
def _legendre(n: int) -> tuple[Numbers, Numbers]:
    from scipy.special import roots_legendre  # noqa: PLC0415 -- SciPy is loaded only when asked for

    nodes, weights = roots_legendre(n)
    return nodes, weights


@lru_cache(maxsize=256)
def _spending_bounds(fractions: tuple[float, ...], alpha: float, spending: Spending, sides: Sides) -> tuple[float, ...]:
    walk, spent, found = _Walk(sides), 0.0, []
    for at in fractions:
        now = sides * spending(at, alpha / sides)
        bound = _bound(walk, at, now - spent)
        walk.step(bound, at)
        spent = now
        found.append(bound)
    return tuple(found)


def _bound(walk: _Walk, at: float, chance: float) -> float:
    """Return the bound that is crossed with this chance; infinite where none is large enough to matter."""
    from scipy.optimize import brentq  # noqa: PLC0415 -- SciPy is loaded only when asked for

    if chance <= walk.crossing(FARTHEST, at):
        return math.inf
    return float(brentq(lambda bound: walk.crossing(bound, at) - chance, -FARTHEST, FARTHEST, xtol=1e-10))


@lru_cache(maxsize=256)
def _classic_bounds(looks: int, shape: Shape, alpha: float, sides: Sides) -> tuple[float, ...]:
    from scipy.optimize import brentq  # noqa: PLC0415 -- SciPy is loaded only when asked for

    fractions = np.arange(1, looks + 1) / looks
    relative = np.ones(looks) if shape == "pocock" else 1 / np.sqrt(fractions)

    def excess(last: float) -> float:
        return sum(crossing_chances(list(last * relative), list(fractions), sides=sides)) - alpha

    last = float(brentq(excess, 0.1, 6.0, xtol=1e-9))
    return tuple(float(bound) for bound in last * relative)


def _check(fractions: Sequence[float]) -> None:
    pairs = zip([0.0, *fractions], [*fractions, 1.0], strict=True)
    if not fractions or fractions[0] <= 0 or any(first > second for first, second in pairs):
        message = f"information fractions must rise within (0, 1], not {list(fractions)}"
        raise ValueError(message)
    if len(set(fractions)) < len(fractions):
        message = f"two looks cannot have the same information: {list(fractions)}"
        raise ValueError(message)
