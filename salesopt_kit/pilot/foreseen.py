"""What is known of a pilot on its eve: how much the units' changes scatter, and how many cases each unit will have."""

import math
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesopt_kit.metrics.figure_rows import COHORTS
from salesopt_kit.pilot.history import STEP, History, history_of
from salesopt_kit.pilot.outline import Outline
from salesopt_kit.pilot.panel import Panel, panel
from salesopt_kit.stats.planned_power import PlannedPilot, Scatter, scatter_of
from salesopt_kit.tables.store import Tables

Numbers = npt.NDArray[np.float64]
MOST_CHOICES = 300
SEED = 20240630
RECENT_DAYS = 183
"""Days before the pilot whose cases tell how many the pilot will have: half a year evens out the seasons."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A figure before the pilot, and the cases it will be made of."""

    planned: Outline
    history: History
    units: tuple[str, ...]
    """All that can take part, those too young for the history with them."""
    arrivals: pd.DataFrame
    """Cases by unit and day, with those that are still being followed: `unit`, `day`, `n`."""

    @property
    def current(self) -> float:
        """The figure over the last days of the history, as many as the baseline has."""
        history = self.history
        first = max(0, history.days - self.planned.baseline_days)
        n = history.counts[:, -1] - history.counts[:, first]
        return float((history.totals[:, -1] - history.totals[:, first]).sum() / n.sum())

    def scatter(self, after: int) -> Scatter | None:
        """Return how much the changes of units scatter over pilots of `after` days; None where nothing tells it."""
        before = self.planned.baseline_days
        windows = len(self.history.starts(before, after))
        apart = max(1, (windows * STEP + before + after - STEP) // (before + after))
        return (
            scatter_of(self.history.gains(before, after), self.history.loads(before, after), apart) if windows else None
        )

    def cases(self, after: int) -> Numbers:
        """Return the cases of each unit in the baseline, which are known, and in a pilot of `after` days, expected.

        The pilot goes on with the cases a day of the last half year, or since the unit's first case.
        """
        last = pd.Timestamp(self.planned.known_until)
        found = []
        for unit in self.units:
            rows = self.arrivals[self.arrivals["unit"] == unit]
            age = (last - rows["day"].min()).days + 1
            recent = min(RECENT_DAYS, age)
            n = [
                float(rows.loc[rows["day"] > last - timedelta(days=days), "n"].sum())
                for days in (self.planned.baseline_days, recent)
            ]
            found.append([n[0], n[1] / recent * after])
        return np.maximum(1.0, np.array(found))

    def pilot(self, after: int, chosen: npt.NDArray[np.int_]) -> PlannedPilot:
        """Return pilots of `after` days by each choice of units (rows of places in `units`)."""
        share = self.current if self.history.panel.unit == "fraction" else None
        return PlannedPilot(self.cases(after), chosen, share, self.planned.alpha)


def foreseen(tables: Tables, planned: Outline, metric: str) -> Foreseen:
    """Return what is known of `metric` on the eve of the pilot; MissingDataError where the history is too short."""
    figure = panel(tables, planned.dimension, metric, planned.horizon)
    arrivals = panel(tables, planned.dimension, metric, 0) if metric in COHORTS else figure
    return foreseen_of(figure, arrivals, planned)


def foreseen_of(figure: Panel, arrivals: Panel, planned: Outline) -> Foreseen:
    """Return the same of a panel; `arrivals` is that of all cases, followed or not, of which only `n` is looked at."""
    history = history_of(figure, planned, planned.baseline_days, round(7 * planned.weeks))
    rows = arrivals.rows
    rows = rows[rows["day"] <= pd.Timestamp(planned.known_until)]
    counted = rows.groupby(["unit", "day"], as_index=False)[["n"]].sum()
    there = set(counted["unit"])
    return Foreseen(planned, history, tuple(unit for unit in planned.units if unit in there), counted)


def choices(units: int, size: int, most: int = MOST_CHOICES) -> npt.NDArray[np.int_]:
    """Return every choice of `size` of so many units, one row each; above `most`, as many drawn by a fixed seed."""
    if math.comb(units, size) <= most:
        return np.array(list(combinations(range(units), size)))
    random = np.random.default_rng(SEED)
    return np.argsort(random.random((most, units)), axis=1)[:, :size]


def who_pilots(known: Foreseen) -> npt.NDArray[np.int_]:
    """Return the places of the planned pilot units, one row; where none are named, every choice of as many."""
    named = known.planned.treated
    if named and all(unit in known.units for unit in named):
        return np.array([[known.units.index(unit) for unit in named]])
    return choices(len(known.units), known.planned.size)
