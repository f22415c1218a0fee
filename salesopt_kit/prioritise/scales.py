"""Impact and frequency by the engagement's own scales (`scales`), beside what people rated."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from salesopt_kit.engagement import Steps
from salesopt_kit.locale import _, sentences
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.metrics.evidence import look_up
from salesopt_kit.numbers import shown
from salesopt_kit.prioritise.derive import deals_at
from salesopt_kit.prioritise.quantities import Quantified, quantified
from salesopt_kit.prioritise.quantity import Kind
from salesopt_kit.records import PainPoint
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.stats.proportion import wilson
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import Level

GRADES = (Level.LOW, Level.MEDIUM, Level.HIGH)


@dataclass(frozen=True, slots=True)
class FromData:
    """The level that a figure reaches on its scale, and those that the bounds of its interval reach."""

    level: Level
    low: Level
    high: Level
    figure: Estimate

    def allows(self, rated: Level) -> bool:
        """Return whether a rating lies among the levels that the interval leaves possible."""
        return GRADES.index(self.low) <= GRADES.index(rated) <= GRADES.index(self.high)


@dataclass(frozen=True, slots=True)
class Graded:
    """A pain point with its two levels: as rated by people (None: not rated) and as derived (None: no data)."""

    row: Quantified
    impact_data: FromData | None
    frequency_data: FromData | None

    @property
    def point(self) -> PainPoint:
        """The pain point."""
        return self.row.point

    @property
    def impact(self) -> Level | None:
        """What counts: the person's rating, else the level by the data."""
        return self.point.impact or (self.impact_data.level if self.impact_data else None)

    @property
    def frequency(self) -> Level | None:
        """What counts: the person's rating, else the level by the data."""
        return self.point.frequency or (self.frequency_data.level if self.frequency_data else None)

    @property
    def differing(self) -> tuple[str, ...]:
        """The names of the ratings that the data contradict, intervals considered."""
        pairs = (
            (_("Impact"), self.point.impact, self.impact_data),
            (_("Frequency"), self.point.frequency, self.frequency_data),
        )
        return tuple(name for name, rated, data in pairs if rated and data and not data.allows(rated))


