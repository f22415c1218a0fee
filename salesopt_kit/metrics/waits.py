"""Waits between the pieces of work on a deal, each split into causes that exclude each other and add up to it."""

import ibis
import ibis.expr.types as ir

from salesopt_kit.metrics.copies import kept
from salesopt_kit.metrics.sequence import days_between
from salesopt_kit.metrics.steps import steps
from salesopt_kit.metrics.working_time import with_working_days
from salesopt_kit.tables.store import Tables

CAUSES = ("client", "off_hours", "batching", "contention", "handover", "other")
"""In order of precedence: a moment of waiting counts for the first cause that it has."""
BATCH, TOGETHER_SECONDS = 3, 300
"""A batch: as many deals or more that one person starts in the same stage within so many seconds of each other."""
HOURS_PER_DAY = 24


def waits(tables: Tables) -> ir.Table:
    """Return one row per event, in the order of entry: the work it adds to its deal, and the wait before it, in days.

    Columns: opportunity_id, place, entered_on, ready_at (when all earlier work on the deal was done; null for the
    first event), entered_at, ended_at, processing (the part of entered_at to ended_at that no earlier event of the deal
    covers), waiting (from ready_at to entered_at, never below 0), and one column per cause. All are elapsed days of
    24 hours, so that processing and waiting of a deal add up to its time from the first entry to the last completion.

    Causes: client (the stage waited for is marked `external`: the whole wait); of the rest off_hours (outside the
    working calendar); batching (until the last deal of the batch was ready); contention (after that, while the person
    who then started was at work on other deals); handover (what is left where the person or the department changed);
    other. Without persons batching and contention are 0. Raises MissingDataError without completion times.
    """
    tables.need("stage_events.completed_at")
    # Kept in between, for the busy time of people reads it three times.
    timed = kept(tables, "timed", lambda: _with_batch(_timed(tables)))
    return kept(tables, "waits", lambda: _split(tables, _with_busy(timed)))


def _timed(tables: Tables) -> ir.Table:
    """Return the events with ready_at, processing and waiting, and their moments in working days since the first."""
    rows = steps(tables)
    origin = tables.to_frame(rows.aggregate(first=rows.entered_at.min())).iloc[0]["first"]
    rows = rows.mutate(done_at=ibis.greatest(rows.ended_at, rows.entered_at), entered_on=rows["on"])
    until_here = ibis.cumulative_window(group_by="opportunity_id", order_by="position")
    rows = rows.mutate(done_by=rows.done_at.max().over(until_here))
    rows = rows.mutate(ready_at=rows.done_by.lag().over(ibis.window(group_by="opportunity_id", order_by="position")))
    ready = ibis.coalesce(rows.ready_at, rows.entered_at)
    rows = rows.mutate(
        processing=ibis.greatest(days_between(ibis.greatest(rows.entered_at, ready), rows.done_at), 0.0),
        waiting=ibis.greatest(days_between(ready, rows.entered_at), 0.0),
        waits_from=ibis.least(rows.entered_at, ready),
        origin=ibis.literal(origin.to_pydatetime(), type="timestamp"),
    )
    moments = {"work_from": "waits_from", "work_start": "entered_at", "work_done": "done_at"}
    return with_working_days(tables, rows, **{name: ("origin", moment) for name, moment in moments.items()})


def _with_batch(rows: ir.Table) -> ir.Table:
    """Return `rows` with batch_ready: when the last deal of its batch was ready, no later than its start."""
    in_order = ibis.window(group_by=["actor", "place"], order_by=["entered_at", "opportunity_id", "position"])
    so_far = ibis.cumulative_window(group_by=["actor", "place"], order_by=["entered_at", "opportunity_id", "position"])
    seconds = rows.entered_at.epoch_seconds() - rows.entered_at.lag().over(in_order).epoch_seconds()
    rows = rows.mutate(opens=ibis.cases((seconds <= TOGETHER_SECONDS, 0), else_=1))
    rows = rows.mutate(batch=rows.opens.sum().over(so_far))
    together = ibis.window(group_by=["actor", "place", "batch"])
    waited = rows.waiting > 0
    rows = rows.mutate(
        batch_size=ibis.ifelse(waited, 1, 0).sum().over(together),
        last_ready=ibis.cases((waited, rows.work_from), else_=ibis.null("float64")).max().over(together),
    )
    is_batch = rows.actor.notnull() & (rows.batch_size >= BATCH) & (rows.waiting > 0)
    ready = ibis.cases((is_batch, ibis.least(rows.last_ready, rows.work_start)), else_=rows.work_from)
    return rows.mutate(batch_ready=ready).drop("opens", "batch", "batch_size", "last_ready")


