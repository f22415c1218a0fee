"""Pilots that never were: how often would the pilot have "worked" in earlier periods, with nothing changed?"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

import numpy as np
import pandas as pd

from salesopt_kit import metrics
from salesopt_kit.engagement import Bound
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.exact import exact_sum
from salesopt_kit.numbers import difference_unit, shown
from salesopt_kit.pilot.contrast import Arms, Contrast, arms_of
from salesopt_kit.pilot.estimators import Estimator, main_contrast
from salesopt_kit.pilot.panel import Panel, panel_of
from salesopt_kit.pilot.sensitivity.choices import main_figure
from salesopt_kit.pilot.setting import Setting, need_controls, setting
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables

STEP = timedelta(days=14)
"""From one placebo pilot to the next."""
MOST_CHOICES = 60
"""Choices of units tried per window; more are drawn at random."""
FEWEST = 20
"""Placebo pilots below which their shares say nothing."""
SEED = 20240630


@dataclass(frozen=True, slots=True)
class Placebo:
    """One pilot that never was: who and when, what the planned analysis found, and what the plain table said."""

    arms: Arms
    found: Contrast
    is_met: bool
    """Whether the figure after was on the good side of the target and better than before."""

    @property
    def is_clear(self) -> int:
        """1 for an interval above 0, -1 for one below, 0 for neither or no interval."""
        low, high = self.found.low, self.found.high
        if low is None or high is None:
            return 0
        return int(low > 0) - int(high < 0)


@dataclass(frozen=True, slots=True)
class Placebos(Result):
    """All placebo pilots of one figure, beside the actual one."""

    metric: str
    label: str
    unit: str
    actual: Contrast
    runs: tuple[Placebo, ...]
    windows: int
    lower_is_better: bool
    has_target: bool

    @property
    def met(self) -> float:
        """Share in which the table of before and after alone would have said that it worked."""
        return float(np.mean([run.is_met for run in self.runs]))

    @property
    def false_gains(self) -> float:
        """Share in which the planned analysis would have found a gain beyond chance."""
        good = -1 if self.lower_is_better else 1
        return float(np.mean([run.is_clear == good for run in self.runs]))

    @property
    def as_good(self) -> float:
        """Share, the actual pilot counted in, whose effect is at least as good as the actual one."""
        sign = -1.0 if self.lower_is_better else 1.0
        values = sign * np.array([run.found.value for run in self.runs])
        return float(((values >= sign * self.actual.value).sum() + 1) / (len(values) + 1))

    def sentence(self) -> str:
        """Say how often a pilot that never was would have worked."""
        message = _(
            "{label}: in {n} pilots that never were ({windows} earlier periods, other units), the table of before and "
            "after would have said that it worked in {met:.0%}; the planned analysis found a gain in {gains:.1%} (2.5% "
            "is what chance allows), and {as_good:.1%} were as good as the actual {actual}."
        )
        return message.format(
            label=self.label,
            n=len(self.runs),
            windows=self.windows,
            met=self.met,
            gains=self.false_gains,
            as_good=self.as_good,
            actual=shown(self.actual.value, difference_unit(self.unit)),
        )

    def methods(self) -> Iterable[str]:
        """Return the planned analysis and what it was tried on."""
        return ("placebo_pilot", "before_after", self.actual.method)

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the three shares and the actual effect."""
        n, id_ = len(self.runs), f"pilot.{self.metric}.placebo"
        found, unit = self.actual, difference_unit(self.unit)
        return (
            Estimate(f"{id_}.met", self._worked(), self.met, "fraction", n),
            Estimate(f"{id_}.gains", _("Planned analysis would have found a gain"), self.false_gains, "fraction", n),
            Estimate(f"{id_}.as_good", _("Effect at least as good as the actual one"), self.as_good, "fraction", n + 1),
            Estimate(
                f"{id_}.actual", _("The actual pilot"), found.value, unit, found.n, found.low, found.high, found.label
            ),
        )

    def caveats(self) -> tuple[str, ...]:
        """Return how far the shares can be trusted."""
        said = [_("Placebo pilots overlap in days and units, so their shares are rough: read 2% and 4% as the same.")]
        if self.false_gains > 0.05:  # noqa: PLR2004 -- twice what chance allows
            said.append(
                _("The planned analysis raises more false alarms here than it should; take its interval as too narrow.")
            )
        return tuple(said)

    def _worked(self) -> str:
        if self.has_target:
            return _("Before and after alone would have said: target met and better than before")
        return _("Before and after alone would have said: better than before")


