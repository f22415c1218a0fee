"""The answer of the what-if: each figure as it is, as it is to be, and the difference."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import pandas as pd

from salesopt_kit.design.what_if_calibration import Calibration
from salesopt_kit.design.what_if_change import ExpectedChange
from salesopt_kit.locale import _
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.stats.life_table import Numbers


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the process as it is, as it is to be, and the difference, each with its interval."""

    key: str
    label: str
    now: Estimate
    to_be: Estimate
    change: Estimate
    stage_id: str = ""
    stage_name: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """The share of won deals that were closed within CURVE days, with the 95 % band over the draws."""

    days: Numbers
    now: Numbers
    to_be: Numbers
    """Each (3, days): median, low, high."""


@dataclass(frozen=True, slots=True)
class WhatIf(Result):
    """The expected effect of the changes; `stages` holds visits, deals there at a time, and hours where known."""

    card: ClassVar[str] = "what_if"

    changes: tuple[ExpectedChange, ...]
    figures: tuple[Figure, ...]
    stages: tuple[Figure, ...]
    curve: Curve
    fitted: tuple[date, date]
    deals: int
    calibration: Calibration | None
    said: tuple[str, ...]
    """The changes in words."""
    remarks: tuple[str, ...] = ()

    def figure(self, key: str) -> Figure:
        """Return a figure of the whole process by its key, such as "cycle_mean"."""
        return next(figure for figure in self.figures if figure.key == key)

    def sentence(self) -> str:
        """Say what the cycle and the wins are expected to come to, and on whose word."""
        cycle, won = self.figure("cycle_mean"), self.figure("won_share")
        message = _(
            "If the changes do what people expect of them, a won deal takes {cycle} in place of {now} on average "
            "({change}), and {won} of the new deals are won in place of {won_now} ({won_change})."
        )
        return message.format(
            cycle=shown(cycle.to_be.value, "days"),
            now=shown(cycle.now.value, "days"),
            change=with_interval(cycle.change),
            won=shown(won.to_be.value, "fraction"),
            won_now=shown(won.now.value, "fraction"),
            won_change=with_interval(won.change),
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return each figure now, to be, and its change."""
        return tuple(
            estimate
            for figure in (*self.figures, *self.stages)
            for estimate in (figure.now, figure.to_be, figure.change)
        )

    def caveats(self) -> tuple[str, ...]:
        """Return whose word the effects are, whether the simulator is calibrated, and what it leaves out."""
        judged = _("Not calibrated: the history is too short to hold weeks out.")
        if self.calibration is not None:
            judged = _("On held-out weeks: {verdict}").format(verdict=self.calibration.verdict())
        return (
            _("Assumed by people, not measured: {changes}.").format(changes=_("; ").join(self.said)),
            judged,
            *self.remarks,
        )

    def table(self) -> pd.DataFrame:
        """Return one row per figure of the whole process."""
        return pd.DataFrame(_row(figure) for figure in self.figures)


@dataclass(frozen=True, slots=True)
class Workload(Result):
    """What each stage has to do, now and to be."""

    card: ClassVar[str] = "what_if"

    figures: tuple[Figure, ...]
    owners: dict[str, str]
    """The department of each stage, by its id."""
    said: str
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Say where the load changes most."""
        return self.said

    def estimates(self) -> tuple[Estimate, ...]:
        """Return each figure now, to be, and its change."""
        return tuple(estimate for one in self.figures for estimate in (one.now, one.to_be, one.change))

    def caveats(self) -> tuple[str, ...]:
        """Return what the load leaves out."""
        return self.remarks

    def table(self) -> pd.DataFrame:
        """Return one row per stage: today's figure, the one to be where it differs, and the change."""
        names = {
            "visits": _("Visits a month"),
            "days": _("Days of all deals a month"),
            "there": _("Deals there at a time"),
            "hours": _("Logged hours a month"),
        }
        keys = [key for key in names if any(figure.key == key for figure in self.figures)]
        by_stage: dict[str, dict[str, Figure]] = {}
        for figure in self.figures:
            by_stage.setdefault(figure.stage_id, {})[figure.key] = figure
        return pd.DataFrame(
            {_("Stage"): found["visits"].stage_name, _("Department"): self.owners.get(stage_id) or "–"}
            | {names[key]: _now_and_then(found[key], key) if key in found else "–" for key in keys}
            for stage_id, found in by_stage.items()
        )


def _row(figure: Figure) -> dict[str, str]:
    return {
        _("Figure"): figure.label,
        _("As it is"): with_interval(figure.now),
        _("To be"): with_interval(figure.to_be),
        _("Difference made"): with_interval(figure.change),
    }


def _now_and_then(figure: Figure, key: str) -> str:
    now, to_be = (shown(one.value, one.unit) for one in (figure.now, figure.to_be))
    if now == to_be:
        return now
    if key == "days":  # the deals there at a time tell the same, and stand beside it with their interval
        return f"{now} → {to_be}"
    return _("{now} → {to_be}, change {change}").format(now=now, to_be=to_be, change=with_interval(figure.change))
