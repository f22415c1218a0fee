"""The specification curve: every reasonable analysis side by side (Simonsohn, Simmons and Nelson 2020)."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.numbers import difference_unit, shown
from salesopt_kit.pilot.contrast import Contrast
from salesopt_kit.pilot.sensitivity.choices import (
    DIMENSIONS,
    Menu,
    Spec,
    dimension_name,
    main_figure,
    menu,
    method_name,
)
from salesopt_kit.pilot.setting import need_controls, setting
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables

ROBUST = 0.9
"""Share of the analyses that must agree in sign before the sign may be called robust."""


@dataclass(frozen=True, slots=True)
class Run:
    """One analysis and what it found."""

    spec: Spec
    found: Contrast

    @property
    def is_clear(self) -> bool | None:
        """Whether the interval leaves 0 out; None without an interval."""
        if self.found.low is None or self.found.high is None:
            return None
        return not self.found.low <= 0 <= self.found.high


@dataclass(frozen=True, slots=True)
class Curve(Result):
    """All analyses, sorted by what they find; `failed` counts those that the data cannot carry."""

    metric: str
    label: str
    unit: str
    runs: tuple[Run, ...]
    planned: Run | None
    """None where the data cannot carry the planned one."""
    failed: int
    lower_is_better: bool
    labels: dict[str, str]

    @property
    def values(self) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        """The effects, ascending."""
        return np.array([run.found.value for run in self.runs])

    @property
    def median(self) -> float:
        """The median effect."""
        return float(np.median(self.values))

    @property
    def same_sign(self) -> float:
        """Share of the analyses with the sign of the planned one, or else of the median."""
        sign = np.sign(self.planned.found.value if self.planned else self.median)
        return float((np.sign(self.values) == sign).mean())

    @property
    def clear(self) -> float | None:
        """Share of the analyses with an interval whose interval leaves 0 out; None where none has one."""
        known = [run.is_clear for run in self.runs if run.is_clear is not None]
        return float(np.mean(known)) if known else None

    def moves(self, dimension: str) -> dict[str, float]:
        """Return the median effect by option of one choice."""
        found: dict[str, list[float]] = {}
        for run in self.runs:
            found.setdefault(run.spec.key_of(dimension), []).append(run.found.value)
        order = list(self.labels)
        return {key: float(np.median(found[key])) for key in sorted(found, key=order.index)}

    @property
    def mover(self) -> str:
        """The choice whose options differ most in their median effect."""
        return max(DIMENSIONS, key=lambda dimension: np.ptp(list(self.moves(dimension).values())))

    def option_label(self, key: str) -> str:
        """Return an option in the reader's words."""
        return self.labels.get(key, key)

    def sentence(self) -> str:
        """Say how far the analyses agree and what moves them most."""
        unit = difference_unit(self.unit)
        message = _(
            "{label}: {n} reasonable analyses find {low} to {high}, in the middle {median}; {same:.0%} point the same "
            "way{clear}. {robust} What moves it most is the {mover}."
        )
        clear = "" if self.clear is None else _(", and {share:.0%} are clear of 0").format(share=self.clear)
        robust = (
            _("The direction does not hang on how it is analysed.")
            if self.same_sign >= ROBUST
            else _("The direction hangs on how it is analysed, so do not lean on any single analysis.")
        )
        return message.format(
            label=self.label,
            n=len(self.runs),
            low=shown(float(self.values.min()), unit),
            high=shown(float(self.values.max()), unit),
            median=shown(self.median, unit),
            same=self.same_sign,
            clear=clear,
            robust=robust,
            mover=dimension_name(self.mover),
        )

    def methods(self) -> Iterable[str]:
        """Return every method that was tried."""
        return ("specification_curve", *(run.found.method for run in self.runs))

    def estimates(self) -> tuple[Estimate, ...]:
        """Return median, shares, and the planned analysis."""
        unit, n, id_ = difference_unit(self.unit), len(self.runs), f"pilot.{self.metric}.curve"
        found = [
            Estimate(f"{id_}.median", _("Median over all analyses"), self.median, unit, n),
            Estimate(f"{id_}.same_sign", _("Analyses that point the same way"), self.same_sign, "fraction", n),
        ]
        if self.clear is not None:
            found.append(Estimate(f"{id_}.clear", _("Analyses whose interval leaves 0 out"), self.clear, "fraction", n))
        if self.planned is not None:
            one = self.planned.found
            label = _("The planned analysis")
            found.append(Estimate(f"{id_}.planned", label, one.value, unit, one.n, one.low, one.high, one.label))
        return tuple(found)

    def caveats(self) -> tuple[str, ...]:
        """Return how to read the curve."""
        said = [
            _(
                "The analyses share their data, so agreement is no independent proof; it shows only that no single "
                "choice made the result."
            ),
            _("The verdict rests on the planned analysis, whichever of these looks best."),
        ]
        if self.failed:
            said.append(_("{n} combinations have too little data and are left out.").format(n=self.failed))
        return tuple(said)

    def table(self) -> pd.DataFrame:
        """Return one row per option: how many analyses, their median, and how many are clear of 0."""
        unit = difference_unit(self.unit)
        rows = []
        for dimension in DIMENSIONS:
            for key, median in self.moves(dimension).items():
                runs = [run for run in self.runs if run.spec.key_of(dimension) == key]
                clear = [run.is_clear for run in runs if run.is_clear is not None]
                rows.append(
                    {
                        _("Choice"): dimension_name(dimension),
                        _("Option"): self.option_label(key),
                        _("Analyses"): str(len(runs)),
                        _("Median effect"): shown(median, unit),
                        _("Clear of 0"): f"{np.mean(clear):.0%}" if clear else "–",
                    }
                )
        return pd.DataFrame(rows)


