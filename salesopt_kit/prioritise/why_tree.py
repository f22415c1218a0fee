"""The whys of one pain point as a tree: chains that begin alike share their first whys."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from salesopt_kit.records import PainPoint, Records, RootCause
from salesopt_kit.records.wording import alike
from salesopt_kit.terms import Level

Kind = Literal["pain_point", "why", "root_cause"]


@dataclass(slots=True)
class Node:
    """A box of the tree; a why holds what supports it and how sure a person is, a root cause who marked it."""

    kind: Kind
    id: str
    text: str
    evidence: tuple[str, ...] = ()
    cause: RootCause | None = None
    confidence: Level | None = None
    children: list["Node"] = field(default_factory=list)

    def walk(self, depth: int = 0) -> Iterator[tuple[int, "Node"]]:
        """Yield every node below and with this one, each after its parent, with its depth."""
        yield depth, self
        for child in self.children:
            yield from child.walk(depth + 1)

    def leaves(self) -> int:
        """Return how many ends the tree has."""
        return sum(child.leaves() for child in self.children) or 1


def why_tree(records: Records, point: PainPoint) -> Node:
    """Return the tree of a pain point; a pain point that nobody asked about is a tree of one node."""
    root = Node("pain_point", point.id, point.problem, point.evidence)
    for chain in records.chains_of(point):
        node = root
        for why in chain.whys:
            node = _below(node, Node("why", chain.id, why.text, why.evidence, confidence=why.confidence))
        if chain.root_cause:
            cause = chain.root_cause
            _below(node, Node("root_cause", cause.id, cause.text, cause=cause))
    return root


def _below(parent: Node, child: Node) -> Node:
    """Return the child that says the same already, with the new evidence added, or the new child."""
    for known in parent.children:
        if known.kind == child.kind and alike(known.text) == alike(child.text):
            known.evidence = tuple(dict.fromkeys((*known.evidence, *child.evidence)))
            given = [one for one in (known.confidence, child.confidence) if one]
            known.confidence = max(given, key=list(Level).index, default=None)  # the lower of two that differ
            return known
    parent.children.append(child)
    return child
