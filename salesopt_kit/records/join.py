"""Rows and links put together: a pain point with its evidence, a chain with its whys, a measure with its targets."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TypeVar

from salesopt_kit.records import models, rows
from salesopt_kit.records.changes import Link
from salesopt_kit.records.pilot_plan import PilotPlan

R = TypeVar("R", bound=rows.Record)


def joined(found: Iterable[rows.Record], links: Iterable[Link], pilot_began: date | None = None) -> models.Records:
    """Return records with what their links say of them."""
    net = _Net(found, links)
    chains = tuple(net.chains())
    return models.Records(
        pain_points=tuple(net.pain_points()),
        why_chains=chains,
        measures=tuple(net.measures()),
        risks=tuple(_as(models.Risk, risk) for risk in net.of(rows.Risk)),
        evaluations=net.of(rows.Evaluation),
        sponsors=tuple(_as(models.Sponsor, sponsor) for sponsor in net.of(rows.Sponsor)),
        trainings=net.of(rows.Training),
        reviews=net.of(rows.Review),
        triggers=net.of(rows.Trigger),
        observations=net.of(rows.Observation),
        targets=net.of(rows.Target),
        responsibilities=net.about(rows.Responsibility, models.Responsibility),
        meetings=net.about(rows.Meeting, models.Meeting),
        decisions=net.about(rows.Decision, models.Decision),
        feedback=net.about(rows.Feedback, models.Feedback),
        pilot_notes=net.about(rows.PilotNote, models.PilotNote),
        daily_entries=net.of(rows.DailyEntry),
        predictions=tuple(net.predictions()),
        pilot_plans=net.of(PilotPlan),
        node_changes=net.made(rows.NodeChange, models.NodeChange),
        decision_rights=net.made(rows.DecisionRight, models.DecisionRight),
        sops=net.about(rows.Sop, models.Sop),
        loose=tuple(net.loose(chains)),
        pilot_began=pilot_began,
    )


class _Net:
    """Records by id, and what is linked to each."""

    def __init__(self, found: Iterable[rows.Record], links: Iterable[Link]) -> None:
        self.records = {record.id: record for record in found}
        self._to: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._from: dict[tuple[str, str], list[str]] = defaultdict(list)
        for link in links:
            self._to[link.kind, link.end].append(link.start)
            self._from[link.kind, link.start].append(link.end)

    def of(self, kind: type[R]) -> tuple[R, ...]:
        """Return the records of a kind."""
        return tuple(record for record in self.records.values() if isinstance(record, kind))

    def about(self, kind: type[rows.Record], model: type[R]) -> tuple[R, ...]:
        """Return the records of a kind with the ids of what they are about."""
        return tuple(_as(model, record, about=tuple(self._from["about", record.id])) for record in self.of(kind))

    def made(self, kind: type[rows.Record], model: type[R]) -> tuple[R, ...]:
        """Return the records of a kind with the measure that makes each."""
        return tuple(
            _as(model, record, measure=next(iter(self._to["makes", record.id]), "")) for record in self.of(kind)
        )

    def pain_points(self) -> Iterator[models.PainPoint]:
        """Yield the pain points with what they rest on."""
        for point in self.of(rows.PainPoint):
            triggers = tuple(self._to["raises", point.id])
            yield _as(models.PainPoint, point, evidence=self._evidence(point.id), triggers=triggers)

    def measures(self) -> Iterator[models.Measure]:
        """Yield the measures with the root cause that each answers, its targets and sponsors."""
        for measure in self.of(rows.Measure):
            cause = next(iter(self._to["answered_by", measure.id]), "")
            targets = [self.records[id_] for id_ in self._from["aims_at", measure.id]]
            keys = tuple(target.key for target in targets if isinstance(target, rows.Target))
            backed_by = tuple(self._to["backs", measure.id])
            yield _as(models.Measure, measure, root_cause=cause, targets=keys, backed_by=backed_by)

    def predictions(self) -> Iterator[models.Prediction]:
        """Yield the predictions with the measures that each is about."""
        for prediction in self.of(rows.Prediction):
            measures = tuple(self._to["predicts", prediction.id])
            yield _as(models.Prediction, prediction, measures=measures)

    def chains(self) -> Iterator[models.WhyChain]:
        """Yield the chains that begin at a pain point; one that branches off a why begins with the whys up to there."""
        for chain in self.of(rows.WhyChain):
            point, before = self._beginning(chain.id)
            if point:
                path = [*before, *self._below(chain.id)]
                cause = next(
                    (self.records[end] for id_ in [chain.id, *path] for end in self._from["ends_in", id_]), None
                )
                yield models.WhyChain(
                    id=chain.id,
                    pain_point=point,
                    whys=tuple(_as(models.Why, self.records[id_], evidence=self._evidence(id_)) for id_ in path),
                    root_cause=_as(models.RootCause, cause) if cause else None,
                )

    def loose(self, chains: Iterable[models.WhyChain]) -> Iterator[rows.Record]:
        """Yield the chains, whys and root causes that no pain point leads to."""
        reached = {chain.id for chain in chains} | {why.id for chain in chains for why in chain.whys}
        reached |= {chain.root_cause.id for chain in chains if chain.root_cause}
        for record in self.records.values():
            if isinstance(record, rows.WhyChain | rows.Why | rows.RootCause) and record.id not in reached:
                yield record

    def _evidence(self, id_: str) -> tuple[str, ...]:
        return tuple(_reference(self.records[start]) for start in self._to["supports", id_])

    def _beginning(self, chain: str) -> tuple[str, list[str]]:
        """Return the pain point that a chain begins at, "" for none, and the whys between the two."""
        start = next(iter(self._to["asks", chain]), "")
        above: list[str] = []
        while start and isinstance(self.records[start], rows.Why):
            above.insert(0, start)
            start = next(iter(self._to["because", start]), "")
            if start and isinstance(self.records[start], rows.WhyChain):
                point, before = self._beginning(start)
                return point, [*before, *above]
        return start, above

    def _below(self, chain: str) -> list[str]:
        """Return the whys of a chain in order."""
        path: list[str] = []
        fresh = self._from["because", chain]
        while fresh:
            path.append(fresh[0])
            fresh = [*self._from["because", fresh[0]], *fresh[1:]]
        return path


def _reference(record: rows.Record) -> str:
    """Return what a record that supports another is cited as."""
    if isinstance(record, rows.Observation):
        return record.reference
    return f"{record.id}: {getattr(record, 'text', '')}"


def _as(model: type[R], record: rows.Record, **links: object) -> R:
    return model.model_validate({name: getattr(record, name) for name in type(record).model_fields} | links)
