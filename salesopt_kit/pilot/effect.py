"""What the pilot's units did beyond the controls, figure by figure."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.core_figures import metric_label, metric_unit
from salesopt_kit.metrics.followup import followed_deals
from salesopt_kit.pilot.contrast import arms_of
from salesopt_kit.pilot.estimators.choice import MANY_CONTROLS
from salesopt_kit.pilot.estimators.synthetic import synthetic_placebos
from salesopt_kit.pilot.panel import panel_of
from salesopt_kit.pilot.setting import Setting, need_controls
from salesopt_kit.pilot.totals import totals
from salesopt_kit.stats.clustered import (
    Clustered,
    Figure,
    difference_in_differences,
    difference_of_changes,
    ratio,
    restricted_mean_of,
)
from salesopt_kit.stats.permutation import Permutation, permutation_of_units
from salesopt_kit.tables.store import Tables

FEWEST_CLUSTERS = 4
"""Sellers an arm must have before an interval is worth showing."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One figure: its values by arm and period, the difference-in-differences, and the permutation over units."""

    metric: str
    label: str
    unit: str
    method: str
    treated: tuple[float, float]
    """Before and after, of the pilot's units."""
    controls: tuple[float, float]
    difference: Clustered
    permutation: Permutation
    n: int


def effect(tables: Tables, chosen: Setting, metric: str) -> Effect:
    """Return the difference-in-differences of `metric`; MissingDataError where an arm or a period has no data.

    The cycle is the restricted mean of days from creation to closing (won or lost) up to the horizon that the deals of
    both periods were followed, open deals censored; deals belong to the period they were opened in.
    """
    need_controls(chosen.controls)
    if metric == "cycle_days":
        return _cycle(tables, chosen)
    before, after = (totals(tables, chosen, metric, window) for window in (chosen.pilot.baseline, chosen.pilot.period))
    units = [*chosen.treated, *chosen.controls]
    changes = np.array([_unit_ratio(after.rows, name) - _unit_ratio(before.rows, name) for name in units])
    values = [
        _arm_ratio(rows, names) for names in (chosen.treated, chosen.controls) for rows in (before.rows, after.rows)
    ]
    if after.clusters == "sellers":
        arms = [_ratios(before.rows, after.rows, names) for names in (chosen.treated, chosen.controls)]
        difference = _difference(arms)
        method = _("difference-in-differences, bootstrap over {n} sellers").format(n=arms[0][2] + arms[1][2])
    else:
        difference, method = _of_units(tables, chosen, metric, changes)
    n = int(before.rows["n"].sum() + after.rows["n"].sum())
    return _effect(tables, chosen, metric, (after.said, method), values, (difference, changes), n)


def _of_units(
    tables: Tables, chosen: Setting, metric: str, changes: "np.ndarray[tuple[int], np.dtype[np.float64]]"
) -> tuple[Clustered, str]:
    """Return the difference of the units' changes; against a mix of controls where these are many and a mix fits."""
    if len(chosen.controls) >= MANY_CONTROLS:
        try:
            found = synthetic_placebos(panel_of(tables, chosen, metric), arms_of(chosen))
        except MissingDataError:
            pass  # all controls alike are what is left
        else:
            return Clustered(found.value, found.low, found.high, None, 0.0), found.label
    k = len(chosen.treated)
    method = _("difference of the changes of {n} units, t interval").format(n=len(changes))
    return difference_of_changes(changes[:k], changes[k:]), method


