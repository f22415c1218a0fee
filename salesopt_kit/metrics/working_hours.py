"""Working hours: what the logged time goes into, how much of it is selling, and how much of all work it covers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Literal, get_args

import numpy as np
import pandas as pd

from salesopt_kit.errors import InputError, MissingDataError
from salesopt_kit.locale import N_, _, sentences
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.metrics.contracted import people_listed
from salesopt_kit.metrics.coverage import (
    NO_NAME,
    coverage,
    coverage_remarks,
    days_of_sheets,
    part_coverage,
    people_covered,
)
from salesopt_kit.metrics.exact import exact_sum
from salesopt_kit.metrics.hours_per_deal import hours_per_deal
from salesopt_kit.metrics.logged_hours import entries, with_stage
from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.stats.clustered import clustered_ratio
from salesopt_kit.stats.life_table import Numbers
from salesopt_kit.tables.store import Tables

HoursBy = Literal["kind", "stage", "person", "department"]
HEADINGS: dict[HoursBy, str] = {
    "kind": N_("Activity"),
    "stage": N_("Stage"),
    "person": N_("Person"),
    "department": N_("Department"),
}
NO_DEAL, NO_HISTORY = "(no deal)", "(before history)"
NAMELESS = {
    NO_DEAL: N_("(no deal named)"),
    NO_HISTORY: N_("(deal without history by then)"),
    NO_NAME: N_("(blank)"),
}
FEW = 5
"""People below which no interval of a share is given: so few show little of how people differ."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the logged hours: its hours, its share in all, the selling share inside it, its coverage."""

    name: str
    hours: Estimate
    share: Estimate
    selling: Estimate | None = None
    coverage: Estimate | None = None

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """The figures of the part."""
        return tuple(figure for figure in (self.hours, self.share, self.selling, self.coverage) if figure)


@dataclass(frozen=True, slots=True)
class WorkingHours(Result):
    """The logged hours of the window, their parts by one dimension, the largest first, and what they cover."""

    card: ClassVar[str] = "working_hours"

    by: HoursBy
    total: Estimate
    selling: Estimate
    coverage: Estimate
    unlogged: Estimate
    overtime: Estimate
    per_deal: Estimate
    parts: tuple[Part, ...]
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Say the largest part, the selling share, and the coverage."""
        first = self.parts[0]
        said = [
            _("{first} comes first: {amount} of {total} ({share}).").format(
                first=first.name,
                amount=shown(first.hours.value, "hours"),
                total=shown(self.total.value, "hours"),
                share=shown(first.share.value, "fraction"),
            ),
            _("Time with customers is {share} of the logged hours.").format(share=with_interval(self.selling)),
        ]
        if self.coverage.value is not None:
            message = _("Logged are {coverage} of the contracted hours; {unlogged} are unlogged.")
            told = {"coverage": shown(self.coverage.value, "fraction"), "unlogged": shown(self.unlogged.value, "hours")}
            said.append(message.format(**told))
        return sentences(*said)

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the figures of the whole, then those of the parts."""
        whole = (self.total, self.selling, self.coverage, self.unlogged, self.overtime, self.per_deal)
        return (*whole, *(figure for part in self.parts for figure in part.estimates))

    def caveats(self) -> tuple[str, ...]:
        """Return what was left out and what the shares can tell."""
        return self.remarks

    def table(self) -> pd.DataFrame:
        """Return one row per part; the unlogged hours stand last."""
        rows = [self._row(part) for part in self.parts]
        if self.by == "kind" and self.unlogged.value is not None:
            rows.append({_(HEADINGS[self.by]): _("(unlogged)"), _("Hours"): shown(self.unlogged.value, "hours")})
        return pd.DataFrame(rows).fillna("–")

    def _row(self, part: Part) -> dict[str, str]:
        row = {
            _(HEADINGS[self.by]): part.name,
            _("Hours"): shown(part.hours.value, "hours"),
            _("Share"): with_interval(part.share),
            _("Entries"): f"{part.hours.n:,}",
        }
        if part.selling:
            row[_("Time with customers")] = with_interval(part.selling)
        if part.coverage:
            row[_("Logged of contracted")] = shown(part.coverage.value, "fraction")
        return row