@explains_missing
def placebo_pilots(tables: Tables, metric: str = "") -> Result:
    """Return what pilots in earlier periods with every choice of units would have shown of `metric`, nothing changed.

    Periods and baselines as long as the actual ones, every two weeks, ended early enough that no case of theirs is
    touched by the actual pilot. MissingDataError without a pilot or controls, or with fewer than 20 such pilots.
    """
    chosen = setting(tables)
    need_controls(chosen.controls)
    figure = panel_of(tables, chosen, main_figure(chosen, metric))
    table = naive_panel(tables, chosen, figure)
    return placebos(figure, table, arms_of(chosen), chosen.targets.get(figure.metric), main_contrast)


def placebos(panel: Panel, naive: Panel, arms: Arms, target: Bound | None, estimator: Estimator) -> Placebos:
    """Return the placebo pilots of a panel; `naive` is what the table of before and after would have counted."""
    lower = panel.lower_is_better if target is None else target.at_most is not None
    runs, windows = [], set()
    for others in _others(panel, arms):
        # The days of one placebo period are cut out once for all choices of units.
        here = panel.within((others[0].baseline[0], others[0].period[1]))
        sums = [naive.within(window).sums("unit") for window in (others[0].baseline, others[0].period)]
        for other in others:
            try:
                found = estimator(here, other)
            except MissingDataError:
                continue
            windows.add(other.period)
            runs.append(Placebo(other, found, _is_met(sums, other.treated, target, lower=lower)))
    if len(runs) < FEWEST:
        message = _("only {n} placebo pilots fit into the history before the pilot")
        raise MissingDataError(message.format(n=len(runs)), remedy=_("Export a longer history."))
    return Placebos(
        panel.metric,
        panel.label,
        panel.unit,
        estimator(panel, arms),
        tuple(runs),
        len(windows),
        lower,
        target is not None,
    )


def naive_panel(tables: Tables, chosen: Setting, panel: Panel) -> Panel:
    """Return what the table of before and after counts: for the cycle the days of deals won in the period."""
    if panel.metric != "cycle_days":
        return panel
    rows = metrics.deals(tables)
    rows = rows.filter(rows.status == "won").drop_null(["cycle_days", "closed_on", chosen.dimension])
    keyed = rows.select(unit=rows[chosen.dimension], day=rows.closed_on, days=rows.cycle_days)
    found = tables.to_frame(keyed.group_by(["unit", "day"]).aggregate(total=exact_sum(keyed.days), n=keyed.count()))
    found = found.assign(day=pd.to_datetime(found["day"]), cluster=found["unit"], n=found["n"].astype(float))
    return Panel(
        panel.metric,
        panel.label,
        panel.unit,
        _("mean over deals won in the period"),
        found.sort_values(["unit", "day"], ignore_index=True),
        None,
        "units",
        panel.lower_is_better,
    )


def _others(panel: Panel, arms: Arms) -> list[list[Arms]]:
    """Return the arms of the placebo pilots of each earlier period, the latest first."""
    known_from: date = panel.rows["day"].min().date()
    untouched = arms.period[0] - timedelta(days=1 + (panel.horizon or 0))
    back = arms.period[1] - untouched
    found = []
    while arms.baseline[0] - back >= known_from:
        baseline, period = ((first - back, last - back) for first, last in (arms.baseline, arms.period))
        found.append(
            [
                Arms(treated, tuple(name for name in arms.units if name not in treated), baseline, period)
                for treated in _choices(arms.units, len(arms.treated))
            ]
        )
        back += STEP
    return found


def _choices(units: tuple[str, ...], k: int) -> list[tuple[str, ...]]:
    if math.comb(len(units), k) <= MOST_CHOICES:
        return list(combinations(units, k))
    random = np.random.default_rng(SEED)
    return [tuple(units[place] for place in random.permutation(len(units))[:k]) for _draw in range(MOST_CHOICES)]


def _is_met(sums: list[pd.DataFrame], units: tuple[str, ...], target: Bound | None, *, lower: bool) -> bool:
    """Return whether the units' figure, from total and n by unit before and after, is better and reaches the target."""
    before, after = (_figure(one, units) for one in sums)
    is_better = after < before if lower else after > before
    if target is None:
        return is_better
    on_good_side = after <= target.at_most if target.at_most is not None else after >= (target.at_least or 0.0)
    return is_better and on_good_side


def _figure(sums: pd.DataFrame, units: tuple[str, ...]) -> float:
    chosen = sums.index.isin(units)
    n = float(sums["n"].to_numpy()[chosen].sum())
    return float(sums["total"].to_numpy()[chosen].sum()) / n if n > 0 else float("nan")
