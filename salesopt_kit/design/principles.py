"""S1: each measure held against the three principles of design."""

from dataclasses import dataclass

import pandas as pd

from salesopt_kit.locale import _
from salesopt_kit.records import Measure, load_records, needed
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import Principle


@dataclass(frozen=True, slots=True)
class Principles(Result):
    """The measures with the principle that each serves."""

    measures: tuple[Measure, ...]

    def sentence(self) -> str:
        """Say how many measures serve a principle, and which principle none serves."""
        served = {measure.principle for measure in self.measures}
        idle = [principle.label for principle in Principle if principle not in served]
        said = _("{n} of {all} measures serve one of the three principles.").format(
            n=sum(measure.principle is not None for measure in self.measures), all=len(self.measures)
        )
        return said + _(" No measure serves: {names}.").format(names=_(", ").join(idle)) if idle else said

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the number of measures by principle."""
        return tuple(
            Estimate(
                "measures.by_principle",
                principle.label,
                sum(measure.principle is principle for measure in self.measures),
                "measures",
                len(self.measures),
                method=_("count"),
                group=f"principle={principle.value}",
            )
            for principle in Principle
        )

    def caveats(self) -> tuple[str, ...]:
        """Return which measures serve none."""
        idle = [measure.id for measure in self.measures if measure.principle is None]
        message = _("Serving none of the three, so to be justified or dropped: {ids}.")
        return (message.format(ids=_(", ").join(idle)),) if idle else ()

    def table(self) -> pd.DataFrame:
        """Return one row per measure and a column per principle."""
        return pd.DataFrame(
            {
                _("Record"): measure.id,
                _("Measure"): measure.measure,
                **{principle.label: "✓" if measure.principle is principle else "–" for principle in Principle},
            }
            for measure in self.measures
        )


@explains_missing
def principles(tables: Tables) -> Principles:
    """Return which of the three principles each measure serves; MissingData without measures."""
    records = load_records(tables.engagement)
    needed(records, "measures")
    return Principles(records.measures)
