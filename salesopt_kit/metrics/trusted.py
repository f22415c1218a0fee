"""The tables of an engagement without some of their rows, so that every metric runs on them unchanged."""

import functools
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

import ibis.expr.types as ir

from salesopt_kit.metrics.copies import copy_name, kept
from salesopt_kit.metrics.suspect_rows import Sign
from salesopt_kit.tables.store import Tables

WHOLE_DEALS = ("opportunities", "stage_events")
"""Tables that a deal in doubt is taken out of."""
ROW = ("source_file", "source_row")


@dataclass(frozen=True, slots=True)
class Trusted(Tables):
    """Tables that leave out rows: `without` holds, per table, the database table that lists them, and by what key."""

    without: Mapping[str, Sequence[tuple[str, tuple[str, ...]]]] = field(default_factory=dict, hash=False)

    def table(self, name: str) -> ir.Table:
        """Return a canonical table less the rows that are listed for it."""
        rows = Tables.table(self, name)
        for listed, key in self.without.get(name, ()):
            rows = rows.anti_join(self.backend.table(listed), list(key))
        return rows


def trusted(tables: Tables, signs: Sequence[Sign]) -> Trusted:
    """Return `tables` without the suspect rows of `signs`.

    A sign that puts a whole deal in doubt takes it out of the opportunities and the stage history; the others take out
    the one row, so that a deal keeps its history without the stage that was clicked through. The lists are kept by the
    database.
    """
    known = [sign for sign in signs if sign.rows is not None]
    limits = tables.engagement.config.fidelity.model_dump_json()
    mark = hashlib.sha256(repr((tables.as_of, limits, sorted(sign.id for sign in known))).encode()).hexdigest()[:12]
    without: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for sign in known:
        what, key = f"suspect_{sign.id}", ("opportunity_id",) if sign.whole_deal else ROW
        kept(tables, what, functools.partial(_listed, sign, key))
        name = copy_name(tables, what)
        for table in WHOLE_DEALS if sign.whole_deal else (sign.table,):
            without.setdefault(table, []).append((name, key))
    values = {entry.name: getattr(tables, entry.name) for entry in fields(Tables) if entry.init}
    # Metrics keep sorted copies in the database under names made of `supplied`: these rows need names of their own.
    values["supplied"] = tables.supplied | {f"suspect.{mark}"}
    values["history"] = ""  # the ordered history still holds the suspect rows
    return Trusted(**values, without=without)


def _listed(sign: Sign, key: tuple[str, ...]) -> ir.Table:
    if sign.rows is None:  # pragma: no cover -- callers have left those out
        message = f"{sign.id} has no rows"
        raise ValueError(message)
    rows = sign.rows.filter(sign.rows.is_suspect)
    return rows.select(*key).filter([rows[name].notnull() for name in key]).distinct()
