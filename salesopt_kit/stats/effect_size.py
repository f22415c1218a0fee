"""The standardised difference of two means, Cohen's d and Hedges' g, with the interval of the noncentral t."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.interval import Interval


@dataclass(frozen=True, slots=True)
class EffectSize:
    """Cohen's d of the pooled standard deviation, Hedges' g (d without its bias in small samples), each with 95 %."""

    d: float
    d_interval: Interval
    g: float
    g_interval: Interval


def effect_size(first: npt.ArrayLike, second: npt.ArrayLike) -> EffectSize:
    """Return the standardised difference first - second (Hedges 1981; interval: Steiger and Fouladi 1997).

    The interval holds the noncentralities of Student's t that leave 2.5 % on either side of the observed t. Assumes
    independent normal values of one variance; ValueError for fewer than two on a side or without any spread.
    """
    x, y = np.asarray(first, float), np.asarray(second, float)
    n, m = len(x), len(y)
    if min(n, m) < 2:  # noqa: PLR2004 -- a variance needs two
        message = "each side needs two values"
        raise ValueError(message)
    freedom = n + m - 2
    spread = math.sqrt((float(((x - x.mean()) ** 2).sum()) + float(((y - y.mean()) ** 2).sum())) / freedom)
    if spread == 0:
        message = "values without spread have no standardised difference"
        raise ValueError(message)
    d, scale = float(x.mean() - y.mean()) / spread, math.sqrt(1 / n + 1 / m)
    low, high = (scale * _noncentrality(d / scale, freedom, share) for share in (0.975, 0.025))
    unbiased = math.exp(math.lgamma(freedom / 2) - math.lgamma((freedom - 1) / 2)) / math.sqrt(freedom / 2)
    return EffectSize(d, Interval(low, high), unbiased * d, Interval(unbiased * low, unbiased * high))


def _noncentrality(t: float, freedom: int, share: float) -> float:
    """Return the noncentrality with which Student's t falls at or below `t` in this share of samples."""
    from scipy.special import nctdtrinc  # noqa: PLC0415 -- SciPy is loaded only when asked for

    return float(nctdtrinc(freedom, share, t))
