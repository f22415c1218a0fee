"""P3: the 5-Why chains (5Why法), each why with what supports it, and what is wrong with a chain."""

import html
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from salesopt_kit.locale import _
from salesopt_kit.metrics.evidence import Cited, look_up
from salesopt_kit.numbers import shown
from salesopt_kit.prioritise.evidence import figures
from salesopt_kit.prioritise.why_tree import Node, same, why_tree
from salesopt_kit.records import Records, RootCause, WhyChain, load_records, needed, needs_root_cause, priority_of
from salesopt_kit.results import Estimate, Result, Table, explains_missing
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import Priority

FEWEST_WHYS = 2


@dataclass(frozen=True, slots=True)
class WhyChains(Result):
    """A tree per pain point that was asked about, with its priority; `found` holds every reference looked up."""

    trees: tuple[tuple[Node, Priority | None], ...]
    found: dict[str, Cited]

    def sentence(self) -> str:
        """Say how many whys are supported, and how many root causes are marked."""
        message = _("{causes} root causes of {points} pain points; {supported} of {whys} whys have evidence ({share}).")
        whys = self._nodes("why")
        supported = sum(self.is_supported(node) for node in whys)
        return message.format(
            causes=len({node.id for node in self._nodes("root_cause")}),
            points=len(self.trees),
            supported=supported,
            whys=len(whys),
            share=shown(supported / len(whys) if whys else None, "fraction"),
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the number of supported whys and the figures that are cited."""
        whys = self._nodes("why")
        supported = sum(self.is_supported(node) for node in whys)
        count = Estimate("whys.supported", _("Whys with evidence"), supported, "whys", len(whys), method=_("count"))
        return (count, *figures(self.found))

    def table(self) -> pd.DataFrame:
        """Return one row per node, indented by its depth."""
        return pd.DataFrame(
            {
                _("Record"): node.id,
                _("Why?"): "\u2003" * depth + node.text,
                _("Evidence"): self.support(node),
            }
            for tree, _priority in self.trees
            for depth, node in tree.walk()
        )

    def is_supported(self, node: Node) -> bool:
        """Return whether a why cites anything that is not known to be missing."""
        return any(self.found[name].supports for name in node.evidence)

    def support(self, node: Node) -> str:
        """Say what stands behind a node: its evidence, who marked it, or that it is unsupported."""
        if node.cause:
            return _marked(node.cause)
        if node.kind == "why" and not self.is_supported(node):
            return _("; ").join((_("unsupported"), *(self.found[name].said for name in node.evidence)))
        return _("; ").join(self.found[name].said for name in node.evidence) or "–"

    def _nodes(self, kind: str) -> list[Node]:
        return [node for tree, _priority in self.trees for _depth, node in tree.walk() if node.kind == kind]

    def _repr_html_(self) -> str:
        trees = "".join(f'<ul class="whys">{self._item(tree, priority)}</ul>' for tree, priority in self.trees)
        return f'<div class="answer"><p class="finding">{html.escape(self.sentence())}</p>{trees}</div>'

    def _item(self, node: Node, priority: Priority | None = None) -> str:
        """Return a node and all below it as nested list items."""
        leads = {"pain_point": node.id, "why": _("Why?"), "root_cause": _("Root cause {id}").format(id=node.id)}
        is_bare = node.kind == "why" and not self.is_supported(node)
        badge = f' <span class="priority-{priority.value}">{html.escape(priority.label)}</span>' if priority else ""
        below = "".join(self._item(child) for child in node.children)
        return (
            f"<li><strong>{html.escape(leads[node.kind])}</strong> "
            f"{html.escape(node.text)}{badge}"
            f'<br><small class="{"unsupported" if is_bare else "evidence"}">{html.escape(self.support(node))}</small>'
            f"{f'<ul>{below}</ul>' if below else ''}</li>"
        )


@explains_missing
def why_chains(tables: Tables) -> WhyChains:
    """Return the whys of every pain point that was asked about, the most pressing first."""
    records = load_records(tables.engagement)
    needed(records, "pain_points")
    needed(records, "why_chains")
    order = [*Priority, None]
    asked = [point for point in records.pain_points if records.chains_of(point)]
    asked.sort(key=lambda point: order.index(priority_of(point)))
    trees = tuple((why_tree(records, point), priority_of(point)) for point in asked)
    cited = (name for tree, _priority in trees for _depth, node in tree.walk() for name in node.evidence)
    return WhyChains(trees, look_up(tables, cited))


@explains_missing
def why_problems(tables: Tables) -> Table:
    """Return what is wrong with the chains themselves."""
    records = load_records(tables.engagement)
    needed(records, "pain_points")
    found = list(problems(records))
    said = _("{n} things to mend in the chains.") if found else _("The chains have no gap and no circle.")
    cells = pd.DataFrame({_("Record"): record, _("Problem"): problem} for record, problem in found)
    return Table(said.format(n=len(found)), cells)


def problems(records: Records) -> Iterator[tuple[str, str]]:
    """Yield (record id, problem): a circle, a chain too short or without an end, a pressing point never asked about."""
    for chain in records.why_chains:
        if circle := _circle(records, chain):
            yield chain.id, circle
        if len(chain.whys) < FEWEST_WHYS:
            yield chain.id, _("fewer than two whys: a first answer is seldom the root cause")
        if chain.root_cause is None:
            yield chain.id, _("no root cause is marked at its end")
    for point in records.pain_points:
        priority = priority_of(point)
        if priority and needs_root_cause(point) and not records.chains_of(point):
            yield point.id, _("it is {priority}, and nobody has asked why").format(priority=priority.label)


def _circle(records: Records, chain: WhyChain) -> str:
    """Say where a chain comes back to what it began with; "" where it does not."""
    problem = next(point.problem for point in records.pain_points if point.id == chain.pain_point)
    seen = {same(problem): _("the pain point")}
    for number, why in enumerate(chain.whys, 1):
        name = _("why {number}").format(number=number)
        if same(why.text) in seen:
            message = _("it goes round in a circle: {later} says the same as {earlier}")
            return message.format(later=name, earlier=seen[same(why.text)])
        seen[same(why.text)] = name
    cause = chain.root_cause
    earlier = {key: name for key, name in seen.items() if not chain.whys or key != same(chain.whys[-1].text)}
    if cause and same(cause.text) in earlier:
        message = _("it goes round in a circle: the root cause says the same as {earlier}")
        return message.format(earlier=earlier[same(cause.text)])
    return ""


def _marked(cause: RootCause) -> str:
    if not cause.marked_by:
        return _("not marked by anybody")
    if cause.marked_on is None:
        return _("marked by {name}").format(name=cause.marked_by)
    return _("marked by {name} on {day}").format(name=cause.marked_by, day=cause.marked_on)
