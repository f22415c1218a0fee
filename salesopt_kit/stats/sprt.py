"""Wald's sequential probability ratio test: after every case, stop for one of two hypotheses or go on.

Written here because neither SciPy nor statsmodels has it.
"""

import math
from dataclasses import dataclass
from typing import Literal

Choice = Literal["first", "second", "go_on"]
"""Which hypothesis is accepted, if one is."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The log likelihood ratio (second over first) from which the second, and below which the first is accepted."""

    upper: float
    lower: float


@dataclass(frozen=True, slots=True)
class Lines:
    """Two lines over n cases: accept the first at `slope` n - `accept` events or fewer, the second at + `reject`."""

    slope: float
    accept: float
    reject: float


def thresholds(alpha: float = 0.05, beta: float = 0.2) -> Thresholds:
    """Return Wald's (1945) approximate thresholds log((1 - beta) / alpha) and log(beta / (1 - alpha)).

    `alpha` is the chance to accept the second hypothesis wrongly, `beta` the first; they keep alpha + beta.

    >>> found = thresholds()
    >>> round(found.upper, 6), round(found.lower, 6)
    (2.772589, -1.558145)
    """
    return Thresholds(math.log((1 - beta) / alpha), math.log(beta / (1 - alpha)))


def lines(first: float, second: float, alpha: float = 0.05, beta: float = 0.1) -> Lines:
    """Return the lines for a share `first` against a higher one, `second` (Wald 1947; Montgomery, section 15.3).

    >>> found = lines(0.01, 0.06)
    >>> round(found.slope, 3), round(found.accept, 2), round(found.reject, 2)
    (0.028, 1.22, 1.57)
    """
    bounds = thresholds(alpha, beta)
    step = math.log(second * (1 - first) / (first * (1 - second)))
    return Lines(math.log((1 - first) / (1 - second)) / step, -bounds.lower / step, bounds.upper / step)


def choose(events: float, n: float, found: Lines) -> Choice:
    """Return what `events` among the first n cases allow to decide."""
    if events >= found.slope * n + found.reject:
        return "second"
    return "first" if events <= found.slope * n - found.accept else "go_on"
