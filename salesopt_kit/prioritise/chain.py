"""The chain of evidence of all pain points, both ways, with what is missing in it."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from salesopt_kit.charts import Chart
from salesopt_kit.locale import _
from salesopt_kit.records import load_records, needed
from salesopt_kit.records.chain_chart import whole_chain_chart
from salesopt_kit.records.chain_map import (
    MEASURE,
    OBSERVATION,
    PAIN_POINT,
    ROOT_CAUSE,
    TARGET,
    TRIGGER,
    WHYS,
    Box,
    ChainMap,
    chain_map,
)
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables


@dataclass(frozen=True, slots=True)
class ChainOfEvidence(Result):
    """The chain, one row per pain point: what it rests on to the left, what follows from it to the right."""

    chain: ChainMap

    def sentence(self) -> str:
        """Say how many pain points are joined to a measure, and how many links are missing."""
        message = _(
            "{joined} of {n} pain points lead to a measure; missing links of the chain: {missing}; "
            "chains with a why that nothing supports: {weak}."
        )
        joined = sum(
            any(box.column == MEASURE and not box.is_missing for box in self._beyond(point)) for point in self._points()
        )
        return message.format(
            joined=joined, n=len(self._points()), missing=len(self.chain.missing), weak=len(self.chain.weak)
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return how many links are missing."""
        label = _("Missing links of the chain of evidence")
        return (
            Estimate(
                "chain.missing", label, len(self.chain.missing), "links", len(self.chain.boxes), method=_("count")
            ),
        )

    def caveats(self) -> tuple[str, ...]:
        """Say how to follow one record, and that routine pain points need no root cause."""
        return (
            _("`salesopt trace ID` prints the chain of one record with all its whys and observations."),
            _("A routine pain point needs no 5 Whys, so nothing is missing where it has none."),
        )

    def table(self) -> pd.DataFrame:
        """Return one row per pain point: what it rests on, what it leads to, and what is missing on the way."""
        return pd.DataFrame(
            {
                _("Pain point"): _one_line(point),
                _("Rests on"): self._cell(point, (TRIGGER, OBSERVATION)),
                _("Leads to"): self._cell(point, (WHYS, ROOT_CAUSE, MEASURE, TARGET)),
                _("Missing"): _(", ").join(_one_line(box) for box in self._beyond(point) if box.is_missing) or "–",
            }
            for point in self._points()
        )

    def _points(self) -> tuple[Box, ...]:
        return tuple(box for box in self.chain.of(PAIN_POINT) if not box.is_missing)

    def _cell(self, point: Box, columns: tuple[int, ...]) -> str:
        """Return the boxes of some columns, column by column."""
        beyond = [box for box in self._beyond(point) if not box.is_missing]
        parts = (_("; ").join(_one_line(box) for box in beyond if box.column == column) for column in columns)
        return " → ".join(part for part in parts if part) or "–"

    def _beyond(self, point: Box) -> tuple[Box, ...]:
        """Return all that leads to a pain point or follows from it."""
        keys = {*_reached(point.key, self.chain.from_left), *_reached(point.key, self.chain.to_right)}
        return tuple(box for box in self.chain.boxes if box.key in keys)


def _one_line(box: Box) -> str:
    first, *more = box.text.split("\n")
    return _(": ").join((first, _(", ").join(more))) if more else first


def _reached(key: str, step: Callable[[str], tuple[str, ...]]) -> set[str]:
    found: set[str] = set()
    fresh = list(step(key))
    while fresh:
        one = fresh.pop()
        if one not in found:
            found.add(one)
            fresh.extend(step(one))
    return found


@explains_missing
def chain_of_evidence(tables: Tables) -> ChainOfEvidence:
    """Return how trigger, observation, pain point, whys, root cause, measure and target hang together."""
    records = load_records(tables.engagement)
    needed(records, "pain_points")
    return ChainOfEvidence(chain_map(records))


@explains_missing
def chain_chart(tables: Tables) -> Chart:
    """Return the chain as a picture; MissingData without pain points."""
    return whole_chain_chart(tables.engagement)
