"""One metric by team, owner, product, segment, source or month: one grouped query, one answer per group."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.cards import card_html
from salesopt_kit.locale import _, sentences
from salesopt_kit.metrics.dimensions import BLANK, Grouping, dimension_label, need_dimension
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result, with_interval
from salesopt_kit.tables.store import Tables

__all__ = ["SMALL", "Breakdown", "Group", "breakdown", "groups", "whole", "with_interval"]

SMALL = 30
"""Groups with fewer cases are named in a caveat and never called best or worst."""


@dataclass(frozen=True, slots=True)
class Group:
    """One group of a query: its name (BLANK for none), its mark in Estimate.group, and its aggregates by name."""

    name: str
    mark: str
    values: Mapping[str, Any]

    def count(self, name: str) -> int:
        """Return a count; 0 where the database says null, as it does for a sum over no rows."""
        value = self.values[name]
        return 0 if pd.isna(value) else int(value)

    def number(self, name: str) -> float | None:
        """Return a sum, mean or variance; None for null."""
        value = self.values[name]
        return None if pd.isna(value) else float(value)


@dataclass(frozen=True, slots=True)
class Breakdown(Result):
    """One answer per group; by size, or in order of time for months.

    `columns` holds the ids of the estimates that the table shows, empty for all; the first one makes the sentence.
    `size` is the id of the estimate whose n counts the cases of a group, the first column where it is empty.
    """

    dimension: str
    results: tuple[tuple[str, Result], ...]
    columns: tuple[str, ...] = ()
    size: str = ""

    def sentence(self) -> str:
        """Say which groups stand highest and lowest, and whether chance alone could order them so."""
        by = dimension_label(self.dimension)
        if (ends := self._ends()) is None:
            message = _("By {by}: {n} groups, too few of them with {small} or more cases to compare.")
            return message.format(by=by, n=len(self.results), small=SMALL)
        (low_name, low), (high_name, high) = ends
        message = _("{label} by {by}: from {low} ({low_name}) to {high} ({high_name}) over {n} groups.")
        said = message.format(
            label=high.label,
            by=by,
            low=shown(low.value, low.unit),
            low_name=_label(low_name),
            high=shown(high.value, high.unit),
            high_name=_label(high_name),
            n=len(self.results),
        )
        return sentences(said, _apart(low, high))

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the estimates of all groups, each marked with its group."""
        return tuple(estimate for _name, result in self.results for estimate in result.estimates())

    def caveats(self) -> tuple[str, ...]:
        """Name small groups, warn of many comparisons and of a nameless extreme, repeat what most groups warn of."""
        said = []
        if small := [_label(name) for name, result in self.results if self.cases(result) < SMALL]:
            message = _("Fewer than {small} cases, so little can be said of: {names}.")
            said.append(message.format(small=SMALL, names=_listed(small)))
        intervals = [result for _name, result in self.results if any(e.low is not None for e in self.shown_of(result))]
        if len(intervals) > 2:  # noqa: PLR2004 -- with two groups there is one comparison
            message = _(
                "{n} groups are compared at once: some differ by chance alone (about one interval in twenty misses "
                "its true value), and the best and the worst look more extreme than they are."
            )
            said.append(message.format(n=len(intervals)))
        if BLANK in [name for name, _head in self._ends() or ()]:
            said.append(
                _(
                    "The rows without a name stand at one end: names are often filled in or left out because of the "
                    "outcome, so this may say more of the records than of sales."
                )
            )
        return (*said, *self._shared_caveats())

    def table(self) -> pd.DataFrame:
        """Return one row per group: its name, its number of cases, and one column per estimate with its interval."""
        return pd.DataFrame([self._row(name, result) for name, result in self.results])

    def _ends(self) -> tuple[tuple[str, Estimate], tuple[str, Estimate]] | None:
        """Return the lowest and the highest of the groups that are large enough; None with fewer than two."""
        heads = [
            (name, head)
            for name, result in self.results
            for head in self.shown_of(result)[:1]
            if head.value is not None and self.cases(result) >= SMALL
        ]
        return (min(heads, key=_head_value), max(heads, key=_head_value)) if len(heads) > 1 else None

    def _row(self, name: str, result: Result) -> dict[str, str]:
        row = {dimension_label(self.dimension): _label(name), "n": f"{self.cases(result):,}"}
        return row | {cell.label: with_interval(cell) for cell in self.shown_of(result)}

    def shown_of(self, result: Result) -> tuple[Estimate, ...]:
        """Return the estimates of a group's answer that the table shows."""
        cells = result.estimates()
        return tuple(cell for id_ in self.columns for cell in cells if cell.id == id_) if self.columns else cells

    def cases(self, result: Result) -> int:
        """Return how many cases a group's answer stands on."""
        sizing = self.shown_of(result) if not self.size else (e for e in result.estimates() if e.id == self.size)
        return next((estimate.n for estimate in sizing), 0)

    def _shared_caveats(self) -> tuple[str, ...]:
        said = Counter(text for _name, result in self.results for text in result.caveats())
        return tuple(text for text, times in said.items() if 2 * times > len(self.results))

    def _repr_html_(self) -> str:
        # super() does not work in a dataclass with slots.
        page = Result._repr_html_(self)
        card = self.results[0][1].card if self.results else ""
        return f'<div class="breakdown">{page}{card_html(card) if card else ""}</div>'


