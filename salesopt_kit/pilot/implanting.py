"""X1: the power of whatever analysis the verdict uses, by implanting an effect into the client's own history."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from salesopt_kit.pilot.contrast import Arms, Contrast
from salesopt_kit.pilot.history import History, history_of
from salesopt_kit.pilot.outline import Kind, outline
from salesopt_kit.pilot.panel import Panel, panel
from salesopt_kit.stats.interval import Interval
from salesopt_kit.stats.proportion import wilson
from salesopt_kit.tables.store import Tables

SEED = 20240630
Analysis = Callable[[Panel, Arms], Contrast]
"""How the verdict judges a pilot: a panel and the arms in, the effect out."""


def power_with(
    tables: Tables,
    analysis: Analysis,
    effect: float,
    metric: str = "",
    *,
    kind: Kind | None = None,
    draws: int = 200,
) -> tuple[float, Interval]:
    """Return how often `analysis` finds `effect` in pilots as planned, on the history of `metric` (default: primary).

    See `simulated_power`. MissingDataError where the history is too short.
    """
    planned = outline(tables, kind)
    days = planned.baseline_days, round(7 * planned.weeks)
    figure = panel(tables, planned.dimension, metric or planned.primary, planned.horizon)
    history = history_of(figure, planned, *days)
    return simulated_power(history, analysis, effect, size=planned.size, days=days, draws=draws, alpha=planned.alpha)


def simulated_power(
    history: History,
    analysis: Analysis,
    effect: float,
    *,
    size: int,
    days: tuple[int, int],
    draws: int = 200,
    alpha: float = 0.05,
) -> tuple[float, Interval]:
    """Return how often `analysis` finds an implanted `effect` (a gain, in the figure's unit), with Wilson's interval.

    `days` are those of baseline and pilot, `size` the number of pilot units. Found is p <= `alpha` in the right
    direction, or an interval that leaves out no change where there is no p. Placebo pilots are drawn by a fixed seed.
    """
    random = np.random.default_rng(SEED)
    before, after = days
    starts = history.starts(before, after)
    sign = -1.0 if history.panel.lower_is_better else 1.0
    found = 0
    for _draw in range(draws):
        treated = tuple(random.choice(history.units, size, replace=False))
        arms = history.arms(treated, int(random.choice(starts)), before, after)
        contrast = analysis(implanted(history.panel, arms, sign * effect), arms)
        found += _is_found(contrast, sign, alpha)
    return found / draws, wilson(found, draws)


def implanted(figure: Panel, arms: Arms, effect: float) -> Panel:
    """Return a panel in which the pilot units' figure differs by `effect` in the pilot period."""
    rows = figure.rows
    first, last = (pd.Timestamp(day) for day in arms.period)
    is_hit = rows["unit"].isin(arms.treated) & rows["day"].between(first, last)
    return replace(figure, rows=rows.assign(total=rows["total"] + effect * rows["n"] * is_hit))


def _is_found(contrast: Contrast, sign: float, alpha: float) -> bool:
    if sign * contrast.value <= 0:
        return False
    if contrast.p is not None:
        return contrast.p <= alpha
    return contrast.low is not None and contrast.high is not None and (contrast.low > 0 or contrast.high < 0)