@once
def working_hours(tables: Tables, selection: Selection | None = None, by: HoursBy = "kind") -> WorkingHours:
    """Return the logged hours of the window, split by kind of activity, stage, person or department.

    The hours themselves are a census of the time sheets and have no interval. Shares are read as those of people like
    these: linearised ratio over people as clusters, Student's t (stats.clustered), from five people on. Which kinds
    are time with customers is `working_hours.customer_facing`. Coverage is logged / contracted hours of the people
    whose department logs, over the days that the time sheets span; unlogged hours are summed over people, so that the
    overtime of one does not hide the gaps of another. Hours per deal: those that name a deal closed in the window and
    created since the time sheets begin, a lower bound. Raises MissingDataError without time sheets.
    """
    if by not in get_args(HoursBy):
        raise InputError("by", by, expected=_("one of {names}").format(names=", ".join(get_args(HoursBy))), remedy="")
    selection = selection or EVERYTHING
    window = selection.days(tables)
    counted = _counted(tables, selection, with_stages=by == "stage")
    if not len(counted):
        raise MissingDataError(
            _("no activity was logged between {first} and {last}").format(first=window[0], last=window[1]),
            remedy=_("Export a longer period, or set as_of to the end of the time sheets."),
        )
    span = days_of_sheets(tables, window)
    listed = people_listed(tables)
    covered = people_covered(tables, counted, listed, span, selection)
    whole = _Whole(counted, window)
    parts = _parts(tables, by, whole, counted, listed, covered)
    return WorkingHours(
        by,
        Estimate("working_hours.total", _("Total"), whole.hours, "hours", whole.n, method=_("census"), window=window),
        whole.share_of("working_hours.selling_share", _("Time with customers"), counted["is_selling"].to_numpy(bool)),
        *coverage(covered, window),
        hours_per_deal(tables, selection),
        parts,
        (*_remarks(tables, selection, by, counted, listed, covered, span), *_shares_caveat(whole)),
    )


def _counted(tables: Tables, selection: Selection, *, with_stages: bool) -> pd.DataFrame:
    """Return per person and kind (and stage), in a fixed order: person, kind, hours, n, is_selling."""
    rows = entries(tables, selection)
    rows = rows.filter(rows.is_plausible)
    keys = ["person", "kind"]
    if with_stages:
        rows, keys = with_stage(tables, rows), [*keys, "stage_id", "has_deal"]
    found = tables.to_frame(rows.group_by(keys).aggregate(hours=exact_sum(rows.hours), n=rows.count()))
    found = found.sort_values(keys, ignore_index=True)
    facing = {kind.casefold() for kind in tables.engagement.config.working_hours.customer_facing}
    names = found["kind"].fillna("").astype(str)
    return found.assign(is_selling=[name.strip().casefold() in facing for name in names])


class _Whole:
    """All logged hours by person, which every share is taken of."""

    def __init__(self, counted: pd.DataFrame, window: tuple[date, date]) -> None:
        self.person, names = pd.factorize(counted["person"].fillna(NO_NAME).astype(str), sort=True)
        self.people, self.window = len(names), window
        self.cells: Numbers = counted["hours"].to_numpy(float)
        self.per_person = self.by_person(np.ones(len(counted), bool))
        self.hours, self.n = float(self.cells.sum()), int(counted["n"].sum())

    def by_person(self, chosen: "np.typing.NDArray[np.bool_]") -> Numbers:
        """Return the hours of the chosen cells, one number per person."""
        hours: Numbers = np.bincount(self.person, self.cells * chosen, minlength=self.people).astype(np.float64)
        return hours

    def share_of(
        self,
        id_: str,
        label: str,
        chosen: "np.typing.NDArray[np.bool_]",
        within: "np.typing.NDArray[np.bool_] | None" = None,
        group: str = "",
    ) -> Estimate:
        """Return the share of the chosen cells in all hours, or in those `within`, with the interval over people."""
        inside = np.ones(len(self.cells), bool) if within is None else within
        part, base = self.by_person(chosen & inside), self.by_person(inside)
        there = base > 0
        found, n = clustered_ratio(part[there], base[there]), int(there.sum())
        blank = Estimate(id_, label, found.value, "fraction", n, window=self.window, group=group, method=_("census"))
        if n < FEW or found.low is None or found.high is None:
            return blank
        low, high = max(found.low, 0.0), min(found.high, 1.0)
        return replace(blank, low=low, high=high, method=_("ratio over people as clusters, t interval"))


