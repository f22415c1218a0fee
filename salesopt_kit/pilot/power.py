"""X1: how small an effect the pilot could show, by placebo pilots on the client's own history and by the textbook."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.core_figures import metric_label
from salesopt_kit.numbers import difference_unit, shown
from salesopt_kit.pilot.foreseen import Foreseen, choices, foreseen, who_pilots
from salesopt_kit.pilot.history import STEP, History
from salesopt_kit.pilot.outline import Kind, Outline, outline
from salesopt_kit.pilot.wanted import wanted_effect
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.stats.design_effect import Likeness, likeness
from salesopt_kit.stats.implanted import power_of, thresholds
from salesopt_kit.stats.interval import Interval
from salesopt_kit.stats.permutation import smallest_p
from salesopt_kit.stats.planned_power import PlannedPilot, Scatter
from salesopt_kit.tables.store import Tables

WEEKS = (4, 6, 8, 10, 12, 14, 16)
ENOUGH = 0.8
"""The power that is asked for: four of five pilots find the effect."""


@dataclass(frozen=True, slots=True)
class Length:
    """A pilot of so many weeks: what it could show."""

    weeks: float
    pilot: PlannedPilot
    scatter: Scatter
    detectable: float
    bounds: Interval
    power: float
    power_bounds: Interval
    textbook: float
    clustered: float
    """The textbook's figure with the design effect of sellers."""

    def power_for(self, effect: float) -> float:
        """Return the chance to find another effect."""
        return self.pilot.power(effect, self.scatter.variance)


