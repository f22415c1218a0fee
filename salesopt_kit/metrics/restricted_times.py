"""Means of times that count each one up to a horizon at most, with or without those still going on."""

import numpy as np

from salesopt_kit.stats.interval import Z
from salesopt_kit.stats.life_table import Numbers
from salesopt_kit.stats.mean import mean
from salesopt_kit.stats.survival import restricted_mean

Values = tuple[float | None, float | None, float | None]
"""A value and the bounds of its interval."""


def restricted(days: Numbers, ended: "np.ndarray", horizon: float, entry: Numbers | None, n: Numbers) -> Values:
    """Return the restricted mean to `horizon` with its normal interval; nothing where the curve is not known so far."""
    if not len(days) or horizon <= 0:
        return None, None, None
    try:
        value, error = restricted_mean(days, ended, horizon, entry, n)
    except ValueError:
        return None, None, None
    return value, max(value - Z * error, 0.0), min(value + Z * error, float(horizon))


def capped_mean(days: Numbers, n: Numbers, horizon: float) -> Values:
    """Return the mean of min(days, horizon) with its t interval; nothing of no days."""
    if not len(days) or horizon <= 0:
        return None, None, None
    found = mean(np.minimum(days, horizon), n)
    return (found.value, found.interval.low, found.interval.high) if found.interval else (found.value, None, None)
