"""The changes of units over earlier windows in which nothing was done: what a pilot's effect has to stand out from."""

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.pilot.contrast import Arms
from salesopt_kit.pilot.outline import Outline
from salesopt_kit.pilot.panel import Panel

Numbers = npt.NDArray[np.float64]
FEWEST_STARTS = 8
"""Windows, a week apart, below which a unit that is too young is left out rather than the history be so short."""
WORTH = 4
"""Windows that leaving out units must add."""
LEAST_UNITS = 3
"""Units that the spread of their changes needs."""
STEP = 7
"""Days between two windows."""


@dataclass(frozen=True, slots=True)
class History:
    """A figure of units by day before the pilot, cumulated, so that any window is one subtraction."""

    panel: Panel
    units: tuple[str, ...]
    first_day: pd.Timestamp
    totals: Numbers
    """One row per unit; column d holds the sum of all days before day d."""
    counts: Numbers

    @property
    def days(self) -> int:
        """Days that the history spans."""
        return int(self.totals.shape[1]) - 1

    def starts(self, before: int, after: int) -> npt.NDArray[np.int_]:
        """Return the first days of the pilots that fit in, a week apart, the last one ending on the last day."""
        return np.arange(self.days - after, before - 1, -STEP)[::-1]

    def gains(self, before: int, after: int) -> Numbers:
        """Return by how much each unit got better, one row per start; NaN where it has no case in a window."""
        start = self.starts(before, after)
        ends = (start - before, start, start + after)
        figures = []
        for first, last in ((ends[0], ends[1]), (ends[1], ends[2])):
            n = self.counts[:, last] - self.counts[:, first]
            total = self.totals[:, last] - self.totals[:, first]
            figures.append(np.divide(total, n, out=np.full(n.shape, np.nan), where=n > 0))
        sign = -1.0 if self.panel.lower_is_better else 1.0
        found: Numbers = sign * (figures[1] - figures[0]).T
        return found

    def loads(self, before: int, after: int) -> Numbers:
        """Return 1 / cases before + 1 / cases after of each unit, one row per start; NaN where one has none."""
        start = self.starts(before, after)
        n = [
            self.counts[:, last] - self.counts[:, first]
            for first, last in ((start - before, start), (start, start + after))
        ]
        found: Numbers = sum(np.divide(1.0, one, out=np.full(one.shape, np.nan), where=one > 0) for one in n).T
        return found

    def arms(self, treated: tuple[str, ...], start: int, before: int, after: int) -> Arms:
        """Return a placebo pilot as the analyses of the verdict take it."""
        day = (self.first_day + timedelta(days=int(start))).date()
        baseline = (day - timedelta(days=before), day - timedelta(days=1))
        controls = tuple(unit for unit in self.units if unit not in treated)
        return Arms(treated, controls, baseline, (day, day + timedelta(days=after - 1)))

    def without_youngest(self) -> "History":
        """Return the history without the unit whose cases begin last; it begins where the next youngest does."""
        rows = self.panel.rows[self.panel.rows["unit"].isin(self.units)]
        return self._without(str(rows.groupby("unit")["day"].min().idxmax()))

    def without_sparse(self, before: int, after: int) -> "History":
        """Return the history without the units that have no case in many windows, down to three units."""
        is_empty = np.isnan(self.gains(before, after))
        if len(self.units) <= LEAST_UNITS or (~is_empty.any(axis=1)).sum() >= min(FEWEST_STARTS, len(is_empty)):
            return self
        return self._without(self.units[int(is_empty.sum(axis=0).argmax())]).without_sparse(before, after)

    def _without(self, name: str) -> "History":
        return _history(self.panel, tuple(unit for unit in self.units if unit != name))


def history_of(panel: Panel, planned: Outline, before: int, after: int) -> History:
    """Return the history before the pilot, of the units that are old enough for FEWEST_STARTS windows.

    Deals and leads opened so late that they were still followed when the pilot began are left out. MissingDataError
    where even the three oldest units are too young.
    """
    known = panel.rows[
        panel.rows["day"] <= pd.Timestamp(planned.last_followed if panel.horizon else planned.known_until)
    ]
    found = _history(
        replace(panel, rows=known.reset_index(drop=True)),
        tuple(unit for unit in planned.units if (known["unit"] == unit).any()),
    )
    found = _old_enough(found, before, after)
    found = found.without_sparse(before, after)
    if len(found.units) < LEAST_UNITS or not len(found.starts(before, after)):
        message = _("the history is too short for a pilot of {weeks:.0f} weeks after a baseline of {days} days")
        raise MissingDataError(
            message.format(weeks=after / 7, days=before), remedy=_("Export older deals, or plan a shorter baseline.")
        )
    return found


def _old_enough(found: History, before: int, after: int) -> History:
    """Return the history without its youngest units where that makes FEWEST_STARTS windows and some more, else all."""
    shorter = found
    while len(shorter.starts(before, after)) < FEWEST_STARTS and len(shorter.units) > LEAST_UNITS:
        shorter = shorter.without_youngest()
    now, then = (len(one.starts(before, after)) for one in (found, shorter))
    has_more = then >= FEWEST_STARTS and then >= now + WORTH
    return shorter if has_more else found


def _history(panel: Panel, units: tuple[str, ...]) -> History:
    rows = panel.rows[panel.rows["unit"].isin(units)]
    if not len(rows):
        raise MissingDataError(
            _("no case of {label} before the pilot").format(label=panel.label), remedy=_("Export older deals.")
        )
    first = rows.groupby("unit")["day"].min().max()
    rows = rows[rows["day"] >= first]
    days = int((panel.rows["day"].max() - first).days) + 1
    place = (rows["day"] - first).dt.days.to_numpy()
    unit = pd.Index(units).get_indexer(pd.Index(rows["unit"]))
    totals, counts = np.zeros((len(units), days + 1)), np.zeros((len(units), days + 1))
    np.add.at(totals, (unit, place + 1), rows["total"].to_numpy(float))
    np.add.at(counts, (unit, place + 1), rows["n"].to_numpy(float))
    return History(panel, units, first, totals.cumsum(axis=1), counts.cumsum(axis=1))
