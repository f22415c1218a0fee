"""The analyses of a pilot, each a function of a panel and arms; `ESTIMATORS` has them by key, for those who try all."""

from collections.abc import Callable

from salesopt_kit.pilot.contrast import Arms, Contrast
from salesopt_kit.pilot.estimators.adjusted import ancova_sellers, ancova_units, cuped_sellers
from salesopt_kit.pilot.estimators.choice import main_contrast, naive_contrast
from salesopt_kit.pilot.estimators.event_study import PreTrend, event_study, pre_trend
from salesopt_kit.pilot.estimators.interrupted import interrupted, interrupted_counts
from salesopt_kit.pilot.estimators.regressions import (
    did_sellers,
    did_sellers_reduced,
    did_sellers_wild,
    did_units_reduced,
    did_units_wild,
)
from salesopt_kit.pilot.estimators.synthetic import (
    mix_of_controls,
    placebo_test,
    synthetic,
    synthetic_placebos,
    synthetic_stretches,
)
from salesopt_kit.pilot.estimators.unit_changes import unit_permutation, unit_t, unit_t_weighted
from salesopt_kit.pilot.panel import Panel

Estimator = Callable[[Panel, Arms], Contrast]

ESTIMATORS: dict[str, Estimator] = {
    "unit_t": unit_t,
    "unit_t_weighted": unit_t_weighted,
    "unit_permutation": unit_permutation,
    "did_sellers": did_sellers,
    "did_sellers_reduced": did_sellers_reduced,
    "did_sellers_wild": did_sellers_wild,
    "did_units_reduced": did_units_reduced,
    "did_units_wild": did_units_wild,
    "ancova_units": ancova_units,
    "ancova_sellers": ancova_sellers,
    "cuped_sellers": cuped_sellers,
    "synthetic_control": synthetic,
    "synthetic_placebos": synthetic_placebos,
    "synthetic_stretches": synthetic_stretches,
    "interrupted": interrupted,
    "interrupted_counts": interrupted_counts,
}
"""Each raises MissingDataError where the panel cannot carry it."""

__all__ = [
    "ESTIMATORS",
    "Estimator",
    "PreTrend",
    "event_study",
    "main_contrast",
    "mix_of_controls",
    "naive_contrast",
    "placebo_test",
    "pre_trend",
]
