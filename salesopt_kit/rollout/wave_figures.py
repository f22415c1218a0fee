"""The staircase of a roll-out in waves; it draws an answer and computes nothing."""

import numpy as np
import pandas as pd
from matplotlib.patches import Patch

from salesopt_kit.charts import ACCENT, INK, Chart, new_figure
from salesopt_kit.locale import _
from salesopt_kit.results import Missing, explains_missing
from salesopt_kit.rollout.wave_effect import Staircase, WaveResult, wave_effect
from salesopt_kit.tables.store import Tables

WAITS, PLANNED = "#dde5ec", "#a9cfdc"
MOST_MONTHS = 20


@explains_missing
def wave_chart(tables: Tables) -> Chart | Missing:
    """Return units by months: who waits, who works by the new process, and the mean days to closing of each month."""
    answer = wave_effect(tables)
    if not isinstance(answer, WaveResult):
        return answer if isinstance(answer, Missing) else Missing(str(answer), "")
    stairs = answer.stairs
    last = max(*stairs.firsts, *stairs.months, pd.Period(stairs.plan.as_of, freq="M"))
    months = list(pd.period_range(stairs.firsts[0] - 4, last, freq="M"))[-MOST_MONTHS:]
    figure = new_figure(width=max(7.0, 0.62 * len(months) + 1.6), height=0.46 * len(stairs.firsts) + 1.7)
    axes = figure.subplots()
    as_of = pd.Period(stairs.plan.as_of, freq="M")
    for row, first in enumerate(stairs.firsts):
        for column, month in enumerate(months):
            colour = WAITS if month < first else ACCENT if month <= as_of else PLANNED
            axes.barh(row, 1, left=column, height=0.9, color=colour, edgecolor="white")
            if text := _value(stairs, row, month):
                axes.text(
                    column + 0.5, row, text, ha="center", va="center", fontsize=9,
                    color="white" if colour == ACCENT else INK,
                )  # fmt: skip
    axes.set(xlim=(0, len(months)), ylim=(len(stairs.firsts) - 0.5, -0.5))
    axes.set_yticks(range(len(stairs.firsts)), [start.unit for start in stairs.plan.starts])
    names = [
        f"{month:%m}\n{month:%Y}" if place == 0 or month.month == 1 else f"{month:%m}"
        for place, month in enumerate(months)
    ]
    axes.set_xticks(np.arange(len(months)) + 0.5, names, fontsize=9)
    axes.set_xlabel(_("month the deals were opened"))
    axes.set_title(_("Mean days to closing, by unit and month"))
    axes.grid(visible=False)
    keys = [(WAITS, _("old process")), (ACCENT, _("new process")), (PLANNED, _("new process, planned"))]
    axes.legend(
        handles=[Patch(color=colour, label=label) for colour, label in keys],
        loc="upper center", bbox_to_anchor=(0.5, -0.26), ncols=3, fontsize=9,
    )  # fmt: skip
    return Chart("rollout_waves", answer.sentence(), figure)


def _value(stairs: Staircase, row: int, month: pd.Period) -> str:
    if month not in stairs.months:
        return ""
    value = stairs.values[row, stairs.months.index(month)]  # noqa: PD011 -- an array of its own
    return "" if np.isnan(value) else f"{value:.0f}"
