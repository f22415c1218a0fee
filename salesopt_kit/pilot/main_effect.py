"""How much of each target's change is due to the pilot, by the analysis that goes first, and the naive answer."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.numbers import difference_unit
from salesopt_kit.pilot.contrast import Contrast, arms_of
from salesopt_kit.pilot.estimators.choice import cautious_contrast, main_contrast, naive_contrast
from salesopt_kit.pilot.panel import Panel, panel_of
from salesopt_kit.pilot.setting import Setting, setting
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables


@dataclass(frozen=True, slots=True)
class Effect:
    """One figure's effect; `naive` is None without controls, and where the main analysis has the same value."""

    panel: Panel
    main: Contrast
    beside: Contrast | None
    """A harder test of the same, where there is one."""
    naive: Contrast | None

    @property
    def all(self) -> tuple[Contrast, ...]:
        """Return the analyses that were made, the main one first."""
        return tuple(one for one in (self.main, self.beside, self.naive) if one)


@dataclass(frozen=True, slots=True)
class MainEffects(Result):
    """The effect on each target, by one analysis that a fixed rule chose, beside the naive difference."""

    effects: tuple[Effect, ...]
    missing: tuple[str, ...]

    def sentence(self) -> str:
        """Say the first figure's effect with its interval, and what the naive difference would have said."""
        if not self.effects:
            return _("For no target can it be told what the pilot changed.")
        first = self.effects[0]
        said = _("{label}: {effect} due to the pilot, by {method}.").format(
            label=first.panel.label, effect=with_interval(_estimate(first.panel, first.main)), method=first.main.label
        )
        if first.naive is None:
            return said
        naive = with_interval(_estimate(first.panel, first.naive))
        return said + " " + _("The plain difference of averages would have said {naive}.").format(naive=naive)

    def methods(self) -> Iterable[str]:
        """Return the methods of every analysis that was made."""
        return (one.method for each in self.effects for one in each.all)

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the main and the naive effect of every figure."""
        return tuple(_estimate(each.panel, one) for each in self.effects for one in each.all)

    def caveats(self) -> tuple[str, ...]:
        """Return what each analysis takes for granted, and what could not be analysed."""
        found = [
            _("{label}: assumed that {what}.").format(label=each.panel.label, what=what)
            for each in self.effects
            for what in each.main.assumes
        ]
        found += [
            _("{label}: with other units as placebo pilots, p = {p:.2f} and {effect}.").format(
                label=each.panel.label, p=each.beside.p, effect=with_interval(_estimate(each.panel, each.beside))
            )
            for each in self.effects
            if each.beside
        ]
        return (*dict.fromkeys(found), *self.missing)

    def table(self) -> pd.DataFrame:
        """Return one row per figure and analysis, with p and the smallest p that was possible."""
        return pd.DataFrame([_row(each.panel, one) for each in self.effects for one in each.all])


@explains_missing
def main_effects(tables: Tables) -> Result:
    """Return what the pilot changed in each target beyond the controls; MissingDataError without pilot or targets."""
    chosen = setting(tables)
    if not chosen.targets:
        raise MissingDataError(
            _("no targets are set"), remedy=_("Write them in engagement.yml under `targets`, before the pilot begins.")
        )
    effects, missing = [], []
    for metric in chosen.targets:
        try:
            effects.append(_effect(tables, chosen, metric))
        except MissingDataError as error:
            missing.append(f"{metric}: {error.what}. {error.remedy}")
    return MainEffects(tuple(effects), tuple(missing))


def _effect(tables: Tables, chosen: Setting, metric: str) -> Effect:
    panel, arms = panel_of(tables, chosen, metric), arms_of(chosen)
    main = main_contrast(panel, arms)
    # Over units the main analysis has the naive value, and adds to it how sure it is.
    is_told_apart = arms.controls and not main.method.startswith("unit_")
    return Effect(
        panel, main, cautious_contrast(panel, arms, main), naive_contrast(panel, arms) if is_told_apart else None
    )


def _estimate(panel: Panel, one: Contrast) -> Estimate:
    which = {"naive": "naive", "synthetic_placebos": "placebos"}.get(one.method, "effect")
    unit = difference_unit(panel.unit)
    label = _("{label}, effect of the pilot").format(label=panel.label)
    return Estimate(
        f"pilot.{panel.metric}.{which}", label, one.value, unit, one.n, one.low, one.high, one.label, group=which
    )


def _row(panel: Panel, one: Contrast) -> dict[str, str]:
    return {
        _("Figure"): panel.label,
        _("Analysis"): one.label,
        _("Effect of the pilot"): with_interval(_estimate(panel, one)),
        _("p value"): _p(one.p),
        _("Smallest possible p"): _p(one.smallest_p),
        _("Units or sellers"): _("{treated} against {controls}").format(
            treated=one.clusters[0], controls=one.clusters[1]
        ),
        _("Decides"): {"naive": _("no, for show alone"), "synthetic_placebos": _("no, for caution")}.get(
            one.method, _("yes")
        ),
    }


def _p(value: float | None) -> str:
    if value is None:
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"  # noqa: PLR2004 -- three decimals are shown
