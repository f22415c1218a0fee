"""The files records/*.yml in the store: taken over once, and again where somebody edited them, never over an edit."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from salesopt_kit.engagement import Engagement
from salesopt_kit.errors import InputErrors
from salesopt_kit.records import models, rows
from salesopt_kit.records.changes import Conflict, Link, Saved, as_json, fields
from salesopt_kit.records.files import files_digest, read_files
from salesopt_kit.records.kinds import BY_KEY, BY_MODEL, kind_of
from salesopt_kit.records.store import Store
from salesopt_kit.records.writer import Writer

WHO = "records/*.yml"
SETTING = "files"


@dataclass(frozen=True, slots=True)
class Content:
    """Records by id and the links between them, in the order of the files."""

    records: dict[str, rows.Record] = field(default_factory=dict)
    links: dict[Link, None] = field(default_factory=dict)


def take_over(store: Store, engagement: Engagement) -> None:
    """Bring what changed in records/*.yml, and in the targets, since the last time into the store, as one change.

    A record that was edited in the store as well, to something else, is left alone and told in InputErrors, and
    nothing is written then. What was never in the files is not touched.
    """
    digest = files_digest(engagement)
    if not digest or json.loads(store.setting(SETTING) or "{}").get("digest") == digest:
        return
    read = read_files(engagement)
    with store.together() as outer:
        noted = json.loads(store.setting(SETTING) or "{}")  # another process may have been faster
        if noted.get("digest") == digest:
            return
        writer = Writer(outer.connection, WHO, outer.where)
        before = _content(noted)
        names = _Names(writer, noted.get("names", {}), read, store.all(rows.Observation))
        wanted = content_of(read, engagement, before, names.id_for)
        _merge(writer, before, wanted)
        content = {
            "records": {id_: fields(record) for id_, record in wanted.records.items()},
            "links": [[link.kind, link.start, link.end] for link in wanted.links],
        }
        writer.set_setting(SETTING, as_json({"digest": digest, "names": names.known, **content}))


def content_of(
    read: Mapping[str, Iterable[Any]], engagement: Engagement, before: Content, id_for: Callable[[str, str], str]
) -> Content:
    """Return what the files say as records and links; `id_for(kind, name)` gives ids to what has none in the files."""
    made = Content()
    observations = {one.reference: one.id for one in read["observations"]}
    for one in read["observations"]:
        _keep(made, one.model_copy(update={"id": one.id or id_for("observations", one.reference)}))
        observations[one.reference] = next(reversed(made.records))
    cite = _citer(made, observations, id_for)
    targets = _targets(made, read["targets"], engagement, before, id_for)
    for kind in ("sponsors", "risks"):
        for record in read[kind]:
            _keep(made, _plain(record))
    for point in read["pain_points"]:
        _keep(made, _plain(point))
        for trigger in point.triggers:
            made.records.setdefault(trigger, rows.Trigger(id=trigger))
            made.links[Link("raises", trigger, point.id)] = None
        cite(point.evidence, point.id)
    for chain in read["why_chains"]:
        _chain(made, chain, cite)
    for measure in read["measures"]:
        _keep(made, _plain(measure))
        if measure.root_cause:
            made.links[Link("answered_by", measure.root_cause, measure.id)] = None
        made.links.update({Link("backs", sponsor, measure.id): None for sponsor in measure.backed_by})
        made.links.update({Link("aims_at", measure.id, targets[key]): None for key in measure.targets})
    _unnamed(made, read, targets, id_for)
    return made


def _targets(
    made: Content,
    fixed: Iterable[models.FixedTarget],
    engagement: Engagement,
    before: Content,
    id_for: Callable[[str, str], str],
) -> dict[str, str]:
    """Keep the targets of engagement.yml and return the id of each key; a figure that is another now is dated."""
    days = {one.key: one.fixed_on for one in fixed}
    ids = {key: id_for("targets", key) for key in engagement.config.targets}
    for key, bound in engagement.config.targets.items():
        earlier = before.records.get(ids[key])
        changed_on = getattr(earlier, "changed_on", None)
        if isinstance(earlier, rows.Target) and (earlier.at_most, earlier.at_least) != (bound.at_most, bound.at_least):
            changed_on = datetime.now(UTC).date()
        _keep(
            made,
            rows.Target(
                id=ids[key],
                key=key,
                at_most=bound.at_most,
                at_least=bound.at_least,
                fixed_on=days.get(key),
                changed_on=changed_on,
            ),
        )
    return ids


def _chain(made: Content, chain: models.WhyChain, cite: Callable[[Iterable[str], str], None]) -> None:
    _keep(made, rows.WhyChain(id=chain.id))
    made.links[Link("asks", chain.pain_point, chain.id)] = None
    last = chain.id
    for number, why in enumerate(chain.whys, 1):
        this = f"{chain.id}.{number}"
        _keep(made, _plain(why).model_copy(update={"id": this}))
        made.links[Link("because", last, this)] = None
        cite(why.evidence, this)
        last = this
    if chain.root_cause:
        made.records.setdefault(chain.root_cause.id, _plain(chain.root_cause))
        made.links[Link("ends_in", last, chain.root_cause.id)] = None


def _unnamed(
    made: Content, read: Mapping[str, Iterable[Any]], targets: Mapping[str, str], id_for: Callable[[str, str], str]
) -> None:
    """Keep the records whose files need not give an id; each is known by what it is for and how many came before."""
    names = {"evaluations": "metric", "predictions": "metric", "trainings": "unit", "reviews": "quarter"}
    names |= dict.fromkeys(("node_changes", "decision_rights", "sops"), "stage")
    predicted: dict[str, str] = {}
    planned: dict[str, str] = {}
    for kind in (
        "predictions",
        "pilot_plans",
        "evaluations",
        "trainings",
        "reviews",
        "responsibilities",
        "meetings",
        "decisions",
        "feedback",
        "pilot_notes",
        "daily_entries",
        "node_changes",
        "decision_rights",
        "sops",
    ):
        seen: Counter[str] = Counter()
        for record in read[kind]:
            name = str(getattr(record, names.get(kind, ""), ""))
            seen[name] += 1
            kept = _plain(record)
            _keep(made, kept.model_copy(update={"id": kept.id or id_for(kind, f"{name}#{seen[name]}")}))
            id_ = next(reversed(made.records))
            if kind == "evaluations" and name in targets:
                made.links[Link("evaluated_by", targets[name], id_)] = None
            if kind == "evaluations" and name in predicted:
                made.links[Link("held_against", predicted[name], id_)] = None
            if kind == "evaluations" and name in planned:
                made.links[Link("planned", planned[name], id_)] = None
            if kind == "pilot_plans":
                planned = dict.fromkeys(record.targets, id_) | planned
                made.links.update(
                    {Link("fixed_in", targets[key], id_): None for key in record.targets if key in targets}
                )
            if kind == "predictions":
                predicted[name] = id_
                made.links.update({Link("predicts", measure, id_): None for measure in record.measures})
            if maker := getattr(record, "measure", ""):
                made.links[Link("makes", maker, id_)] = None
            made.links.update({Link("about", id_, other): None for other in getattr(record, "about", ())})


def _citer(
    made: Content, observations: dict[str, str], id_for: Callable[[str, str], str]
) -> Callable[[Iterable[str], str], None]:
    def cite(evidence: Iterable[str], end: str) -> None:
        for reference in evidence:
            if reference not in observations:
                observations[reference] = id_for("observations", reference)
                _keep(made, rows.Observation(id=observations[reference], reference=reference))
            made.links[Link("supports", observations[reference], end)] = None

    return cite


def _keep(made: Content, record: rows.Record) -> None:
    made.records[record.id] = record


def _plain(record: rows.Record) -> rows.Record:
    """Return a record without what the store keeps as links."""
    kind: type[rows.Record] = next(kind for kind in type(record).__mro__ if kind in BY_MODEL)
    return kind.model_validate({name: getattr(record, name) for name in kind.model_fields})


class _Names:
    """Ids for what has none in the files: the same ones as the last time, else the next that are free."""

    def __init__(
        self,
        writer: Writer,
        known: dict[str, str],
        read: Mapping[str, Iterable[Any]],
        observations: Iterable[Saved[rows.Observation]],
    ) -> None:
        self._writer, self.known = writer, known
        self._given = {getattr(record, "id", "") for kind in read for record in read[kind]} - {""}
        for id_ in self._given:
            writer.reserve(id_)
        for seen in (*(saved.record for saved in observations), *(one for one in read["observations"] if one.id)):
            self.known[f"observations {seen.reference}"] = seen.id

    def id_for(self, kind: str, name: str) -> str:
        """Return the id of a record that its file knows as `name`."""
        key = f"{kind} {name}"
        if key not in self.known or self.known[key] in self._given:
            self.known[key] = self._writer.next_id(BY_KEY[kind].prefix)
        return self.known[key]


def _content(noted: Mapping[str, Any]) -> Content:
    records = {id_: kind_of(id_).model.model_validate(kept) for id_, kept in noted.get("records", {}).items()}
    return Content(records, {Link(*link): None for link in noted.get("links", [])})


def _merge(writer: Writer, before: Content, wanted: Content) -> None:
    conflicts = []
    for id_ in {**before.records, **wanted.records}:
        base, new, there = before.records.get(id_), wanted.records.get(id_), writer.find(id_)
        mine = there.record if there and not there.deleted else None
        if new in (base, mine):
            continue
        if mine == base:
            _apply(writer, new or base, there, deleted=new is None)
        elif new is not None and there is not None:  # a record that was edited in the store outlives its file
            file = {"whys": "why_chains", "root_causes": "why_chains"}.get(kind_of(id_).key, kind_of(id_).key)
            conflicts.append(Conflict(new, there, source=f"records/{file}.yml"))
    if conflicts:
        raise InputErrors(conflicts)
    for link in before.links.keys() - wanted.links.keys():
        if writer.is_linked(link):
            writer.unlink(link, action="import")
    for link in wanted.links:
        if link not in before.links and all(_is_there(writer, id_) for id_ in (link.start, link.end)):
            writer.link(link, action="import")


def _apply(writer: Writer, record: rows.Record | None, there: Saved[rows.Record] | None, *, deleted: bool) -> None:
    if record is None:
        return
    if there is None:
        writer.add(record, action="import")
    else:
        writer.change(record, there.version, deleted=deleted, action="import")


def _is_there(writer: Writer, id_: str) -> bool:
    found = writer.find(id_)
    return found is not None and not found.deleted
