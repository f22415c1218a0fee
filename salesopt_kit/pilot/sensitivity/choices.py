"""What could reasonably have been chosen otherwise in the analysis of a pilot."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

import pandas as pd

from salesopt_kit.errors import InputError
from salesopt_kit.locale import _
from salesopt_kit.pilot.contrast import Arms, Contrast, Window
from salesopt_kit.pilot.controls import compared
from salesopt_kit.pilot.estimators import ESTIMATORS, Estimator, main_contrast
from salesopt_kit.pilot.panel import COHORTS, Panel, panel
from salesopt_kit.pilot.setting import Setting
from salesopt_kit.tables.store import Tables

FAMILIES = (
    "unit_t",
    "unit_t_weighted",
    "unit_permutation",
    "did_sellers_reduced",
    "ancova_units",
    "cuped_sellers",
    "synthetic_control",
    "interrupted",
)
"""One of each kind of estimator: those left out find the same effect and differ in their errors alone."""
BURN_IN_DAYS = 14
SIX_MONTHS = 183
YEAR = timedelta(days=364)
"""A year of whole weeks, so that weekdays match."""
SERIES = ("interrupted", "synthetic_control")
LONGEST_GAP = timedelta(days=7)
"""Between the baseline and the pilot, where the method is a time series."""
FEWEST_DAYS = 14
"""A baseline shorter than this is no baseline."""


def analyses(panel: Panel) -> dict[str, Estimator]:
    """Return one estimator of each kind by key; sellers as the cases where the figure knows them."""
    return {key: ESTIMATORS[key] for key in FAMILIES if panel.clusters == "sellers" or "sellers" not in key}


def main_figure(chosen: Setting, metric: str = "") -> str:
    """Return the figure asked for, else the primary one of the plan; InputError for one that is not compared."""
    known = compared(chosen)
    found = metric or chosen.pilot.primary or next(iter(chosen.targets), known[0])
    if found not in known:
        raise InputError(
            "metric",
            found,
            expected=_("one of {names}").format(names=", ".join(known)),
            remedy=_("Choose one of them."),
        )
    return found


@dataclass(frozen=True, slots=True)
class Spec:
    """One way to analyse: the key of each choice."""

    estimator: str
    horizon: str
    baseline: str
    controls: str
    burn_in: str

    def key_of(self, dimension: str) -> str:
        """Return the key of one choice."""
        return str(getattr(self, dimension))


DIMENSIONS = ("estimator", "horizon", "baseline", "controls", "burn_in")


def dimension_name(dimension: str) -> str:
    """Return what is chosen, in the reader's words."""
    return {
        "estimator": _("method"),
        "horizon": _("days followed"),
        "baseline": _("baseline"),
        "controls": _("controls"),
        "burn_in": _("first weeks of the pilot"),
    }[dimension]


def method_name(key: str) -> str:
    """Return a short name of an estimator in the reader's words; empty for one without."""
    return {
        "did_sellers_reduced": _("sellers as the cases"),
        "ancova_units": _("units, given their past"),
        "cuped_sellers": _("sellers, given their past"),
        "synthetic_control": _("synthetic control"),
        "interrupted": _("weekly series, no controls"),
        "unit_t": _("units as the cases"),
        "unit_t_weighted": _("units, weighted by cases"),
        "unit_permutation": _("units, permutation"),
    }.get(key, "")


@dataclass(frozen=True, slots=True)
class Menu:
    """The options of every choice by key, the planned one first; `labels` names each key in the reader's words."""

    panels: dict[str, Panel]
    baselines: dict[str, Window]
    controls: dict[str, tuple[str, ...]]
    periods: dict[str, Window]
    estimators: dict[str, Estimator]
    labels: dict[str, str]

    def planned(self, treated: tuple[str, ...]) -> Spec:
        """Return the analysis of the plan; MissingDataError where the data cannot carry it."""
        panel, controls, baseline, period = (
            next(iter(options)) for options in (self.panels, self.controls, self.baselines, self.periods)
        )
        arms = Arms(treated, self.controls[controls], self.baselines[baseline], self.periods[period])
        method = main_contrast(self.panels[panel], arms).method
        return Spec(method, panel, baseline, controls, period)

    def specs(self) -> list[Spec]:
        """Return every reasonable combination."""
        options = (self.estimators, self.panels, self.baselines, self.controls, self.periods)
        return [spec for spec in (Spec(*keys) for keys in product(*options)) if self._is_reasonable(spec)]

    def _is_reasonable(self, spec: Spec) -> bool:
        """Return whether the baseline suits the method: a series that breaks off cannot be continued to the pilot."""
        gap = self.periods["burn_planned"][0] - self.baselines[spec.baseline][1]
        return spec.estimator not in SERIES or gap <= LONGEST_GAP

    def run(self, spec: Spec, treated: tuple[str, ...]) -> Contrast:
        """Return what one analysis finds; MissingDataError where the data cannot carry it."""
        arms = Arms(treated, self.controls[spec.controls], self.baselines[spec.baseline], self.periods[spec.burn_in])
        return self.estimators[spec.estimator](self.panels[spec.horizon], arms)


