"""Close-date pushing: deals whose expected day of closing was moved later again and again, or just before it came."""

from datetime import date

import ibis
import ibis.expr.types as ir

from salesopt_kit.locale import _
from salesopt_kit.metrics.deals import deals
from salesopt_kit.results import Estimate
from salesopt_kit.stats.mean import median
from salesopt_kit.tables.store import Tables


def pushed_deals(tables: Tables) -> ir.Table:
    """Return one row per deal: how often and how far its expected day of closing was moved later.

    Columns: opportunity_id, owner, on (the day of closing, `as_of` while the deal is open), pushes (how often the day
    was moved later), days (by how many in all), is_pushed: so often, or once within so many days before it was due, as
    `fidelity` in engagement.yml says. Raises MissingDataError without deals.
    """
    limits = tables.engagement.config.fidelity
    rows = deals(tables)
    rows = rows.select("opportunity_id", "owner", on=ibis.coalesce(rows.closed_on, ibis.literal(tables.as_of)))
    moves = _moves_later(tables)
    is_late = (moves.days_left >= 0) & (moves.days_left <= limits.push_days)
    summed = moves.group_by(moved_id="opportunity_id").aggregate(
        pushes=moves.count(), days=moves.days.sum(), late=is_late.sum()
    )
    joined = rows.left_join(summed, rows.opportunity_id == summed.moved_id).drop("moved_id")
    joined = joined.mutate(**{name: joined[name].fill_null(0) for name in ("pushes", "days", "late")})
    is_pushed = (joined.pushes >= limits.push_times) | (joined.late > 0)
    return joined.mutate(is_pushed=is_pushed).drop("late")


def _moves_later(tables: Tables) -> ir.Table:
    """Return the changes that moved a deal's expected day later: opportunity_id, days, and days_left until it was due.

    The day before a change is the one that the last change had set; before a deal's first known change it is its
    `previous_close_at`. What is changed on the day of closing or after it is no push, for the CRM sets the day then.
    """
    changes = tables.table("expected_closes")
    changes = changes.filter(
        changes.changed_on.notnull() & changes.expected_close_on.notnull() & (changes.changed_on <= tables.as_of)
    )
    in_time = ibis.window(group_by="opportunity_id", order_by=["changed_at", "source_file", "source_row"])
    before = ibis.coalesce(changes.expected_close_on.lag().over(in_time), changes.previous_close_on)
    changes = changes.select("opportunity_id", "changed_on", "expected_close_on", before=before)
    ends = deals(tables).select("closed_on", closed_id="opportunity_id")
    changes = changes.join(ends, changes.opportunity_id == ends.closed_id)
    changes = changes.filter(changes.closed_on.isnull() | (changes.changed_on < changes.closed_on))
    moves = changes.filter(changes.expected_close_on > changes.before)
    return moves.select(
        "opportunity_id",
        days=moves.expected_close_on.delta(moves.before, unit="day"),
        days_left=moves.before.delta(moves.changed_on, unit="day"),
    )


def days_pushed(tables: Tables, window: tuple[date, date], kept: ir.Table | None) -> Estimate:
    """Return by how many days in all the pushed deals of the window were moved later, in the median.

    These are the deals that were closed in it, or are open where it ends with `as_of`; of those in `kept` if it is
    given.
    """
    rows = pushed_deals(tables)
    rows = rows.filter(rows.is_pushed & rows.on.between(*window))
    rows = rows if kept is None else rows.semi_join(kept, "opportunity_id")
    counts = tables.to_frame(rows.group_by("days").aggregate(n=rows.count())).sort_values("days")
    label, n = _("Days by which pushed deals were moved later, median"), int(counts["n"].sum())
    if not n:
        return Estimate("crm_fidelity.days_pushed", label, None, "days", 0, window=window)
    value, around = median(counts["days"].to_numpy(float), counts["n"].to_numpy(float))
    low, high = (around.low, around.high) if around else (None, None)
    method = _("order statistics; pushed deals only")
    return Estimate("crm_fidelity.days_pushed", label, value, "days", n, low, high, method, window)
