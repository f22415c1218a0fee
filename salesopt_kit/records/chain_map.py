"""The whole chain of evidence as boxes in columns: trigger, observation, pain point, whys, root cause, measure, target.

Both workbooks that show it (2 and 3) take it from here. A box that stands for what is not there is `is_missing`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from salesopt_kit.locale import N_, _
from salesopt_kit.records import rows
from salesopt_kit.records.gaps import missing_links
from salesopt_kit.records.matrix_rule import priority_of
from salesopt_kit.records.models import PainPoint, Records, WhyChain
from salesopt_kit.records.wording import WORDS
from salesopt_kit.terms import Priority

COLUMNS = (
    N_("Trigger"),
    N_("Observation"),
    N_("Pain point"),
    N_("5 Whys"),
    N_("Root cause"),
    N_("Measure"),
    N_("Target"),
)
TRIGGER, OBSERVATION, PAIN_POINT, WHYS, ROOT_CAUSE, MEASURE, TARGET = range(7)
ABSENT = {
    "trigger_without_pain_point": (PAIN_POINT, N_("no pain point")),
    "pain_point_without_evidence": (OBSERVATION, N_("no evidence")),
    "pain_point_without_root_cause": (ROOT_CAUSE, N_("no root cause")),
    "root_cause_without_measure": (MEASURE, N_("no measure")),
    "measure_without_root_cause": (ROOT_CAUSE, N_("no root cause")),
    "measure_without_target": (TARGET, N_("no target")),
    "target_without_measure": (MEASURE, N_("no measure")),
}
"""By the rule that finds a gap: the column in which something is not there, and the words for it."""
NOTED = {
    "root_cause_not_marked": N_("not marked by anybody"),
    "pain_point_not_rated": N_("not rated"),
    "why_chain_without_pain_point": N_("no pain point"),
}
"""Gaps that are said in the record's own box."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box: its column, its key (the id of its record), what it says in one line or two, what is wrong with it."""

    column: int
    key: str
    text: str
    is_missing: bool = False
    is_weak: bool = False


@dataclass(frozen=True, slots=True)
class ChainMap:
    """The boxes, and which leads to which by their keys, from left to right."""

    boxes: tuple[Box, ...]
    lines: tuple[tuple[str, str], ...]

    def of(self, column: int) -> tuple[Box, ...]:
        """Return the boxes of a column."""
        return tuple(box for box in self.boxes if box.column == column)

    @property
    def missing(self) -> tuple[Box, ...]:
        """The boxes of what is not there."""
        return tuple(box for box in self.boxes if box.is_missing)

    @property
    def weak(self) -> tuple[Box, ...]:
        """The boxes that hold something nothing supports."""
        return tuple(box for box in self.boxes if box.is_weak)

    def from_left(self, key: str) -> tuple[str, ...]:
        """Return what leads to a box."""
        return tuple(start for start, end in self.lines if end == key)

    def to_right(self, key: str) -> tuple[str, ...]:
        """Return what a box leads to."""
        return tuple(end for start, end in self.lines if start == key)


def chain_map(records: Records) -> ChainMap:
    """Return the chain of all records; the pain points by priority, then as entered."""
    order = [*Priority, None]
    points = sorted(records.pain_points, key=lambda point: order.index(priority_of(point)))
    notes = {gap.record: _(NOTED[gap.rule]) for gap in missing_links(records) if gap.rule in NOTED}
    boxes = {box.key: box for box in _boxes(records, points, notes)}
    lines = [line for line in _lines(records, points) if set(line) <= set(boxes)]
    for gap in missing_links(records):
        if gap.rule in ABSENT and gap.record in boxes:
            column, words = ABSENT[gap.rule]
            key = f"{gap.record} {gap.rule}"
            boxes[key] = Box(column, key, _(words), is_missing=True)
            start = _last_chain(records, gap.record) if gap.rule == "pain_point_without_root_cause" else gap.record
            lines.append((start, key) if column > boxes[start].column else (key, start))
    return ChainMap(tuple(boxes.values()), tuple(dict.fromkeys(lines)))


def _boxes(records: Records, points: Iterable[PainPoint], notes: dict[str, str]) -> Iterator[Box]:
    ids = {one.reference: one.id for one in records.observations}
    triggers = {trigger.id: trigger for trigger in records.triggers}
    named = dict.fromkeys((*triggers, *(id_ for point in records.pain_points for id_ in point.triggers)))
    for id_ in sorted(named):
        yield Box(TRIGGER, id_, _said(id_, WORDS["triggers"](triggers.get(id_) or rows.Trigger(id=id_))))
    for point in points:
        if point.evidence:
            yield Box(OBSERVATION, f"{point.id} evidence", _evidence(point.evidence, ids))
        yield _box(PAIN_POINT, point.id, point.problem, notes)
    for chain in records.why_chains:
        bare = sum(not why.evidence for why in chain.whys)
        yield Box(WHYS, chain.id, _whys(chain, bare), is_weak=bare > 0)
    for cause in records.root_causes.values():
        yield _box(ROOT_CAUSE, cause.id, cause.text, notes)
    for measure in records.measures:
        yield _box(MEASURE, measure.id, measure.measure, notes)
    for target in records.targets:
        bound = f"≤ {target.at_most:g}" if target.at_most is not None else f"≥ {target.at_least or 0:g}"
        yield Box(TARGET, target.id, _said(target.id, f"{target.key} {bound}"))


def _lines(records: Records, points: Iterable[PainPoint]) -> Iterator[tuple[str, str]]:
    """Yield what leads to what; a reason to start stands to the left of the pain point that causes it."""
    targets = {target.key: target.id for target in records.targets}
    for point in points:
        evidence = f"{point.id} evidence"
        yield evidence, point.id
        yield from ((trigger, evidence if point.evidence else point.id) for trigger in point.triggers)
    for chain in records.why_chains:
        yield chain.pain_point, chain.id
        if chain.root_cause:
            yield chain.id, chain.root_cause.id
    for measure in records.measures:
        yield measure.root_cause, measure.id
        yield from ((measure.id, targets[key]) for key in measure.targets if key in targets)


def _box(column: int, key: str, text: str, notes: dict[str, str]) -> Box:
    note = notes.get(key, "")
    return Box(column, key, _said(key, text) + (f" ({note})" if note else ""), is_weak=bool(note))


def _said(key: str, text: str) -> str:
    return f"{key} {text}"


def _evidence(references: Iterable[str], ids: dict[str, str]) -> str:
    """Return the observations behind a pain point: how many of which kind, and their ids."""
    given = list(references)
    kinds = [rows.Observation(reference=name).source for name in given]
    words = (
        (_("figures: {n}"), kinds.count("metric")),
        (_("complaints: {n}"), kinds.count("complaint")),
        (_("statements: {n}"), kinds.count("interview") + kinds.count("statement")),
    )
    counts = _(", ").join(message.format(n=n) for message, n in words if n)
    known = " ".join(ids[name] for name in given if name in ids)
    return f"{counts}\n{known}" if known else counts


def _whys(chain: WhyChain, bare: int) -> str:
    said = f"{chain.id}\n" + _("whys: {n}").format(n=len(chain.whys))
    return said + "\n" + _("unsupported: {n}").format(n=bare) if bare else said


def _last_chain(records: Records, point: str) -> str:
    """Return the last chain of a pain point, the pain point itself where nobody asked why."""
    return next((chain.id for chain in reversed(records.why_chains) if chain.pain_point == point), point)