def _parts(
    tables: Tables,
    by: HoursBy,
    whole: _Whole,
    counted: pd.DataFrame,
    listed: pd.DataFrame,
    covered: pd.DataFrame,
) -> tuple[Part, ...]:
    keys = _keys(by, counted, listed)
    selling = counted["is_selling"].to_numpy(bool)
    found = []
    for key in sorted(keys.unique()):
        inside = (keys == key).to_numpy(bool)
        name, mark = _name(tables, by, key), f"{by}={key}"
        hours, n = float(whole.cells[inside].sum()), int(counted["n"].to_numpy()[inside].sum())
        amount = Estimate(
            "working_hours.part", name, hours, "hours", n, method=_("census"), window=whole.window, group=mark
        )
        share = whole.share_of("working_hours.share", _("Share of {part}").format(part=name), inside, None, mark)
        if by == "person":
            share = replace(share, low=None, high=None, method=_("census"))
        facing = None
        if by != "kind":
            label = _("Time with customers of {part}").format(part=name)
            facing = whole.share_of("working_hours.part_selling", label, selling, inside, mark)
        found.append(Part(name, amount, share, facing, part_coverage(by, key, name, covered, whole.window)))
    return tuple(sorted(found, key=lambda part: (-(part.hours.value or 0.0), part.name)))


def _keys(by: HoursBy, counted: pd.DataFrame, listed: pd.DataFrame) -> "pd.Series[str]":
    """Return what part each cell belongs to."""
    if by == "stage":
        missing = np.where(counted["has_deal"].astype(bool), NO_HISTORY, NO_DEAL)
        keys = counted["stage_id"].astype(object)
        return keys.where(keys.notna(), pd.Series(missing, index=counted.index, dtype=object)).astype(str)
    if by == "department":
        departments: Mapping[object, object] = dict(zip(listed["person"], listed["department"], strict=True))
        keys = counted["person"].astype(object).map(departments).astype(object)
    else:
        keys = counted[by].astype(object)
    return keys.where(keys.notna(), NO_NAME).astype(str)


def _name(tables: Tables, by: HoursBy, key: str) -> str:
    if key in NAMELESS:
        return _(NAMELESS[key])
    return tables.engagement.stage_name(key) if by == "stage" else key


def _shares_caveat(whole: _Whole) -> tuple[str, ...]:
    if whole.people < FEW:
        return (_("With {n} people the shares are theirs alone: no interval.").format(n=whole.people),)
    message = _(
        "The hours are all that was logged, so they have no interval; the intervals of shares take these {n} people "
        "as a sample of people who work like them."
    )
    return (message.format(n=whole.people),)


def _remarks(
    tables: Tables,
    selection: Selection,
    by: HoursBy,
    counted: pd.DataFrame,
    listed: pd.DataFrame,
    covered: pd.DataFrame,
    span: tuple[date, date],
) -> tuple[str, ...]:
    said = []
    rows = entries(tables, selection)
    odd = int(tables.to_frame(rows.aggregate(n=(~rows.is_plausible).sum())).iloc[0]["n"] or 0)
    if odd:
        said.append(_("{odd:,} entries without plausible hours are left out.").format(odd=odd))
    facing = sorted(counted.loc[counted["is_selling"], "kind"].astype(str).unique())
    if facing:
        said.append(_("Time with customers: {kinds}.").format(kinds=", ".join(facing)))
    else:
        said.append(
            _(
                "None of the kinds is known as time with customers: list those that are under "
                "working_hours.customer_facing in engagement.yml."
            )
        )
    said += coverage_remarks(tables, listed, covered, span)
    if by == "stage":
        said.append(_("The stage is the one that the deal was in at the end of the day of the entry."))
    return tuple(said)
