"""All goals of the pilot at once: which changes remain when their number is counted in?"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.core_figures import metric_label
from salesopt_kit.numbers import difference_unit
from salesopt_kit.pilot.by_type.shares import p_shown
from salesopt_kit.pilot.by_type.sides import by_sellers_caveat, change_beyond_controls
from salesopt_kit.pilot.contrast import Contrast, arms_of
from salesopt_kit.pilot.controls import compared
from salesopt_kit.pilot.panel import Panel, panel_of
from salesopt_kit.pilot.setting import setting
from salesopt_kit.results import Estimate, Result, explains_missing, with_interval
from salesopt_kit.stats.multiplicity import adjusted
from salesopt_kit.tables.store import Tables


@dataclass(frozen=True, slots=True)
class Goal:
    """The change of one figure beyond the controls, with its p alone and counted with the others."""

    metric: str
    label: str
    unit: str
    before: float
    """The pilot's figure in the baseline."""
    found: Contrast
    lower_is_better: bool
    holm: float | None
    fdr: float | None

    @property
    def is_better(self) -> bool:
        """Whether the change goes the right way."""
        return (self.found.value < 0) == self.lower_is_better

    @property
    def relative(self) -> tuple[float, float, float] | None:
        """The gain and its bounds as a share of the figure before, positive for better; None without bounds."""
        low, high = self.found.low, self.found.high
        if low is None or high is None or self.before <= 0:
            return None
        sign = -1.0 if self.lower_is_better else 1.0
        value, one, other = (sign * bound / self.before for bound in (self.found.value, low, high))
        return value, min(one, other), max(one, other)

    @property
    def estimate(self) -> Estimate:
        """The change beyond the controls."""
        unit = difference_unit(self.unit)
        id_, found = f"pilot.{self.metric}.goal", self.found
        return Estimate(id_, self.label, found.value, unit, found.n, found.low, found.high, found.label)


@dataclass(frozen=True, slots=True)
class Goals(Result):
    """Every figure of the pilot with its p alone, by Holm, and by Benjamini and Hochberg."""

    rows: tuple[Goal, ...]
    absent: tuple[tuple[str, str], ...]

    def sentence(self) -> str:
        """Say how many changes are beyond chance alone and how many when all are counted."""
        alone = sum(row.found.p is not None and row.found.p < 0.05 for row in self.rows)  # noqa: PLR2004 -- the usual level
        left = [row.label for row in self.rows if row.holm is not None and row.holm < 0.05]  # noqa: PLR2004
        message = _(
            "{n} figures at once: {alone} change beyond chance by themselves, {left} when their number is counted"
        )
        said = message.format(n=len(self.rows), alone=alone, left=len(left))
        return said + (_(": {names}.").format(names=_(", ").join(left)) if left else _("."))

    def methods(self) -> Iterable[str]:
        """Return the method of every change, and how their number is counted in."""
        return ("multiplicity", *(row.found.method for row in self.rows))

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the change of every figure."""
        return tuple(row.estimate for row in self.rows)

    def caveats(self) -> tuple[str, ...]:
        """Return what is missing and how to read the columns."""
        n = sum(row.found.p is not None for row in self.rows)
        message = _(
            "With {n} figures and no effect at all, the chance of at least one false win at p < 0.05 is {share:.0%}."
        )
        return (
            *(_("{label}: {why}").format(label=label, why=why) for label, why in self.absent),
            message.format(n=n, share=1 - 0.95**n),
            by_sellers_caveat(),
            _("Goals are judged by Holm; Benjamini-Hochberg is for finding what to look at next, not for a verdict."),
        )

    def table(self) -> pd.DataFrame:
        """Return one row per figure."""
        return pd.DataFrame(
            {
                _("Figure"): row.label,
                _("Change beyond the controls (95%)"): with_interval(row.estimate),
                _("Direction"): _("better") if row.is_better else _("worse"),
                _("Alone"): p_shown(row.found.p),
                _("All goals counted (Holm)"): p_shown(row.holm),
                _("Exploring (Benjamini-Hochberg)"): p_shown(row.fdr),
                _("Based on"): _("{n:,} cases, {treated} + {controls} clusters").format(
                    n=row.found.n, treated=row.found.clusters[0], controls=row.found.clusters[1]
                ),
            }
            for row in self.rows
        )


@explains_missing
def all_goals(tables: Tables) -> Goals:
    """Return the change of every figure beyond the controls, with p values that count how many are judged.

    Holm (1979) for the verdict, Benjamini and Hochberg (1995) beside it. MissingDataError without a pilot or where no
    figure can be compared.
    """
    chosen = setting(tables)
    found, absent = [], []
    for metric in compared(chosen):
        try:
            panel = panel_of(tables, chosen, metric)
            found.append((panel, change_beyond_controls(panel, arms_of(chosen))))
        except MissingDataError as missing:
            absent.append((metric_label(metric), f"{missing.what}. {missing.remedy}"))
    if not found:
        raise MissingDataError(absent[0][1], remedy=_("Check the pilot's dates and names."))
    windows = arms_of(chosen)
    lower = {metric: bound.at_most is not None for metric, bound in chosen.targets.items()}
    before = [panel.value(windows.treated, windows.baseline) for panel, _contrast in found]
    return Goals(tuple(_counted(found, before, lower)), tuple(absent))


def _counted(found: list[tuple[Panel, Contrast]], before: list[float], lower: dict[str, bool]) -> list[Goal]:
    p = np.array([np.nan if contrast.p is None else contrast.p for _panel, contrast in found])
    known = ~np.isnan(p)
    holm, fdr = np.full(len(p), np.nan), np.full(len(p), np.nan)
    holm[known], fdr[known] = adjusted(p[known]).p, adjusted(p[known], "benjamini_hochberg").p
    return [
        Goal(
            panel.metric,
            panel.label,
            panel.unit,
            value,
            contrast,
            lower.get(panel.metric, panel.lower_is_better),
            float(one) if is_known else None,
            float(other) if is_known else None,
        )
        for (panel, contrast), value, is_known, one, other in zip(found, before, known, holm, fdr, strict=True)
    ]