def _with_busy(rows: ir.Table) -> ir.Table:
    """Return `rows` with busy: working days between batch_ready and the start in which its person worked on others."""
    asked = rows.filter(rows.actor.notnull() & (rows.work_start > rows.batch_ready))
    key = ("opportunity_id", "position")
    ends = [
        asked.select("actor", *key, at=asked[name], is_end=ibis.literal(is_end))
        for name, is_end in (("batch_ready", False), ("work_start", True))
    ]
    questions = ibis.union(*ends).mutate(
        start=ibis.null("float64"), before=ibis.null("float64"), until=ibis.null("float64")
    )
    busy = _busy(rows)
    nothing = {"opportunity_id": ibis.null("string"), "position": ibis.null("int32"), "is_end": ibis.null("boolean")}
    known = busy.mutate(at=busy.start, **nothing).select(questions.columns)
    line = ibis.union(known, questions.select(questions.columns))
    # At one moment the stretch that begins comes before the question about it.
    line = line.mutate(asks=ibis.ifelse(line.is_end.notnull(), 1, 0))
    so_far = ibis.cumulative_window(group_by="actor", order_by=["at", "asks", "opportunity_id", "position", "is_end"])
    # All three grow along the line, so the greatest so far is the last so far.
    line = line.mutate(**{f"last_{name}": line[name].max().over(so_far) for name in ("start", "before", "until")})
    line = line.filter(line.is_end.notnull())
    up_to = line.last_before + ibis.least(line["at"] - line.last_start, line.last_until - line.last_before)
    line = line.mutate(up_to=ibis.coalesce(up_to, 0.0))
    found = line.group_by(key).aggregate(
        busy=line.up_to.max(where=line.is_end) - line.up_to.max(where=~line.is_end),
    )
    return rows.left_join(found, key).drop("opportunity_id_right", "position_right")


def _busy(rows: ir.Table) -> ir.Table:
    """Return the stretches in which each person was at work, apart and in order: actor, start, before, until.

    In working days: `before` is the work up to its start, `until` up to its end.
    """
    work = rows.filter(rows.actor.notnull() & (rows.work_done > rows.work_start))
    order = ["work_start", "work_done", "opportunity_id", "position"]
    work = work.mutate(reached=work.work_done.max().over(ibis.cumulative_window(group_by="actor", order_by=order)))
    earlier = work.reached.lag().over(ibis.window(group_by="actor", order_by=order))
    work = work.mutate(start=ibis.greatest(work.work_start, ibis.coalesce(earlier, work.work_start)))
    work = work.filter(work.work_done > work.start)
    so_far = ibis.cumulative_window(group_by="actor", order_by="start")
    work = work.mutate(length=work.work_done - work.start)
    work = work.mutate(until=work.length.sum().over(so_far))
    return work.select("actor", "start", "until", before=work.until - work.length)


def _split(tables: Tables, rows: ir.Table) -> ir.Table:
    """Return the waits with their causes; working days become elapsed ones by their length."""
    stages = tables.engagement.config.stages
    external = rows.place.isin([place for place, stage in enumerate(stages) if stage.external])
    day = tables.engagement.config.calendar.hours_per_day / HOURS_PER_DAY
    # Working time can exceed elapsed time by rounding only.
    rows = rows.mutate(worked=ibis.least((rows.work_start - rows.work_from) * day, rows.waiting))
    rows = rows.mutate(batching=ibis.least((rows.batch_ready - rows.work_from) * day, rows.worked))
    busy = ibis.coalesce(rows.busy, 0.0) * day
    rows = rows.mutate(contention=ibis.greatest(ibis.least(busy, rows.worked - rows.batching), 0.0))
    left = rows.worked - rows.batching - rows.contention
    changes = [ibis.coalesce(rows[who] != rows[f"previous_{who}"], False) for who in ("actor", "department")]
    changed = changes[0] | changes[1]
    parts = {
        "off_hours": rows.waiting - rows.worked,
        "batching": rows.batching,
        "contention": rows.contention,
        "handover": ibis.cases((changed, left), else_=0.0),
        "other": ibis.cases((changed, 0.0), else_=left),
    }
    kept = ("opportunity_id", "place", "entered_on", "ready_at", "entered_at", "ended_at", "processing", "waiting")
    return rows.select(
        *kept,
        client=ibis.cases((external, rows.waiting), else_=0.0),
        **{name: ibis.cases((external, 0.0), else_=part) for name, part in parts.items()},
    )
