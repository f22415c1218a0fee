"""S2: the standard operating procedure of each node: what people wrote, the rest drafted from the other records."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from salesopt_kit.design.decision_rights import ordered, range_text
from salesopt_kit.design.tiers import signatures
from salesopt_kit.design.to_be import node_id, to_be
from salesopt_kit.locale import N_, _
from salesopt_kit.numbers import shown
from salesopt_kit.process import Node, NodeKind
from salesopt_kit.records import DecisionRight, NodeChange, Records, Sop, load_records
from salesopt_kit.results import Answers, Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables
from salesopt_kit.widgets.labels import label_of


class Origin(StrEnum):
    """Where a part of an SOP comes from."""

    ENTERED = "entered"
    DRAFT = "draft"
    MISSING = "missing"

    @property
    def label(self) -> str:
        """The origin in the reader's language."""
        return _(ORIGINS[self])


ORIGINS = {Origin.ENTERED: N_("entered"), Origin.DRAFT: N_("draft"), Origin.MISSING: N_("missing")}
PARTS = (
    *("purpose", "responsible", "inputs", "steps", "outputs"),
    *("time_limit", "decision_rights", "exceptions", "tools"),
)
"""The parts of an SOP in the order in which it is read."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its lines and where they come from; no lines where nothing is known."""

    key: str
    lines: tuple[str, ...]
    origin: Origin

    @property
    def label(self) -> str:
        """The heading of the part."""
        return label_of("sops", self.key)


@dataclass(frozen=True, slots=True)
class SopSheet(Result):
    """The SOP of one node; `record` is its id, "" where nobody wrote one yet."""

    node: str
    record: str
    is_changed: bool
    parts: tuple[Part, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The headings of the parts that nothing is known of."""
        return tuple(part.label for part in self.parts if part.origin is Origin.MISSING)

    def sentence(self) -> str:
        """Say how much of the SOP people wrote, and what is missing."""
        entered = sum(part.origin is Origin.ENTERED for part in self.parts)
        drafts = sum(part.origin is Origin.DRAFT for part in self.parts)
        message = _("{node} ({record}): {entered} parts entered, {drafts} drafted, none missing.")
        if self.missing:
            message = _("{node} ({record}): {entered} parts entered, {drafts} drafted; missing: {missing}.")
        record, missing = self.record or _("draft"), _(", ").join(self.missing)
        return message.format(node=self.node, record=record, entered=entered, drafts=drafts, missing=missing)

    def table(self) -> pd.DataFrame:
        """Return one row per line of the SOP, its part and origin in the first row of each."""
        return pd.DataFrame(row for part in self.parts for row in _rows(part))


@dataclass(frozen=True, slots=True)
class Sops(Answers):
    """The SOPs of the nodes in the order of the process."""

    sheets: tuple[SopSheet, ...] = ()

    def estimates(self) -> tuple[Estimate, ...]:
        """Return how many nodes have an SOP, and how many parts are missing."""
        n, written = len(self.sheets), sum(bool(sheet.record) for sheet in self.sheets)
        missing = sum(len(sheet.missing) for sheet in self.sheets)
        return (
            Estimate("sops.written", _("Nodes with an SOP"), written, "nodes", n, method=_("count")),
            Estimate("sops.missing", _("Missing parts of SOPs"), missing, "parts", n * len(PARTS), method=_("count")),
        )


@explains_missing
def sops(tables: Tables) -> Sops:
    """Return the SOP of every node of the new process; MissingData without node changes."""
    sheets = sop_sheets(tables)
    said = _("{written} of {n} nodes have an SOP; of {changed} nodes that change, {open} have only a draft.")
    changed = [sheet for sheet in sheets if sheet.is_changed]
    told = said.format(
        written=sum(bool(sheet.record) for sheet in sheets),
        n=len(sheets),
        changed=len(changed),
        open=sum(not sheet.record for sheet in changed),
    )
    return Sops(told, sheets, sheets)


def sop_sheets(tables: Tables) -> tuple[SopSheet, ...]:
    """Return the SOP of every step of the new process in order, as `sops` shows them."""
    records = load_records(tables.engagement)
    nodes = [node for node in to_be(tables).process.nodes if node.kind is NodeKind.TASK]
    return tuple(_sheet(tables, records, node) for node in nodes)


def _sheet(tables: Tables, records: Records, node: Node) -> SopSheet:
    def here(stage: str) -> bool:
        return node_id(tables, stage) == node.id

    sop = next((one for one in records.sops if here(one.stage)), None)
    changes = [change for change in records.node_changes if here(change.stage)]
    rights = [right for right in records.decision_rights if here(right.stage)]
    drafts = _drafts(tables, node, changes, rights)
    parts = tuple(_part(key, sop, drafts.get(key, ())) for key in PARTS)
    return SopSheet(node.name, sop.id if sop else "", bool(changes), parts)


def _part(key: str, sop: Sop | None, draft: tuple[str, ...]) -> Part:
    given = getattr(sop, key) if sop else ()
    lines = (given,) if isinstance(given, str) and given else tuple(given)
    if lines:
        return Part(key, lines, Origin.ENTERED)
    draft = tuple(line for line in draft if line)
    return Part(key, draft, Origin.DRAFT if draft else Origin.MISSING)


def _drafts(
    tables: Tables, node: Node, changes: list[NodeChange], rights: list[DecisionRight]
) -> dict[str, tuple[str, ...]]:
    """Return what the process, the changes and the decision rights say of each part."""
    is_expected = node.is_expected and node.median_days is not None
    return {
        "purpose": tuple(change.text for change in changes),
        "responsible": (node.owner or node.lane,),
        "inputs": node.inputs,
        "steps": tuple(name for change in changes for name in change.steps_added),
        "outputs": node.outputs,
        "time_limit": (_("{days} expected in the median").format(days=shown(node.median_days, "days")),)
        if is_expected
        else (),
        "decision_rights": (*_right_lines(tables, rights), *_approver_lines(changes)),
        "tools": tuple(name for change in changes for name in change.system_rights),
    }


def _right_lines(tables: Tables, rights: list[DecisionRight]) -> Iterator[str]:
    currency = tables.engagement.config.currency
    message = _("{range} {currency}, {types}: {approvers}")
    for right in rights:
        yield message.format(
            range=range_text(right.amount_from, right.amount_below),
            currency=currency,
            types=right.segment or _("every type"),
            approvers=ordered(signatures(right, is_new=True)),
        )


def _approver_lines(changes: list[NodeChange]) -> Iterator[str]:
    for change in changes:
        if change.approvers_after is not None:
            yield ordered(change.approvers_after)


def _rows(part: Part) -> Iterator[dict[str, str]]:
    numbered = part.key == "steps" and len(part.lines) > 1
    for place, line in enumerate(part.lines or ("–",)):
        yield {
            _("Section"): part.label if place == 0 else "",
            _("Text"): f"{place + 1}. {line}" if numbered else line,
            _("Origin"): part.origin.label if place == 0 else "",
        }
