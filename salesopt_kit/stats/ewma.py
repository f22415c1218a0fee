"""EWMA: a mean that forgets slowly, for slips too small for a single point."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.frozen_limits import Numbers

WEIGHT, WIDTH = 0.2, 2.962
"""Share of the newest point, and the limit in standard deviations: a false alarm about every 500 points."""
NODES = 80


@dataclass(frozen=True, slots=True)
class Ewma:
    """The mean at each point, the limit that it may reach on either side by then, and which points are beyond."""

    values: Numbers
    limits: Numbers
    signal: npt.NDArray[np.bool_]


def ewma(z: Numbers, *, weight: float = WEIGHT, width: float = WIDTH) -> Ewma:
    """Return the exponentially weighted moving average of standardised points, time along the last axis, begun at 0.

    The limits are the exact ones, which widen with the points: width sqrt(w / (2 - w) (1 - (1 - w)^(2 t))) (Roberts
    1959; Lucas and Saccucci 1990; Montgomery, section 9.2).
    """
    values = np.zeros(z.shape)
    last = np.zeros(z.shape[:-1])
    for place in range(z.shape[-1]):
        last = weight * z[..., place] + (1 - weight) * last
        values[..., place] = last
    times = np.arange(1, z.shape[-1] + 1)
    limits = width * np.sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * times)))
    return Ewma(values, limits, np.abs(values) > limits)


@cache
def ewma_run_length(*, weight: float = WEIGHT, width: float = WIDTH, shift: float = 0.0) -> float:
    """Return the mean number of points up to a signal, in a normal process `shift` deviations off its centre.

    Crowder's integral equation by Nystrom's method (1987, Technometrics 29:401-407), for the limits as they are in
    the long run; the exact ones, narrower at first, signal a little sooner.
    """
    from scipy.stats import norm  # noqa: PLC0415 -- scipy costs time that an import saves

    h = width * np.sqrt(weight / (2 - weight))
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    places = nodes * h
    density = norm.pdf((places[None, :] - (1 - weight) * places[:, None]) / weight - shift) * weights * h / weight
    solved = np.linalg.solve(np.eye(NODES) - density, np.ones(NODES))
    return float(1 + (norm.pdf(places / weight - shift) * weights * h / weight) @ solved)
