"""P3: the 5-Why chains (5Why法), each why with what supports it and how sure it is."""

import html
from dataclasses import dataclass

import pandas as pd

from salesopt_kit.locale import _
from salesopt_kit.metrics.evidence import Cited, Standing, look_up
from salesopt_kit.numbers import shown
from salesopt_kit.prioritise.evidence import figures
from salesopt_kit.prioritise.matrix import matrix
from salesopt_kit.prioritise.why_tree import Node, why_tree
from salesopt_kit.records import RootCause, load_records, needed
from salesopt_kit.results import Estimate, Missing, Result, explains_missing
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import Level, Priority


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
                _("Confidence"): self.confidence(node),
            }
            for tree, _priority in self.trees
            for depth, node in tree.walk()
        )

    def caveats(self) -> tuple[str, ...]:
        """Say what confidence is, and that the kit marks no root cause."""
        return (
            _(
                "Confidence by the evidence: high where a figure and a voice (complaint or interview) were both found, "
                "medium where one of them was, low where there are only words of a person. What a person gives as "
                "`confidence` goes before it."
            ),
            _("A root cause is marked by a person (`marked_by`), never by the kit."),
        )

    def is_supported(self, node: Node) -> bool:
        """Return whether a why cites anything that is not known to be missing."""
        return any(self.found[name].supports for name in node.evidence)

    def strength(self, node: Node) -> Level | None:
        """Return how strong its evidence is: high for a figure and a voice, medium for one of them, low for words."""
        found = [name for name in node.evidence if self.found[name].standing is Standing.FOUND]
        kinds = {name.startswith("metric:") for name in found}
        if len(kinds) > 1:
            return Level.HIGH
        if kinds:
            return Level.MEDIUM
        return Level.LOW if self.is_supported(node) else None

    def confidence(self, node: Node) -> str:
        """Say how sure a why is: what a person said, else how strong its evidence is."""
        if node.kind != "why":
            return "–"
        if node.confidence:
            return _("{level} (as given)").format(level=node.confidence.label)
        strength = self.strength(node)
        return _("{level} (by its evidence)").format(level=strength.label) if strength else _("unsupported")

    def support(self, node: Node) -> str:
        """Say what stands behind a node: its evidence, who marked it, or that it is unsupported."""
        if node.cause:
            return _marked(node.cause)
        if node.kind == "why" and not self.is_supported(node):
            return _("; ").join((_("unsupported"), *(self.found[name].said for name in node.evidence)))
        return _("; ").join(self.found[name].said for name in node.evidence) or "–"

    def _said_of(self, node: Node) -> str:
        """Return what stands behind a node, with the confidence of a supported why."""
        if node.kind != "why" or not self.is_supported(node):
            return self.support(node)
        told = _("Confidence: {level}").format(level=self.confidence(node))
        return _("; ").join((self.support(node), told))

    def _nodes(self, kind: str) -> list[Node]:
        return [node for tree, _priority in self.trees for _depth, node in tree.walk() if node.kind == kind]

    def _repr_html_(self) -> str:
        trees = "".join(f'<ul class="whys">{self._item(tree, priority)}</ul>' for tree, priority in self.trees)
        remarks = "".join(f"<li>{html.escape(caveat)}</li>" for caveat in self.caveats())
        return (
            f'<div class="answer"><p class="finding">{html.escape(self.sentence())}</p>{trees}'
            f'<ul class="caveats">{remarks}</ul></div>'
        )

    def _item(self, node: Node, priority: Priority | None = None) -> str:
        """Return a node and all below it as nested list items."""
        leads = {"pain_point": node.id, "why": _("Why?"), "root_cause": _("Root cause {id}").format(id=node.id)}
        is_bare = node.kind == "why" and not self.is_supported(node)
        badge = f' <span class="priority-{priority.value}">{html.escape(priority.label)}</span>' if priority else ""
        below = "".join(self._item(child) for child in node.children)
        return (
            f"<li><strong>{html.escape(leads[node.kind])}</strong> "
            f"{html.escape(node.text)}{badge}"
            f'<br><small class="{"unsupported" if is_bare else "evidence"}">{html.escape(self._said_of(node))}</small>'
            f"{f'<ul>{below}</ul>' if below else ''}</li>"
        )


@explains_missing
def why_chains(tables: Tables) -> WhyChains:
    """Return the whys of every pain point that was asked about, the most pressing first."""
    records = load_records(tables.engagement)
    needed(records, "pain_points")
    needed(records, "why_chains")
    known = priorities(tables)
    order = [*Priority, None]
    asked = [point for point in records.pain_points if records.chains_of(point)]
    asked.sort(key=lambda point: order.index(known.get(point.id)))
    trees = tuple((why_tree(records, point), known.get(point.id)) for point in asked)
    cited = (name for tree, _priority in trees for _depth, node in tree.walk() for name in node.evidence)
    return WhyChains(trees, look_up(tables, cited))


def priorities(tables: Tables) -> dict[str, Priority]:
    """Return the priority of each pain point that has one, by its id."""
    answer = matrix(tables)
    return {} if isinstance(answer, Missing) else {placed.point.id: placed.priority for placed in answer.placed}


def _marked(cause: RootCause) -> str:
    if not cause.marked_by:
        return _("not marked by anybody")
    if cause.marked_on is None:
        return _("marked by {name}").format(name=cause.marked_by)
    return _("marked by {name} on {day}").format(name=cause.marked_by, day=cause.marked_on)
