"""Individuals chart (XmR): which values of a series are more than its ordinary scatter?"""

from dataclasses import dataclass

from salesopt_kit.stats.frozen_limits import D2, FrozenLimits, Numbers, mean_range

D4 = 3.267
"""The upper limit of the moving range in mean ranges."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Centre, natural process limits and the mean and upper limit of the moving range, in the unit of the values."""

    center: float
    low: float
    high: float
    mean_range: float
    high_range: float


def xmr_limits(values: Numbers) -> Limits:
    """Return the limits of an individuals chart from at least two values in order of time.

    Centre +- 3 mean moving range / 1.128 (Shewhart; Montgomery, Introduction to Statistical Quality Control, section
    6.4). Assumes values that follow each other independently; a trend in the values inflates the limits.
    """
    center = float(values.mean())
    ranges = mean_range(values)
    step = 3 * ranges / D2
    return Limits(center, center - step, center + step, ranges, D4 * ranges)


def xmr_chart(values: Numbers) -> FrozenLimits:
    """Return the same limits in the form that later points are held against; the size of a point does not matter."""
    return FrozenLimits("xmr", float(values.mean()), mean_range(values) / D2, len(values), is_by_size=False)
