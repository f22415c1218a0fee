"""S1: where a measure does not do what its principle promises, judged by the records that belong to it.

Each rule speaks of what people entered and says why; none changes it. A measure that no rule speaks about is not proven
to keep its principle: the records only give no reason to doubt it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd

from salesopt_kit.design.tiers import Clash, clashes, signatures, signer
from salesopt_kit.locale import _
from salesopt_kit.records import DecisionRight, Measure, NodeChange, Records, load_records, needed
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import NodeChangeKind, Principle


@dataclass(frozen=True, slots=True)
class Objection:
    """What speaks against a measure's principle: the rule, the reason with what was found, and what to do."""

    measure: Measure
    rule: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class PrincipleChecks(Result):
    """The objections, in the order of the measures."""

    measures: tuple[Measure, ...]
    objections: tuple[Objection, ...]

    def sentence(self) -> str:
        """Say how many measures no rule speaks about."""
        doubted = {one.measure.id for one in self.objections}
        message = _("{n} of {all} measures do what their principle promises, as far as the records tell.")
        return message.format(n=len(self.measures) - len(doubted), all=len(self.measures))

    def estimates(self) -> tuple[Estimate, ...]:
        """Return how many measures have an objection."""
        doubted = {one.measure.id for one in self.objections}
        label = _("Measures with an objection to their principle")
        return (
            Estimate("measures.objections", label, len(doubted), "measures", len(self.measures), method=_("count")),
        )

    def caveats(self) -> tuple[str, ...]:
        """Return what the checks cannot see."""
        return (
            _("The checks read node changes, decision rights and resources; the wording of a measure is not judged."),
        )

    def table(self) -> pd.DataFrame:
        """Return one row per objection."""
        return pd.DataFrame(
            {
                _("Record"): one.measure.id,
                _("Measure"): one.measure.measure,
                _("Principle as entered"): one.measure.principle.label if one.measure.principle else "–",
                _("Why the check speaks"): one.reason,
                _("What to do"): one.remedy,
            }
            for one in self.objections
        )


@dataclass(frozen=True, slots=True)
class Case:
    """A measure with the records that belong to it, and the clashes among all decision rights."""

    measure: Measure
    changes: tuple[NodeChange, ...]
    rights: tuple[DecisionRight, ...]
    deciders: tuple[str, ...]
    clashes: tuple[Clash, ...]


@explains_missing
def principle_checks(tables: Tables) -> PrincipleChecks:
    """Return what speaks against each measure's principle; MissingData without measures."""
    records = load_records(tables.engagement)
    needed(records, "measures")
    return PrincipleChecks(records.measures, objections(records))


def objections(records: Records) -> tuple[Objection, ...]:
    """Return what speaks against the principle of each measure."""
    found = clashes(records.decision_rights)
    return tuple(one for measure in records.measures for one in _objections(_case(records, measure, found)))


def _case(records: Records, measure: Measure, found: tuple[Clash, ...]) -> Case:
    rights = tuple(right for right in records.decision_rights if right.measure == measure.id)
    ids = {right.id for right in rights}
    return Case(
        measure,
        tuple(change for change in records.node_changes if change.measure == measure.id),
        rights,
        tuple(one.person for one in records.responsibilities if measure.id in one.about and one.person and one.decides),
        tuple(clash for clash in found if ids & set(clash.rows)),
    )


def _objections(case: Case) -> Iterator[Objection]:
    rules: dict[Principle | None, tuple[Callable[[Case], Iterator[tuple[str, str, str]]], ...]] = {
        Principle.SIMPLIFY: (_adds_steps, _adds_approvers, _names_no_step),
        Principle.RESPONSIBILITY: (_names_no_owner, _moves_without_row, _has_two_owners),
        Principle.TOOLS: (_has_no_resources, _keeps_manual_work),
        None: (_serves_none,),
    }
    for rule in rules[case.measure.principle]:
        for name, reason, remedy in rule(case):
            yield Objection(case.measure, name, reason, remedy)


def _serves_none(_case: Case) -> Iterator[tuple[str, str, str]]:
    yield (
        "no_principle",
        _("It names none of the three principles."),
        _("Say under `principle` which one it serves, or why it is needed all the same."),
    )