def menu(tables: Tables, chosen: Setting, metric: str) -> Menu:
    """Return what could have been chosen for `metric`; MissingDataError where the data tell nothing of it."""
    horizon = chosen.need_follow_up()
    target = chosen.targets.get("cycle_days")
    days = {horizon, *([round(target.at_most)] if target and target.at_most else []), horizon * 2 // 3}
    days = {day for day in days if FEWEST_DAYS <= day <= horizon} | {horizon} if metric in COHORTS else {horizon}
    panels = {f"{day}d": panel(tables, chosen.dimension, metric, day) for day in sorted(days, reverse=True)}
    labels = {key: _("{days} days").format(days=key[:-1]) for key in panels}
    main = panels[f"{horizon}d"]
    baselines = _baselines(chosen, _first_day(main))
    controls = _controls(main, chosen)
    first, last = chosen.pilot.period
    planned, other = (first + timedelta(days=n) for n in _burn_ins(chosen))
    periods = {"burn_planned": (planned, last), "burn_other": (other, last)}
    if (last - max(planned, other)).days < FEWEST_DAYS:
        del periods["burn_other"]
    found = analyses(main)
    return Menu(panels, baselines, controls, periods, found, {**labels, **_labels(chosen)})


def _first_day(panel: Panel) -> date:
    found: date = panel.rows["day"].min().date()
    return found


def _burn_ins(chosen: Setting) -> tuple[int, int]:
    planned = chosen.pilot.burn_in_days
    return planned, 0 if planned else BURN_IN_DAYS


def _baselines(chosen: Setting, known_from: date) -> dict[str, Window]:
    first, last = chosen.pilot.baseline
    start, end = chosen.pilot.period
    found = {
        "base_planned": (first, last),
        "base_half_year": (start - timedelta(days=SIX_MONTHS), start - timedelta(days=1)),
        "base_no_last_month": (first - timedelta(days=30), last - timedelta(days=30)),
        "base_year_ago": (start - YEAR, end - YEAR),
    }
    return {
        key: span for key, span in found.items() if span[0] >= known_from and (span[1] - span[0]).days > FEWEST_DAYS
    }


def _controls(panel: Panel, chosen: Setting) -> dict[str, tuple[str, ...]]:
    """Return all controls, and the half of them whose figure in the baseline is nearest to the pilot's."""
    found = {"all_controls": chosen.controls}
    if len(chosen.controls) < 4:  # noqa: PLR2004 -- half of fewer would be one unit
        return found
    level = panel.value(chosen.treated, chosen.pilot.baseline)
    gaps = pd.Series({name: abs(panel.value((name,), chosen.pilot.baseline) - level) for name in chosen.controls})
    nearest = gaps.sort_values(kind="stable").index[: len(gaps) // 2]
    return {**found, "near_controls": tuple(name for name in chosen.controls if name in set(nearest))}


def _labels(chosen: Setting) -> dict[str, str]:
    planned, other = _burn_ins(chosen)
    whole, without = _("whole pilot"), _("without its first {days} days")
    return {
        "base_planned": _("as planned"),
        "base_half_year": _("six months before"),
        "base_no_last_month": _("a month earlier"),
        "base_year_ago": _("same weeks last year"),
        "all_controls": _("all controls"),
        "near_controls": _("the more alike half"),
        "burn_planned": without.format(days=planned) if planned else whole,
        "burn_other": without.format(days=other) if other else whole,
    }
