"""R2: does each wave improve when its turn comes? The roll-out itself as a test (stepped wedge)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesopt_kit.locale import _, sentences
from salesopt_kit.metrics.followup import followed_deals
from salesopt_kit.numbers import bare, shown
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.rollout.waves import WavePlan, unit_dimension, wave_plan
from salesopt_kit.rollout.weeks import HORIZON
from salesopt_kit.stats.stepped_wedge import LEVEL, SteppedWedge, WaveEffect, stepped_wedge
from salesopt_kit.tables.store import Tables

MONTHS_BEFORE = 6
"""Months before the first wave that its level is taken from."""
FEWEST_DEALS = 5
"""Deals of a unit and month below which the month counts as unknown."""


@dataclass(frozen=True, slots=True)
class Staircase:
    """Mean days to closing by unit (rows) and month, NaN for unknown, and each unit's first whole month."""

    plan: WavePlan
    months: tuple[pd.Period, ...]
    values: npt.NDArray[np.float64]
    counts: npt.NDArray[np.float64]
    firsts: tuple[pd.Period, ...]

    @property
    def starts(self) -> npt.NDArray[np.int_]:
        """The place of each unit's first month in `months`; their number where it lies after them."""
        return np.array([min(max((first - self.months[0]).n, 0), len(self.months)) for first in self.firsts])


