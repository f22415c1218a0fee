"""u chart: is a number of events per case more than its ordinary scatter?"""

import math

from salesopt_kit.stats.frozen_limits import FrozenLimits, Numbers


def u_chart(counts: Numbers, sizes: Numbers) -> FrozenLimits:
    """Return the limits of a chart of rates, counts / sizes, from points in order of time.

    Centre +- 3 sqrt(u / n) (Montgomery, section 7.3). Assumes Poisson counts; where they scatter more, Laney's u'
    chart holds.
    """
    rate = float(counts.sum() / sizes.sum())
    return FrozenLimits("u", rate, math.sqrt(rate), len(counts))
