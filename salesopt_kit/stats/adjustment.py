"""What each case was like before takes noise off what it is like after: CUPED."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.clustered import Clustered, bounded
from salesopt_kit.stats.mean import mean, welch_difference

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The difference of means after taking off what the figure before tells; `theta` is how much of it is taken off."""

    theta: float
    difference: Clustered
    raw: float
    """Without the adjustment."""
    variance_ratio: float
    """Variance left over: 1 - correlation squared."""


def cuped(after: Numbers, before: Numbers, is_treated: npt.NDArray[np.bool_]) -> Adjusted:
    """Return the difference of the treated, y - theta (x - mean x), with Welch's interval; at least two an arm.

    Deng, Xu, Kohavi and Walker (2013), with theta = cov / var over both arms together. Right where the arms were drawn
    by lot; otherwise what set them apart before is taken off in part only.
    """
    spread = float(np.var(before, ddof=1))
    theta = float(np.cov(after, before, ddof=1)[0, 1]) / spread if spread > 0 else 0.0
    adjusted = after - theta * (before - before.mean())
    whole = float(np.var(after, ddof=1))
    ratio = float(np.var(adjusted, ddof=1)) / whole if whole > 0 else 1.0
    raw = float(after[is_treated].mean() - after[~is_treated].mean())
    return Adjusted(theta, welch(adjusted[is_treated], adjusted[~is_treated]), raw, ratio)


def welch(treated: Numbers, control: Numbers) -> Clustered:
    """Return mean(treated) - mean(control) with Welch's interval (1947); without one for a lone or unvarying arm."""
    value = float(treated.mean() - control.mean())
    if min(len(treated), len(control)) < 2:  # noqa: PLR2004 -- a variance needs two
        return Clustered(value, None, None, None, 0.0)
    found = welch_difference(mean(treated), mean(control))
    return bounded(value, found.error, found.df) if found.error > 0 else Clustered(value, None, None, None, 0.0)
