"""Checks across records: every id belongs to one record, every reference names a record that exists."""

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from salesopt_kit.errors import InputError
from salesopt_kit.locale import _
from salesopt_kit.yaml_files import Place, line_of, place_in


@dataclass(frozen=True, slots=True)
class Entry:
    """A record with where it was read: its file, the file's lines and its number in the list."""

    path: Path
    loaded: object
    number: int
    record: Any

    def where(self, *keys: int | str) -> str:
        """Return the words for a key of the record."""
        return place_in(self.path, self.loaded, (self.number, *keys))

    def line(self, *keys: int | str) -> int:
        """Return the line of a key of the record."""
        place: Place = (self.number, *keys)
        return line_of(self.loaded, place)


def broken_references(entries: Mapping[str, Sequence[Entry]], targets: Collection[str]) -> list[InputError]:
    """Return an error per id used twice and per reference to nothing; `targets` are the keys in engagement.yml."""
    pain_points = {entry.record.id for entry in entries["pain_points"]}
    causes = {entry.record.root_cause.id for entry in entries["why_chains"] if entry.record.root_cause}
    errors = [error for kind in entries for error in _twins(entries[kind])]
    errors.extend(_twin_causes(entries["why_chains"]))
    for entry in entries["why_chains"]:
        errors.extend(_unknown(entry, "pain_point", entry.record.pain_point, pain_points))
    for entry in entries["measures"]:
        if entry.record.root_cause:
            errors.extend(_unknown(entry, "root_cause", entry.record.root_cause, causes))
        for target in entry.record.targets:
            errors.extend(_unknown(entry, "targets", target, targets))
        for sponsor in entry.record.backed_by:
            errors.extend(_unknown(entry, "backed_by", sponsor, {entry.record.id for entry in entries["sponsors"]}))
    errors.extend(_unknown_measures(entries))
    for entry in entries["targets"]:
        errors.extend(_unknown(entry, "key", entry.record.key, targets))
    errors.extend(_of_predictions(entries))
    ids = {getattr(entry.record, "id", "") for kind in entries for entry in entries[kind]} | causes
    for entry in (entry for kind in entries for entry in entries[kind]):
        for id_ in getattr(entry.record, "about", ()):
            errors.extend(_unknown(entry, "about", id_, ids - {""}))
    return errors


def _of_predictions(entries: Mapping[str, Sequence[Entry]]) -> Iterator[InputError]:
    measures = {entry.record.id for entry in entries["measures"]}
    for entry in entries["predictions"]:
        for measure in entry.record.measures:
            yield from _unknown(entry, "measures", measure, measures)


def _unknown_measures(entries: Mapping[str, Sequence[Entry]]) -> Iterator[InputError]:
    measures = {entry.record.id for entry in entries["measures"]}
    for entry in (*entries["node_changes"], *entries["decision_rights"]):
        if entry.record.measure:
            yield from _unknown(entry, "measure", entry.record.measure, measures)


def _twins(entries: Sequence[Entry]) -> Iterator[InputError]:
    first: dict[str, Entry] = {}
    for entry in entries:
        key = next(key for key in ("quarter", "key", "id") if hasattr(entry.record, key))
        name = getattr(entry.record, key)
        if name and first.setdefault(name, entry) is not entry:
            yield _twin(entry.where(key), name, first[name].line(key))


def _twin_causes(chains: Sequence[Entry]) -> Iterator[InputError]:
    """Two chains may end at one root cause, but one id may not stand for two texts."""
    first: dict[str, Entry] = {}
    for entry in chains:
        cause = entry.record.root_cause
        if cause and first.setdefault(cause.id, entry).record.root_cause.text != cause.text:
            yield _twin(entry.where("root_cause", "id"), cause.id, first[cause.id].line("root_cause", "id"))


def _twin(where: str, name: str, line: int) -> InputError:
    return InputError(
        where,
        name,
        expected=_("an id of its own (it stands on line {line} already)").format(line=line),
        remedy=_("Give one of the two another id."),
    )


def _unknown(entry: Entry, key: str, name: str, known: Collection[str]) -> Iterator[InputError]:
    if name in known:
        return
    near = difflib.get_close_matches(name, known, 1, 0.5)
    yield InputError(
        entry.where(key),
        name,
        expected=_("one of {names}").format(names=", ".join(sorted(known)) or _("none yet")),
        remedy=_("Did you mean {near}?").format(near=near[0]) if near else _("Add that record, or correct the name."),
    )
