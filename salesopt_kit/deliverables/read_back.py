"""A filled-in workbook of templates against the records: the changed cells, and their way into the store."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from salesopt_kit.deliverables.template_read import Exported, Line, Returned, read_templates, refused, said
from salesopt_kit.deliverables.templates import EVALUATION, Column, Value, figures_of
from salesopt_kit.design.targets import label
from salesopt_kit.engagement import Engagement
from salesopt_kit.errors import InputErrors, SalesOptError
from salesopt_kit.locale import _
from salesopt_kit.records.changes import Conflict, Saved
from salesopt_kit.records.kinds import BY_MODEL
from salesopt_kit.records.rows import Evaluation, Record
from salesopt_kit.records.store import Store


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that says something else than was exported; `id` is empty in a new row."""

    sheet: str
    address: str
    id: str
    heading: str
    old: str
    new: str

    def sentence(self) -> str:
        """Say sheet, address, record, heading, old and new."""
        message = _("{sheet} {address} ({record}, {heading}): {old} → {new}")
        return message.format(
            sheet=self.sheet,
            address=self.address,
            record=self.id or _("new row"),
            heading=self.heading,
            old=self.old,
            new=self.new,
        )


@dataclass(frozen=True, slots=True)
class Changes:
    """What a workbook would change: cells to show, records to save with the version that was exported, new records."""

    cells: tuple[CellChange, ...]
    saved: tuple[tuple[Record, int], ...]
    added: tuple[Record, ...]
    gone: tuple[str, ...]
    """Records whose row was taken out of the sheet; they stay as they are."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be written."""
        return not (self.saved or self.added)


def changes_in(engagement: Engagement, store: Store, path: Path) -> Changes:
    """Return what a workbook of templates changes.

    Raises InputErrors that name every bad cell by its address, and a Conflict per record that was changed in the store
    since the export and differs in the file; nothing is written either way.
    """
    returned = read_templates(path)
    errors: list[SalesOptError] = [
        *returned.wrong,
        *_wrong_ids(returned, path),
        *_wrong_client(engagement, returned, path),
    ]
    if errors:
        raise InputErrors(errors)
    cells: list[CellChange] = []
    saved: list[tuple[Record, int]] = []
    added: list[Record] = []
    for line in returned.lines:
        exported = returned.exported.get(line.id)
        if not exported and _is_empty_draft(line):
            continue
        different = _different(line, exported.values if exported else {})
        if not different:
            continue
        try:
            if exported:
                saved.extend(_changed(engagement, store, line, exported, different, path))
            else:
                added.append(_new(engagement, store, line, path))
        except InputErrors as wrong:
            errors.extend(wrong.errors)
        except SalesOptError as wrong:
            errors.append(wrong)
        cells.extend(_cell(line, column, exported) for column in different)
    if errors:
        raise InputErrors(errors)
    here = {line.id for line in returned.lines}
    gone = tuple(id_ for id_ in returned.exported if id_ not in here)
    return Changes(tuple(cells), tuple(saved), tuple(added), gone)


def write(store: Store, changes: Changes) -> None:
    """Bring the changes into the store, all of them or none; Conflict where somebody was faster."""
    with store.together() as writer:
        for record, version in changes.saved:
            writer.change(record, version, action="import")
        for record in changes.added:
            prefix = BY_MODEL[type(record)].prefix
            writer.add(record.model_copy(update={"id": writer.next_id(prefix)}), action="import")


def _different(line: Line, before: dict[str, Value]) -> list[Column]:
    return [column for column in line.template.read if line.values[column.field] != before.get(column.field)]


def _is_empty_draft(line: Line) -> bool:
    """Return whether a row of template 3 only names a figure, as it was exported."""
    return line.template is EVALUATION and line.values["before"] is None and line.values["after"] is None


def _cell(line: Line, column: Column, exported: Exported | None) -> CellChange:
    old = said(column, exported.values.get(column.field) if exported else None)
    new = said(column, line.values[column.field])
    return CellChange(line.sheet, line.addresses[column.field], line.id, _(column.heading), old, new)


