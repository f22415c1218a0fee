"""The change of the pilot's units minus that of the controls, each unit one case, as the pilot was assigned."""

import math

from salesopt_kit.locale import _
from salesopt_kit.pilot.contrast import Arms, Contrast
from salesopt_kit.pilot.estimators.cells import Cells, cells
from salesopt_kit.pilot.panel import Panel
from salesopt_kit.stats.clustered import Clustered, difference_of_changes, two_sided_p, weighted_difference_of_changes
from salesopt_kit.stats.permutation import permutation_interval, permutation_of_units


def unit_t(panel: Panel, arms: Arms) -> Contrast:
    """Return the difference of the units' mean changes, every unit counting alike, by Student's t on units - 2.

    MissingDataError without a control or where a unit of the pilot has no case in one of the periods.
    """
    made = cells(panel, arms)
    changes = made.changes
    found = difference_of_changes(changes[made.is_treated], changes[~made.is_treated])
    return _by_t("unit_t", _("difference of the units' changes, t interval"), made, found)


def unit_t_weighted(panel: Panel, arms: Arms) -> Contrast:
    """Return the same with every unit weighted by its cases: 1 / (1 / n before + 1 / n after)."""
    made = cells(panel, arms)
    weights = 1 / (1 / made.n).sum(axis=0)
    found = weighted_difference_of_changes(made.changes, weights, made.is_treated)
    return _by_t("unit_t_weighted", _("difference of the units' changes, weighted by cases, t interval"), made, found)


def unit_permutation(panel: Panel, arms: Arms) -> Contrast:
    """Return the difference of the units' mean changes with Fisher's exact p and the interval of all shifts it keeps.

    Bounds are None where so few units cannot reach p <= 0.05.
    """
    made = cells(panel, arms)
    changes = made.changes
    found = permutation_of_units(changes, made.is_treated)
    low, high = permutation_interval(changes, made.is_treated)
    assumes = (
        _("any other choice of as many units was equally likely, as by lot"),
        _("the pilot shifts every unit by the same amount (for the interval)"),
        *made.says(),
    )
    return Contrast(
        "unit_permutation",
        _("difference of the units' changes, exact permutation"),
        float(changes[made.is_treated].mean() - changes[~made.is_treated].mean()),
        _finite(low),
        _finite(high),
        found.p,
        found.smallest,
        made.cases,
        made.arms,
        assumes,
    )


def _by_t(method: str, label: str, made: Cells, found: Clustered) -> Contrast:
    assumes = (
        _("without the pilot all units would have changed alike, but for chance"),
        _("changes scatter equally in both arms, roughly normally"),
        *made.says(),
    )
    p = two_sided_p(found)
    return Contrast(method, label, found.value, found.low, found.high, p, None, made.cases, made.arms, assumes)


def _finite(bound: float) -> float | None:
    return bound if math.isfinite(bound) else None
