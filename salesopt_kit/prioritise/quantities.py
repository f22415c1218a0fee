"""P1: each pain point in days, hours, money, deals and complaints a month, as far as its evidence tells."""

import html
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import combinations
from typing import ClassVar

import pandas as pd

from salesopt_kit.locale import _
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.metrics.evidence import Cited, Standing, look_up
from salesopt_kit.numbers import shown
from salesopt_kit.prioritise.derive import derived
from salesopt_kit.prioritise.quantity import SUMMED, Kind, Quantity
from salesopt_kit.records import PainPoint, load_records, needed
from salesopt_kit.results import Estimate, Result, explains_missing, table_html
from salesopt_kit.tables.store import Tables


@dataclass(frozen=True, slots=True)
class Quantified:
    """A pain point with every amount that follows from what it cites, and what it cites that none follows from."""

    point: PainPoint
    stage: str
    quantities: tuple[Quantity, ...]
    unused: tuple[Cited, ...] = ()

    @property
    def is_measured(self) -> bool:
        """Whether anything but the number of people who say so is known."""
        return any(one.kind is not Kind.VOICES for one in self.quantities)


@dataclass(frozen=True, slots=True)
class Quantities(Result):
    """All pain points in the order they were entered."""

    card: ClassVar[str] = "pain_point_quantities"

    rows: tuple[Quantified, ...]

    def sentence(self) -> str:
        """Say how many pain points are in figures, and how many only by the number of people or not at all."""
        message = _(
            "{measured} of {n} pain points can be put into days, hours, money, deals or complaints a month; {voiced} "
            "only into the number of people who say so, {none} into nothing yet."
        )
        measured = sum(row.is_measured for row in self.rows)
        none = sum(not row.quantities for row in self.rows)
        return message.format(measured=measured, n=len(self.rows), voiced=len(self.rows) - measured - none, none=none)

    def estimates(self) -> tuple[Estimate, ...]:
        """Return every amount, marked with its pain point and with what is counted."""
        return tuple(
            replace(one.estimate, group=f"pain_point={row.point.id}" + (f"/{one.source}" if one.source else ""))
            for row in self.rows
            for one in row.quantities
        )

    def caveats(self) -> tuple[str, ...]:
        """Say what must not be added up, and what the amounts are not."""
        said = [
            _(
                "An amount is that of all that the cited figure counts, such as the whole time of a stage: the pain "
                "point causes at most that much of it."
            ),
            *_overlaps(self.rows),
        ]
        if sum(one.kind is Kind.DEALS for row in self.rows for one in row.quantities) > 1:
            said.append(_("A deal that comes to two stages counts at both, so deals are never added up."))
        if bare := [row.point.id for row in self.rows if not row.quantities]:
            message = _("Nothing can be derived for {ids}: no cited figure, complaint or interview was found.")
            said.append(message.format(ids=_(", ").join(bare)))
        if all(one.kind is not Kind.MONEY for row in self.rows for one in row.quantities):
            said.append(_("No money is shown: say what an hour costs under `scales.cost_per_hour` in engagement.yml."))
        return tuple(said)

    def table(self) -> pd.DataFrame:
        """Return one row per pain point and one column per kind of amount, those that nothing is known of left out."""
        shared = sharing(self.rows)
        kinds = [kind for kind in Kind if any(one.kind is kind for row in self.rows for one in row.quantities)]
        return pd.DataFrame(
            {
                _("Record"): row.point.id,
                _("Problem in detail"): row.point.problem,
                _("Issue type"): row.point.type.label,
            }
            | {self._heading(kind): _cell(row, kind) for kind in kinds}
            | ({_("Shares with"): _(", ").join(shared.get(row.point.id, ())) or "–"} if shared else {})
            for row in self.rows
        )

    def _heading(self, kind: Kind) -> str:
        """Return the heading of a column, that of money with its currency."""
        units = {one.estimate.unit for row in self.rows for one in row.quantities if one.kind is kind}
        return f"{kind.label} ({', '.join(sorted(units))})" if kind is Kind.MONEY else kind.label

    def derivations(self) -> pd.DataFrame:
        """Return one row per amount: what it follows from and how; and one per citation that no amount follows from."""
        return pd.DataFrame(
            cells
            for row in self.rows
            for cells in (
                *(_derivation(row.point.id, one) for one in row.quantities),
                *(_nothing(row.point.id, one) for one in row.unused),
            )
        ).fillna("–")

    def _repr_html_(self) -> str:
        # super() does not work in a dataclass with slots.
        page, steps = Result._repr_html_(self), self.derivations()
        summary = html.escape(_("How each amount was derived"))
        fold = f"<details><summary>{summary}</summary>{table_html(steps)}</details>" if len(steps) else ""
        return f'<div class="quantities">{page}{fold}</div>'