def _changed(
    engagement: Engagement, store: Store, line: Line, exported: Exported, different: list[Column], path: Path
) -> Iterator[tuple[Record, int]]:
    """Yield the changed record and its version; nothing where the store says the same already."""
    there: Saved[Any] = store.get(line.id)
    updates = {column.field: _field(engagement, column, line.values[column.field]) for column in different}
    record = _checked(line, type(there.record), there.record.model_dump() | updates, path)
    if record == there.record and not there.deleted:
        return
    if there.deleted or there.version != exported.version:
        raise Conflict(record, there, source=path.name)
    yield record, exported.version


def _new(engagement: Engagement, store: Store, line: Line, path: Path) -> Record:
    given = {column.field: _field(engagement, column, line.values[column.field]) for column in line.template.read}
    if line.template is EVALUATION:
        given |= _evaluated(engagement, store, line, path)
    return _checked(line, line.template.model, given, path)


def _evaluated(engagement: Engagement, store: Store, line: Line, path: Path) -> dict[str, Any]:
    """Return what a new row of template 3 leaves to engagement.yml: the figure's key, unit, target and periods."""
    config = engagement.config
    figures = {name: (key, unit) for key, (name, unit) in figures_of(engagement).items()}
    known = {saved.record.label for saved in store.all(Evaluation)}
    name = str(line.values["label"] or "")
    key, unit = figures.get(name, ("", ""))
    if not key or not config.pilot:
        expected = (
            _("a figure with a target in engagement.yml: {names}") if config.pilot else _("a pilot in engagement.yml")
        )
        names = _(", ").join(one for one in figures if one not in known) or "–"
        raise refused(path, line.sheet, line.addresses["label"], name, expected.format(names=names))
    return {
        "metric": key,
        "label": label(key),
        "unit": unit,
        "target": config.targets[key],
        "before_period": config.pilot.baseline,
        "after_period": config.pilot.period,
    }


def _field(engagement: Engagement, column: Column, value: Value) -> object:
    """Return a cell's value as the record keeps it: a stage by its id, an empty text as ""."""
    if column.kind == "stage" and isinstance(value, str):
        return next((stage.id for stage in engagement.config.stages if value in (stage.id, stage.name)), value)
    return "" if value is None and column.kind in ("text", "stage", "metric") else value


def _checked(line: Line, model: type[Record], given: dict[str, Any], path: Path) -> Record:
    """Return the record; InputErrors by address for what its kind does not allow."""
    try:
        return model.model_validate(given)
    except ValidationError as wrong:
        raise InputErrors(list(_refused(line, wrong, path))) from None


def _refused(line: Line, wrong: ValidationError, path: Path) -> Iterator[SalesOptError]:
    kinds = {column.field: column for column in line.template.read}
    for error in wrong.errors():
        field = str(error["loc"][0]) if error["loc"] else ""
        address = line.addresses.get(field, line.where)
        value = line.values.get(field)
        expected = _("something in this cell") if value is None else " ".join(error["msg"].split())
        column = kinds.get(field)
        if value is None and column and column.terms:
            expected = _("one of {names}").format(names=", ".join(term.label for term in column.terms))
        yield refused(path, line.sheet, address, "" if value is None else value, expected)


def _wrong_ids(returned: Returned, path: Path) -> Iterator[SalesOptError]:
    """Yield an error per id that was not exported, stands twice or stands on another sheet."""
    times = Counter(line.id for line in returned.lines if line.id)
    for line in returned.lines:
        kind = BY_MODEL[line.template.model]
        if line.id and (line.id not in returned.exported or not line.id.startswith(f"{kind.prefix}-")):
            expected = _("an id that was exported on this sheet")
        elif times[line.id] > 1:
            expected = _("each id once")
        else:
            continue
        remedy = _("Empty the cell if the row is new: it gets an id of its own. Nothing was written.")
        yield refused(path, line.sheet, line.where, line.id, expected, remedy)


def _wrong_client(engagement: Engagement, returned: Returned, path: Path) -> Iterable[SalesOptError]:
    if returned.slug == engagement.config.slug:
        return
    yield refused(
        path,
        "salesopt",
        "C1",
        returned.slug,
        _("the templates of {slug}").format(slug=engagement.config.slug),
        _("Import it into the engagement that it was exported from."),
    )
