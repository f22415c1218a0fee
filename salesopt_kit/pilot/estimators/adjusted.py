"""Regression adjustment: what a unit or seller was like before takes noise off what it is like in the pilot."""

import numpy as np

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.pilot.contrast import Arms, Contrast
from salesopt_kit.pilot.estimators.cells import Cells, Flags, Numbers, cells
from salesopt_kit.pilot.panel import Panel
from salesopt_kit.stats.adjustment import cuped
from salesopt_kit.stats.cluster_regression import bias_reduced, regression
from salesopt_kit.stats.clustered import Clustered, two_sided_p

FEWEST_UNITS = 5
"""Units with which a slope, two levels and a spread can be told apart at all."""
FEWEST_SELLERS = 4
"""Sellers an arm must have."""


def ancova_units(panel: Panel, arms: Arms) -> Contrast:
    """Return the difference of the units in the pilot, given their figures before (ANCOVA), t on units - 3."""
    made = cells(panel, arms)
    if len(made.units) < FEWEST_UNITS:
        raise MissingDataError(
            _("{n} units are too few to allow for what they were like before").format(n=len(made.units)),
            remedy=_("Read the difference of the units' changes instead."),
        )
    before, after = made.totals / made.n
    found = _ancova(after, before, made.is_treated)
    return _contrast("ancova_units", _("units, given their figures before"), made, made.arms, found)


def ancova_sellers(panel: Panel, arms: Arms) -> Contrast:
    """Return the difference of the sellers in the pilot, given their figures before, weighted by cases (CR2)."""
    made, before, after, is_treated = _sellers(panel, arms)
    n = made.seller_n[1, _seen(made)]
    x = np.column_stack([np.ones(len(after)), before, is_treated]).astype(float)
    found = bias_reduced(regression(x, after, n, np.arange(len(after))))
    label = _("sellers, given their figures before")
    return _contrast("ancova_sellers", label, made, _split(is_treated), found)


def cuped_sellers(panel: Panel, arms: Arms) -> Contrast:
    """Return the difference of the sellers' figures, less what the figures before tell (CUPED), every seller alike."""
    made, before, after, is_treated = _sellers(panel, arms)
    found = cuped(after, before, is_treated).difference
    label = _("sellers, less what their figures before tell (CUPED)")
    return _contrast("cuped_sellers", label, made, _split(is_treated), found)


def _ancova(after: Numbers, before: Numbers, is_treated: Flags) -> Clustered:
    import statsmodels.api as sm  # noqa: PLC0415 -- statsmodels is loaded only when asked for

    fit = sm.OLS(after, np.column_stack([np.ones(len(after)), before, is_treated]).astype(float)).fit()
    low, high = fit.conf_int()[2]
    return Clustered(float(fit.params[2]), float(low), float(high), float(fit.bse[2]), float(fit.df_resid))


def _seen(made: Cells) -> Flags:
    found: Flags = np.all(made.seller_n > 0, axis=0, keepdims=True)[0]
    return found


def _sellers(panel: Panel, arms: Arms) -> tuple[Cells, Numbers, Numbers, Flags]:
    made = cells(panel, arms)
    seen = _seen(made)
    is_treated = made.is_treated[made.seller_unit[seen]]
    if panel.clusters == "units" or min(_split(is_treated)) < FEWEST_SELLERS:
        raise MissingDataError(
            _("fewer than {n} sellers an arm have cases in both periods").format(n=FEWEST_SELLERS),
            remedy=_("Read the analyses over units."),
        )
    before, after = made.seller_totals[:, seen] / made.seller_n[:, seen]
    return made, before, after, is_treated


def _split(is_treated: Flags) -> tuple[int, int]:
    return int(is_treated.sum()), int((~is_treated).sum())


def _contrast(method: str, label: str, made: Cells, clusters: tuple[int, int], found: Clustered) -> Contrast:
    assumes = (
        _("what differed before predicts what differs after, alike in both arms"),
        _("who was extreme before drifts back to the middle; that drift is allowed for"),
        *made.says(),
    )
    p = two_sided_p(found)
    return Contrast(method, label, found.value, found.low, found.high, p, None, made.cases, clusters, assumes)
