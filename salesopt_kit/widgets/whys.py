"""The whys below every pain point as a tree that people grow: asked, answered, supported, branched, moved, marked."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from salesopt_kit.errors import SalesOptError
from salesopt_kit.locale import _
from salesopt_kit.records.changes import Conflict, Link, Saved, fields
from salesopt_kit.records.kinds import BY_KEY
from salesopt_kit.records.matrix_rule import priority
from salesopt_kit.records.rows import PainPoint, Record, RootCause, Why, WhyChain
from salesopt_kit.records.wording import alike, said
from salesopt_kit.widgets import joining, past
from salesopt_kit.widgets.clash import Clash
from salesopt_kit.widgets.desk import Desk
from salesopt_kit.widgets.fields import fields_of
from salesopt_kit.widgets.links import EVIDENCE
from salesopt_kit.widgets.reading import checked
from salesopt_kit.widgets.session import Session

BELOW = ("asks", "because")
"""Links that lead from a pain point, a chain or a why to what is asked below it."""


class WhyTree(Desk):
    """The trees of all pain points. Where a chain begins is no node of its own: whys hang on points and on whys."""

    def __init__(self, session: Session) -> None:
        self.records: dict[str, Saved[Record]] = {}
        self.links: list[Link] = []
        self.clash: Clash | None = None
        super().__init__(session)

    def actions(self) -> Mapping[str, Callable[..., None]]:
        """Return what the page may ask for."""
        return {
            "ask": self.ask,
            "set": self.change,
            "support": self.support,
            "mark": self.mark,
            "unmark": self.unmark,
            "move": self.move,
            "delete": self.delete,
            "resolve": self.resolve,
            "undo": self.undo,
        }

    def load(self) -> None:
        """Read the records and links anew."""
        found, self.links = self.session.store.everything()
        self.records = {saved.record.id: saved for saved in found}

    def ask(self, above: str, text: str) -> None:
        """Add the answer to "why?" below a pain point or a why; a second answer below the same why is a branch."""
        self._stop_at_circle(above, text)
        if self._causes(above):
            raise SalesOptError(_("A root cause ends the chain: unmark it before you ask on."))
        with self.session.step():
            start, chain = self._hook(above)
            why = self.session.store.add(_checked(Why, {"text": text}), within=chain)
            self.session.store.link(start, why.record.id, "because")

    def change(self, id: str, version: int, changes: Mapping[str, Any]) -> None:  # noqa: A002
        """Change the text or the confidence of a why, or the text of a root cause."""
        version = self.session.own(id, version)
        base = past.at_version(self.session.store, id, version)
        changes = {name: value.strip() if isinstance(value, str) else value for name, value in changes.items()}
        if "text" in changes and isinstance(base, Why):
            self._stop_at_circle(next(self._above(id), ""), str(changes["text"]), but=id)
        record = _checked(type(base), base.model_dump() | changes)
        if record == base:
            return
        try:
            self.session.save(record, version)
        except Conflict as met:
            self.clash = Clash(base, record, met.theirs)

    def support(self, id: str, wanted: Sequence[str], was: Sequence[str] = ()) -> None:  # noqa: A002
        """Say what supports a why: ids of observations and the like, or new words."""
        joining.join(self.session, EVIDENCE, id, [text.strip() for text in wanted if text.strip()], was)

    def mark(self, id: str, who: str, text: str = "", cause: str = "") -> None:  # noqa: A002
        """Let a person mark a why as the end of its chain: a new root cause, or one that is known already."""
        if not who.strip():
            raise SalesOptError(_("Only a person marks a root cause: say who judged it to be one."))
        if self._whys_below(id):
            raise SalesOptError(_("Whys follow below {id}: the root cause is where the whys end.").format(id=id))
        with self.session.step():
            if not cause:
                words = text.strip() or getattr(self._kept(id).record, "text", "")
                made = RootCause(text=words, marked_by=who.strip(), marked_on=date.today())  # noqa: DTZ011 -- as people say it
                cause = self.session.store.add(made).record.id
            self.session.store.link(id, cause, "ends_in")

    def unmark(self, id: str) -> None:  # noqa: A002
        """Take the mark off a why; the root cause goes too, unless another chain ends in it or a measure answers it."""
        with self.session.step():
            for cause in self._causes(id):
                self.session.store.unlink(id, cause, "ends_in")
                self._drop_cause(cause, {id})

    def move(self, id: str, above: str) -> None:  # noqa: A002
        """Hang a why, with all below it, under another pain point or why."""
        if above == id or above in set(self._subtree(id)):
            message = _("{id} cannot hang below itself: the chain would go round in a circle.")
            raise SalesOptError(message.format(id=id))
        if above == next(self._above(id), ""):
            return
        if self._causes(above):
            raise SalesOptError(_("A root cause ends the chain: unmark it before you ask on."))
        for why in (id, *self._subtree(id)):
            self._stop_at_circle(above, getattr(self._kept(why).record, "text", ""), but=id)
        with self.session.step():
            self._unhook(id)
            start, _chain = self._hook(above)
            self.session.store.link(start, id, "because")

    def delete(self, id: str) -> None:  # noqa: A002
        """Take away a why with all below it."""
        gone = [id, *self._subtree(id)]
        with self.session.step():
            for why in gone:
                for cause in self._causes(why):
                    self.session.store.unlink(why, cause, "ends_in")
                    self._drop_cause(cause, set(gone))
            chains = {end for why in gone for end in self._ends(why, "asks")}
            self._unhook(id)
            for one in (*gone, *chains):
                self.session.store.delete(one, self.session.store.get(one).version)

    def resolve(self, id: str, version: int, picks: Mapping[str, str]) -> None:  # noqa: A002
        """End a clash by the side picked for each field."""
        clash, self.clash = self.clash, None
        there: Saved[Record] = self.session.store.get(id)
        if clash is None or there.version != version:
            self.clash = clash and Clash(clash.base, clash.yours, there)
            return
        record = _checked(type(there.record), clash.merged(picks))
        if record != there.record or (there.deleted and picks):
            with self.session.step() as writer:
                writer.change(record, version, deleted=False)

    def view(self) -> dict[str, Any]:
        """Return all that the page draws."""
        points = [one.record for one in self.records.values() if isinstance(one.record, PainPoint)]
        kept = [saved.record for saved in self.records.values()]
        return self.state() | {
            "trees": [self._node(point.id) for point in points],
            "causes": [[cause.id, said(cause)] for cause in kept if isinstance(cause, RootCause)],
            "evidence": [[one.id, said(one)] for one in kept if joining.kind_key(one.id) in EVIDENCE.others],
            "fields": [field.to_dict() for field in fields_of(BY_KEY["whys"])],
            "clashes": [self.clash.to_dict()] if self.clash else [],
        }

    def _node(self, id_: str) -> dict[str, Any]:
        saved = self._kept(id_)
        record = saved.record
        node: dict[str, Any] = {"id": id_, "version": saved.version, "evidence": self._starts(id_, "supports")}
        if isinstance(record, PainPoint):
            rule = priority(record.impact, record.frequency) if record.impact and record.frequency else None
            node |= {"what": "point", "text": record.problem, "priority": rule.value if rule else ""}
            node["priority_label"] = rule.label if rule else ""
        elif isinstance(record, Why):
            node |= {"what": "why", "text": record.text, "confidence": record.confidence or ""}
        causes = [{"id": one, **fields(self._kept(one).record)} for one in self._causes(id_)]
        return node | {"causes": causes, "below": [self._node(why) for why in self._whys_below(id_)]}

    def _kept(self, id_: str) -> Saved[Record]:
        if id_ not in self.records:
            raise SalesOptError(_("{id} is no longer there.").format(id=id_))
        return self.records[id_]

    def _ends(self, id_: str, kind: str) -> list[str]:
        return [link.end for link in self.links if link.kind == kind and link.start == id_]

    def _starts(self, id_: str, kind: str) -> list[str]:
        return [link.start for link in self.links if link.kind == kind and link.end == id_]

    def _causes(self, id_: str) -> list[str]:
        return self._ends(id_, "ends_in")

    def _whys_below(self, id_: str) -> list[str]:
        """Return the whys that hang on a point or a why: the one of its own chain first, then the branches."""
        chains = self._ends(id_, "asks")
        return [*self._ends(id_, "because"), *(why for chain in chains for why in self._ends(chain, "because"))]

    def _subtree(self, id_: str) -> Iterator[str]:
        """Yield every why below another one."""
        for why in self._whys_below(id_):
            yield why
            yield from self._subtree(why)

    def _above(self, id_: str) -> Iterator[str]:
        """Yield the whys above one, and the pain point, nearest first."""
        above = next(iter(self._starts(id_, "because")), "")
        if above and isinstance(self._kept(above).record, WhyChain):
            above = next(iter(self._starts(above, "asks")), "")
        if above:
            yield above
            yield from self._above(above)

    def _hook(self, above: str) -> tuple[str, str]:
        """Return what a new why hangs on, and its chain: the why itself while it has none below, else a new chain."""
        kept = self._kept(above)
        if isinstance(kept.record, Why) and not self._ends(above, "because"):
            return above, above.rpartition(".")[0]
        chain = self.session.store.add(WhyChain()).record.id
        self.session.store.link(above, chain, "asks")
        return chain, chain

    def _unhook(self, id_: str) -> None:
        """Take a why off what it hangs on, and drop a chain that is empty then."""
        for above in self._starts(id_, "because"):
            self.session.store.unlink(above, id_, "because")
            if isinstance(self._kept(above).record, WhyChain) and self._ends(above, "because") == [id_]:
                self.session.store.delete(above, self._kept(above).version)

    def _drop_cause(self, cause: str, gone: set[str]) -> None:
        is_needed = set(self._starts(cause, "ends_in")) - gone or self._ends(cause, "answered_by")
        there: Saved[Record] = self.session.store.get(cause)
        if not is_needed and not there.deleted:
            self.session.store.delete(cause, there.version)

    def _stop_at_circle(self, above: str, text: str, *, but: str = "") -> None:
        """Refuse a why that says what is said above it."""
        for id_ in filter(None, (above, *self._above(above))):
            record = self._kept(id_).record
            if (
                id_ != but
                and alike(text)
                and alike(getattr(record, "problem", getattr(record, "text", ""))) == alike(text)
            ):
                message = _("It says the same as {id} above it: the chain would go round in a circle.")
                raise SalesOptError(message.format(id=id_))


def _checked(model: type[Any], values: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- a record of the model
    record, wrong = checked(
        model, {name: value or None if name == "confidence" else value for name, value in values.items()}
    )
    if record is None:
        raise SalesOptError(" ".join(wrong.values()))
    return record