@dataclass(frozen=True, slots=True)
class WaveResult(Result):
    """The effect of the waves so far; `found` is None before the first month that can be judged."""

    stairs: Staircase
    found: SteppedWedge | None

    def sentence(self) -> str:
        """Say the effect so far, how sure it is, and what will be known when."""
        if self.found is None:
            return sentences(_("No wave can be judged yet."), self._next())
        effect = self.found.effect
        message = _("Against the units that still wait, days to closing changed by {effect}: {verdict}.")
        return sentences(message.format(effect=_range(effect), verdict=self._verdict(effect)), self._next())

    def _verdict(self, effect: WaveEffect) -> str:
        smallest = self.found.smallest_p if self.found else 1.0
        if smallest > LEVEL:
            return _("not enough evidence, for so few units cannot show more (smallest possible p {p:.3f})").format(
                p=smallest
            )
        if effect.p > LEVEL:
            return _("not enough evidence (p {p:.3f})").format(p=effect.p)
        return (
            _("better than chance explains (p {p:.3f})")
            if effect.value < 0
            else _("worse than chance explains (p {p:.3f})")
        ).format(p=effect.p)

    def _next(self) -> str:
        plan = self.stairs.plan
        later = [(day, known) for day, _units in plan.waves if (known := known_from(day)) > plan.as_of]
        if not later:
            return _("All waves can be judged.")
        message = _("The wave of {day} can be judged from {known} on, when its first month has been followed.")
        return message.format(day=later[0][0], known=later[0][1])

    def methods(self) -> Iterable[str]:
        """Return the comparison with the units that wait, and the regression beside it."""
        if self.found is None:
            return ()
        found = ("stepped_wedge", "permutation")
        return (*found, "two_way_fixed_effects", "cluster_robust") if self.found.two_way else found

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the effect, by months since the start, and the regression beside it."""
        if self.found is None:
            return ()
        label, said = _("Change of days to closing"), _("permutation of {n:,} orders").format(n=self.found.orders)
        rows = [_estimate("rollout.waves.effect", label, self.found.effect, said)]
        for since, effect in self.found.since:
            name = _("month {n} of the new process").format(n=since + 1)
            rows.append(_estimate("rollout.waves.effect_since", name, effect, said, f"months={since}"))
        if self.found.two_way:
            other = self.found.two_way
            name = _("Regression with unit and month effects (for comparison)")
            cells = int((~np.isnan(self.stairs.values)).sum())
            rows.append(
                Estimate(
                    "rollout.waves.two_way",
                    name,
                    other.value,
                    "days",
                    cells,
                    other.low,
                    other.high,
                    _("errors clustered by unit"),
                )
            )
        return tuple(rows)

    def table(self) -> pd.DataFrame:
        """Return one row per estimate, in days."""
        return pd.DataFrame(
            {
                _("Figure"): one.label,
                _("Effect"): _signed(one.value),
                _("95% interval"): "–"
                if one.low is None or one.high is None
                else _("{low} to {high}").format(low=_signed(one.low, bare_=True), high=_signed(one.high)),
                _("Unit-months"): f"{one.n:,}",
                _("Method"): one.method,
            }
            for one in self.estimates()
        )

    def caveats(self) -> tuple[str, ...]:
        """Return what the comparison supposes and what the regression beside it cannot do."""
        said = [
            _(
                "A unit's months with the new process are compared, as a change since its months before, with the "
                "units that have not begun; a month in which a unit begins part of the way counts for neither."
            ),
            _(
                "p and interval come from trying every order of the waves; they are exact only where the order was "
                "drawn by lot. The pilot counts as the first wave and was chosen, not drawn."
            ),
        ]
        if self.found and self.found.two_way:
            said.append(
                _(
                    "The regression also sets late waves against early ones; where the effect grows with time it "
                    "understates it or turns it round (Goodman-Bacon 2021)."
                )
            )
        message = _("Deals count over their first {days} days, in months that were followed so long.")
        return (*said, message.format(days=HORIZON))


@explains_missing
def wave_effect(tables: Tables) -> Result:
    """Return the effect of the waves on the mean days to closing (counted up to 60) as they come in.

    Before any wave can be judged it says from when on that will be. MissingDataError without units.
    """
    stairs = staircase(tables)
    found = stepped_wedge(stairs.values, stairs.starts) if len(stairs.months) else None
    return WaveResult(stairs, found)


def staircase(tables: Tables) -> Staircase:
    """Return the months from six before the first wave to the last that was followed, by unit of the plan."""
    plan = wave_plan(tables)
    first = pd.Period(plan.starts[0].starts_on, freq="M") - MONTHS_BEFORE
    last = pd.Period(tables.as_of - timedelta(days=HORIZON - 1), freq="M") - 1
    months = tuple(pd.period_range(first, last, freq="M"))
    units = [start.unit for start in plan.starts]
    rows = followed_deals(tables, (first.start_time.date(), max(last, first).end_time.date()), unit_dimension(tables))
    rows["month"] = rows["created_on"].dt.to_period("M")
    rows["total"] = rows["days"].clip(upper=HORIZON) * rows["n"]
    sums = rows.groupby(["unit", "month"])[["total", "n"]].sum()
    index = pd.MultiIndex.from_product([units, months])
    shape = (len(units), len(months))
    counts = sums["n"].reindex(index).fillna(0).to_numpy(float).reshape(shape)
    totals = sums["total"].reindex(index).to_numpy(float).reshape(shape)
    values = np.where(counts >= FEWEST_DEALS, totals / np.maximum(counts, 1), np.nan)
    firsts = tuple(_first_month(start.starts_on) for start in plan.starts)
    for row, start in enumerate(plan.starts):
        if start.starts_on.day > 1:
            values[row, [month == pd.Period(start.starts_on, freq="M") for month in months]] = np.nan
    return Staircase(plan, months, values, counts, firsts)


def known_from(starts_on: date) -> date:
    """Return the day from which a wave's first whole month has been followed for the horizon."""
    end: date = _first_month(starts_on).end_time.date()
    return end + timedelta(days=HORIZON)


def _first_month(day: date) -> pd.Period:
    return pd.Period(day, freq="M") + int(day.day > 1)


def _estimate(id_: str, label: str, effect: WaveEffect, said: str, group: str = "") -> Estimate:
    method = _("{said}, p {p:.3f}").format(said=said, p=effect.p)
    return Estimate(id_, label, effect.value, "days", effect.cells, effect.low, effect.high, method, group=group)


def _range(effect: WaveEffect) -> str:
    if effect.low is None or effect.high is None:
        return _signed(effect.value)
    message = _("{value} ({low} to {high})")
    return message.format(
        value=_signed(effect.value), low=_signed(effect.low, bare_=True), high=_signed(effect.high, bare_=True)
    )


def _signed(value: float | None, *, bare_: bool = False) -> str:
    if value is None:
        return "–"
    text = bare(abs(value), "days") if bare_ else shown(abs(value), "days")
    return ("+" if value > 0 else "−") + text
