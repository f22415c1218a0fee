"""What the stage history holds: cases, events, activities, and its span."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import pandas as pd

from salesopt_kit.locale import _
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.tables.store import Tables


@dataclass(frozen=True, slots=True)
class EventLog(Result):
    """Counts of a stage history; a census, so no intervals."""

    card: ClassVar[str] = "event_log"

    cases: Estimate
    events: Estimate
    activities: Estimate
    span: tuple[date, date]

    def sentence(self) -> str:
        """Say how much history there is."""
        message = _("{events} events of {cases} cases in {activities} stages, from {first} to {last}.")
        return message.format(
            events=shown(self.events.value, "events"),
            cases=shown(self.cases.value, "cases"),
            activities=shown(self.activities.value, "stages"),
            first=self.span[0],
            last=self.span[1],
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the three counts."""
        return self.cases, self.events, self.activities


def event_log(tables: Tables) -> EventLog:
    """Return the counts of the whole history up to `as_of`; MissingDataError where there is none."""
    rows = tables.table("stage_events")
    rows = rows.filter(rows.entered_on <= tables.as_of)
    found = tables.to_frame(
        rows.aggregate(
            cases=rows.opportunity_id.nunique(),
            events=rows.count(),
            activities=rows.stage.nunique(),
            first=rows.entered_on.min(),
            last=rows.entered_on.max(),
        )
    ).iloc[0]
    events = int(found["events"])

    def counted(name: str, label: str) -> Estimate:
        return Estimate(f"event_log.{name}", label, float(found[name]), name, events, method=_("count"))

    return EventLog(
        counted("cases", _("Cases")),
        counted("events", _("Events")),
        counted("activities", _("Activities")),
        (pd.Timestamp(found["first"]).date(), pd.Timestamp(found["last"]).date()),
    )
