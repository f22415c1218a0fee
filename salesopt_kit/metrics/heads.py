"""How many heads sold in each month: what output per head divides by."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import ibis
import ibis.expr.types as ir

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.breakdown import Group, groups, whole
from salesopt_kit.metrics.deals import deals
from salesopt_kit.metrics.dimensions import Grouping
from salesopt_kit.metrics.months import Month
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.tables.store import Tables


class Basis(StrEnum):
    """Where the heads come from, best first."""

    EMPLOYED = "employed"
    LISTED = "listed"
    OWNERS = "owners"

    @property
    def said(self) -> str:
        """Say how heads were counted."""
        return {
            Basis.EMPLOYED: _(
                "Heads are people employed, by the share of the month's days between hiring and leaving."
            ),
            Basis.LISTED: _("Heads are all people listed, in every month alike, because no hiring dates are mapped."),
            Basis.OWNERS: _(
                "Heads are the owners of any deal that was open or closed in the month, for want of a people table."
            ),
        }[self]


@dataclass(frozen=True, slots=True)
class Heads:
    """Heads per group and month: `counts[group name][month name]`; the whole has the group name ""."""

    basis: Basis
    counts: Mapping[str, Mapping[str, float]]
    remarks: tuple[str, ...]

    def shared_by(self, names: Iterable[str]) -> "Heads":
        """Return heads where each group of `names` has those of the whole."""
        return replace(self, counts=dict.fromkeys(names, self.counts.get("", {})))

    def of(self, name: str, month: Month) -> float:
        """Return the heads of a group in a month; 0.0 for a group that nobody is in."""
        return self.counts.get(name, {}).get(month.name, 0.0)


def heads(tables: Tables, known: Sequence[Month], selection: Selection, by: Grouping | None = None) -> Heads:
    """Return the heads of each of the months `known`, for each group where `by` is team or owner.

    Employed people where `people` has hiring or leaving dates (leaving day included; no hiring date: there all along),
    else people listed, else owners of deals. Where `people` tells departments, only those count in which somebody
    owns a deal. Deals have products, segments and sources, people have not: for those the heads are everybody's.
    Raises MissingDataError where there is neither a table `people` nor an owner of deals.
    """
    basis = _basis(tables)
    own = selection if selection.dimension in ("team", "owner") else Selection()
    source, table = (deals(tables), "opportunities") if basis is Basis.OWNERS else (selling_people(tables), "people")
    rows = own.of(tables, source, table)
    measures = {month.name: _heads_of(rows, month, basis) for month in known}
    found: Sequence[Group] = (whole(tables, rows, measures),) if known else ()
    if by in ("team", "owner") and known:
        found = groups(tables, rows, by, measures, table=table)
    counts = {group.name: {month.name: group.number(month.name) or 0.0 for month in known} for group in found}
    return Heads(basis, counts, (basis.said, *_idle_caveat(tables, rows, basis)))


def _basis(tables: Tables) -> Basis:
    if "people.person" in tables.supplied:
        dated = {"people.hired_at", "people.left_at"} & tables.supplied
        return Basis.EMPLOYED if dated else Basis.LISTED
    if "opportunities.owner" in tables.supplied:
        return Basis.OWNERS
    raise MissingDataError(
        _("no heads: neither a table `people` nor owners of deals"),
        remedy=_("Map sources.people.columns.person, or sources.opportunities.columns.owner, in engagement.yml."),
    )


def selling_people(tables: Tables) -> ir.Table:
    """Return the people of the departments that own deals, or all people where departments or owners are unknown.

    The columns are those of `people`, and `owner`, which repeats the person.
    """
    people = tables.table("people")
    people = people.mutate(owner=people.person)
    if not {"people.department", "opportunities.owner"} <= tables.supplied:
        return people
    selling = people.semi_join(deals(tables), "owner").filter(lambda row: row.department.notnull())
    return people.semi_join(selling, "department")


def _heads_of(rows: ir.Table, month: Month, basis: Basis) -> ir.Scalar:
    if basis is Basis.OWNERS:
        is_active = (rows.created_on <= month.last) & (rows.closed_on.isnull() | (rows.closed_on >= month.first))
        return rows.owner.nunique(where=is_active)
    if basis is Basis.LISTED:
        return rows.owner.nunique()
    first, last = ibis.literal(month.first), ibis.literal(month.last)
    arrived = ibis.greatest(ibis.coalesce(rows.hired_on, first), first)
    gone = ibis.least(ibis.coalesce(rows.left_on, last), last)
    days = gone.delta(arrived, unit="day") + 1
    return ibis.cases((days > 0, days), else_=0).sum() / month.days


def _idle_caveat(tables: Tables, rows: ir.Table, basis: Basis) -> tuple[str, ...]:
    """Say how many of the heads never own a deal: assistants and managers lower the figure."""
    if basis is Basis.OWNERS or "opportunities.owner" not in tables.supplied:
        return ()
    idle = rows.anti_join(deals(tables), "owner")
    listed, without = (whole(tables, part, {"n": part.owner.nunique()}).count("n") for part in (rows, idle))
    if not without:
        return ()
    return (_("{n:,} of the {of:,} people counted own no deal in the export.").format(n=without, of=listed),)
