"""All records to one file and back: what is newer in the file is taken, what differs on both sides is told."""

import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from salesopt_kit.errors import InputError, InputErrors
from salesopt_kit.locale import _
from salesopt_kit.records.bundle import Bundle, bundle_of, is_empty, put_into_empty
from salesopt_kit.records.bundle_xlsx import from_xlsx, to_xlsx
from salesopt_kit.records.bundle_yaml import from_yaml, to_yaml
from salesopt_kit.records.changes import Conflict, Link, as_json, fields
from salesopt_kit.records.rows import Record
from salesopt_kit.records.store import Store
from salesopt_kit.records.writer import Writer

Side = Literal["", "file", "store"]


@dataclass(frozen=True, slots=True)
class Imported:
    """How many records an import added and changed, how many it left as they were, and how many links it made."""

    added: int
    changed: int
    left: int
    linked: int


def export_records(store: Store, path: Path) -> int:
    """Write all that a store holds to a .yml or .xlsx file, whole or not at all, and return the number of records."""
    kind = _kind(path)
    bundle = bundle_of(store)
    try:
        with tempfile.TemporaryDirectory(prefix=".part-", dir=path.parent) as folder:
            part = Path(folder) / path.name
            if kind == "yaml":
                part.write_text(to_yaml(bundle), encoding="utf-8", newline="\n")
            else:
                to_xlsx(bundle, part)
            part.replace(path)
    except OSError as wrong:
        raise InputError(
            str(path), wrong.strerror or str(wrong), expected=_("a place to write to"), remedy=_("Name another file.")
        ) from None
    return len(bundle.records)


def read_bundle(path: Path) -> Bundle:
    """Return what an exported file holds."""
    return from_yaml(path) if _kind(path) == "yaml" else from_xlsx(path)


def import_records(store: Store, path: Path, *, take: Side = "") -> Imported:
    """Bring an exported file into a store, all of it or nothing.

    An empty store takes everything as it stands, history too. Else a record is taken where the store does not have it,
    or has it as the file's history or the file itself once had it; it is left where the file is the older one. A record
    that was changed on both sides is a Conflict, told with all others in InputErrors, unless `take` says which side
    is right. Links that only the file has are made; none is taken away.
    """
    bundle = read_bundle(path)
    _stop_at_loose_ends(bundle, path)
    with store.together() as writer:
        if is_empty(store):
            put_into_empty(store, bundle)
            return Imported(len(bundle.records), 0, 0, len(bundle.links))
        there = bundle_of(store)
        added, changed = _merge(writer, bundle, _states(bundle), _states(there), source=path.name, take=take)
        linked = _merge_links(writer, bundle, there)
    return Imported(added, changed, len(bundle.records) - added - changed, linked)


def _merge(
    writer: Writer,
    bundle: Bundle,
    in_file: dict[str, set[str]],
    in_store: dict[str, set[str]],
    *,
    source: str,
    take: Side,
) -> tuple[int, int]:
    added, changed, conflicts = 0, 0, []
    for one in bundle.records:
        record, there = one.record(), writer.find(one.id)
        if there is None:
            made = writer.add(record, action="import")
            if one.deleted:
                writer.change(record, made.version, deleted=True, action="import")
            added += 1
            continue
        new, old = _state(record, deleted=one.deleted), _state(there.record, deleted=there.deleted)
        if new == old:
            continue
        came_from, went_to = old in in_file[one.id], new in in_store[one.id]
        if take == "file" or (came_from and not went_to) or (came_from and one.version > there.version):
            writer.change(record, there.version, deleted=one.deleted, action="import")
            changed += 1
        elif not (came_from or went_to or take == "store"):
            conflicts.append(Conflict(record, there, source=source))
    if conflicts:
        raise InputErrors(conflicts)
    return added, changed


def _merge_links(writer: Writer, bundle: Bundle, there: Bundle) -> int:
    """Make the links that only the file has, but those that were taken away in the store."""
    here = {link.link() for link in there.links}
    taken = {Link(str((line.before or {}).get("kind")), line.id, line.other) for line in there.history if line.before}
    fresh = [link.link() for link in bundle.links if link.link() not in here | taken]
    for link in fresh:
        if all((found := writer.find(id_)) and not found.deleted for id_ in (link.start, link.end)):
            writer.link(link, action="import")
    return len(fresh)


def _states(bundle: Bundle) -> dict[str, set[str]]:
    """Return everything that each record ever was, by its id."""
    states: dict[str, set[str]] = defaultdict(set)
    for line in bundle.history:
        if not line.other:
            states[line.id].update(
                "" if part is None else as_json(part) for part in (line.before, line.after) if line.version > 1 or part
            )
    return states


def _state(record: Record, *, deleted: bool) -> str:
    return "" if deleted else as_json(fields(record))


def _stop_at_loose_ends(bundle: Bundle, path: Path) -> None:
    """Refuse a file whose links lead to records that it does not hold, or that holds one id twice."""
    ids = [record.id for record in bundle.records]
    loose = sorted({id_ for link in bundle.links for id_ in (link.start, link.end)} - set(ids))
    twice = sorted(id_ for id_, times in Counter(ids).items() if times > 1)
    if loose or twice:
        raise InputError(
            str(path),
            ", ".join((loose or twice)[:10]),
            expected=_("links to records that the file holds") if loose else _("each id once"),
            remedy=_("Correct the file, or export it anew. Nothing was written."),
        )


def _kind(path: Path) -> Literal["yaml", "xlsx"]:
    endings: dict[str, Literal["yaml", "xlsx"]] = {".yml": "yaml", ".yaml": "yaml", ".xlsx": "xlsx"}
    if path.suffix.lower() not in endings:
        raise InputError(
            str(path),
            path.suffix,
            expected=_("a name that ends in {endings}").format(endings=", ".join(endings)),
            remedy=_("Name the file so."),
        )
    return endings[path.suffix.lower()]
