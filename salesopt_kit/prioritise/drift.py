"""Which frozen observations the data of today no longer bear out."""

from dataclasses import dataclass

import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import N_, _
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.metrics.observed import Compared, Drift, bounded, compared
from salesopt_kit.numbers import shown
from salesopt_kit.records import load_records
from salesopt_kit.records.rows import Observation
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables

SAID = {
    Drift.SAME: N_("as frozen"),
    Drift.WITHIN: N_("within the intervals"),
    Drift.BEYOND: N_("differs by more than the intervals"),
    Drift.NO_INTERVAL: N_("another value, without an interval to judge it by"),
    Drift.GONE: N_("no longer in the data"),
    Drift.NO_DATA: N_("no data to look it up in"),
}
ALARMING = (Drift.BEYOND, Drift.GONE)


@dataclass(frozen=True, slots=True)
class Drifted(Result):
    """Every frozen figure beside today's, and every quote that is no longer there; those that differ first."""

    rows: tuple[Compared, ...]
    quotes: int
    """Quotes that are still in the data."""

    def sentence(self) -> str:
        """Say how many still hold."""
        alarming = [row.observation.id for row in self.rows if row.drift in ALARMING]
        n = len(self.rows) + self.quotes
        if not alarming:
            return _("All {n} frozen observations still agree with the data, as far as they can be compared.").format(
                n=n
            )
        message = _("{bad} of {n} frozen observations no longer agree with the data of today: {ids}.")
        return message.format(bad=len(alarming), n=n, ids=_(", ").join(alarming))

    def estimates(self) -> tuple[Estimate, ...]:
        """Return today's figures."""
        return tuple(row.now.estimate for row in self.rows if row.now.estimate)

    def caveats(self) -> tuple[str, ...]:
        """Say what a difference means, and what was not compared."""
        said = [
            _(
                "What was frozen stays as it was. Intervals that do not overlap show a change; after one, ask whether "
                "the pain point still stands, and freeze the figure anew with `salesopt observe`."
            )
        ]
        if self.quotes:
            message = _("{n} quotes of complaints and interviews are still in the data and not listed.")
            said.append(message.format(n=self.quotes))
        return tuple(said)

    def table(self) -> pd.DataFrame:
        """Return one row per figure, and per quote that is gone."""
        return pd.DataFrame(
            {
                _("Record"): row.observation.id,
                _("Figure"): row.observation.text or row.observation.reference,
                _("Frozen on"): str(row.observation.frozen_on or "–"),
                _("Frozen"): _frozen(row.observation),
                _("Today"): with_interval(bounded(row.now.estimate)) if row.now.estimate else "–",
                _("Comparison"): _(SAID[row.drift]),
            }
            for row in self.rows
        )


@explains_missing
def observations_today(tables: Tables) -> Drifted:
    """Return the frozen observations beside what their references come to now; MissingData where none is frozen."""
    found = compared(tables, load_records(tables.engagement).observations)
    frozen = [one for one in found if one.observation.value is not None or one.observation.source != "metric"]
    if not frozen:
        raise MissingDataError(
            _("no observation is frozen yet"),
            remedy=_("Freeze one with `salesopt observe DIR REFERENCE --supports PP-1`."),
        )
    rows = [one for one in frozen if one.observation.value is not None or one.drift is not Drift.SAME]
    rows.sort(key=lambda one: one.drift not in ALARMING)
    return Drifted(tuple(rows), len(frozen) - len(rows))


def _frozen(observation: Observation) -> str:
    if observation.value is None:
        return observation.text or "–"
    value = shown(observation.value, observation.unit)
    if observation.low is None or observation.high is None:
        return value
    low, high = shown(observation.low, observation.unit), shown(observation.high, observation.unit)
    return _("{value} ({low} to {high})").format(value=value, low=low, high=high)