def _adds_steps(case: Case) -> Iterator[tuple[str, str, str]]:
    added = [name for change in case.changes for name in change.steps_added]
    added += [change.name or change.stage for change in case.changes if change.change is NodeChangeKind.ADDED]
    gone = [name for change in case.changes for name in change.steps_removed]
    gone += [
        change.stage for change in case.changes if change.change in (NodeChangeKind.REMOVED, NodeChangeKind.MERGED)
    ]
    if added and len(added) >= len(gone):
        message = _("It adds {added} steps ({names}) and takes away {gone}: nothing gets simpler.")
        yield (
            "simplify_adds_steps",
            message.format(added=len(added), gone=len(gone), names=_(", ").join(added)),
            _("Name the steps that it makes superfluous, or give it another principle."),
        )


def _adds_approvers(case: Case) -> Iterator[tuple[str, str, str]]:
    for right in case.rights:
        before, after = signatures(right, is_new=False), signatures(right, is_new=True)
        if len(after) > len(before):
            yield _more_approvers(right.id, before, after)
    for change in case.changes:
        if change.approvers_after is not None and len(change.approvers_after) > len(change.approvers_before):
            yield _more_approvers(change.id, change.approvers_before, change.approvers_after)


def _more_approvers(record: str, before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, str, str]:
    new = [name for name in after if name not in before] or list(after)
    message = _("{record}: {after} people approve instead of {before}; new is {names}.")
    return (
        "simplify_adds_approver",
        message.format(record=record, after=len(after), before=len(before), names=_(", ").join(map(signer, new))),
        _("Take an approver away for each that comes, or give the measure another principle."),
    )


def _names_no_step(case: Case) -> Iterator[tuple[str, str, str]]:
    is_less = any(
        change.steps_removed or change.change in (NodeChangeKind.REMOVED, NodeChangeKind.MERGED)
        for change in case.changes
    ) or any(len(signatures(right, is_new=True)) < len(signatures(right, is_new=False)) for right in case.rights)
    has_added = any(True for _one in _adds_steps(case))
    if not is_less and not has_added:
        yield (
            "simplify_names_no_step",
            _("No step, node or approval is named that goes away."),
            _("Enter under `steps_removed` of a node change what need not be done any more."),
        )


def _names_no_owner(case: Case) -> Iterator[tuple[str, str, str]]:
    owners = [*case.deciders, *(right.id for right in case.rights if right.new)]
    owners += [change.id for change in case.changes if change.department or change.approvers_after]
    if not owners:
        yield (
            "responsibility_names_no_owner",
            _("Nobody is named who decides something on account of it."),
            _("Add a row of decision rights, or a responsibility with `person` and `decides` that is about it."),
        )


def _moves_without_row(case: Case) -> Iterator[tuple[str, str, str]]:
    if case.measure.moves_authority and not case.rights:
        yield (
            "responsibility_without_row",
            _("It moves authority, and no row says which amounts and customers."),
            _("Write in decision_rights.yml who approves which amounts today and then."),
        )


def _has_two_owners(case: Case) -> Iterator[tuple[str, str, str]]:
    overlaps = [clash for clash in case.clashes if not clash.is_gap]
    if overlaps:
        rows = dict.fromkeys(row for clash in overlaps for row in clash.rows)
        message = _("Several of its rows claim the same deals: {rows}.")
        yield (
            "responsibility_has_two_owners",
            message.format(rows=_(", ").join(rows)),
            _("Let one row end where the next begins."),
        )


def _has_no_resources(case: Case) -> Iterator[tuple[str, str, str]]:
    records: tuple[Measure | NodeChange, ...] = (case.measure, *case.changes)
    asked = [one.resources or one.system_rights or one.budget is not None for one in records]
    if not any(asked):
        yield (
            "tools_without_resources",
            _("Neither system rights nor a budget nor other resources are named."),
            _("Enter who supplies what: `system_rights`, `budget` or `resources`."),
        )


def _keeps_manual_work(case: Case) -> Iterator[tuple[str, str, str]]:
    if case.changes and not any(
        change.steps_removed or change.change in (NodeChangeKind.REMOVED, NodeChangeKind.MERGED)
        for change in case.changes
    ):
        names = dict.fromkeys(change.id for change in case.changes)
        yield (
            "tools_beside_manual_work",
            _("{records}: no manual step goes away, so the tool comes on top.").format(records=_(", ").join(names)),
            _("Name the manual step that the tool replaces under `steps_removed`."),
        )
