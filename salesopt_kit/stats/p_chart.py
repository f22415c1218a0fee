"""p chart: is a share of n cases more than its ordinary scatter?"""

import math

from salesopt_kit.stats.frozen_limits import FrozenLimits, Numbers


def p_chart(counts: Numbers, sizes: Numbers) -> FrozenLimits:
    """Return the limits of a chart of shares, counts / sizes, from points in order of time.

    Centre +- 3 sqrt(p (1 - p) / n) (Montgomery, section 7.2). Assumes cases that come out independently with one
    chance; where days, sellers or sources differ the points scatter more, and the Laney p' chart holds.
    """
    share = float(counts.sum() / sizes.sum())
    return FrozenLimits("p", share, math.sqrt(share * (1 - share)), len(counts))