@explains_missing
def specification_curve(tables: Tables, metric: str = "") -> Result:
    """Return every reasonable analysis of `metric` (default: the primary figure), sorted, the planned one marked.

    Estimator x days followed x baseline x controls x burn-in. MissingDataError without a pilot or controls.
    """
    chosen = setting(tables)
    need_controls(chosen.controls)
    name = main_figure(chosen, metric)
    target = chosen.targets.get(name)
    found = curve_of(menu(tables, chosen, name), chosen.treated)
    if target is None:
        return found
    return Curve(
        found.metric,
        found.label,
        found.unit,
        found.runs,
        found.planned,
        found.failed,
        target.at_most is not None,
        found.labels,
    )


def curve_of(menu: Menu, treated: tuple[str, ...]) -> Curve:
    """Return the curve over everything on the menu; MissingDataError where the data carry none of it."""
    runs, failed, seen = [], 0, set()
    for spec in menu.specs():
        try:
            found = menu.run(spec, treated)
        except MissingDataError:
            failed += 1
            continue
        # What does not look at a choice, such as a time series at the controls, is one analysis and not several.
        if (same := (spec.estimator, found.value, found.low, found.high)) not in seen:
            seen.add(same)
            runs.append(Run(spec, found))
    if not runs:
        raise MissingDataError(_("no analysis has enough data"), remedy=_("Check the pilot's dates and names."))
    runs.sort(key=lambda run: run.found.value)
    panel = next(iter(menu.panels.values()))
    planned = _planned(menu, treated, runs)
    said = {run.spec.estimator: run.found.label for run in runs}
    labels = {key: method_name(key) or said[key] for key in menu.estimators if key in said} | menu.labels
    return Curve(panel.metric, panel.label, panel.unit, tuple(runs), planned, failed, panel.lower_is_better, labels)


def _planned(menu: Menu, treated: tuple[str, ...], runs: list[Run]) -> Run | None:
    try:
        spec = menu.planned(treated)
    except MissingDataError:
        return None
    return next((run for run in runs if run.spec == spec), None)
