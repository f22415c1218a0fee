"""Template 3 as people entered it."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from salesopt_kit.locale import _
from salesopt_kit.pilot.template import Row, template_3
from salesopt_kit.records import load_records, needed
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import Verdict


@dataclass(frozen=True, slots=True)
class Recorded(Result):
    """The rows of records/evaluations.yml."""

    rows: tuple[Row, ...]

    def sentence(self) -> str:
        """Say how many of the entered figures meet their target."""
        message = _("As entered, {met} of {n} figures meet their target.")
        return message.format(met=sum(row.by_point is Verdict.MET for row in self.rows), n=len(self.rows))

    def methods(self) -> Iterable[str]:
        """Return the handbook's comparison."""
        return ("before_after",)

    def estimates(self) -> tuple[Estimate, ...]:
        """Return before, after and relative change of every row."""
        found = []
        for row in self.rows:
            found += [estimate for estimate in (row.before, row.after) if estimate]
            label = _("{label}, relative change").format(label=row.label)
            found.append(Estimate(f"pilot.recorded.{row.metric}.change", label, row.change, "fraction", 0))
        return tuple(found)

    def table(self) -> pd.DataFrame:
        """Return template 3."""
        return template_3(self.rows)

    def caveats(self) -> tuple[str, ...]:
        """Return what entered figures lack."""
        return (_("Entered by hand: without the cases behind them nobody can say how much of a change is chance."),)


@explains_missing
def recorded(tables: Tables) -> Result:
    """Return template 3 from records/evaluations.yml; MissingDataError with a record to copy where there is none."""
    records = load_records(tables.engagement)
    needed(records, "evaluations")
    rows = []
    for entry in records.evaluations:
        before, after = (
            Estimate(f"pilot.recorded.{entry.metric}.{what}", entry.label, value, entry.unit, 0, window=window)
            for what, value, window in (
                ("before", entry.before, entry.before_period),
                ("after", entry.after, entry.after_period),
            )
        )
        rows.append(Row(entry.metric, entry.label, before, after, entry.target))
    return Recorded(tuple(rows))
