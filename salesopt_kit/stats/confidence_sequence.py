"""Bounds that hold at every moment at once, however often one looks: the normal mixture of Robbins and of Howard.

Written here because neither SciPy nor statsmodels has confidence sequences.
"""

import math


def best_rho(v: float, alpha: float = 0.05) -> float:
    """Return the mixture's parameter that makes the two-sided bound about tightest at intrinsic time `v`.

    The closed approximation of Howard et al. (2021, proposition 3).

    >>> round(best_rho(100.0), 4)
    12.6006
    """
    log = math.log(1 / alpha)
    return v / (2 * log + math.log1p(2 * log))


def log_mixture(score: float, v: float, rho: float) -> float:
    """Return the log of the mixture martingale: the evidence that a sum `score` with variance `v` has no mean of 0."""
    return 0.5 * math.log(rho / (v + rho)) + score**2 / (2 * (v + rho))


def radius(v: float, rho: float, alpha: float = 0.05) -> float:
    """Return what a sum with variance `v` (0 or more) stays within at all times with chance 1 - alpha.

    Robbins (1970); Howard, Ramdas, McAuliffe and Sekhon (2021), eq. 14. For means of anything with a finite variance it
    holds asymptotically (Waudby-Smith et al. 2024).

    >>> round(radius(100.0, best_rho(100.0)), 4)
    30.3521
    """
    return math.sqrt((v + rho) * math.log((v + rho) / (rho * alpha**2)))


def always_valid_bound(fraction: float, alpha: float = 0.05, *, tightest_at: float = 1.0) -> float:
    """Return the |z| that no effect keeps within at all looks together, planned or not, at `fraction` of information.

    `fraction` is above 0 and may pass 1; `tightest_at` is the fraction at which the bound is tightest.

    >>> round(always_valid_bound(1.0), 3), round(always_valid_bound(0.25), 3)
    (3.035, 3.531)
    """
    return radius(fraction, best_rho(tightest_at, alpha), alpha) / math.sqrt(fraction)


def running_interval(
    value: float, error: float, fraction: float, alpha: float = 0.05, *, tightest_at: float = 1.0
) -> tuple[float, float]:
    """Return the interval of an estimate with standard error `error` that holds at all looks together."""
    step = always_valid_bound(fraction, alpha, tightest_at=tightest_at) * error
    return value - step, value + step
