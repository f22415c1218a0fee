"""One row per deal, whatever the exports hold: the ground that every deal metric stands on."""

import ibis
import ibis.expr.types as ir

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.copies import kept, viewed
from salesopt_kit.metrics.joins import filled
from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.paths import HISTORY, are_at_hand, paths
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.metrics.sequence import key_of, named, places_of, stage_at
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import StageKind

STATUSES = {StageKind.OPEN: "open", StageKind.PARKED: "open", StageKind.WON: "won", StageKind.LOST: "lost"}
"""What the kind of a stage means for the status of a deal in it; a parked deal is not decided."""

SECONDS_PER_DAY = 86_400
ABSENT = ("lead_id", "account", "owner", "team", "segment", "product", "source")
"""Columns that no stage history tells."""
COLUMNS = (
    *("opportunity_id", "deal_key", "lead_id", "account", "owner", "team", "product", "segment", "source"),
    *("amount", "created_at", "created_on", "created_from", "closed_at", "closed_on", "stage", "status", "cycle_days"),
)


def deals(tables: Tables) -> ir.Table:
    """Return one row per deal as known at the end of `tables.as_of`, as an Ibis table.

    Columns: opportunity_id, deal_key (its key in the stage history, see `named`; null without events), lead_id,
    account, owner, team (of the owner in `people` where the deal has none), product, segment (else of the lead, else
    of the account), source (else of the lead), amount, created_at and created_on, created_from ("created_at",
    "first_contact_at", "lead" or "event": which date stands for the creation), closed_at and closed_on (null unless
    decided), stage, status ("open", "won", "lost"; null where nothing tells), cycle_days.

    `opportunities` is the master; `stage_events` fills what it lacks, and stands alone where there is no such table:
    a deal is then created by its first event and is where its last event puts it. A deal that was closed, reopened
    and closed again counts once, by its last closure. What happened after `as_of` is unknown: deals created later are
    left out, deals closed later are open. cycle_days is closed minus created, in calendar days where either came as a
    bare date, else in days of 86,400 s; null where it would be negative.

    Raises MissingDataError where there are neither `opportunities` nor `stage_events`.
    """
    if "opportunities" not in tables and "stage_events" in tables and are_at_hand(tables):
        return viewed(tables, "deals", lambda: _read_off(tables))
    # Every metric asks for the deals, and to derive them takes joins, or sorts the whole history.
    return kept(tables, "deals", lambda: _derived(tables))


@once
def deal_caveats(tables: Tables) -> tuple[str, ...]:
    """Return how many deals are dated by a stand-in, have no status, or were decided on an unknown day."""
    rows = deals(tables)
    decided = rows.status.isin(["won", "lost"])
    counts = tables.to_frame(
        rows.aggregate(
            deals=rows.count(),
            contact=(rows.created_from == "first_contact_at").sum(),
            lead=(rows.created_from == "lead").sum(),
            event=(rows.created_from == "event").sum(),
            undated=rows.created_on.isnull().sum(),
            unknown=rows.status.isnull().sum(),
            unclosed=(decided & rows.closed_on.isnull()).sum(),
        )
    ).iloc[0]
    if "opportunities" not in tables:
        counts["event"] = 0  # there, the first event is the rule and no stand-in
    said = {
        "contact": _("{n:,} of {of:,} deals have no creation date; their first contact stands for it."),
        "lead": _("{n:,} of {of:,} deals have no creation date; that of their lead stands for it."),
        "event": _("{n:,} of {of:,} deals have no creation date; their first stage event stands for it."),
        "undated": _("{n:,} of {of:,} deals have no creation date at all and no cycle."),
        "unknown": _("{n:,} of {of:,} deals have neither status nor stage and count as nothing."),
        "unclosed": _("{n:,} of {of:,} deals were won or lost on an unknown day and are in no period."),
    }
    of = int(counts["deals"])
    return tuple(
        message.format(n=int(counts[key]), of=of) for key, message in said.items() if of and int(counts[key] or 0)
    )


def chosen(tables: Tables, rows: ir.Table, selection: Selection) -> ir.Table:
    """Return the rows whose deal is one of the selection's; the window is each metric's own business."""
    if selection.dimension is None:
        return rows
    key = key_of(rows)
    return rows.semi_join(selection.of(tables, deals(tables)).select(key), key)


def _derived(tables: Tables) -> ir.Table:
    if "opportunities" in tables:
        return _shaped(tables, _from_opportunities(tables))
    if "stage_events" in tables:
        return _shaped(tables, _from_events(tables))
    raise MissingDataError(
        _("no deals: neither a table `opportunities` nor `stage_events`"),
        remedy=_("Add the CRM's export of opportunities or of their stage history to `sources` in engagement.yml."),
    )


