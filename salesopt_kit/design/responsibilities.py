"""Template 2, the responsibility table (责任分工表), from the measures that people entered."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd

from salesopt_kit.locale import _
from salesopt_kit.records import Measure, load_records, needed
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables


@dataclass(frozen=True, slots=True)
class Responsibilities(Result):
    """The measures in the order they were entered, and the first day of the pilot where there is one."""

    measures: tuple[Measure, ...]
    pilot_begins: date | None

    def sentence(self) -> str:
        """Say how many measures there are, how many are complete, and until when."""
        dues = [measure.due for measure in self.measures if measure.due]
        said = _("{complete} of {n} measures have an owner, a due date and an acceptance criterion.").format(
            complete=sum(map(is_complete, self.measures)), n=len(self.measures)
        )
        return said + _(" The last is due on {day}.").format(day=max(dues)) if dues else said

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the number of complete measures."""
        complete = sum(map(is_complete, self.measures))
        label = _("Measures with owner, due date and acceptance criterion")
        return (Estimate("measures.complete", label, complete, "measures", len(self.measures), method=_("count")),)

    def caveats(self) -> tuple[str, ...]:
        """Return which measures come only after the pilot began."""
        return tuple(_late(self.measures, self.pilot_begins))

    def table(self) -> pd.DataFrame:
        """Return the template: its six columns, a row per measure."""
        return pd.DataFrame(
            {
                _("Measure"): measure.measure,
                _("Responsible department"): measure.department or "–",
                _("Person in charge"): measure.owner or "–",
                _("Planned completion"): measure.due.isoformat() if measure.due else "–",
                _("Resources needed"): measure.resources or "–",
                _("Acceptance criterion"): measure.acceptance or "–",
            }
            for measure in self.measures
        )


@explains_missing
def responsibilities(tables: Tables) -> Responsibilities:
    """Return template 2 with the handbook's headings; MissingData without measures."""
    records = load_records(tables.engagement)
    needed(records, "measures")
    pilot = tables.engagement.config.pilot
    return Responsibilities(records.measures, pilot.period[0] if pilot else None)


def is_complete(measure: Measure) -> bool:
    """Return whether a measure says who, until when, and how it is judged."""
    return bool(measure.owner and measure.due and measure.acceptance)


def _late(measures: tuple[Measure, ...], pilot_begins: date | None) -> Iterator[str]:
    late = [measure for measure in measures if pilot_begins and measure.due and measure.due > pilot_begins]
    if late:
        yield _("Due only after the pilot begins on {day}, so the pilot starts without them: {ids}.").format(
            day=pilot_begins, ids=_(", ").join(measure.id for measure in late)
        )
