"""Template 3, the pilot evaluation (试点效果评估表): one row a figure, before and after, change and target."""

from dataclasses import dataclass

import pandas as pd
from babel.numbers import format_percent

from salesopt_kit.engagement import Bound
from salesopt_kit.locale import _, language
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate
from salesopt_kit.terms import Verdict


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of template 3; `before` or `after` is None where it is missing, and `reason` then says why."""

    metric: str
    label: str
    before: Estimate | None
    after: Estimate | None
    target: Bound | None
    verdict: Verdict = Verdict.CANNOT_TELL
    """The verdict that holds the interval of `after` against the target."""
    reason: str = ""

    @property
    def change(self) -> float | None:
        """The relative change, such as -0.289; None where a figure is missing or before is 0."""
        if self.before is None or self.after is None or not self.before.value or self.after.value is None:
            return None
        return self.after.value / self.before.value - 1

    @property
    def by_point(self) -> Verdict:
        """The verdict of the handbook: the figure after against the target, whatever its uncertainty."""
        if self.after is None or self.after.value is None or self.target is None:
            return Verdict.CANNOT_TELL
        return Verdict.MET if self.target.is_met(self.after.value) else Verdict.NOT_MET


def template_3(rows: tuple[Row, ...]) -> pd.DataFrame:
    """Return the handbook's table, text cells under its own headings."""
    return pd.DataFrame(
        {
            _("Metric evaluated"): row.label,
            _("Before the pilot"): _value(row.before),
            _("After the pilot"): _value(row.after),
            _("Rate of change"): arrow(row.change),
            _("Target met (preset target)"): _against_target(row),
        }
        for row in rows
    )


def arrow(change: float | None) -> str:
    """Return a relative change as the handbook writes it, such as ↓28.9%; an en dash for None.

    >>> arrow(32 / 45 - 1), arrow(0.5)
    ('↓28.9%', '↑50%')
    """
    if change is None:
        return "–"
    sign = "→" if round(change, 3) == 0 else "↑" if change > 0 else "↓"
    return sign + str(format_percent(abs(change), "0.#%", locale=language().replace("-", "_")))


def bound_text(bound: Bound, unit: str) -> str:
    """Return a target such as "≤ 35.0 days"."""
    sign, value = ("≤", bound.at_most) if bound.at_most is not None else ("≥", bound.at_least)
    return f"{sign} {shown(value, unit)}"


def honest_verdict(after: Estimate, target: Bound) -> Verdict:
    """Return met (not met) where the whole interval keeps (breaks) the target, else cannot tell."""
    if after.low is None or after.high is None:
        return Verdict.CANNOT_TELL
    kept = {target.is_met(after.low), target.is_met(after.high)}
    if kept == {True}:
        return Verdict.MET
    return Verdict.NOT_MET if kept == {False} else Verdict.CANNOT_TELL


def _value(estimate: Estimate | None) -> str:
    return shown(estimate.value, estimate.unit) if estimate else "–"


def _against_target(row: Row) -> str:
    if row.target is None or row.after is None:
        return row.by_point.label
    return _("{bound} ({verdict})").format(bound=bound_text(row.target, row.after.unit), verdict=row.by_point.label)
