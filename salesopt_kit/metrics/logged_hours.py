"""The hours that people logged, one row an entry, and the stage that the deal named on it was in."""

import ibis
import ibis.expr.types as ir

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.metrics.sequence import runs, stage_at
from salesopt_kit.tables.store import Tables

HOURS_OF_A_DAY = 24


def entries(tables: Tables, selection: Selection) -> ir.Table:
    """Return the entries of the time sheets in the window: the columns of `activities` and `is_plausible`.

    Plausible are more than 0 and up to 24 hours in one entry. A selection by team or owner takes the entries of those
    people; by anything else it is an error of need_dimension. Raises MissingDataError without hours or kinds.
    """
    tables.need("activities.hours", "activities.kind")
    rows = tables.table("activities")
    rows = rows.filter(rows.started_on.between(*selection.days(tables)))
    rows = rows.mutate(is_plausible=((rows.hours > 0) & (rows.hours <= HOURS_OF_A_DAY)).fill_null(False))  # noqa: FBT003
    if selection.dimension is None:
        return rows
    if selection.dimension not in ("team", "owner"):
        raise MissingDataError(
            _("working hours are of people, and people have no {dimension}").format(dimension=selection.dimension),
            remedy=_("Choose a team or a person."),
        )
    people = tables.table("people")
    chosen = selection.of(tables, people.mutate(owner=people.person), "people")
    return rows.semi_join(chosen, "person")


def with_stage(tables: Tables, rows: ir.Table) -> ir.Table:
    """Return `rows` (with opportunity_id and started_on) with `stage_id` and `has_deal`.

    The stage is the one that the deal was in at the end of the day; null where no deal is named, or before its history
    begins. Time sheets tell days at best, so a stage that a deal entered and left on one day gets no hours.
    """
    stays = runs(tables)
    forward = ibis.window(group_by="opportunity_id", order_by=["entered_at", "position"])
    stays = stays.select(
        deal=stays.opportunity_id,
        stage_id=stage_at(tables, stays.place),
        since_on=stays.entered_on,
        until_on=stays.entered_on.lead().over(forward),
    )
    is_inside = (rows.started_on >= stays.since_on) & (stays.until_on.isnull() | (rows.started_on < stays.until_on))
    joined = rows.left_join(stays, [rows.opportunity_id == stays.deal, is_inside])
    return joined.mutate(has_deal=joined.opportunity_id.notnull()).drop("deal", "since_on", "until_on")
