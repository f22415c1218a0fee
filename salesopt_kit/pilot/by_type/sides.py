"""A panel as the groups of sellers that are compared: before and after, pilot and controls, or both at once."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.pilot.contrast import Arms, Contrast, Window
from salesopt_kit.pilot.panel import Panel
from salesopt_kit.stats.clustered import Clustered, difference_of_changes, two_sided_p
from salesopt_kit.stats.clustered_contrast import Group, clustered_contrast

FEWEST_CLUSTERS = 4
"""Sellers a side must have before an interval is worth showing."""


def by_sellers_caveat() -> str:
    """Return what an interval with sellers as the cases leaves out."""
    return _(
        "Sellers are taken as independent; what a whole unit shares, such as its manager or its market, is not in "
        "these intervals. The verdict therefore looks at whole units."
    )


def group(panel: Panel, units: tuple[str, ...], windows: Sequence[Window], signs: tuple[float, ...]) -> Group:
    """Return totals and counts of some units by seller (rows) and window (columns)."""
    parts = [panel.within(window, units).sums(["unit", "cluster"]) for window in windows]
    sellers = parts[0].index
    for part in parts[1:]:
        sellers = sellers.union(part.index)
    filled = [part.reindex(sellers, fill_value=0.0) for part in parts]
    totals, counts = (np.column_stack([part[column].to_numpy(float) for part in filled]) for column in ("total", "n"))
    return Group(totals, counts, signs)


def before_after(panel: Panel, arms: Arms) -> list[Group]:
    """Return the pilot's units, after minus before; the same sellers stand on both sides."""
    return [group(panel, arms.treated, (arms.baseline, arms.period), (-1.0, 1.0))]


def side_by_side(panel: Panel, arms: Arms) -> list[Group]:
    """Return the pilot's units minus the controls, in the period of the pilot."""
    return [
        group(panel, arms.treated, (arms.period,), (1.0,)),
        group(panel, arms.controls, (arms.period,), (-1.0,)),
    ]


def beyond_controls(panel: Panel, arms: Arms) -> list[Group]:
    """Return the change of the pilot's units minus that of the controls."""
    windows = (arms.baseline, arms.period)
    return [group(panel, arms.treated, windows, (-1.0, 1.0)), group(panel, arms.controls, windows, (1.0, -1.0))]


def contrasted(groups: Sequence[Group]) -> Clustered:
    """Return the contrast of the groups; without bounds where one has fewer than four sellers."""
    found = clustered_contrast(groups)
    if min(one.clusters for one in groups) < FEWEST_CLUSTERS:
        return Clustered(found.value, None, None, None, 0.0)
    return found


def change_beyond_controls(panel: Panel, arms: Arms) -> Contrast:
    """Return the difference-in-differences of a figure: sellers as the cases, or units for daily figures.

    MissingDataError where a side has no case in one of the periods, or there is no control.
    """
    groups = beyond_controls(panel, arms)
    n = round(sum(float(one.counts.sum()) for one in groups))
    if not arms.controls or any(math.isnan(one.value) for one in groups):
        raise MissingDataError(
            _("some unit has no data in the baseline or in the pilot"), remedy=_("Check the pilot's dates and names.")
        )
    if panel.clusters == "sellers":
        found, k = contrasted(groups), (groups[0].clusters, groups[1].clusters)
        label = _("change beyond the controls, sellers as the cases")
    else:
        found, k = _by_units(panel, arms), (len(arms.treated), len(arms.controls))
        label = _("change beyond the controls, units as the cases")
    key = "did_sellers" if panel.clusters == "sellers" else "did_units"
    return Contrast(key, label, found.value, found.low, found.high, two_sided_p(found), None, n, k)


def _by_units(panel: Panel, arms: Arms) -> Clustered:
    after, before = (panel.within(window).sums("unit") for window in (arms.period, arms.baseline))
    changes = (after["total"] / after["n"] - before["total"] / before["n"]).reindex(list(arms.units))
    if changes.isna().any():
        missing = pd.Index(changes[changes.isna()].index)
        raise MissingDataError(
            _("no data of {names} in one of the periods").format(names=_(", ").join(map(str, missing))),
            remedy=_("Check the pilot's dates and names."),
        )
    values = changes.to_numpy(float)
    return difference_of_changes(values[: len(arms.treated)], values[len(arms.treated) :])