def breakdown(
    by: Grouping, results: Iterable[tuple[str, Result]], columns: tuple[str, ...] = (), size: str = ""
) -> Breakdown:
    """Return the Breakdown of `results` (name and answer), in its order: months by time, other groups by size."""
    unordered = Breakdown(by, tuple(results), columns, size)

    def place(item: tuple[str, Result]) -> tuple[int, str]:
        return (0 if by == "month" else -unordered.cases(item[1]), item[0])

    return replace(unordered, results=tuple(sorted(unordered.results, key=place)))


def groups(
    tables: Tables,
    rows: ir.Table,
    by: Grouping,
    measures: Mapping[str, ir.Scalar],
    *,
    clock: str = "",
    table: str = "opportunities",
) -> tuple[Group, ...]:
    """Return the aggregates `measures` of `rows` for each group, from one query.

    `clock` names the date column whose month groups by "month"; `table` ("opportunities" or "leads") says what the
    rows are of, so that MissingDataError can name the column to map where `by` is not in the data.
    """
    need_dimension(tables, by, table)
    key = rows[clock].strftime("%Y-%m") if by == "month" else rows[by]
    found = tables.to_frame(rows.group_by(group_name=key).aggregate(**measures))
    names = [BLANK if pd.isna(name) else str(name) for name in found["group_name"]]
    records = found.drop(columns="group_name").to_dict("records")
    return tuple(
        Group(name, f"{by}={name}", {str(key): value for key, value in record.items()})
        for name, record in zip(names, records, strict=True)
    )


def whole(tables: Tables, rows: ir.Table, measures: Mapping[str, ir.Scalar]) -> Group:
    """Return the aggregates `measures` over all `rows`, from one query."""
    record = tables.to_frame(rows.aggregate(**measures)).iloc[0].to_dict()
    return Group("", "", {str(key): value for key, value in record.items()})


def _label(name: str) -> str:
    return _("(blank)") if name == BLANK else name


def _head_value(item: tuple[str, Estimate]) -> float:
    return item[1].value or 0.0


def _apart(low: Estimate, high: Estimate) -> str:
    if low.high is None or high.low is None:
        return ""
    if low.high < high.low:
        return _("Their 95% intervals do not overlap.")
    return _("Their 95% intervals overlap, so the order may be chance.")


def _listed(names: list[str], most: int = 8) -> str:
    """Return the names with commas, the rest counted."""
    listed = _(", ").join(names[:most])
    return _("{names} and {n} more").format(names=listed, n=len(names) - most) if len(names) > most else listed
