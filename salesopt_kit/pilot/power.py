"""X1: how small an effect the pilot could show, by placebo pilots on the client's own history and by the textbook."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.core_figures import metric_label
from salesopt_kit.numbers import difference_unit, shown
from salesopt_kit.pilot.history import STEP, History, history_of
from salesopt_kit.pilot.outline import Kind, Outline, outline
from salesopt_kit.pilot.panel import panel
from salesopt_kit.pilot.wanted import wanted_effect
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.stats.design_effect import Likeness, likeness
from salesopt_kit.stats.implanted import power_of, smallest_effect, thresholds
from salesopt_kit.stats.interval import Interval
from salesopt_kit.stats.permutation import smallest_p
from salesopt_kit.tables.store import Tables

WEEKS = (4, 6, 8, 10, 12, 14, 16)
ENOUGH = 0.8
"""The power that is asked for: four of five pilots find the effect."""
MOST_CHOICES = 300
SEED = 20240630


@dataclass(frozen=True, slots=True)
class Length:
    """A pilot of so many weeks: what it could show."""

    weeks: float
    thresholds: npt.NDArray[np.float64]
    independent: float
    """Placebo pilots that share no day, times the choices of units: what the uncertainty is computed with."""
    detectable: float
    bounds: Interval
    power: float
    power_bounds: Interval
    textbook: float
    clustered: float
    """The textbook's figure with the design effect of sellers."""


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
                "Simulated: earlier windows before the pilot in which nothing was done, every choice of as many units, "
                "the effect added to the pilot units, judged by the units' changes (t test). Windows overlap, so the "
                "ranges count only those that share no day."
            ),
        ]
        if self.like:
            message = _("Cases of one seller or unit resemble one another: intraclass correlation {icc:.3f}.")
            said.append(message.format(icc=self.like.icc))
        if self.kept_out:
            message = _("Too young for the history, and left out of the simulation: {names}.")
            said.append(message.format(names=_(", ").join(self.kept_out)))
        return tuple(said)

    def _shown(self, value: float) -> str:
        if math.isinf(value):
            return "∞"
        return shown(value, difference_unit(self.unit))

    def _range(self, value: str, low: str, high: str) -> str:
        return _("{value} ({low} to {high})").format(value=value, low=low, high=high)

    def _estimates(self, length: Length) -> tuple[Estimate, Estimate]:
        method = _("placebo pilots on the history, t test on the changes of units")
        group = f"weeks={length.weeks:.0f}" if length is not self.planned else "planned"
        n, unit = round(length.independent), difference_unit(self.unit)
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

    Real windows of the history before the pilot, a week apart, the baseline as long as planned; in each, every choice
    of as many pilot units as planned (300 at most, drawn by a fixed seed); an effect implanted in the pilot units; the
    difference of the units' changes judged by a t test on units - 2 degrees of freedom. MissingDataError where the
    history is too short.
    """
    planned = outline(tables, kind)
    metric = metric or planned.primary
    figure = panel(tables, planned.dimension, metric, planned.horizon)
    after = round(7 * planned.weeks)
    history = history_of(figure, planned, planned.baseline_days, after)
    current = _current(history, planned.baseline_days)
    wanted, why = wanted_effect(tables, planned, metric, current, history.panel.lower_is_better)
    like = likeness(*(history.panel.rows[name].to_numpy() for name in ("total", "n", "cluster")))
    asked = (history, planned, wanted, like)
    lengths = tuple(found for weeks in WEEKS if 7 * weeks != after and (found := _length(*asked, 7 * weeks)))
    main = _length(*asked, after)
    if main is None:
        raise MissingDataError(
            _("the history is too short for a pilot of {weeks:.0f} weeks after a baseline of {days} days").format(
                weeks=planned.weeks, days=planned.baseline_days
            ),
            remedy=_("Export older deals, or plan a shorter baseline."),
        )
    alarms = power_of(main.thresholds, 0.0, main.independent)
    return Power(
        metric,
        metric_label(metric),
        figure.unit,
        current,
        wanted,
        why,
        lengths,
        main,
        _least(history, planned, after),
        len(history.units),
        planned.size,
        tuple(unit for unit in planned.units if unit not in history.units),
        like,
        alarms,
    )


def choices(units: int, size: int, most: int = MOST_CHOICES) -> npt.NDArray[np.int_]:
    """Return every choice of `size` of so many units, one row each; above `most`, as many drawn by a fixed seed."""
    if math.comb(units, size) <= most:
        return np.array(list(combinations(range(units), size)))
    random = np.random.default_rng(SEED)
    return np.argsort(random.random((most, units)), axis=1)[:, :size]


def _length(history: History, planned: Outline, wanted: float, like: Likeness | None, after: int) -> Length | None:
    before = planned.baseline_days
    if len(history.starts(before, after)) == 0:
        return None
    found, independent = _thresholds(history, planned, planned.size, after)
    if np.isnan(found).all():
        return None
    detectable, bounds = smallest_effect(found, independent, ENOUGH)
    share, share_bounds = power_of(found, wanted, independent)
    textbook = _textbook(history, planned, after, like)
    return Length(after / 7, found, independent, detectable, bounds, share, share_bounds, *textbook)


def _thresholds(history: History, planned: Outline, size: int, after: int) -> tuple[npt.NDArray[np.float64], float]:
    before = planned.baseline_days
    chosen = choices(len(history.units), size)
    found = thresholds(history.gains(before, after), chosen, planned.alpha)
    apart = max(1, (len(found) * STEP + before + after - STEP) // (before + after))
    return found, float(min(apart * len(chosen), (~np.isnan(found)).sum()))


def _least(history: History, planned: Outline, after: int) -> tuple[int, float]:
    """Return which number of pilot units shows the smallest effect, and that effect."""
    found = {}
    for size in range(1, len(history.units) // 2 + 1):
        limits, independent = _thresholds(history, planned, size, after)
        if not np.isnan(limits).all():
            found[size] = smallest_effect(limits, independent, ENOUGH)[0]
    best = min(found, key=lambda size: found[size])
    return best, found[best]


def _current(history: History, days: int) -> float:
    last = history.totals[:, -1] - history.totals[:, max(0, history.days - days)]
    n = history.counts[:, -1] - history.counts[:, max(0, history.days - days)]
    return float(last.sum() / n.sum())


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
