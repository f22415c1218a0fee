"""The analyses of a pilot, each a function of a panel and arms; `ESTIMATORS` has them by key, for those who try all."""

from collections.abc import Callable

from salesopt_kit.pilot.contrast import Arms, Contrast
from salesopt_kit.pilot.estimators.unit_changes import unit_permutation, unit_t, unit_t_weighted
from salesopt_kit.pilot.panel import Panel

Estimator = Callable[[Panel, Arms], Contrast]

ESTIMATORS: dict[str, Estimator] = {
    "unit_t": unit_t,
    "unit_t_weighted": unit_t_weighted,
    "unit_permutation": unit_permutation,
}
"""Each raises MissingDataError where the panel cannot carry it."""

__all__ = ["ESTIMATORS", "Estimator"]
