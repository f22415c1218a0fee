"""How large an effect must be to be found, by simulation: real changes of units in which nothing was done, plus it."""

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.interval import Interval
from salesopt_kit.stats.proportion import wilson

Numbers = npt.NDArray[np.float64]


def thresholds(gains: Numbers, chosen: npt.NDArray[np.int_], alpha: float = 0.05) -> Numbers:
    """Return the effect from which on each placebo pilot comes out as a gain, one row a window, one column a choice.

    `gains` has one row per window and one column per unit: by how much the unit improved though nothing was done;
    `chosen` has one row per choice of pilot units (their columns). A pilot is a gain where Student's pooled t of the
    units' changes, units - 2 degrees of freedom, two-sided at `alpha`, points the right way; an effect that adds to
    every pilot unit leaves the spread as it is, so each pilot has one effect from which on it is found. Windows
    without a figure for some unit give NaN. Three units or more, else ValueError.
    """
    from scipy.special import stdtrit  # noqa: PLC0415 -- SciPy is loaded only when asked for

    n, k = gains.shape[1], chosen.shape[1]
    if n < 3:  # noqa: PLR2004 -- units - 2 degrees of freedom
        message = "the spread of units needs three of them"
        raise ValueError(message)
    member = np.zeros((len(chosen), n))
    member[np.arange(len(chosen))[:, None], chosen] = 1
    total, squares = gains.sum(axis=1)[:, None], (gains**2).sum(axis=1)[:, None]
    treated = gains @ member.T
    controls = total - treated
    within = squares - treated**2 / k - controls**2 / (n - k)
    error = np.sqrt(np.maximum(within, 0.0) / (n - 2) * (1 / k + 1 / (n - k)))
    found: Numbers = float(stdtrit(n - 2, 1 - alpha / 2)) * error - (treated / k - controls / (n - k))
    return found


def power_of(found: Numbers, effect: float, independent: float) -> tuple[float, Interval]:
    """Return the share of placebo pilots that find `effect`, with Wilson's interval for so many `independent` ones."""
    known = found[~np.isnan(found)]
    share = float((known < effect).mean())
    return share, wilson(share * independent, independent)
