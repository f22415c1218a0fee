"""How many cases a comparison needs, and how small an effect it can show: the textbook formulas, independent cases."""

import math


def cases_for_means(effect: float, sd: float, power: float = 0.8, alpha: float = 0.05, *, sides: int = 2) -> float:
    """Return the cases per arm with which a t test finds a difference of means of `effect` with chance `power`.

    `sd` is the standard deviation of one case in either arm, `sides` 1 or 2. Exact, by the noncentral t distribution
    (statsmodels); not rounded up.

    >>> f"{cases_for_means(0.5, 1.0):.2f}"
    '63.77'
    """
    from statsmodels.stats.power import TTestIndPower  # noqa: PLC0415 -- loaded only when asked for

    alternative = "two-sided" if sides == 2 else "larger"  # noqa: PLR2004
    return float(TTestIndPower().solve_power(abs(effect) / sd, power=power, alpha=alpha, alternative=alternative))


def pooled_sd(sd_1: float, sd_2: float) -> float:
    """Return the standard deviation that stands for two arms of equal size: the root of the mean of both variances."""
    return math.sqrt((sd_1**2 + sd_2**2) / 2)


def detectable_mean(n_1: float, n_2: float, sd: float, power: float = 0.8, alpha: float = 0.05) -> float:
    """Return the smallest difference of means that arms of n_1 and n_2 cases show with chance `power`, two-sided t.

    ValueError for arms that hold less than three cases together.
    """
    from statsmodels.stats.power import TTestIndPower  # noqa: PLC0415

    if n_1 + n_2 < 3:  # noqa: PLR2004 -- a t test needs a degree of freedom
        message = "a t test needs three cases in both arms together"
        raise ValueError(message)
    found = TTestIndPower().solve_power(nobs1=n_1, ratio=n_2 / n_1, power=power, alpha=alpha)
    return float(found) * sd


def detectable_shift(n_1: float, n_2: float, sd: float, power: float = 0.8, alpha: float = 0.05) -> float:
    """Return the smallest difference that a z test shows with chance `power`: for many cases, or a known `sd`."""
    from scipy.special import ndtri  # noqa: PLC0415

    return float(ndtri(1 - alpha / 2) + ndtri(power)) * sd * math.sqrt(1 / n_1 + 1 / n_2)


def cases_not_worse(
    sd: float, margin: float, power: float = 0.8, alpha: float = 0.025, *, difference: float = 0.0
) -> float:
    """Return the cases per arm that show a mean to be not worse by `margin`, one-sided, where it truly is `difference`.

    2 ((z_alpha + z_power) sd / (margin - difference))^2, the textbook formula (Chow, Shao and Wang 2008, section 3.2).
    ValueError where the true difference reaches the margin: no number of cases would do.
    """
    from scipy.special import ndtri  # noqa: PLC0415

    if difference >= margin:
        message = "a figure that is worse by the margin cannot be shown to be better than that"
        raise ValueError(message)
    return 2 * (float(ndtri(1 - alpha) + ndtri(power)) * sd / (margin - difference)) ** 2


def power_of_shares(share_1: float, share_2: float, n: float, alpha: float = 0.05) -> float:
    """Return the chance that a two-sided test of two shares, `n` cases per arm, tells them apart (statsmodels)."""
    from statsmodels.stats.proportion import power_proportions_2indep  # noqa: PLC0415

    return float(power_proportions_2indep(share_2 - share_1, share_1, n, alpha=alpha, return_results=False))


def cases_for_shares(share_1: float, share_2: float, power: float = 0.8, alpha: float = 0.05) -> float:
    """Return the cases per arm that tell two shares apart, two-sided, pooled variance under no difference.

    The formula of R's power.prop.test (Fleiss 1981, section 3.2), which statsmodels does not have solved for n.
    """
    from scipy.special import ndtri  # noqa: PLC0415

    middle = (share_1 + share_2) / 2
    none = math.sqrt(2 * middle * (1 - middle))
    own = math.sqrt(share_1 * (1 - share_1) + share_2 * (1 - share_2))
    return ((float(ndtri(1 - alpha / 2)) * none + float(ndtri(power)) * own) / (share_1 - share_2)) ** 2


def events_for_log_rank(
    hazard_ratio: float, power: float = 0.8, alpha: float = 0.05, *, share_treated: float = 0.5
) -> float:
    """Return how many deals must close, in both arms together, for a log-rank test to find `hazard_ratio`.

    Schoenfeld (1981), Biometrika 68:316-319: (z_alpha + z_power)^2 / (p (1 - p) ln(ratio)^2). Assumes proportional
    hazards.
    """
    from scipy.special import ndtri  # noqa: PLC0415

    quantiles = float(ndtri(1 - alpha / 2) + ndtri(power))
    return quantiles**2 / (share_treated * (1 - share_treated) * math.log(hazard_ratio) ** 2)


def cases_for_hazards(
    hazard_ratio: float,
    closed_treated: float,
    closed_control: float,
    power: float = 0.8,
    alpha: float = 0.05,
    *,
    ratio: float = 1.0,
) -> tuple[int, int]:
    """Return the cases of the pilot and of the controls that a Cox regression needs to find `hazard_ratio`.

    `closed_treated` and `closed_control` are the shares of each arm that close while they are followed, `ratio` is
    pilot cases per control case. Freedman (1982) as R's powerSurvEpi (ssizeCT.default) has it.
    """
    from scipy.special import ndtri  # noqa: PLC0415

    quantiles = float(ndtri(1 - alpha / 2) + ndtri(power))
    needed = ((ratio * hazard_ratio + 1) / (hazard_ratio - 1)) ** 2 * quantiles**2 / ratio
    controls = needed / (ratio * closed_treated + closed_control)
    return math.ceil(controls * ratio), math.ceil(controls)
