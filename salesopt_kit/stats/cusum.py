"""CUSUM: the sum of small slips, which sees a slow erosion that no single point shows."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.frozen_limits import Numbers

ALLOWANCE, DECISION = 0.5, 5.0
"""k and h in standard deviations: a false alarm about every 465 points, a slip of one deviation seen in 10."""
NODES = 80


@dataclass(frozen=True, slots=True)
class Cusum:
    """The two sums at each point, in standard deviations, and which points are beyond the decision interval."""

    high: Numbers
    low: Numbers
    signal: npt.NDArray[np.bool_]


def cusum(z: Numbers, *, k: float = ALLOWANCE, h: float = DECISION, head_start: float = 0.0) -> Cusum:
    """Return the tabular CUSUM of standardised points, with time along the last axis.

    High sum: max(0, last + z - k), low sum: max(0, last - z - k); beyond h is a signal (Page 1954; Montgomery, section
    9.1). `head_start` is where both begin: h / 2 is the fast initial response of Lucas and Crosier (1982).
    """
    high, low = np.zeros(z.shape), np.zeros(z.shape)
    up = down = np.full(z.shape[:-1], head_start)
    for place in range(z.shape[-1]):
        up, down = np.maximum(0.0, up + z[..., place] - k), np.maximum(0.0, down - z[..., place] - k)
        high[..., place], low[..., place] = up, down
    return Cusum(high, low, (high > h) | (low > h))


def cusum_run_length(
    *,
    k: float = ALLOWANCE,
    h: float = DECISION,
    shift: float = 0.0,
    head_start: float = 0.0,
    is_one_sided: bool = False,
) -> float:
    """Return the mean number of points up to a signal, in a normal process `shift` deviations off its centre.

    Page's integral equation by Nystrom's method (Gauss-Legendre nodes); the two sides put together as Lucas and
    Crosier (1982, Technometrics 24:199-205) do.
    """
    up = _one_sided(k, h, shift, head_start)
    if is_one_sided:
        return up
    up0, down0 = _one_sided(k, h, shift, 0.0), _one_sided(k, h, -shift, 0.0)
    down = _one_sided(k, h, -shift, head_start)
    return (up * down0 + down * up0 - up0 * down0) / (up0 + down0)


@cache
def _one_sided(k: float, h: float, shift: float, start: float) -> float:
    """Solve L(s) = 1 + L(0) P(sum falls to 0) + integral over (0, h) of L(x) times the density of getting there."""
    from scipy.stats import norm  # noqa: PLC0415 -- scipy costs time that an import saves

    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    places = np.append(0.0, (nodes + 1) * h / 2)
    density = norm.pdf(places[None, :] + k - places[:, None] - shift) * np.append(0.0, weights * h / 2)
    density[:, 0] = norm.cdf(k - places - shift)
    solved = np.linalg.solve(np.eye(len(places)) - density, np.ones(len(places)))
    onward = norm.pdf(places + k - start - shift) * np.append(0.0, weights * h / 2)
    onward[0] = norm.cdf(k - start - shift)
    return float(1 + onward @ solved)
