"""The links of a record, shown and changed as a field of its form."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from salesopt_kit.errors import InputError, SalesOptError
from salesopt_kit.locale import _
from salesopt_kit.records.changes import Link
from salesopt_kit.records.kinds import kind_of
from salesopt_kit.records.rows import Observation, Trigger
from salesopt_kit.widgets.links import LinkField
from salesopt_kit.widgets.session import Session


def kind_key(id_: str) -> str:
    """Return the key of the kind that an id belongs to, "" for text that is no id."""
    try:
        return kind_of(id_).key
    except InputError:
        return ""


class Net:
    """Links, looked up from both of their ends."""

    def __init__(self, links: Iterable[Link]) -> None:
        self._at: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for link in links:
            self._at["start", link.kind, link.start].append(link.end)
            self._at["end", link.kind, link.end].append(link.start)

    def ids(self, field: LinkField, id_: str) -> list[str]:
        """Return the ids that a record is linked to by a field."""
        return [other for other in self._at.get((field.here, field.link, id_), ()) if kind_key(other) in field.others]


def join(session: Session, field: LinkField, id_: str, wanted: Sequence[str], was: Collection[str]) -> None:
    """Link a record to what is wanted and no longer to what was shown before and is not wanted any more.

    What others linked meanwhile stays. A text that is no id becomes an observation where the field takes one.
    """
    if field.is_single and len(wanted) > 1:
        raise SalesOptError(_("{field}: only one can be chosen.").format(field=_(field.label)))
    with session.step():
        there = Net(session.store.links_of(id_)).ids(field, id_)
        found = [other if kind_key(other) in field.others else _new(session, field, other) for other in wanted]
        gone = [other for other in there if other not in found and (other in was or field.is_single)]
        for other in gone:
            session.store.unlink(*_ends(field, id_, other), field.link)
        for other in found:
            if other not in there:
                _stand_ready(session, other)
                session.store.link(*_ends(field, id_, other), field.link)


def _ends(field: LinkField, id_: str, other: str) -> tuple[str, str]:
    return (id_, other) if field.here == "start" else (other, id_)


def _new(session: Session, field: LinkField, text: str) -> str:
    """Return the id of the observation that a text stands for."""
    if "observations" not in field.others:
        raise SalesOptError(_("{field}: there is no record {id}.").format(field=_(field.label), id=text))
    for saved in session.store.all(Observation):
        if saved.record.reference == text:
            return saved.record.id
    return session.store.add(Observation(reference=text)).record.id


def _stand_ready(session: Session, id_: str) -> None:
    """Make a trigger that was not entered yet, for it is known by its number alone."""
    if kind_key(id_) == "triggers":
        with session.step() as writer:
            there = writer.find(id_)
            if there is None:
                writer.add(Trigger(id=id_))
            elif there.deleted:
                writer.change(there.record, there.version, deleted=False)
