"""c chart: is a number of events in equal times more than its ordinary scatter?"""

import math

from salesopt_kit.stats.frozen_limits import FrozenLimits, Numbers


def c_chart(counts: Numbers) -> FrozenLimits:
    """Return the limits of a chart of counts from points in order of time.

    Centre +- 3 sqrt(mean) (Montgomery, section 7.3). Assumes Poisson counts, with as much to count from every time.
    """
    mean = float(counts.mean())
    return FrozenLimits("c", mean, math.sqrt(mean), len(counts), is_by_size=False)
