"""Does the result hang on one unit, or on the days chosen? The planned analysis without each, and in other windows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.numbers import difference_unit
from salesopt_kit.pilot.contrast import Arms, Contrast, Window, arms_of
from salesopt_kit.pilot.estimators import Estimator, main_contrast
from salesopt_kit.pilot.panel import Panel, panel_of
from salesopt_kit.pilot.sensitivity.choices import main_figure
from salesopt_kit.pilot.setting import need_controls, setting
from salesopt_kit.results import Estimate, Result, explains_missing, with_interval
from salesopt_kit.tables.store import Tables

SHIFTS = (-14, 14)
"""Days by which the period of the pilot is moved."""
Variant = tuple[str, str, Contrast]
"""Key, in the reader's words, and what the analysis found."""


@dataclass(frozen=True, slots=True)
class Variants(Result):
    """The planned analysis first, then the same with one thing changed; `absent` are those without enough data."""

    metric: str
    label: str
    unit: str
    heading: str
    rows: tuple[Variant, ...]
    absent: tuple[str, ...]
    varied_by: str = "specification_curve"
    """Key of the method that says what is changed."""

    @property
    def turned(self) -> tuple[str, ...]:
        """What turns the sign of the effect when it is changed."""
        planned = self.rows[0][2].value
        return tuple(name for _key, name, found in self.rows[1:] if found.value * planned < 0)

    @property
    def widest(self) -> Variant:
        """The variant that is farthest from the planned one."""
        planned = self.rows[0][2].value
        return max(self.rows[1:], key=lambda row: abs(row[2].value - planned))

    def sentence(self) -> str:
        """Say whether anything turns the result, and what moves it most."""
        if len(self.rows) == 1:
            return _("{label}: nothing could be changed with the data at hand.").format(label=self.label)
        if self.turned:
            message = _("{label}: the direction of the effect turns with {names}, so it hangs on that.")
            return message.format(label=self.label, names=_(", ").join(self.turned))
        planned, (key, name, found) = self.rows[0], self.widest
        message = _(
            "{label}: the direction stays in all {n} variants; farthest from the planned {planned} is {found} ({name})."
        )
        return message.format(
            label=self.label,
            n=len(self.rows) - 1,
            planned=with_interval(self._estimate(planned[0], planned[2])),
            found=with_interval(self._estimate(key, found)),
            name=name,
        )

    def methods(self) -> Iterable[str]:
        """Return the planned analysis and what was varied."""
        return (self.varied_by, *(found.method for _key, _name, found in self.rows))

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the effect of every variant."""
        return tuple(self._estimate(key, found) for key, _name, found in self.rows)

    def caveats(self) -> tuple[str, ...]:
        """Return the variants without enough data."""
        if not self.absent:
            return ()
        return (_("Too little data for: {names}.").format(names=_(", ").join(self.absent)),)

    def table(self) -> pd.DataFrame:
        """Return one row per variant."""
        return pd.DataFrame(
            {
                self.heading: name,
                _("Change beyond the controls (95%)"): with_interval(self._estimate(key, found)),
                _("Based on"): _("{n:,} cases, {treated} + {controls} clusters").format(
                    n=found.n, treated=found.clusters[0], controls=found.clusters[1]
                ),
            }
            for key, name, found in self.rows
        )

    def _estimate(self, key: str, found: Contrast) -> Estimate:
        unit = difference_unit(self.unit)
        id_ = f"pilot.{self.metric}.variant.{key}"
        return Estimate(id_, self.label, found.value, unit, found.n, found.low, found.high, found.label)


@explains_missing
def leave_one_out(tables: Tables, metric: str = "") -> Result:
    """Return the planned analysis without each unit in turn, of the pilot and of the controls.

    MissingDataError without a pilot, without controls or without data of `metric` (default: the primary figure).
    """
    return replace(_variants(tables, metric, without_each, _("Left out")), varied_by="leave_one_out")


@explains_missing
def other_windows(tables: Tables, metric: str = "") -> Result:
    """Return the planned analysis with the pilot's or the baseline's days moved, shortened or lengthened.

    MissingDataError as `leave_one_out`.
    """
    return _variants(tables, metric, with_other_days, _("Days"))


def without_each(arms: Arms) -> list[tuple[str, str, Arms]]:
    """Return the arms without each unit that its side can spare, with a key and in words."""
    found = []
    if len(arms.treated) > 1:
        said = _("without {name} (pilot)")
        for name in arms.treated:
            rest = tuple(one for one in arms.treated if one != name)
            found.append((f"without={name}", said.format(name=name), replace(arms, treated=rest)))
    if len(arms.controls) > 1:
        said = _("without {name} (control)")
        for name in arms.controls:
            rest = tuple(one for one in arms.controls if one != name)
            found.append((f"without={name}", said.format(name=name), replace(arms, controls=rest)))
    return found


def with_other_days(arms: Arms) -> list[tuple[str, str, Arms]]:
    """Return the arms with other days, with a key and in words."""
    (b0, b1), (p0, p1) = arms.baseline, arms.period
    middle = p0 + (p1 - p0) / 2
    half = b0 + (b1 - b0) / 2
    day = timedelta(days=1)
    windows: list[tuple[str, str, Window, Window]] = [
        ("first_half", _("first half of the pilot"), (b0, b1), (p0, middle)),
        ("last_half", _("last half of the pilot"), (b0, b1), (middle + day, p1)),
        *(_shifted(arms, shift) for shift in SHIFTS),
        ("recent_baseline", _("last half of the baseline"), (half + day, b1), (p0, p1)),
        ("early_baseline", _("first half of the baseline"), (b0, half), (p0, p1)),
        ("long_baseline", _("baseline twice as long"), (b0 - (b1 - b0) - day, b1), (p0, p1)),
    ]
    return [(key, name, replace(arms, baseline=before, period=after)) for key, name, before, after in windows]


def _shifted(arms: Arms, days: int) -> tuple[str, str, Window, Window]:
    first, last = (day + timedelta(days=days) for day in arms.period)
    name = _("pilot {days} days later") if days > 0 else _("pilot {days} days earlier")
    return f"shift{days:+d}", name.format(days=abs(days)), arms.baseline, (first, last)


def _variants(
    tables: Tables, metric: str, changed: Callable[[Arms], list[tuple[str, str, Arms]]], heading: str
) -> Variants:
    chosen = setting(tables)
    need_controls(chosen.controls)
    figure = panel_of(tables, chosen, main_figure(chosen, metric))
    arms = arms_of(chosen)
    rows, absent = varied(figure, arms, main_contrast, changed(arms))
    return Variants(figure.metric, figure.label, figure.unit, heading, rows, absent)


def varied(
    panel: Panel, arms: Arms, estimator: Estimator, changed: list[tuple[str, str, Arms]]
) -> tuple[tuple[Variant, ...], tuple[str, ...]]:
    """Return the planned analysis and those of `changed`, and the names of those without enough data."""
    rows: list[Variant] = [("planned", _("as planned"), estimator(panel, arms))]
    absent = []
    known: tuple[date, date] = (panel.rows["day"].min().date(), panel.rows["day"].max().date())
    for key, name, other in changed:
        try:
            _need_days(other, known)
            rows.append((key, name, estimator(panel, other)))
        except MissingDataError:
            absent.append(name)
    return tuple(rows), tuple(absent)


def _need_days(arms: Arms, known: tuple[date, date]) -> None:
    """Raise MissingDataError where a window reaches a week or more beyond what is known."""
    slack = timedelta(days=7)
    if arms.baseline[0] < known[0] - slack or arms.period[1] > known[1] + slack:
        raise MissingDataError(_("the window is beyond the data"), remedy=_("Export a longer history."))
