"""X3, the harder question: did the pilot's units change more than those that kept the old process?"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _, sentences
from salesopt_kit.metrics.core_figures import metric_label
from salesopt_kit.numbers import difference_unit, shown
from salesopt_kit.pilot.effect import Effect, effect
from salesopt_kit.pilot.judged_pilot import judged_pilot
from salesopt_kit.pilot.setting import Setting, setting
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables


@dataclass(frozen=True, slots=True)
class WithControls(Result):
    """Difference-in-differences of every figure, the first one leading; `absent` names figures without data and why."""

    card: ClassVar[str] = "pilot_effect"

    effects: tuple[Effect, ...]
    absent: tuple[tuple[str, str], ...]
    weakest_link: str
    remarks: tuple[str, ...]

    def sentence(self) -> str:
        """Say the difference of the main figure, and the weakest link of the pilot's verdict."""
        if not self.effects:
            return _("No figure could be compared with the controls.")
        main = self.effects[0]
        message = _("Against the controls, {label}: {difference}.")
        said = message.format(label=main.label, difference=_difference(main))
        link = _("The verdict's weakest link: {link}").format(link=self.weakest_link) if self.weakest_link else ""
        return sentences(said, link)

    def methods(self) -> Iterable[str]:
        """Return the comparison, its interval and the harder test beside it."""
        return ("difference_in_differences", "permutation") if self.effects else ()

    def estimates(self) -> tuple[Estimate, ...]:
        """Return effect and permutation p of every figure."""
        return tuple(estimate for found in self.effects for estimate in _estimates(found))

    def caveats(self) -> tuple[str, ...]:
        """Return what is missing and what the comparison assumes."""
        return (*(_("{label}: {why}").format(label=label, why=why) for label, why in self.absent), *self.remarks)

    def table(self) -> pd.DataFrame:
        """Return one row per figure: both arms before and after, and the difference."""
        return pd.DataFrame(
            {
                _("Figure"): found.label,
                _("Pilot, before → after"): _pair(found.treated, found.unit),
                _("Controls, before → after"): _pair(found.controls, found.unit),
                _("Difference (95% interval)"): _difference(found),
                _("Permutation over units"): _("p = {p:.3f}, smallest possible {smallest:.3f}").format(
                    p=found.permutation.p, smallest=found.permutation.smallest
                ),
            }
            for found in self.effects
        )


@explains_missing
def with_controls(tables: Tables) -> Result:
    """Return the difference-in-differences of the cycle and of every target, pilot units against controls.

    The verdict rests on the interval; the exact permutation over units stands beside it with the smallest p that so
    few units can reach. MissingDataError without a pilot.
    """
    chosen = setting(tables)
    effects, absent = [], []
    for metric in compared(chosen):
        try:
            effects.append(effect(tables, chosen, metric))
        except MissingDataError as missing:
            absent.append((metric_label(metric), f"{missing.what}. {missing.remedy}"))
    return WithControls(tuple(effects), tuple(absent), _weakest_link(tables), _remarks(chosen))


def compared(chosen: Setting) -> tuple[str, ...]:
    """Return the figures that are compared, the main one first: the cycle, wins in time, and every other target."""
    return tuple(dict.fromkeys(("cycle_days", "won_in_time", *chosen.targets)))


def _weakest_link(tables: Tables) -> str:
    """Return the weakest link of the pilot's verdict; "" where there is none, as no target is set."""
    try:
        return judged_pilot(tables).whole.weakest
    except MissingDataError:
        return ""


def _remarks(chosen: Setting) -> tuple[str, ...]:
    said = [
        _("Assumed: without the pilot both arms would have changed alike."),
        _(
            "The interval here takes sellers as the cases. The verdict takes whole units, as the process was given to "
            "units: it is more cautious, and it decides."
        ),
        _(
            "Deals opened before the pilot and still open when it began are partly treated, which makes the difference "
            "in the cycle look smaller than it is."
        ),
        _(
            "The cycle counts lost deals as closed: a process that loses fewer deals early looks "
            "slower by it, so read it "
            "together with the deals won in time."
        ),
        _("{n} figures are judged at once; the first one is the main one, the others give hints.").format(
            n=len(compared(chosen))
        ),
    ]
    if chosen.are_proposed:
        said.append(
            _("engagement.yml names no controls, so all other units serve: {names}.").format(
                names=_(", ").join(chosen.controls[:12])
            )
        )
    return tuple(said)


def _estimates(found: Effect) -> tuple[Estimate, Estimate]:
    return (
        Estimate(
            f"pilot.{found.metric}.effect",
            _("{label}: pilot minus controls").format(label=found.label),
            found.difference.value,
            found.unit,
            found.n,
            found.difference.low,
            found.difference.high,
            found.method,
        ),
        Estimate(
            f"pilot.{found.metric}.permutation_p",
            _("{label}: permutation p over units").format(label=found.label),
            found.permutation.p,
            "p",
            found.permutation.assignments,
        ),
    )


def _pair(values: tuple[float, float], unit: str) -> str:
    return f"{shown(values[0], unit)} → {shown(values[1], unit)}"


def _difference(found: Effect) -> str:
    value, low, high = found.difference.value, found.difference.low, found.difference.high
    unit = difference_unit(found.unit)
    if low is None or high is None:
        return shown(value, unit)
    message = _("{value} ({low} to {high})")
    return message.format(value=shown(value, unit), low=shown(low, unit), high=shown(high, unit))