@dataclass(frozen=True, slots=True)
class Power(Result):
    """What pilots of 4 to 16 weeks could show of one figure, in its unit."""

    metric: str
    label: str
    unit: str
    current: float
    wanted: float
    """The change that counts as a success, and that power is given for."""
    why_wanted: str
    lengths: tuple[Length, ...]
    planned: Length
    least: tuple[int, float]
    """The number of pilot units that can show least, and what it can show, at the planned length."""
    units: int
    size: int
    kept_out: tuple[str, ...]
    like: Likeness | None
    false_alarms: tuple[float, Interval]
    followed: int | None
    """Days over which each case is counted; None where the figure does not ripen."""

    def sentence(self) -> str:
        """Say what the planned pilot can show, and whether that is enough."""
        message = _(
            "{label}: {size} of {units} units for {weeks:.0f} weeks show a change of {wanted} in {power} of pilots "
            "({low} to {high}); four of five pilots show {detectable} or more. {enough}"
        )
        plan = self.planned
        enough = (
            _("That is enough.")
            if plan.power >= ENOUGH
            else _("That is not enough: take longer, more units, or a figure that varies less.")
        )
        return message.format(
            label=self.label,
            size=self.size,
            units=self.units,
            weeks=plan.weeks,
            wanted=self._shown(self.wanted),
            power=shown(plan.power, "fraction"),
            low=shown(plan.power_bounds.low, "fraction"),
            high=shown(plan.power_bounds.high, "fraction"),
            detectable=self._shown(plan.detectable),
            enough=enough,
        )

    def methods(self) -> Iterable[str]:
        """Return the simulation, the analysis in it, and the textbook's correction."""
        found = ("power", "placebo_pilot", "unit_t", "permutation")
        return (*found, "design_effect") if self.like else found

    def estimates(self) -> tuple[Estimate, ...]:
        """Return power and smallest detectable effect of each length, with their simulation uncertainty."""
        return tuple(estimate for length in (self.planned, *self.lengths) for estimate in self._estimates(length))

    def table(self) -> pd.DataFrame:
        """Return one row per length of the pilot."""
        return pd.DataFrame(
            {
                _("Weeks"): f"{length.weeks:.0f}" + (_(" (as planned)") if length is self.planned else ""),
                _("Power for {wanted}").format(wanted=self._shown(self.wanted)): self._range(
                    shown(length.power, "fraction"),
                    shown(length.power_bounds.low, "fraction"),
                    shown(length.power_bounds.high, "fraction"),
                ),
                _("Smallest detectable effect"): self._range(
                    self._shown(length.detectable), self._shown(length.bounds.low), self._shown(length.bounds.high)
                ),
                _("Textbook, independent cases"): self._shown(length.textbook),
                _("Textbook with design effect"): self._shown(length.clustered),
            }
            for length in sorted((self.planned, *self.lengths), key=lambda length: length.weeks)
        )

    def caveats(self) -> tuple[str, ...]:
        """Return what it rests on, and what no choice of units can change."""
        k, least = self.least
        floor = _("No choice of units can show less than {least} in {weeks:.0f} weeks (with {k} pilot units).")
        alarms = _(
            "With no effect at all {share} of the placebo pilots come out as a gain ({low} to {high}); 2.5% may."
        )
        share, bounds = self.false_alarms
        said = [
            floor.format(least=self._shown(least), weeks=self.planned.weeks, k=k),
            _("Success is a change of {wanted}: {why}.").format(wanted=self._shown(self.wanted), why=self.why_wanted),
            alarms.format(**{"share": shown(share, "fraction")} | _bounds(bounds)),
            _("A permutation over {n} units, {k} of them piloting, reaches p = {p:.3f} at best.").format(
                n=self.units, k=self.size, p=smallest_p(self.units, self.size)
            ),
            _(
                "Simulated: how much the changes of units vary comes from earlier windows in which nothing was done, "
                "the number of cases from the days just before the pilot. Pilots drawn so, with the effect added, are "
                "judged as the verdict does. Windows overlap, so the ranges count only those that share no day."
            ),
        ]
        if self.followed is not None:
            message = _(
                "Predicted for a verdict on the first {days} days of each case, as planned. A verdict made later "
                "follows cases longer, so effect and scatter are other ones."
            )
            said.append(message.format(days=self.followed))
        if self.like:
            message = _("Cases of one seller or unit resemble one another: intraclass correlation {icc:.3f}.")
            said.append(message.format(icc=self.like.icc))
        if self.kept_out:
            message = _("Too young for the history, so taken to vary as the other units do: {names}.")
            said.append(message.format(names=_(", ").join(self.kept_out)))
        return tuple(said)

    def _shown(self, value: float) -> str:
        if math.isinf(value):
            return "∞"
        return shown(value, difference_unit(self.unit))

    def _range(self, value: str, low: str, high: str) -> str:
        return _("{value} ({low} to {high})").format(value=value, low=low, high=high)

    def _estimates(self, length: Length) -> tuple[Estimate, Estimate]:
        method = _("pilots drawn with the scatter of the history, t test on the changes of units")
        group = f"weeks={length.weeks:.0f}" if length is not self.planned else "planned"
        n, unit = round(length.scatter.freedom), difference_unit(self.unit)
        bounds = length.power_bounds
        return (
            Estimate(
                f"pilot.power.{self.metric}.power",
                _("{label}: power").format(label=self.label),
                length.power,
                "fraction",
                n,
                bounds.low,
                bounds.high,
                method,
                group=group,
            ),
            Estimate(
                f"pilot.power.{self.metric}.detectable",
                _("{label}: smallest detectable effect").format(label=self.label),
                length.detectable,
                unit,
                n,
                length.bounds.low,
                length.bounds.high if math.isfinite(length.bounds.high) else None,
                method,
                group=group,
            ),
        )