def quantified(tables: Tables) -> tuple[Quantified, ...]:
    """Return each pain point with its amounts; MissingDataError without pain points."""
    records = load_records(tables.engagement)
    needed(records, "pain_points")
    found = look_up(tables, (name for point in records.pain_points for name in point.evidence))
    return tuple(_quantified(tables, point, [found[name] for name in point.evidence]) for point in records.pain_points)


@explains_missing
def quantities(tables: Tables) -> Quantities:
    """Return what each pain point costs a month, recomputed from what it cites; each amount says how.

    A figure of a stage's time gives its days and deals, one of working hours those hours (at
    `scales.cost_per_hour` money), a complaint or a topic the complaints of that topic, an interview its people.
    """
    return Quantities(quantified(tables))


def sharing(rows: tuple[Quantified, ...]) -> dict[str, tuple[str, ...]]:
    """Return per pain point the others whose amounts may hold the same days, hours, money, deals or complaints."""
    found: dict[str, list[str]] = defaultdict(list)
    for one, other in combinations(rows, 2):
        if any(mine.overlaps(theirs) for mine in one.quantities for theirs in other.quantities):
            found[one.point.id].append(other.point.id)
            found[other.point.id].append(one.point.id)
    return {id_: tuple(others) for id_, others in found.items()}


def amount(quantity: Quantity) -> str:
    """Return an amount as a cell shows it, its interval behind it; people and statements with their name."""
    if quantity.kind in (Kind.DAYS, Kind.HOURS, Kind.MONEY):  # the heading says of what
        return with_interval(replace(quantity.estimate, unit=""))
    if quantity.kind is not Kind.VOICES:
        return with_interval(quantity.estimate)
    n = shown(quantity.estimate.value, quantity.estimate.unit)
    if quantity.estimate.unit == "people":
        return _("people: {n}").format(n=n)
    return _("statements: {n}").format(n=n)


def _quantified(tables: Tables, point: PainPoint, cited: list[Cited]) -> Quantified:
    amounts = derived(tables, cited)
    used = {reference for one in amounts for reference in one.references}
    unused = tuple(one for one in cited if one.reference not in used)
    return Quantified(point, tables.engagement.stage_name(point.stage), amounts, unused)


def _derivation(record: str, one: Quantity) -> dict[str, str]:
    window = one.estimate.window
    return {
        _("Record"): record,
        _("Figure"): one.estimate.label,
        _("A month"): amount(one) if one.kind is Kind.VOICES else with_interval(one.estimate),
        "n": f"{one.estimate.n:,}",
        _("From"): _(", ").join(one.references),
        _("How"): one.how,
        _("Method"): one.estimate.method,
        _("Window"): _("{first} to {last}").format(first=window[0], last=window[1]) if window else "–",
    }


def _nothing(record: str, cited: Cited) -> dict[str, str]:
    hows = {
        Standing.FOUND: _("no amount a month follows from this figure"),
        Standing.STATED: _("plain words: nothing to look up"),
        Standing.UNKNOWN: _("nothing like it in the data"),
        Standing.NO_DATA: _("no data to look it up in"),
    }
    said = cited.said if cited.estimate else cited.reference
    return {_("Record"): record, _("Figure"): said, _("From"): cited.reference, _("How"): hows[cited.standing]}


def _cell(row: Quantified, kind: Kind) -> str:
    return _("; ").join(amount(one) for one in row.quantities if one.kind is kind) or "–"


def _overlaps(rows: tuple[Quantified, ...]) -> list[str]:
    """Say for each amount that several pain points have who has it; and that others may overlap."""
    holders: dict[tuple[Kind, str], list[str]] = defaultdict(list)
    amounts: dict[tuple[Kind, str], Quantity] = {}
    for row in rows:
        for one in row.quantities:
            if one.kind is not Kind.VOICES:
                holders[one.kind, one.source].append(row.point.id)
                amounts[one.kind, one.source] = one
    message = _("{ids} share one amount and must not be added up: {label}, {value}.")
    said = [
        message.format(
            ids=_(", ").join(ids),
            label=amounts[key].estimate.label,
            value=shown(amounts[key].estimate.value, amounts[key].estimate.unit),
        )
        for key, ids in holders.items()
        if len(ids) > 1
    ]
    cuts = {kind: {key[1].partition("=")[0] for key in holders if key[0] is kind} for kind in SUMMED}
    if mixed := [kind.label for kind in SUMMED if len(cuts[kind]) > 1]:
        message = _("Amounts cut in different ways may overlap too, so no total is shown: {kinds}.")
        said.append(message.format(kinds=_(", ").join(mixed)))
    return said
