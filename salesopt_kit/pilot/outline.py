"""X1: the pilot that is being planned: that of engagement.yml, or one sketched by the handbook where it has none."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import pandas as pd

from salesopt_kit.engagement import Dimension
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.deals import deals
from salesopt_kit.metrics.dimensions import PILOT_DIMENSIONS, dimension_label, need_dimension
from salesopt_kit.pilot.setting import LONGEST_HORIZON
from salesopt_kit.tables.store import Tables, months_before

Kind = Literal["team", "segment", "person"]
USUAL_FOLLOW_UP, USUAL_WEEKS, MONTHS = 30, 8, 12
"""Days of follow-up and weeks of a pilot where nothing is planned; months whose figures describe a unit."""
FEWEST_DEALS = 20
"""Deals in those months below which a unit can neither pilot nor serve as a control: the same rule for all."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What planning starts from; nothing in it looks at a day on or after the pilot's first."""

    kind: Kind
    dimension: Dimension
    first_day: date
    """The pilot's first day."""
    weeks: float
    """How long it counts, without the burn-in."""
    baseline_days: int
    horizon: int
    known_until: date
    """The last day of data that planning may look at."""
    units: tuple[str, ...]
    """Those with enough deals to take part."""
    treated: tuple[str, ...]
    """Those that engagement.yml names; empty where it names none."""
    size: int
    """How many units are to pilot."""
    primary: str
    alpha: float

    @property
    def window(self) -> tuple[date, date]:
        """The months before the pilot by which units are described."""
        return months_before(self.known_until, MONTHS), self.known_until

    @property
    def last_followed(self) -> date:
        """The last day of opening whose deals were followed for the horizon before the pilot began."""
        return self.known_until - timedelta(days=self.horizon)


def outline(tables: Tables, kind: Kind | None = None) -> Outline:
    """Return what is planned, for units of `kind` (default: as engagement.yml has it, else teams).

    MissingDataError where the deals do not tell the unit, or fewer than three units have enough deals.
    """
    config = tables.engagement.config
    pilot = config.pilot
    chosen: Kind = kind or (pilot.unit if pilot else "team")
    dimension = PILOT_DIMENSIONS[chosen]
    is_planned = pilot is not None and pilot.unit == chosen
    first_day = pilot.period[0] if pilot else tables.as_of + timedelta(days=1)
    follow_up = pilot.follow_up_days if pilot else USUAL_FOLLOW_UP
    treated = pilot.treated if pilot and is_planned else ()
    known_until = min(tables.as_of, first_day - timedelta(days=1))
    return Outline(
        chosen,
        dimension,
        first_day,
        ((pilot.period[1] - first_day).days + 1 - pilot.burn_in_days) / 7 if pilot else USUAL_WEEKS,
        (pilot.baseline[1] - pilot.baseline[0]).days + 1 if pilot else 183,
        min(LONGEST_HORIZON, follow_up or USUAL_FOLLOW_UP),
        known_until,
        _units(tables, dimension, known_until),
        treated,
        len(treated) or (1 if chosen == "segment" else 2),
        (pilot.primary if pilot else "") or next(iter(config.targets), "cycle_days"),
        pilot.alpha if pilot else 0.05,
    )


def _units(tables: Tables, dimension: Dimension, known_until: date) -> tuple[str, ...]:
    need_dimension(tables, dimension)
    rows = deals(tables)
    rows = rows.filter(rows.created_on.between(months_before(known_until, MONTHS), known_until))
    rows = rows.drop_null(dimension)
    counted = rows.group_by(unit=rows[dimension]).aggregate(n=rows.count())
    found: pd.DataFrame = tables.to_frame(counted)
    names = tuple(sorted(found.loc[found["n"] >= FEWEST_DEALS, "unit"].astype(str)))
    if len(names) < 3:  # noqa: PLR2004 -- one of two leaves a single control
        message = _("{n} units by {dimension} have {least} deals or more in {months} months before the pilot")
        raise MissingDataError(
            message.format(n=len(names), dimension=dimension_label(dimension), least=FEWEST_DEALS, months=MONTHS),
            remedy=_("Plan by another unit: three or more are needed, such as persons instead of teams."),
        )
    return names