def _cycle(tables: Tables, chosen: Setting) -> Effect:
    horizon = chosen.need_follow_up()
    before, after = (
        followed_deals(tables, window, chosen.dimension) for window in (chosen.pilot.baseline, chosen.pilot.period)
    )
    units = [*chosen.treated, *chosen.controls]
    changes = np.array([_restricted(after, (u,), horizon) - _restricted(before, (u,), horizon) for u in units])
    arms = [_restricted_means(before, after, names, horizon) for names in (chosen.treated, chosen.controls)]
    values = [
        _restricted(rows, names, horizon) for names in (chosen.treated, chosen.controls) for rows in (before, after)
    ]
    said = _("days from opening to closing, counted up to {horizon}").format(horizon=horizon)
    method = _("difference-in-differences, bootstrap over {n} sellers").format(n=arms[0][2] + arms[1][2])
    n = int(sum(rows.loc[rows["unit"].isin(units), "n"].sum() for rows in (before, after)))
    return _effect(tables, chosen, "cycle_days", (said, method), values, (_difference(arms), changes), n)


def _effect(
    tables: Tables,
    chosen: Setting,
    metric: str,
    said: tuple[str, str],
    values: list[float],
    found: tuple[Clustered, "np.ndarray[tuple[int], np.dtype[np.float64]]"],
    n: int,
) -> Effect:
    difference, changes = found
    if np.isnan([*values, *changes, difference.value]).any():
        raise MissingDataError(
            _("some unit has no data in the baseline or in the pilot"), remedy=_("Check the pilot's dates and names.")
        )
    is_treated = np.arange(len(changes)) < len(chosen.treated)
    return Effect(
        metric,
        _("{label}, {said}").format(label=metric_label(metric), said=said[0]),
        metric_unit(metric, tables.engagement.config.currency),
        said[1],
        (values[0], values[1]),
        (values[2], values[3]),
        difference,
        permutation_of_units(changes, is_treated),
        n,
    )


Arm = tuple[Figure, Figure, int]
"""The figure after, the figure before, and how many clusters they weigh."""


def _difference(arms: list[Arm]) -> Clustered:
    (after_t, before_t, n_t), (after_c, before_c, n_c) = arms
    found = difference_in_differences((after_t, before_t), (after_c, before_c), n_t, n_c)
    if min(n_t, n_c) < FEWEST_CLUSTERS:
        return Clustered(found.value, None, None, None, 0.0)
    return found


def _ratios(before: pd.DataFrame, after: pd.DataFrame, names: tuple[str, ...]) -> Arm:
    before, after = (
        rows[rows["unit"].isin(names)].groupby("cluster")[["total", "n"]].sum() for rows in (before, after)
    )
    clusters = before.index.union(after.index)
    first, second = (
        ratio(*(rows.reindex(clusters, fill_value=0.0)[column].to_numpy(float) for column in ("total", "n")))
        for rows in (before, after)
    )
    return second, first, len(clusters)


def _restricted_means(before: pd.DataFrame, after: pd.DataFrame, names: tuple[str, ...], horizon: int) -> Arm:
    before, after = (rows[rows["unit"].isin(names)] for rows in (before, after))
    clusters = pd.Index(sorted({*before["cluster"], *after["cluster"]}))
    first, second = (_figure(rows, clusters, horizon) for rows in (before, after))
    return second, first, len(clusters)


def _figure(rows: pd.DataFrame, clusters: "pd.Index[str]", horizon: int) -> Figure:
    return restricted_mean_of(
        clusters.get_indexer(pd.Index(rows["cluster"])),
        rows["days"].to_numpy(float),
        rows["is_closed"].to_numpy(bool),
        rows["n"].to_numpy(float),
        float(horizon),
        len(clusters),
    )


def _restricted(rows: pd.DataFrame, names: tuple[str, ...], horizon: int) -> float:
    chosen = rows[rows["unit"].isin(names)].assign(cluster="")
    return float(_figure(chosen, pd.Index([""]), horizon)(np.ones((1, 1)))[0])


def _arm_ratio(rows: pd.DataFrame, names: tuple[str, ...]) -> float:
    chosen = rows[rows["unit"].isin(names)]
    return float(chosen["total"].sum() / chosen["n"].sum()) if chosen["n"].sum() else float("nan")


def _unit_ratio(rows: pd.DataFrame, name: str) -> float:
    return _arm_ratio(rows, (name,))
