"""Individuals chart (XmR): which values of a series are more than its ordinary scatter?"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
D2, D4 = 1.128, 3.267
"""Mean range of two values in standard deviations, and the upper limit of the moving range in mean ranges."""
RUN = 8
"""As many values in a row on one side of the centre are a signal."""


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
    mean_range = float(np.abs(np.diff(values)).mean())
    step = 3 * mean_range / D2
    return Limits(center, center - step, center + step, mean_range, D4 * mean_range)


def signals(values: Numbers, limits: Limits) -> npt.NDArray[np.bool_]:
    """Return which values stand outside the limits or end a run of 8 or more on one side of the centre.

    These two rules alone: each further one adds false alarms (with both, about one in 150 values of a steady process).
    """
    outside = (values > limits.high) | (values < limits.low)
    side = np.sign(values - limits.center)
    run = np.zeros(len(values), dtype=int)
    for place, here in enumerate(side):
        run[place] = run[place - 1] + 1 if place and here != 0 and here == side[place - 1] else int(here != 0)
    return np.asarray(outside | (run >= RUN), dtype=np.bool_)
