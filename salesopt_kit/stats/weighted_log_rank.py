"""Log-rank tests that look more at early or at late ends than the plain one."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.life_table import Numbers

Weights = Literal["plain", "gehan", "tarone_ware", "peto"]
OPTIONS: dict[Weights, dict[str, object]] = {
    "plain": {},
    "gehan": {"weight_type": "gb"},
    "tarone_ware": {"weight_type": "tw"},
    "peto": {"weight_type": "fh", "fh_p": 1},
}


@dataclass(frozen=True, slots=True)
class WeightedLogRank:
    """Chi-square on groups - 1 degrees of freedom and its p."""

    statistic: float
    p: float


def weighted_log_rank(
    days: Numbers,
    ended: npt.NDArray[np.bool_],
    group: npt.NDArray[np.int_],
    strata: npt.NDArray[np.int_] | None = None,
    weights: Weights = "plain",
) -> WeightedLogRank:
    """Return the test that all groups leave alike, each time of an end weighted by what is still there.

    "gehan" (Gehan 1965, Breslow 1970) weighs by the number at risk, "tarone_ware" (1977) by its root, "peto" (Fleming
    and Harrington's rho = 1) by the share still waiting: all three see early differences better. One case per entry.
    """
    from statsmodels.duration.survfunc import survdiff  # noqa: PLC0415 -- loaded only when asked for

    statistic, p = survdiff(days, np.asarray(ended, int), group, strata=strata, **OPTIONS[weights])
    return WeightedLogRank(float(statistic), float(p))