def _from_opportunities(tables: Tables) -> ir.Table:
    """Return the opportunities with all their dates, names filled from `leads`, `people` and `accounts`."""
    rows = tables.table("opportunities").drop("source_file", "source_row", "lost_reason")
    rows = rows.drop("expected_close_at", "expected_close_on")
    rows = _with_lead(tables, rows)
    if {"people.team", "opportunities.owner"} <= tables.supplied:
        rows = filled(rows, tables.table("people"), "owner", "person", "team")
    if {"accounts.segment", "opportunities.account"} <= tables.supplied:
        rows = filled(rows, tables.table("accounts"), "account", "account", "segment")
    if "stage_events" in tables:
        return rows.left_join(_histories(tables), "opportunity_id").drop("opportunity_id_right")
    return rows.mutate(deal_key=ibis.null("string"), **{name: ibis.null(kind) for name, kind in HISTORY.items()})


def _with_lead(tables: Tables, rows: ir.Table) -> ir.Table:
    if "leads" not in tables or "opportunities.lead_id" not in tables.supplied:
        return rows.mutate(lead_at=ibis.null("timestamp"), lead_on=ibis.null("date"))
    leads = tables.table("leads")
    # A lead that stands twice in the export must not double its deal.
    once = leads.group_by("lead_id").aggregate(
        lead_at=leads.created_at.min(),
        lead_on=leads.created_on.min(),
        lead_segment=leads.segment.max(),
        lead_source=leads["source"].max(),
    )
    joined = rows.left_join(once, "lead_id").drop("lead_id_right")
    return joined.mutate(
        segment=ibis.coalesce(joined.segment, joined.lead_segment),
        source=ibis.coalesce(joined["source"], joined.lead_source),
    ).drop("lead_segment", "lead_source")


def _histories(tables: Tables) -> ir.Table:
    """Return one row per deal: deal_key, opportunity_id and the columns of HISTORY, from the events up to `as_of`."""
    found = paths(tables)
    names = ("deal_key", "opportunity_id", *HISTORY)
    told = (name for name in names if name in found.columns)
    return named(tables, found.select(*told, last_stage=stage_at(tables, found.last_place)))


def _from_events(tables: Tables) -> ir.Table:
    """Return the deals that only their stage events tell of, with the same columns as `_from_opportunities`."""
    nulls = {name: ibis.null("string") for name in (*ABSENT, "stage", "status")}
    times = {name: ibis.null("timestamp") for name in ("created_at", "first_contact_at", "closed_at", "lead_at")}
    dates = {name: ibis.null("date") for name in ("created_on", "first_contact_on", "closed_on", "lead_on")}
    return _histories(tables).mutate(**nulls, **times, **dates, amount=ibis.null("float64"))


def _read_off(tables: Tables) -> ir.Table:
    """Return the deals that only their events tell of as `_derived` does, in short where their paths are at hand.

    What is null throughout, and texts compared row by row, would make each question several times as dear. With at_0,
    at_1, ... of the paths, which then need not be joined to them.
    """
    rows = paths(tables)
    ends = {
        status: [at for kind, same in STATUSES.items() if same == status for at in places_of(tables, kind)]
        for status in STATUSES.values()
    }
    is_decided = rows.last_place.isin([*ends["won"], *ends["lost"]])
    rows = rows.mutate(
        created_at=rows.first_event_at,
        created_on=rows.first_event_on,
        closed_at=ibis.ifelse(is_decided, rows.last_event_at, ibis.null("timestamp")),
        closed_on=ibis.ifelse(is_decided, rows.last_event_on, ibis.null("date")),
    )
    absent = {name: ibis.null("string") for name in ABSENT}
    cases = ((rows.last_place.isin(places), status) for status, places in ends.items() if places)
    told = {
        **absent,
        "amount": ibis.null("float64"),
        "created_from": ibis.literal("event"),
        "stage": stage_at(tables, rows.last_place),
        "status": ibis.cases(*cases, else_=ibis.null("string")),
        "cycle_days": _elapsed(rows, is_whole=ibis.literal("stage_events.entered_at" in tables.day_grain)),
    }
    entries = [name for name in rows.columns if name.startswith("at_")]
    return rows.mutate(**told).select(*COLUMNS, *entries)


