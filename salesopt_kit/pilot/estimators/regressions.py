"""Difference-in-differences by regression: units keep their own level, and sellers or units are taken as clusters."""

from typing import Literal

import numpy as np

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.pilot.contrast import Arms, Contrast
from salesopt_kit.pilot.estimators.cells import Cells, cells
from salesopt_kit.pilot.panel import Panel
from salesopt_kit.stats.cluster_regression import Regression, bias_reduced, cluster_robust, regression
from salesopt_kit.stats.clustered import Clustered, two_sided_p
from salesopt_kit.stats.wild_bootstrap import wild_bootstrap

Level = Literal["sellers", "units"]
FEW = 4
"""Clusters on one side under which robust errors and the wild bootstrap reject too often (MacKinnon and Webb 2018)."""


def did_sellers(panel: Panel, arms: Arms) -> Contrast:
    """Return the difference-in-differences with the usual cluster-robust error over sellers (CR1, t on sellers - 1)."""
    made = _cells(panel, arms, "sellers")
    found = cluster_robust(difference_model(made, "sellers"))
    return _contrast("did_sellers", _("regression, errors by seller"), made, "sellers", found)


def did_sellers_reduced(panel: Panel, arms: Arms) -> Contrast:
    """Return the same with the error that holds with few clusters (CR2, Satterthwaite's degrees of freedom)."""
    made = _cells(panel, arms, "sellers")
    found = bias_reduced(difference_model(made, "sellers"))
    return _contrast("did_sellers_reduced", _("regression, errors by seller for few clusters"), made, "sellers", found)


def did_sellers_wild(panel: Panel, arms: Arms) -> Contrast:
    """Return the same with p and interval of the wild bootstrap over sellers."""
    made = _cells(panel, arms, "sellers")
    return _wild("did_sellers_wild", _("regression, wild bootstrap over sellers"), made, "sellers")


def did_units_reduced(panel: Panel, arms: Arms) -> Contrast:
    """Return the difference-in-differences with whole units as clusters (CR2, Satterthwaite)."""
    made = _cells(panel, arms, "units")
    found = bias_reduced(difference_model(made, "units"))
    return _contrast("did_units_reduced", _("regression, errors by unit for few clusters"), made, "units", found)


def did_units_wild(panel: Panel, arms: Arms) -> Contrast:
    """Return the same with p and interval of the wild bootstrap over units."""
    made = _cells(panel, arms, "units")
    return _wild("did_units_wild", _("regression, wild bootstrap over units"), made, "units")


def difference_model(made: Cells, level: Level) -> Regression:
    """Return the regression on the units' levels, the period, and the pilot in its period (the last column)."""
    after, seller = np.nonzero(made.seller_n > 0)
    unit = made.seller_unit[seller]
    n = made.seller_n[after, seller]
    is_piloted = made.is_treated[unit] & (after == 1)
    x = np.column_stack([np.eye(len(made.units))[unit], after, is_piloted]).astype(float)
    clusters = unit if level == "units" else seller
    return regression(x, made.seller_totals[after, seller] / n, n, clusters)


def _cells(panel: Panel, arms: Arms, level: Level) -> Cells:
    if level == "sellers" and panel.clusters == "units":
        raise MissingDataError(
            _("{label} is recorded by unit, not by seller").format(label=panel.label),
            remedy=_("Read the analyses over units."),
        )
    return cells(panel, arms)


def _clusters(made: Cells, level: Level) -> tuple[int, int]:
    if level == "units":
        return made.arms
    treated = int(made.is_treated[made.seller_unit].sum())
    return treated, len(made.seller_unit) - treated


def _assumes(made: Cells, level: Level) -> tuple[str, ...]:
    return (
        _("without the pilot both arms would have changed alike"),
        _("sellers are independent of one another, even within a unit")
        if level == "sellers"
        else _("units are independent of one another"),
        *(
            (_("fewer than {n} on one side: too sure of itself, the permutation goes first").format(n=FEW),)
            if min(_clusters(made, level)) < FEW
            else ()
        ),
        *made.says(),
    )


def _contrast(method: str, label: str, made: Cells, level: Level, found: Clustered) -> Contrast:
    p = two_sided_p(found)
    clusters, assumes = _clusters(made, level), _assumes(made, level)
    return Contrast(method, label, found.value, found.low, found.high, p, None, made.cases, clusters, assumes)


def _wild(method: str, label: str, made: Cells, level: Level) -> Contrast:
    found = wild_bootstrap(difference_model(made, level))
    clusters, assumes = _clusters(made, level), _assumes(made, level)
    return Contrast(
        method, label, found.value, found.low, found.high, found.p, found.smallest, made.cases, clusters, assumes
    )
