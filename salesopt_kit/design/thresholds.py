"""What another threshold of the lowest tier would bring: approvals saved against the value that one person decides."""

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from salesopt_kit.design.approvals import StageReplay, through, value_share
from salesopt_kit.design.changes import stage_of
from salesopt_kit.design.decision_rights import name_of, range_text, rights_of
from salesopt_kit.design.tiers import edges, first_end, moved
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.amount_bands import Bands, amount_bands
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.numbers import shown
from salesopt_kit.records import DecisionRight
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables

FACTORS = (0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 2.0, 3.0)
"""Thresholds that are tried, as multiples of the one in the table."""
TOLD = (0.6, 1.0, 1.6)
"""Those that the page puts into words: 30,000, 50,000 and 80,000 where the table says 50,000."""


@dataclass(frozen=True, slots=True)
class Point:
    """One threshold and the replay with it; `is_told` where a figure writes its amount."""

    threshold: float
    replay: StageReplay
    is_told: bool

    @property
    def n_alone(self) -> int:
        """How many deals one person decides."""
        return sum(one.band.n for one in self.replay.alone)


@dataclass(frozen=True, slots=True)
class Curve:
    """The points of one stage by threshold, and the threshold that the table has."""

    name: str
    points: tuple[Point, ...]
    entered: float


@dataclass(frozen=True, slots=True)
class Thresholds(Result):
    """A curve per stage whose lowest tier has an end."""

    card: ClassVar[str] = "approval_replay"

    curves: tuple[Curve, ...]
    currency: str

    def sentence(self) -> str:
        """Say what the threshold in the table brings, beside a lower and a higher one."""
        message = _("{name}: {points}.")
        part = _(
            "with a threshold of {threshold}, {share} of the approvals go away and one person alone decides {value}"
        )
        return " ".join(
            message.format(
                name=curve.name,
                points=_("; ").join(
                    part.format(
                        threshold=shown(point.threshold, self.currency),
                        share=shown(point.replay.gone[0], "fraction"),
                        value=shown(point.replay.value_alone, self.currency),
                    )
                    for point in curve.points
                    if point.is_told
                ),
            )
            for curve in self.curves
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the share of approvals that go away and the value decided by one person, at each threshold."""
        return tuple(
            estimate for curve in self.curves for point in curve.points for estimate in _estimates(point, self.currency)
        )

    def caveats(self) -> tuple[str, ...]:
        """Return what the curve takes for granted."""
        return (
            _("Value that one person decides is what is at risk if that person errs; the expected loss is not known."),
            _("Only the end of the lowest tier moves; rows that begin there follow, approvers stay as entered."),
        )

    def table(self) -> pd.DataFrame:
        """Return one row per threshold."""
        return pd.DataFrame(
            {
                _("Node"): curve.name,
                _("Threshold ({currency})").format(currency=self.currency): range_text(0, point.threshold)
                + (" ✓" if point.threshold == curve.entered else ""),
                _("Deals"): f"{point.replay.n:,}",
                _("Approvals that go away"): f"{point.replay.today - point.replay.new:,}",
                _("Share"): with_interval(_estimates(point, self.currency)[0]),
                _("Deals that one person decides"): f"{point.n_alone:,}",
                _("Value that one person decides"): shown(point.replay.value_alone, self.currency),
                _("Share of the value"): with_interval(_estimates(point, self.currency)[2]),
            }
            for curve in self.curves
            for point in curve.points
        )


@explains_missing
def thresholds(tables: Tables) -> Thresholds:
    """Return the replay at several thresholds of the lowest tier; MissingData where no tier has an end."""
    rights = rights_of(tables)
    curves = []
    for stage in dict.fromkeys(right.stage for right in rights):
        rows = tuple(right for right in rights if right.stage == stage)
        end, known = first_end(rows), stage_of(tables.engagement, stage)
        if end is not None and known:
            curves.append(_curve(tables, name_of(tables, stage), known.id, rows, end))
    if not curves:
        raise MissingDataError(
            _("no row of the decision rights ends at an amount"),
            remedy=_("Write `amount_below` in the first row of records/decision_rights.yml."),
        )
    return Thresholds(tuple(curves), tables.engagement.config.currency)


def _curve(tables: Tables, name: str, stage_id: str, rows: tuple[DecisionRight, ...], end: float) -> Curve:
    tried = {factor: round(factor * end, 2) for factor in FACTORS}
    found = amount_bands(tables, stage_id, sorted({*edges(rows), *tried.values()}))
    points = tuple(
        Point(threshold, _replay(name, rows, moved(rows, threshold), found), factor in TOLD)
        for factor, threshold in tried.items()
    )
    return Curve(name, points, end)


def _replay(name: str, rows: tuple[DecisionRight, ...], new: tuple[DecisionRight, ...], found: Bands) -> StageReplay:
    return StageReplay(found.stage_id, name, new, *through(rows, new, found), found)


def _estimates(point: Point, currency: str) -> tuple[Estimate, Estimate, Estimate]:
    replay, n = point.replay, point.replay.n
    group = f"stage={replay.stage}, threshold={point.threshold:g}"
    window = replay.found.window
    told = {"stage": replay.name, "threshold": shown(point.threshold, currency)}
    gone, share = replay.gone, value_share(replay.replayed)
    linear = _("ratio of sums over deals, linearised normal interval")
    logit = _("ratio of sums over deals, linearised interval on the logit scale")
    label = _("Share of approvals that go away, {stage}, threshold {threshold}").format(**told)
    value = _("Value that one person decides, {stage}, threshold {threshold}").format(**told)
    part = _("Share of the value that one person decides, {stage}, threshold {threshold}").format(**told)
    return (
        Estimate("thresholds.gone_share", label, gone[0], "fraction", n, *gone[1:], linear, window, group),
        Estimate(
            *("thresholds.value_alone", value, replay.value_alone, currency, point.n_alone),
            method=_("count"),
            window=window,
            group=group,
        ),
        Estimate("thresholds.value_alone_share", part, share[0], "fraction", n, *share[1:], logit, window, group),
    )
