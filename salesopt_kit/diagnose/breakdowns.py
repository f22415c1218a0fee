"""Each core metric by team, owner, product, segment, source and month, as one fold-out per dimension."""

from collections.abc import Callable, Iterator
from typing import get_args

from salesopt_kit import metrics
from salesopt_kit.engagement import Dimension
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _, sentences
from salesopt_kit.metrics.breakdown import Breakdown
from salesopt_kit.results import Answers, Result, explains_missing
from salesopt_kit.tables.store import Tables

DIMENSIONS = (*get_args(Dimension), "month")


@explains_missing
def lead_volume_by(tables: Tables) -> Result:
    """Return lead volume by each dimension."""
    return _by_each(metrics.lead_volume_by, tables, ("team", "owner", "product", "segment", "source"))


@explains_missing
def lead_conversion_by(tables: Tables) -> Result:
    """Return lead conversion by each dimension."""
    return _by_each(metrics.lead_conversion_by, tables)


@explains_missing
def stage_conversion_by(tables: Tables) -> Result:
    """Return stage conversion by each dimension."""
    return _by_each(metrics.stage_conversion_by, tables)


@explains_missing
def win_rate_by(tables: Tables) -> Result:
    """Return the win rate by each dimension."""
    return _by_each(metrics.win_rate_by, tables)


@explains_missing
def deal_cycle_by(tables: Tables) -> Result:
    """Return the deal cycle by each dimension."""
    return _by_each(metrics.deal_cycle_by, tables)


@explains_missing
def output_per_head_by(tables: Tables) -> Result:
    """Return output per head by each dimension."""
    return _by_each(metrics.output_per_head_by, tables)


@explains_missing
def sales_velocity_by(tables: Tables) -> Result:
    """Return sales velocity by each dimension."""
    return _by_each(metrics.sales_velocity_by, tables)


def _by_each(metric: Callable[..., Breakdown], tables: Tables, dimensions: tuple[str, ...] = DIMENSIONS) -> Answers:
    """Return `metric` by every dimension the data have; raise MissingDataError where they have none."""
    parts, absent = [], []
    for dimension, answer in _answers(metric, tables, dimensions):
        if isinstance(answer, MissingDataError):
            absent.append((dimension, answer))
        else:
            parts.append(answer)
    if not parts:
        raise absent[0][1]
    said = _("Breakdowns: {count}. Open one to see its groups.").format(count=len(parts))
    if absent:
        names = _(", ").join(metrics.dimension_label(dimension) for dimension, _missing in absent)
        said = sentences(said, _("Not in the data: {names}.").format(names=names))
    return Answers(said, tuple(parts))


def _answers(
    metric: Callable[..., Breakdown], tables: Tables, dimensions: tuple[str, ...]
) -> Iterator[tuple[str, Breakdown | MissingDataError]]:
    for dimension in dimensions:
        try:
            yield dimension, metric(tables, dimension)
        except MissingDataError as missing:
            yield dimension, missing
