"""Regression to the mean: how much better the worst month, or the worst team, looks next time by chance alone."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LEAST = 4
"""Pairs below which a correlation says nothing."""


@dataclass(frozen=True, slots=True)
class FalseGain:
    """What to expect of the worst of `m` with nothing done: sd (1 - r) k, in the figure's unit, never below 0."""

    value: float
    sd: float
    r: float
    m: int
    n: int
    """Figures that sd and r were estimated from."""


def worst_of(m: int) -> float:
    """Return by how many standard deviations the worst of m independent normal figures lies off the mean, on average.

    Its expectation, m times the integral of z phi(z) Phi(z)^(m - 1) (Harter 1961, Biometrika 48:151-165).

    >>> f"{worst_of(1):.3f} {worst_of(8):.4f}"
    '0.000 1.4236'
    """
    from scipy.integrate import quad  # noqa: PLC0415 -- SciPy is loaded only when asked for
    from scipy.special import ndtr  # noqa: PLC0415

    def part(z: float) -> float:
        return float(m * z * np.exp(-z * z / 2) / np.sqrt(2 * np.pi) * ndtr(z) ** (m - 1))

    return float(quad(part, -12.0, 12.0, epsabs=1e-10)[0])


def false_gain(sd: float, r: float, m: int, n: int = 0) -> FalseGain:
    """Return the gain that the worst of m figures shows at the next measurement though nothing was changed.

    `sd` is the spread of the figures, `r` their correlation with the next measurement (Barnett, van der Pols and Dobson
    2005, International Journal of Epidemiology 34:215-220). Assumes figures that are near normal.

    >>> f"{false_gain(10, 0.6, 8).value:.1f}"
    '5.7'
    """
    kept = min(max(r, 0.0), 1.0)
    return FalseGain(max(0.0, sd * (1 - kept) * worst_of(m)), sd, kept, m, n)


def gain_of_worst_period(series: npt.ArrayLike, m: int) -> FalseGain | None:
    """Return the false gain of the worst of m periods; one row per unit, one column per period, NaN for no figure.

    `sd` is the spread of periods within a unit, `r` the correlation of a period with the next one of the same unit,
    over all units. None with fewer than four pairs of periods.
    """
    x = np.asarray(series, float)
    own = x - np.nanmean(x, axis=1, keepdims=True)
    freedom = float((~np.isnan(x)).sum() - (~np.isnan(x)).any(axis=1).sum())
    if freedom < 1:
        return None
    sd = float(np.sqrt(np.nansum(own**2) / freedom))
    return _gain(own[:, :-1].ravel(), own[:, 1:].ravel(), sd, m)


def gain_of_worst_unit(series: npt.ArrayLike) -> FalseGain | None:
    """Return the false gain of the worst of all units in one period; rows and columns as above.

    `sd` is the spread of units within a period, `r` the correlation of the units' figures in a period and in the next.
    """
    x = np.asarray(series, float)
    own = x - np.nanmean(x, axis=0, keepdims=True)
    freedom = float((~np.isnan(x)).sum() - (~np.isnan(x)).any(axis=0).sum())
    if freedom < 1 or len(x) < 2:  # noqa: PLR2004 -- one unit is not picked
        return None
    sd = float(np.sqrt(np.nansum(own**2) / freedom))
    return _gain(own[:, :-1].ravel(), own[:, 1:].ravel(), sd, len(x))


def _gain(now: npt.NDArray[np.float64], later: npt.NDArray[np.float64], sd: float, m: int) -> FalseGain | None:
    both = ~np.isnan(now) & ~np.isnan(later)
    if both.sum() < LEAST:
        return None
    now, later = now[both], later[both]
    squares = float(np.sqrt((now**2).sum() * (later**2).sum()))
    r = float((now * later).sum()) / squares if squares > 0 else 0.0
    return false_gain(sd, r, m, int(both.sum()))