def _shaped(tables: Tables, rows: ir.Table) -> ir.Table:
    """Return the columns that `deals` promises from rows that hold all candidates for them."""
    rows = rows.mutate(stage=ibis.coalesce(rows.stage, rows.last_stage), status=_status(tables, rows))
    rows = _with_creation(rows)
    rows = _with_closure(tables, rows)
    rows = rows.filter(rows.created_on.isnull() | (rows.created_on <= tables.as_of))
    return rows.mutate(cycle_days=_elapsed(rows, is_whole=_is_day(tables, rows))).select(*COLUMNS)


def _status(tables: Tables, rows: ir.Table) -> ir.StringValue:
    """Return "open", "won" or "lost": the deal's own word, else what its stage means, else its last event's stage."""
    own = rows.status.lower()
    stated = ibis.cases((own.isin(["open", "won", "lost"]), own), else_=ibis.null("string"))
    return ibis.coalesce(stated, stage_status(tables, rows.stage), stage_status(tables, rows.last_stage))


def stage_status(tables: Tables, stage: ir.StringValue) -> ir.StringValue:
    """Return what a column of stage ids means for a deal: "open", "won", "lost", or null for an unknown stage."""
    ids: dict[str, list[str]] = {}
    for known in tables.engagement.config.stages:
        ids.setdefault(STATUSES[known.kind], []).append(known.id)
    return ibis.cases(*((stage.isin(names), status) for status, names in ids.items()), else_=ibis.null("string"))


def _with_creation(rows: ir.Table) -> ir.Table:
    candidates = {
        "created_at": (rows.created_at, rows.created_on),
        "first_contact_at": (rows.first_contact_at, rows.first_contact_on),
        "lead": (rows.lead_at, rows.lead_on),
        "event": (rows.first_event_at, rows.first_event_on),
    }
    times, dates = zip(*candidates.values(), strict=True)
    which = ibis.cases(*((day.notnull(), name) for name, (_at, day) in candidates.items()), else_=ibis.null("string"))
    return rows.mutate(created_at=ibis.coalesce(*times), created_on=ibis.coalesce(*dates), created_from=which)


def _with_closure(tables: Tables, rows: ir.Table) -> ir.Table:
    """Return `rows` with the closure as known at `as_of`; only the event that decided the deal can stand in for it."""
    by_event = stage_status(tables, rows.last_stage) == rows.status
    closed_on = ibis.coalesce(rows.closed_on, ibis.cases((by_event, rows.last_event_on), else_=ibis.null("date")))
    closed_at = ibis.coalesce(rows.closed_at, ibis.cases((by_event, rows.last_event_at), else_=ibis.null("timestamp")))
    decided = rows.status.isin(["won", "lost"])
    later = decided & (closed_on > tables.as_of)
    known = decided & ~later
    return rows.mutate(
        status=ibis.cases((later, "open"), else_=rows.status),
        stage=ibis.cases((later, rows.last_stage), else_=rows.stage),
        closed_from_event=rows.closed_on.isnull(),
        closed_at=ibis.cases((known, closed_at), else_=ibis.null("timestamp")),
        closed_on=ibis.cases((known, closed_on), else_=ibis.null("date")),
    )


def _elapsed(rows: ir.Table, *, is_whole: ir.BooleanValue) -> ir.FloatingValue:
    calendar = rows.closed_on.delta(rows.created_on, unit="day").cast("float64")
    elapsed = (rows.closed_at.epoch_seconds() - rows.created_at.epoch_seconds()).cast("float64") / SECONDS_PER_DAY
    cycle = ibis.cases((is_whole, calendar), else_=elapsed)
    return ibis.cases((cycle >= 0, cycle), else_=ibis.null("float64"))


def is_born_on_a_bare_date(tables: Tables, rows: ir.Table) -> ir.BooleanValue:
    """Return whether the creation of each deal of `rows` (with created_from) is a date without a time of day."""
    sources = {
        "created_at": "opportunities.created_at",
        "first_contact_at": "opportunities.first_contact_at",
        "lead": "leads.created_at",
        "event": "stage_events.entered_at",
    }
    return rows.created_from.isin([name for name, column in sources.items() if column in tables.day_grain])


def _is_day(tables: Tables, rows: ir.Table) -> ir.BooleanValue:
    """Return whether the creation or the closure of each deal is a date without a time of day."""
    ends = "stage_events.completed_at" if "stage_events.completed_at" in tables.supplied else "stage_events.entered_at"
    by_event, by_deal = ends in tables.day_grain, "opportunities.closed_at" in tables.day_grain
    closed = ibis.cases((rows.closed_from_event, ibis.literal(by_event)), else_=ibis.literal(by_deal))
    return is_born_on_a_bare_date(tables, rows) | closed
