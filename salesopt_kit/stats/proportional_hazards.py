"""By which factor the pace of closing differs, other things equal: Cox's regression with clusters."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.difference import Difference
from salesopt_kit.stats.life_table import Numbers


@dataclass(frozen=True, slots=True)
class Hazards:
    """The log of the factor per column and its standard error, which takes clusters as independent where given."""

    coefficients: Numbers
    errors: Numbers

    def log_ratio(self, column: int) -> Difference:
        """Return one coefficient with its normal interval and p; its exponential is the factor."""
        return Difference(float(self.coefficients[column]), float(self.errors[column]))


def proportional_hazards(
    days: Numbers,
    ended: npt.NDArray[np.bool_],
    columns: Numbers,
    *,
    strata: npt.NDArray[np.int_] | None = None,
    clusters: npt.NDArray[np.int_] | None = None,
    ties: Literal["efron", "breslow"] = "efron",
) -> Hazards:
    """Return Cox's (1972) partial-likelihood fit of the columns (n x k), each stratum with a pace of its own.

    With `clusters` the standard errors are Lin and Wei's (1989) sandwich over whole clusters; statsmodels has it for
    Breslow's ties alone, so ties are then Breslow's. Assumes factors that stay the same over the days of a deal.
    """
    from statsmodels.duration.hazard_regression import PHReg  # noqa: PLC0415 -- loaded only when asked for

    model = PHReg(days, columns, np.asarray(ended, int), strata=strata, ties=ties if clusters is None else "breslow")
    found = model.fit(groups=clusters) if clusters is not None else model.fit()
    return Hazards(np.asarray(found.params, float), np.asarray(found.bse, float))
