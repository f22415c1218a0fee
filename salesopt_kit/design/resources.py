"""S2: what the change needs beside people's time: system rights, training, budget, by department and date."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import pandas as pd

from salesopt_kit.design.decision_rights import name_of
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import N_, _
from salesopt_kit.numbers import shown
from salesopt_kit.records import Measure, NodeChange, Records, load_records
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables


class ResourceKind(StrEnum):
    """What kind of resource it is."""

    RIGHTS = "system_rights"
    TRAINING = "training"
    BUDGET = "budget"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The kind in the reader's language."""
        return _(KINDS[self])


KINDS = {
    ResourceKind.RIGHTS: N_("System rights"),
    ResourceKind.TRAINING: N_("Training"),
    ResourceKind.BUDGET: N_("Budget"),
    ResourceKind.OTHER: N_("Other, as entered"),
}


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that is needed: the department in charge, from when and until when, and the records that ask for it."""

    department: str
    kind: ResourceKind
    text: str
    start: date | None
    due: date | None
    records: str
    budget: float | None = None


@dataclass(frozen=True, slots=True)
class Resources(Result):
    """The needs by department and date; `bare` are measures that ask for nothing."""

    needs: tuple[Need, ...]
    bare: tuple[str, ...]
    currency: str

    def sentence(self) -> str:
        """Say how much is needed of what, and until when first."""
        message = _("{rights} system rights, {training} trainings and {budget} are needed, the first by {day}.")
        days = [need.due for need in self.needs if need.due]
        return message.format(
            rights=self._count(ResourceKind.RIGHTS),
            training=self._count(ResourceKind.TRAINING),
            budget=shown(self._budget(), self.currency),
            day=min(days) if days else "–",
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the number of needs of each kind, and the budget in all."""
        counts = [
            Estimate(
                f"resources.{kind.value}", kind.label, self._count(kind), "needs", len(self.needs), method=_("count")
            )
            for kind in ResourceKind
        ]
        n = self._count(ResourceKind.BUDGET)
        total = Estimate("resources.total", _("Budget in all"), self._budget(), self.currency, n, method=_("sum"))
        return (*counts, total)

    def caveats(self) -> tuple[str, ...]:
        """Return who asks for nothing, and what has no date or department."""
        told = []
        if self.bare:
            told.append(_("No resources are named for: {ids}.").format(ids=_(", ").join(self.bare)))
        if loose := sum(not (need.due and need.department) for need in self.needs):
            told.append(_("{n} of {of} needs have no department or no date.").format(n=loose, of=len(self.needs)))
        return tuple(told)

    def table(self) -> pd.DataFrame:
        """Return one row per need."""
        return pd.DataFrame(
            {
                _("Responsible department"): need.department or "–",
                _("Kind"): need.kind.label,
                _("Resource"): shown(need.budget, self.currency) if need.budget is not None else need.text,
                _("From"): need.start.isoformat() if need.start else "–",
                _("Needed by"): need.due.isoformat() if need.due else "–",
                _("For"): need.records,
            }
            for need in self.needs
        )

    def _count(self, kind: ResourceKind) -> int:
        return sum(need.kind is kind for need in self.needs)

    def _budget(self) -> float:
        return sum(need.budget or 0.0 for need in self.needs)


@explains_missing
def resources(tables: Tables) -> Resources:
    """Return what measures and node changes ask for, by the measure's department; MissingData where nothing is."""
    records = load_records(tables.engagement)
    found = [*_of_measures(records), *_of_changes(tables, records)]
    if not found:
        raise MissingDataError(
            _("no resource is named in the measures or node changes"),
            remedy=_("Enter `system_rights`, `training`, `budget` or `resources` in records/measures.yml."),
        )
    found.sort(
        key=lambda need: (need.department == "", need.department, need.due or date.max, list(KINDS).index(need.kind))
    )
    asking = {id_ for need in found for id_ in need.records.split(" ")}
    bare = tuple(measure.id for measure in records.measures if measure.id not in asking)
    return Resources(tuple(found), bare, tables.engagement.config.currency)


def _of_measures(records: Records) -> Iterator[Need]:
    for measure in records.measures:
        for kind, text, budget in _asked(measure):
            yield Need(measure.department, kind, text, measure.start, measure.due, measure.id, budget)


def _of_changes(tables: Tables, records: Records) -> Iterator[Need]:
    measures = {measure.id: measure for measure in records.measures}
    for change in records.node_changes:
        measure = measures.get(change.measure)
        department = (measure.department if measure else "") or change.department
        start, due = (measure.start, measure.due) if measure else (None, None)
        told = " ".join(filter(None, (change.measure, change.id, name_of(tables, change.name or change.stage))))
        for kind, text, budget in _asked(change):
            yield Need(department, kind, text, start, change.needed_by or due, told, budget)


def _asked(record: Measure | NodeChange) -> Iterator[tuple[ResourceKind, str, float | None]]:
    yield from ((ResourceKind.RIGHTS, text, None) for text in record.system_rights)
    yield from ((ResourceKind.TRAINING, text, None) for text in record.training)
    if record.budget is not None:
        yield ResourceKind.BUDGET, "", record.budget
    if record.resources:
        yield ResourceKind.OTHER, record.resources, None
