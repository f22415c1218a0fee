"""Interrupted time series: a step in one series, beyond its trend and its season, with errors that see memory."""

import math
from typing import Literal

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.clustered import Clustered

Numbers = npt.NDArray[np.float64]


def newey_west_lags(n: int) -> int:
    """Return the usual number of lags, 4 (n / 100)^(2 / 9) rounded down (Newey and West 1994).

    >>> newey_west_lags(30), newey_west_lags(100)
    (3, 4)
    """
    return int(4 * float(n / 100) ** (2 / 9))


def harmonics(years: Numbers, pairs: int) -> Numbers:
    """Return sine and cosine of `pairs` waves a year, shape (times, 2 x pairs); `years` is time in years."""
    angles = 2 * math.pi * np.outer(years, np.arange(1, pairs + 1))
    return np.hstack([np.sin(angles), np.cos(angles)])


def segmented(
    y: Numbers, x: Numbers, *, lags: int, weights: Numbers | None = None, is_corrected: bool = True
) -> tuple[Clustered, ...]:
    """Return every coefficient of `y` on the columns of `x`, with Newey-West errors and t intervals (statsmodels).

    `is_corrected` multiplies the variance by n / (n - columns), as short series need.
    """
    import statsmodels.api as sm  # noqa: PLC0415 -- statsmodels is loaded only when asked for

    how = {"maxlags": lags, "use_correction": is_corrected}
    fit = sm.WLS(y, x, weights=np.ones(len(y)) if weights is None else weights).fit(
        cov_type="HAC", cov_kwds=how, use_t=True
    )
    bounds = fit.conf_int()
    return tuple(
        Clustered(float(value), float(low), float(high), float(error), float(fit.df_resid))
        for value, error, (low, high) in zip(fit.params, fit.bse, bounds, strict=True)
    )


def rate_ratio_of_step(counts: Numbers, exposure: Numbers, x: Numbers) -> tuple[float, float, float, float]:
    """Return ratio, low, high and p of the last column, by Poisson quasi-likelihood (scale: Pearson's chi-square)."""
    import statsmodels.api as sm  # noqa: PLC0415 -- statsmodels is loaded only when asked for

    model = sm.GLM(counts, x, family=sm.families.Poisson(), offset=np.log(exposure))
    kind: Literal["X2"] = "X2"
    fit = model.fit(scale=kind, use_t=True)
    low, high = fit.conf_int()[-1]
    return math.exp(fit.params[-1]), math.exp(low), math.exp(high), float(fit.pvalues[-1])
