"""R1: which unit begins with the new process when? The plan as recorded, or a proposal drawn by lot."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

import numpy as np
import pandas as pd

from salesopt_kit.engagement import Dimension
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _, sentences
from salesopt_kit.metrics.dimensions import BLANK, PILOT_DIMENSIONS
from salesopt_kit.metrics.followup import followed_deals
from salesopt_kit.numbers import shown
from salesopt_kit.records import Wave, load_records
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.rollout.dashboard import window_of
from salesopt_kit.stats.stepped_wedge import possible_orders
from salesopt_kit.tables.store import Tables

UNITS_A_WAVE = 2
WEEKS_BETWEEN = 8
"""Long enough for the deals of one wave to ripen before the next begins."""
DRAWS, KEPT = 200, 20
"""Orders that are drawn, and how many of the best balanced of them the proposal is taken from."""
SEED = 20240630
FEWEST_UNITS = 3


@dataclass(frozen=True, slots=True)
class Start:
    """When a unit begins, how far it is trained (None for unknown), its deals of the last twelve months, and why."""

    unit: str
    starts_on: date
    coverage: float | None
    deals: int
    reason: str


@dataclass(frozen=True, slots=True)
class WavePlan(Result):
    """The waves in order of their start; `is_proposed` where the kit drew them because nobody recorded any."""

    starts: tuple[Start, ...]
    is_proposed: bool
    as_of: date

    @property
    def waves(self) -> tuple[tuple[date, tuple[Start, ...]], ...]:
        """The units of each day of start."""
        return tuple((day, tuple(part)) for day, part in groupby(self.starts, key=lambda start: start.starts_on))

    def sentence(self) -> str:
        """Say how many units work by the new process and what comes next."""
        begun = sum(start.starts_on <= self.as_of for start in self.starts)
        head = (
            _("Proposed by the kit, for no waves are recorded: {n} units in {waves} waves; {begun} have begun.")
            if self.is_proposed
            else _("{n} units in {waves} waves; {begun} have begun.")
        ).format(n=len(self.starts), waves=len(self.waves), begun=begun)
        coming = [(day, part) for day, part in self.waves if day > self.as_of]
        if not coming:
            return head
        day, part = coming[0]
        names = _(", ").join(start.unit for start in part)
        return sentences(head, _("Next: {names} on {day}.").format(names=names, day=day))

    def estimates(self) -> tuple[Estimate, ...]:
        """Return how many units have begun."""
        begun = sum(start.starts_on <= self.as_of for start in self.starts)
        label = _("Units with the new process")
        return (Estimate("rollout.waves.begun", label, float(begun), "units", len(self.starts)),)

    def table(self) -> pd.DataFrame:
        """Return one row per unit, in order."""
        numbers = {day: place for place, (day, _part) in enumerate(self.waves, 1)}
        return pd.DataFrame(
            {
                _("Wave"): str(numbers[start.starts_on]),
                _("Unit"): start.unit,
                _("Starts on"): str(start.starts_on),
                _("Begun or planned"): _("begun") if start.starts_on <= self.as_of else _("planned"),
                _("Training coverage"): shown(start.coverage, "fraction") if start.coverage is not None else "–",
                _("Deals in twelve months"): f"{start.deals:,}",
                _("Reason"): start.reason or "–",
            }
            for start in self.starts
        )

    def caveats(self) -> tuple[str, ...]:
        """Return who begins untrained, how the order came about, and what it can show at best."""
        said = []
        untrained = [one.unit for one in self.starts if one.starts_on > self.as_of and (one.coverage or 0) < 1]
        if untrained:
            message = _("Not wholly trained yet: {names}. Train them before their wave begins.")
            said.append(message.format(names=_(", ").join(untrained)))
        if self.is_proposed:
            message = _(
                "Trained units first, then by lot (seed {seed}) among orders whose waves have about as many deals, "
                "{weeks} weeks apart so that the deals of one wave ripen before the next. Record the order you choose."
            )
            said.append(message.format(seed=SEED, weeks=WEEKS_BETWEEN))
        orders = possible_orders([start.starts_on for start in self.starts])
        message = _("So many units in such waves can be put in {orders:,} orders, so no p below {p:.3f} can come out.")
        return (*said, message.format(orders=orders, p=1 / orders))


@explains_missing
def waves(tables: Tables) -> Result:
    """Return the waves of records/waves.yml; where there are none, a proposal after the pilot.

    MissingDataError with fewer than three units.
    """
    return wave_plan(tables)


def wave_plan(tables: Tables) -> WavePlan:
    """Return the plan that `waves` shows; raises instead of answering with what is missing."""
    records = load_records(tables.engagement)
    sizes = _sizes(tables)
    coverage = {one.unit: one.trained / one.people for one in records.trainings}
    recorded = sorted(records.waves, key=lambda wave: wave.starts_on)
    chosen = recorded or _proposal(tables, sizes, coverage)
    if len(chosen) < FEWEST_UNITS:
        raise MissingDataError(
            _("{n} units; a roll-out in waves needs three or more").format(n=len(chosen)),
            remedy=_("Name teams in the exports, or roll out to everybody at once and watch the charts."),
        )
    starts = tuple(
        Start(wave.unit, wave.starts_on, coverage.get(wave.unit), sizes.get(wave.unit, 0), wave.reason)
        for wave in chosen
    )
    return WavePlan(starts, not recorded, tables.as_of)


def unit_dimension(tables: Tables) -> Dimension:
    """Return what a unit of the roll-out is: as in the pilot, else the team."""
    pilot = tables.engagement.config.pilot
    return PILOT_DIMENSIONS[pilot.unit] if pilot else "team"


def _sizes(tables: Tables) -> dict[str, int]:
    rows = followed_deals(tables, window_of(tables), unit_dimension(tables))
    counts = rows[rows["unit"] != BLANK].groupby("unit")["n"].sum()
    return {str(unit): int(n) for unit, n in counts.items()}


def _proposal(tables: Tables, sizes: dict[str, int], coverage: dict[str, float]) -> list[Wave]:
    pilot = tables.engagement.config.pilot
    treated = pilot.treated if pilot else ()
    first = [Wave(unit=unit, starts_on=pilot.period[0], reason=_("Pilot")) for unit in treated] if pilot else []
    waiting = sorted(set(sizes) - set(treated))
    day = _next_monday(max(tables.as_of, pilot.period[1] if pilot else tables.as_of) + timedelta(days=14))
    planned = []
    for place, part in enumerate(balanced_order(waiting, sizes, coverage)):
        starts_on = day + timedelta(weeks=WEEKS_BETWEEN * place)
        planned += [Wave(unit=unit, starts_on=starts_on, reason=_("by lot")) for unit in part]
    return [*first, *planned]


def balanced_order(units: list[str], sizes: dict[str, int], coverage: dict[str, float]) -> list[list[str]]:
    """Return waves of two: units that are wholly trained first, then by lot among the best balanced orders.

    The lot falls among the 20 orders, of 200 drawn, whose waves differ least in deals (constrained randomisation,
    Moulton 2004), so that chance decides and no wave is much larger than another.
    """
    rng = np.random.default_rng(SEED)
    found = []
    for _draw in range(DRAWS):
        lot = dict(zip(units, rng.random(len(units)), strict=True))
        order = sorted(units, key=lambda unit: (coverage.get(unit, 0.0) < 1, lot[unit]))
        parts = [order[place : place + UNITS_A_WAVE] for place in range(0, len(order), UNITS_A_WAVE)]
        totals = [sum(sizes.get(unit, 0) for unit in part) for part in parts]
        found.append((max(totals, default=0) - min(totals, default=0), parts))
    best = sorted(found, key=lambda one: one[0])[:KEPT]
    return best[int(rng.integers(len(best)))][1]


def _next_monday(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)