@explains_missing
def power(tables: Tables, metric: str = "", *, kind: Kind | None = None) -> Result:
    """Return what pilots of 4 to 16 weeks could show of `metric` (default: the primary figure of the plan).

    How much units' changes scatter comes from real windows of the history before the pilot, a week apart, in which
    nothing was done, the baseline as long as planned; the number of cases from the eve of the pilot. With both, pilots
    are drawn by the planned units (or every choice of as many, 300 at most) and judged as the verdict judges them, on
    units - 2 degrees of freedom. MissingDataError where the history is too short.
    """
    planned = outline(tables, kind)
    metric = metric or planned.primary
    known = foreseen(tables, planned, metric)
    after = round(7 * planned.weeks)
    history = known.history
    current = known.current
    wanted, why = wanted_effect(tables, planned, metric, current, history.panel.lower_is_better)
    like = likeness(*(history.panel.rows[name].to_numpy() for name in ("total", "n", "cluster")))
    asked = (known, wanted, like)
    lengths = tuple(found for weeks in WEEKS if 7 * weeks != after and (found := _length(*asked, 7 * weeks)))
    main = _length(*asked, after)
    if main is None:
        raise MissingDataError(
            _("the history is too short for a pilot of {weeks:.0f} weeks after a baseline of {days} days").format(
                weeks=planned.weeks, days=planned.baseline_days
            ),
            remedy=_("Export older deals, or plan a shorter baseline."),
        )
    return Power(
        metric,
        metric_label(metric),
        history.panel.unit,
        current,
        wanted,
        why,
        lengths,
        main,
        _least(known, after),
        len(known.units),
        planned.size,
        tuple(unit for unit in planned.units if unit not in history.units),
        like,
        _false_alarms(history, planned, after),
        history.panel.horizon,
    )


def _length(known: Foreseen, wanted: float, like: Likeness | None, after: int) -> Length | None:
    scatter = known.scatter(after)
    if scatter is None:
        return None
    pilot = known.pilot(after, who_pilots(known))
    low, high = scatter.bounds.low, scatter.bounds.high
    return Length(
        after / 7,
        pilot,
        scatter,
        pilot.smallest(ENOUGH, scatter.variance),
        Interval(pilot.smallest(ENOUGH, low), pilot.smallest(ENOUGH, high)),
        pilot.power(wanted, scatter.variance),
        Interval(pilot.power(wanted, high), pilot.power(wanted, low)),
        *_textbook(known.history, known.planned, after, like),
    )


def _false_alarms(history: History, planned: Outline, after: int) -> tuple[float, Interval]:
    """Return how often placebo pilots on the history come out as a gain, with Wilson's interval."""
    before = planned.baseline_days
    chosen = choices(len(history.units), planned.size)
    found = thresholds(history.gains(before, after), chosen, planned.alpha)
    apart = max(1, (len(found) * STEP + before + after - STEP) // (before + after))
    return power_of(found, 0.0, float(min(apart * len(chosen), (~np.isnan(found)).sum())))


def _least(known: Foreseen, after: int) -> tuple[int, float]:
    """Return which number of pilot units shows the smallest effect, and that effect."""
    n, scatter = len(known.units), known.scatter(after)
    variance = scatter.variance if scatter else math.nan
    found = {size: known.pilot(after, choices(n, size)).smallest(ENOUGH, variance) for size in range(1, n // 2 + 1)}
    best = min(found, key=lambda size: found[size])
    return best, found[best]


def _textbook(history: History, planned: Outline, after: int, like: Likeness | None) -> tuple[float, float]:
    """Return the smallest detectable effect of a difference of two changes by the formula, without and with clusters.

    (z_0.975 + z_power) sd root(sum of 1 / n) over the four cells; each n divided by the design effect of its sellers.
    """
    from scipy.special import ndtri  # noqa: PLC0415 -- SciPy is loaded only when asked for

    if like is None:
        return math.nan, math.nan
    units, k = len(history.units), planned.size
    a_day = float(history.counts[:, -1].sum()) / history.days / units
    cells = [a_day * days * n for days in (planned.baseline_days, after) for n in (k, units - k)]
    quantiles = float(ndtri(1 - planned.alpha / 2) + ndtri(ENOUGH))
    plain = quantiles * like.sd * math.sqrt(sum(1 / n for n in cells))
    sellers = like.clusters / units
    factors = [1 + max(0.0, n / (of * sellers) - 1) * like.icc for n, of in zip(cells, (k, units - k) * 2, strict=True)]
    return plain, quantiles * like.sd * math.sqrt(sum(f / n for f, n in zip(factors, cells, strict=True)))


def _bounds(bounds: Interval) -> dict[str, str]:
    return {"low": shown(bounds.low, "fraction"), "high": shown(bounds.high, "fraction")}