@dataclass(frozen=True, slots=True)
class ScaleCheck(Result):
    """All pain points with both levels, and the scales in words."""

    rows: tuple[Graded, ...]
    scales: tuple[str, ...]

    def sentence(self) -> str:
        """Say how many ratings the data can be held against, and where they differ."""
        pairs = [
            (rated, data)
            for row in self.rows
            for rated, data in ((row.point.impact, row.impact_data), (row.point.frequency, row.frequency_data))
        ]
        compared = [(rated, data) for rated, data in pairs if rated and data]
        differing = [row.point.id for row in self.rows if row.differing]
        message = _("{n} of {all} ratings can be held against the data; {differ} differ ({ids}).")
        if not differing:
            message = _("{n} of {all} ratings can be held against the data; none differs.")
        filled = [row.point.id for row in self.rows if _is_filled(row)]
        taken = _("Left empty and taken from the data: {ids}.").format(ids=_(", ").join(filled)) if filled else ""
        said = message.format(
            n=len(compared),
            all=2 * len(self.rows),
            differ=sum(len(row.differing) for row in self.rows),
            ids=_(", ").join(differing),
        )
        return sentences(said, taken) if taken else said

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the figures that the levels follow from."""
        return tuple(
            data.figure for row in self.rows for data in (row.impact_data, row.frequency_data) if data is not None
        )

    def caveats(self) -> tuple[str, ...]:
        """State the scales and how the two levels are used."""
        return (
            *self.scales,
            _(
                "A person's rating is what counts; the level by the data stands beside it and is used only where the "
                "rating was left empty. It is an upper bound where the figure is that of a whole stage."
            ),
        )

    def table(self) -> pd.DataFrame:
        """Return one row per pain point."""
        return pd.DataFrame(
            {
                _("Record"): row.point.id,
                _("Problem in detail"): row.point.problem,
                _("Impact as rated"): _rated(row.point.impact),
                _("Impact by the data"): _by_data(row.impact_data),
                _("Frequency as rated"): _rated(row.point.frequency),
                _("Frequency by the data"): _by_data(row.frequency_data),
                _("Differs in"): _(", ").join(row.differing) or "–",
            }
            for row in self.rows
        )


@explains_missing
def scales(tables: Tables) -> ScaleCheck:
    """Return impact and frequency of each pain point as rated and by the scales; MissingData without pain points."""
    return ScaleCheck(graded(tables), tuple(_in_words(tables)))


def graded(tables: Tables) -> tuple[Graded, ...]:
    """Return each pain point with its levels; MissingDataError without pain points."""
    config = tables.engagement.config.scales
    return tuple(
        Graded(
            row,
            _highest(
                (figure, steps)
                for figure, steps in (
                    *((figure, config.impact.cycle_share) for figure in _cycle_shares(tables, row)),
                    *_amounts(row, Kind.DAYS, config.impact.days_a_month),
                    *_amounts(row, Kind.HOURS, config.impact.hours_a_month),
                    *_amounts(row, Kind.MONEY, config.impact.money_a_month),
                )
            ),
            _highest(
                (figure, steps)
                for figure, steps in (
                    *((figure, config.frequency.deal_share) for figure in _deal_shares(tables, row)),
                    *_amounts(row, Kind.COMPLAINTS, config.frequency.times_a_month),
                )
            ),
        )
        for row in quantified(tables)
    )


def level(value: float, steps: Steps) -> Level:
    """Return the level of a figure on a scale; a figure at a step has reached it.

    >>> level(0.20, Steps(high=0.20, medium=0.10))
    <Level.HIGH: 'high'>
    """
    return Level.HIGH if value >= steps.high else Level.MEDIUM if value >= steps.medium else Level.LOW


def _highest(found: Iterator[tuple[Estimate, Steps | None]]) -> FromData | None:
    """Return the highest of the levels, of equal ones that of the first figure."""
    levels = [_level_of(figure, steps) for figure, steps in found if steps and figure.value is not None]
    return max(levels, key=lambda one: GRADES.index(one.level), default=None)


def _level_of(figure: Estimate, steps: Steps) -> FromData:
    value = figure.value or 0.0
    low, high = (value if one is None else one for one in (figure.low, figure.high))
    return FromData(level(value, steps), level(low, steps), level(high, steps), figure)


def _amounts(row: Quantified, kind: Kind, steps: Steps | None) -> Iterator[tuple[Estimate, Steps | None]]:
    yield from ((one.estimate, steps) for one in row.quantities if one.kind is kind)


def _stages(row: Quantified) -> Iterator[str]:
    """Yield the stages whose time a pain point cites."""
    for one in row.quantities:
        if one.kind is Kind.DAYS and one.cut == "stage":
            yield one.source.partition("=")[2]


def _cycle_shares(tables: Tables, row: Quantified) -> Iterator[Estimate]:
    for stage in _stages(row):
        reference = f"metric:time_in_stage.share/stage={stage}"
        found = look_up(tables, [reference])[reference].estimate
        if found:
            yield found


def _deal_shares(tables: Tables, row: Quantified) -> Iterator[Estimate]:
    for stage in _stages(row):
        counts = deals_at(tables)
        n = counts.stages.get(stage, 0)
        around = wilson(n, counts.all)
        label = _("Share of deals that come to {stage}").format(stage=tables.engagement.stage_name(stage))
        bounds = (n / counts.all, "fraction", counts.all, around.low, around.high)
        window, group = tables.window, f"pain_point={row.point.id}/stage={stage}"
        yield Estimate("pain_point.deal_share", label, *bounds, _("Wilson score interval"), window, group)


def _is_filled(row: Graded) -> bool:
    impact = row.point.impact is None and row.impact_data is not None
    return impact or (row.point.frequency is None and row.frequency_data is not None)


def _rated(rating: Level | None) -> str:
    return rating.label if rating else "–"


def _by_data(data: FromData | None) -> str:
    if data is None:
        return _("nothing to derive it from")
    span = data.level.label
    if data.low is not data.high:
        span = _("{level}, by its interval {low} to {high}").format(
            level=span, low=data.low.label, high=data.high.label
        )
    return _("{level}: {label} {value}").format(level=span, label=data.figure.label, value=with_interval(data.figure))


def _in_words(tables: Tables) -> Iterator[str]:
    """Yield the scales of impact and of frequency, each in a sentence."""
    config, currency = tables.engagement.config.scales, tables.engagement.config.currency
    impact = [
        (_("share of all days in open stages"), config.impact.cycle_share, "fraction"),
        (_("days of deals a month"), config.impact.days_a_month, "days"),
        (_("working hours a month"), config.impact.hours_a_month, "hours"),
        (_("money a month"), config.impact.money_a_month, currency),
    ]
    frequency = [
        (_("share of deals that meet it"), config.frequency.deal_share, "fraction"),
        (_("complaints a month"), config.frequency.times_a_month, "complaints"),
    ]
    step = _("{what}: high from {high}, medium from {medium}")
    for message, scale in (
        (_("Impact is the highest level that one of these reaches: {steps}."), impact),
        (_("Frequency is the highest level that one of these reaches: {steps}."), frequency),
    ):
        said = [
            step.format(what=what, high=shown(steps.high, unit), medium=shown(steps.medium, unit))
            for what, steps, unit in scale
            if steps
        ]
        yield message.format(steps=_("; ").join(said) or _("none set"))
