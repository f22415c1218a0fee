"""Each stage event beside the one before it in the same deal: repeats, ties and stays too short to be real."""

from dataclasses import dataclass

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
FLAGGED = "suspect_steps"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many events there are, and in how many of them each check struck."""

    events: int
    flagged: dict[str, int]


def step_checks(tables: Tables) -> list[Finding]:
    """Return the findings on neighbouring events of a deal, from one pass over the history.

    Without times of day, only repeats of a stage are looked for.
    """
    if "stage_events" not in tables:
        return [skipped(check, "stage_events", _title(check), no_table("stage_events")) for check in CHECKS]
    flagged = tables.backend.create_table(FLAGGED, _flagged(tables), temp=True, overwrite=True)
    counts = _counts(tables, flagged)
    timed = "stage_events.entered_at" not in tables.day_grain
    return [
        _finding(tables, check, flagged, counts)
        if timed or check == "same_stage"
        else skipped(check, "stage_events", _title(check), _("as the times are bare dates"))
        for check in CHECKS
    ]


def _title(check: str) -> str:
    return _(CHECKS[check]).format(minutes=CLICK_THROUGH_MINUTES)


def _flagged(tables: Tables) -> ir.Table:
    """Return the events that any check strikes, with one column per check.

    The window runs over hashes and numbers, which sort three times as fast as texts; two of a million deals share a
    hash once in 40 million exports.
    """
    events = tables.table("stage_events")
    files = [(events.source_file == file, number) for number, file in enumerate(_files(tables))]
    places = [(events.stage == stage.id, place) for place, stage in enumerate(tables.engagement.config.stages)]
    numbers = events.select(
        "source_row",
        file=ibis.cases(*files, else_=-1),
        deal=events.opportunity_id.hash(),
        place=ibis.cases(*places, else_=-1),
        moment=events.entered_at.epoch_seconds(),
    )
    window = ibis.window(group_by="deal", order_by=["moment", "file", "source_row"])
    pairs = numbers.mutate(
        gap=numbers.moment - numbers.moment.lag().over(window), before=numbers.place.lag().over(window)
    )
    moves = pairs.mutate(
        same_stage=pairs.place == pairs.before,
        identical_times=pairs.gap == 0,
        click_through=(pairs.place != pairs.before) & (pairs.gap < CLICK_THROUGH_MINUTES * 60),
    )
    struck = moves.filter(moves.same_stage | moves.identical_times | moves.click_through)
    return struck.select("file", "source_row", *CHECKS)


def _files(tables: Tables) -> list[str]:
    events = tables.table("stage_events")
    return sorted(tables.to_frame(events.select("source_file").distinct())["source_file"])


def _counts(tables: Tables, flagged: ir.Table) -> Counts:
    events = tables.table("stage_events")
    total = int(tables.to_frame(events.aggregate(n=events.count())).iloc[0]["n"])
    sums = tables.to_frame(flagged.aggregate(**{check: flagged[check].sum() for check in CHECKS})).fillna(0).iloc[0]
    return Counts(total, {check: int(sums[check]) for check in CHECKS})


def _finding(tables: Tables, check: str, flagged: ir.Table, counts: Counts) -> Finding:
    n = counts.flagged[check]
    return outcome(
        check,
        "stage_events",
        _title(check),
        n,
        counts.events,
        tolerated=0.0 if check == "same_stage" else TOLERATED,
        examples=_first(tables, flagged.filter(flagged[check])) if n else (),
        remedy=_(REMEDIES[check]),
    )


def _first(tables: Tables, flagged: ir.Table) -> tuple[str, ...]:
    first = tables.to_frame(flagged.order_by("file", "source_row").limit(MOST_NAMED))
    files, events = _files(tables), tables.table("stage_events")
    places = zip(first["file"], first["source_row"], strict=True)
    struck = ibis.or_(*((events.source_file == files[file]) & (events.source_row == row) for file, row in places))
    return examples(tables, "stage_events", events.filter(struck), "stage", "opportunity_id", "entered_at")
