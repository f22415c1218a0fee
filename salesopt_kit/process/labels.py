"""The words at a node and at a flow, in the reader's language and in lines that fit."""

from collections.abc import Iterable
from dataclasses import dataclass

from babel.numbers import format_decimal, format_percent

from salesopt_kit.locale import _, language
from salesopt_kit.numbers import shown
from salesopt_kit.process.fitting import fitted
from salesopt_kit.process.model import Flow, FlowKind, Node, NodeKind

ROOM, NARROW = 163.0, 78.0
"""Width for words in a task, and for those beside or below a smaller node; on a screen, letters run up to 6% wider."""
TEXT, NAME = 12.5, 13.5
"""Heights of letters."""
LEAST_DAYS = 0.1
"""A shorter time is told in hours."""


@dataclass(frozen=True, slots=True)
class Words:
    """The lines of a node: its name, and what is said of it."""

    name: tuple[str, ...]
    details: tuple[str, ...]


def words(node: Node) -> Words:
    """Return what a drawing writes at `node`; a gateway has its name only, an end beside its source little room."""
    if node.kind is NodeKind.GATEWAY:
        return Words(fitted(node.name, NARROW, NAME, 2) if node.name else (), ())
    if node.beside:
        return Words(fitted(node.name, NARROW, NAME, 1), _volume(node))
    told = tuple(line for text in details(node) for line in fitted(text, ROOM, TEXT, 3))
    return Words(fitted(node.name, ROOM, NAME, 2), told)


def details(node: Node) -> tuple[str, ...]:
    """Return what is known of a node, one sentence each: who, how many, how long, what goes in and out."""
    said = [_("Responsible: {owner}").format(owner=node.owner)] if node.owner not in ("", node.lane) else []
    said += [*_volume(node), *_days(node)]
    if node.inputs:
        said.append(_("In: {names}").format(names=_listed(node.inputs)))
    if node.outputs:
        said.append(_("Out: {names}").format(names=_listed(node.outputs)))
    if node.note:
        said.append(node.note)
    return tuple(said)


def flow_label(flow: Flow) -> str:
    """Return how many visits took a flow and which share of the visits to its source: "34 (12%)"; "" for unknown."""
    if flow.count is None:
        return ""
    count = str(format_decimal(flow.count, locale=language().replace("-", "_")))
    if flow.share is None or flow.share == 1:
        return count
    pattern = "0%" if flow.share >= 0.01 else "0.0%"  # noqa: PLR2004
    return f"{count} ({format_percent(flow.share, pattern, locale=language().replace('-', '_'))})"


def flow_name(kind: FlowKind) -> str:
    """Return what the legend calls a kind of flow."""
    names = {
        FlowKind.FORWARD: _("next step"),
        FlowKind.SKIP: _("skips a stage"),
        FlowKind.BACK: _("rework: back to an earlier stage"),
        FlowKind.ASIDE: _("put aside or taken up again"),
    }
    return names[kind]


def _volume(node: Node) -> tuple[str, ...]:
    if node.volume is None:
        return ()
    count = format_decimal(node.volume, locale=language().replace("-", "_"))
    message = _("{n} visits") if node.kind is NodeKind.TASK else _("{n} deals")
    return (message.format(n=count),)


def _days(node: Node) -> tuple[str, ...]:
    if node.median_days is None:
        return (_("median: not enough evidence"),) if node.kind is NodeKind.TASK and node.volume else ()
    is_short = node.median_days < LEAST_DAYS
    unit, scale = ("hours", 24) if is_short else ("days", 1)
    median = shown(node.median_days * scale, unit)
    if node.is_expected:
        return (_("expected {days}").format(days=median),)
    if node.low_days is None or node.high_days is None:
        return (_("median {days}").format(days=median),)
    low, high = (format_decimal(round(bound * scale, 1), "0.0") for bound in (node.low_days, node.high_days))
    return (_("median {days} ({low}–{high})").format(days=median, low=low, high=high),)


def _listed(names: Iterable[str]) -> str:
    return _(", ").join(names)
