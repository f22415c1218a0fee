"""The difference of the changes of a share in two groups of units, whose scatter depends on the share itself.

A pilot that lifts a share from 10 % to 20 % nearly doubles p (1 - p), so its units scatter more than the controls: the
pooled t interval is then too narrow. As in Wilson's interval, each effect is tested with the scatter it would bring.
"""

import math

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.clustered import Clustered

Numbers = npt.NDArray[np.float64]
LEAST = 1e-3
"""A share that is 0 or 1 in the figures still scatters like this one."""


def binomial(share: float | Numbers) -> Numbers:
    """Return p (1 - p), never 0."""
    held = np.clip(share, LEAST, 1 - LEAST)
    found: Numbers = held * (1 - held)
    return found


def error_share(variances: Numbers, is_treated: npt.NDArray[np.bool_]) -> Numbers:
    """Return the squared error of the difference of two means as a multiple of the squares within both groups.

    `variances` of the units' changes are needed up to a factor alone; the last axis of both arrays are the units. Equal
    ones give Student's (1/k + 1/m) / (k + m - 2).
    """
    k = is_treated.sum(axis=-1, keepdims=True)
    size = np.where(is_treated, k, is_treated.shape[-1] - k)
    found: Numbers = (variances / size**2).sum(axis=-1) / (variances * (1 - 1 / size)).sum(axis=-1)
    return found


def difference_of_share_changes(shares: Numbers, counts: Numbers, is_treated: npt.NDArray[np.bool_]) -> Clustered:
    """Return mean change of the treated units - that of the others, with the interval of all effects not rejected.

    `shares` and `counts` have one row a unit and two columns, before and after. Units count alike and G - 2 degrees of
    freedom are Student's, as in `difference_of_changes`; but a unit's variance is taken as proportional to
    p (1 - p) / n before plus after (quasi-binomial: McCullagh and Nelder 1989, section 4.5), with p of the whole group,
    and that of the treated after as the tested effect has it (a score interval, as Wilson 1927). `error` is that at no
    effect, so a p value from it agrees with the interval. No bounds with fewer than three units.
    """
    from scipy.optimize import brentq  # noqa: PLC0415 -- SciPy is loaded only when asked for
    from scipy.special import stdtrit  # noqa: PLC0415

    changes = shares[:, 1] - shares[:, 0]
    own, others = changes[is_treated], changes[~is_treated]
    value, drift = float(own.mean() - others.mean()), float(others.mean())
    freedom = len(changes) - 2.0
    if freedom < 1:
        return Clustered(value, None, None, None, 0.0)
    squares = float(((own - own.mean()) ** 2).sum() + ((others - others.mean()) ** 2).sum())
    before, after, start = (
        float((shares * counts)[group, when].sum() / counts[group, when].sum())
        for group, when in ((~is_treated, 0), (~is_treated, 1), (is_treated, 0))
    )
    p = np.where(is_treated[:, None], start, [before, after])

    def error(effect: float) -> float:
        p[is_treated, 1] = start + drift + effect
        return math.sqrt(squares * float(error_share((binomial(p) / counts).sum(axis=1), is_treated)))

    step = float(stdtrit(freedom, 0.975))

    def bound(side: int) -> float:
        def beyond(reach: float) -> float:
            return reach - step * error(value + side * reach)

        furthest = 2 * step * error(value)
        while beyond(furthest) < 0:
            furthest *= 2
        reach = float(brentq(beyond, 0.0, furthest)) if squares else 0.0
        return min(max(value + side * reach, -1.0), 1.0)

    return Clustered(value, bound(-1), bound(1), error(0.0), freedom)
