"""Can the simulator be trusted? Fitted to the earlier weeks, it predicts the last ones, and is held against them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

import numpy as np
import pandas as pd

from salesopt_kit.design.what_if_held_out import RankShare, Seen, figures_of, one_draw, ranks_of
from salesopt_kit.design.what_if_log import DAYS_PER_WEEK, Log, last_day_before_change, log_until
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.metrics.once import once
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.stats.life_table import Numbers
from salesopt_kit.stats.semi_markov_fit import Process
from salesopt_kit.tables.store import Tables

WEEKS = 8
DRAWS = 400
FEWEST_CLOSED = 30
RARE = 0.05


@dataclass(frozen=True, slots=True)
class Held:
    """One figure of the held-out weeks: predicted median and 95 % interval, observed, and where in the draws it lies.

    `rank` is the mid-rank of the observed figure among the draws (PIT): even in [0, 1] where predictions hold.
    """

    key: str
    label: str
    unit: str
    predicted: float
    low: float
    high: float
    observed: float
    rank: float

    @property
    def is_inside(self) -> bool:
        """Whether the observed figure is in the interval."""
        return self.low <= self.observed <= self.high


@dataclass(frozen=True, slots=True)
class Calibration(Result):
    """How the predictions for the held-out weeks came out; `is_calibrated` None where too little was closed in them."""

    card: ClassVar[str] = "what_if_calibration"

    figures: tuple[Held, ...]
    ranks: tuple[RankShare, ...]
    is_calibrated: bool | None
    allowed: int
    """Figures that may be outside their interval by chance."""
    standing: int
    new: int
    held_out: tuple[date, date]
    fitted: tuple[date, date]
    weeks: tuple[tuple[date, Held], ...] = ()
    """Deals closed in each held-out week."""

    @property
    def outside(self) -> tuple[Held, ...]:
        """The figures, those of single weeks too, that are outside their interval."""
        return tuple(held for held in self.all_figures if not held.is_inside)

    @property
    def all_figures(self) -> tuple[Held, ...]:
        """The figures over all held-out weeks and those of single weeks."""
        return (*self.figures, *(held for _day, held in self.weeks))

    def sentence(self) -> str:
        """Say plainly whether the simulator predicted the held-out weeks."""
        inside = len(self.all_figures) - len(self.outside)
        message = _(
            "{inside} of {n} figures from {first} to {last} are inside their 95% prediction interval. {verdict}"
        )
        return message.format(
            inside=inside,
            n=len(self.all_figures),
            first=self.held_out[0],
            last=self.held_out[1],
            verdict=self.verdict(),
        )

    def verdict(self) -> str:
        """Return what that allows."""
        if self.is_calibrated is None:
            return _("Too few deals were closed in these weeks to judge the simulator.")
        if self.is_calibrated:
            return _("The simulator is calibrated on these weeks.")
        return _("The simulator is not good enough to predict with.")

    def estimates(self) -> tuple[Estimate, ...]:
        """Return prediction and observation of each figure, and the share of stays ended at each rank."""
        found = []
        method = _("{draws} draws of the deals of the held-out weeks").format(draws=DRAWS)
        for held in self.figures:
            values = (held.predicted, held.unit, self.standing + self.new, held.low, held.high, method, self.held_out)
            found.append(Estimate("what_if_calibration.predicted", held.label, *values, f"figure={held.key}"))
            seen = (held.observed, held.unit, self.standing + self.new)
            found.append(
                Estimate(
                    "what_if_calibration.observed",
                    held.label,
                    *seen,
                    method=_("census"),
                    window=self.held_out,
                    group=f"figure={held.key}",
                )
            )
        label = _("Stays ended when {rank:.0%} were expected to have")
        found += [
            Estimate(
                "what_if_calibration.ended",
                label.format(rank=one.rank),
                one.share,
                "fraction",
                self.standing + self.new,
                one.low,
                one.high,
                _("Kaplan-Meier of ranks, log-log interval"),
                self.held_out,
                f"rank={one.rank}",
            )
            for one in self.ranks
        ]
        return tuple(found)

    def caveats(self) -> tuple[str, ...]:
        """Return what the comparison takes as given, and what it found wanting."""
        said = [
            _(
                "Fitted to {first} to {last}; {standing:,} deals that stood open then and {new:,} that arrived "
                "in the held-out weeks were followed from where they stood. Their number was not predicted."
            ).format(first=self.fitted[0], last=self.fitted[1], standing=self.standing, new=self.new),
            _("{n} of {of} figures may be outside by chance.").format(n=self.allowed, of=len(self.all_figures)),
        ]
        if self.outside:
            names = [held.label for held in self.figures if not held.is_inside]
            names += [f"{day}" for day, held in self.weeks if not held.is_inside]
            said.append(_("Outside: {names}.").format(names=_(", ").join(names)))
        if off := [one for one in self.ranks if one.is_off]:
            most = max(off, key=lambda one: abs(one.share - one.rank))
            longer = _(
                "Stays lasted longer than the fit says: {share} had ended where {rank:.0%} were expected to have."
            )
            shorter = _(
                "Stays were shorter than the fit says: {share} had ended where {rank:.0%} were expected to have."
            )
            message = longer if most.share < most.rank else shorter
            said.append(message.format(share=shown(most.share, "fraction"), rank=most.rank))
        said.append(_("Stays still going on at the end of the held-out weeks count as not ended yet."))
        return tuple(said)

    def table(self) -> pd.DataFrame:
        """Return one row per figure, and one per rank of the times in stage."""
        rows = [
            {
                _("Figure"): held.label,
                _("Predicted"): shown(held.predicted, held.unit),
                _("95% prediction interval"): _range(held.low, held.high, held.unit),
                _("Observed"): shown(held.observed, held.unit),
                _("Inside"): "✓" if held.is_inside else "✗",
                _("Rank among draws"): f"{held.rank:.2f}",
            }
            for held in self.figures
        ]
        label = _("Stays ended when {rank:.0%} were expected to have")
        rows += [
            {
                _("Figure"): label.format(rank=one.rank),
                _("Predicted"): shown(one.rank, "fraction"),
                _("95% prediction interval"): "–",
                _("Observed"): with_interval(Estimate("", "", one.share, "fraction", 0, one.low, one.high)),
                _("Inside"): "✗" if one.is_far else "✓",
                _("Rank among draws"): "–",
            }
            for one in self.ranks
        ]
        return pd.DataFrame(rows)


@once
def what_if_calibration(tables: Tables, weeks: int = WEEKS) -> Calibration:
    """Return how a simulator fitted without the last `weeks` before the change predicts them.

    Every deal that stood open at the cut is followed from its stage and the days it had been there, every deal that
    arrived later from its arrival, up to the end of the held-out weeks, in 400 draws with resampled parameters; the
    interval holds the luck of these very deals. It is not good enough where more figures are outside than chance allows
    (binomial, 5 %), or where the times in stage are off by over a tenth (Kaplan-Meier of the ranks that the fit gives
    them, so that stays still going on count rightly). Raises MissingDataError where there is too little history.
    """
    last = last_day_before_change(tables)
    cut_on = last - timedelta(days=DAYS_PER_WEEK * weeks)
    log = log_until(tables, cut_on)
    span = float(DAYS_PER_WEEK * weeks)
    seen = Seen(tables, log, cut_on + timedelta(days=1), last)
    process = Process(log.stays)
    draws = np.array([one_draw(process, seen, span, draw) for draw in range(DRAWS)])
    observed = figures_of(seen.paths(), span)
    labels = _labels(log)
    held = tuple(
        _held(key, label, unit, draws[:, place], observed[place])
        for place, (key, label, unit) in enumerate(labels)
        if np.isfinite(observed[place]) and _varies(draws[:, place])
    )
    by_week = tuple(
        (
            cut_on + timedelta(days=1 + DAYS_PER_WEEK * week),
            _held(f"week_{week}", "", "deals", draws[:, len(labels) + week], observed[len(labels) + week]),
        )
        for week in range(weeks)
    )
    ranks = ranks_of(process, seen)
    all_held = [*held, *(one for _day, one in by_week)]
    allowed = _allowed(len(all_held))
    closed = float(observed[0])
    is_good = sum(not one.is_inside for one in all_held) <= allowed and not any(one.is_far for one in ranks)
    return Calibration(
        held,
        ranks,
        None if closed < FEWEST_CLOSED else is_good,
        allowed,
        len(seen.standing),
        len(seen.new),
        (cut_on + timedelta(days=1), last),
        (log.first, log.last),
        by_week,
    )


def _labels(log: Log) -> list[tuple[str, str, str]]:
    return [
        ("closed", _("Deals closed"), "deals"),
        ("won", _("Deals won"), "deals"),
        ("until_won", _("Days from the cut until a win, median"), "days"),
        *((f"entries_{stage.id}", _("Entries to {stage}").format(stage=stage.name), "visits") for stage in log.stages),
        *((f"there_{stage.id}", _("At the end in {stage}").format(stage=stage.name), "deals") for stage in log.stages),
    ]


def _held(key: str, label: str, unit: str, draws: Numbers, observed: float) -> Held:
    draws = draws[np.isfinite(draws)]
    low, middle, high = np.quantile(draws, [0.025, 0.5, 0.975])
    rank = float((draws < observed).mean() + (draws == observed).mean() / 2)
    return Held(key, label, unit, float(middle), float(low), float(high), float(observed), rank)


def _varies(draws: Numbers) -> bool:
    """Return whether a figure can be predicted at all: all new deals enter the stage that they begin in."""
    known = draws[np.isfinite(draws)]
    return len(known) > 0 and float(np.ptp(known)) > 0


def _allowed(n: int) -> int:
    """Return how many of `n` figures may be outside: more than that has a chance below 5 % where all is well."""
    from scipy.special import bdtrc  # noqa: PLC0415 -- SciPy is loaded only when asked for

    return next(k for k in range(n + 1) if bdtrc(k, n, RARE) < RARE)


def _range(low: float, high: float, unit: str) -> str:
    return _("{low} to {high}").format(low=shown(low, unit), high=shown(high, unit))


def need_weeks(tables: Tables) -> Calibration | None:
    """Return the calibration, or None where the history is too short for it."""
    try:
        return what_if_calibration(tables)
    except MissingDataError:
        return None
