"""Each stage event beside the one before it in the same deal: repeats, ties and stays too short to be real."""

import ibis
import ibis.expr.types as ir

from salesopt_kit.locale import N_, _
from salesopt_kit.tables.checks.places import MOST_NAMED, examples
from salesopt_kit.tables.checks.rules import no_table, outcome, skipped
from salesopt_kit.tables.quality import Finding
from salesopt_kit.tables.store import Tables

CLICK_THROUGH_MINUTES = 5
"""A shorter stay means that somebody clicked through the stage; nobody worked in it."""
TOLERATED = 0.05
"""Share of short stays, and of events at the same moment, up to which the finding is no warning."""
CHECKS = {
    "same_stage": N_("Stage events that repeat the stage of the event before"),
    "identical_times": N_("Stage events at the same moment as the one before in the same deal"),
    "click_through": N_("Stages left within {minutes} minutes"),
}
REMEDIES = {
    "same_stage": N_("Such rows come from changes of other fields; they count as one stay. Nothing needs doing."),
    "identical_times": N_(
        "Their order is taken from the file. Export times with seconds, in the order of the changes."
    ),
    "click_through": N_("Times in these stages say little: talk to the people who enter them about when they do."),
}


def step_checks(tables: Tables) -> list[Finding]:
    """Return the findings on neighbouring events of a deal, from one pass over the ordered history.

    Without times of day, only repeats of a stage are looked for.
    """
    if "stage_events" not in tables:
        return [skipped(check, "stage_events", _title(check), no_table("stage_events")) for check in CHECKS]
    rows = _struck(tables)
    events = tables.table("stage_events")
    total = int(tables.to_frame(events.aggregate(n=events.count())).iloc[0]["n"])
    sums = tables.to_frame(rows.aggregate(**{check: rows[check].sum() for check in CHECKS})).fillna(0).iloc[0]
    timed = "stage_events.entered_at" not in tables.day_grain
    return [
        _finding(tables, check, rows.filter(rows[check]), int(sums[check]), total)
        if timed or check == "same_stage"
        else skipped(check, "stage_events", _title(check), _("as the times are bare dates"))
        for check in CHECKS
    ]


def _title(check: str) -> str:
    return _(CHECKS[check]).format(minutes=CLICK_THROUGH_MINUTES)


def _struck(tables: Tables) -> ir.Table:
    """Return the events in order with one column per check: whether it strikes them."""
    rows = tables.backend.table(tables.history)
    gap = rows.entered_at.epoch_seconds() - rows.previous_at.epoch_seconds()
    return rows.mutate(
        same_stage=rows.place == rows.previous_place,
        identical_times=gap == 0,
        click_through=(rows.place != rows.previous_place) & (gap < CLICK_THROUGH_MINUTES * 60),
    )


def _finding(tables: Tables, check: str, struck: ir.Table, n: int, of: int) -> Finding:
    return outcome(
        check,
        "stage_events",
        _title(check),
        n,
        of,
        tolerated=0.0 if check == "same_stage" else TOLERATED,
        examples=_first(tables, struck) if n else (),
        remedy=_(REMEDIES[check]),
    )


def _first(tables: Tables, struck: ir.Table) -> tuple[str, ...]:
    first = tables.to_frame(
        struck.order_by("source_file", "source_row").limit(MOST_NAMED).select("source_file", "source_row")
    )
    events = tables.table("stage_events")
    places = zip(first["source_file"], first["source_row"], strict=True)
    named = ibis.or_(*((events.source_file == file) & (events.source_row == row) for file, row in places))
    return examples(tables, "stage_events", events.filter(named), "stage", "opportunity_id", "entered_at")
