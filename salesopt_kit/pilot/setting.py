"""The pilot as engagement.yml has it: who takes part, against whom, when, and how long deals were followed."""

from dataclasses import dataclass
from datetime import date

from salesopt_kit.engagement import Bound, Dimension, Pilot
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.deals import deals
from salesopt_kit.metrics.dimensions import PILOT_DIMENSIONS, dimension_label, need_dimension
from salesopt_kit.tables.store import Tables

LONGEST_HORIZON = 90
"""Days; deals are compared over this long at most, for later ones say more of the season than of the process."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A pilot ready to be compared; `horizon` is how many days every deal of both periods has been followed."""

    pilot: Pilot
    dimension: Dimension
    controls: tuple[str, ...]
    are_proposed: bool
    """Whether the kit took all other units as controls because engagement.yml names none."""
    targets: dict[str, Bound]
    as_of: date

    @property
    def treated(self) -> tuple[str, ...]:
        """The units that take part."""
        return self.pilot.treated

    @property
    def followed_days(self) -> int:
        """Days between the end of the pilot and `as_of`; below zero while it runs."""
        return (self.as_of - self.pilot.period[1]).days

    @property
    def horizon(self) -> int:
        """Days that every deal opened in the baseline or in the pilot was followed, at most LONGEST_HORIZON."""
        return min(LONGEST_HORIZON, self.followed_days, (self.as_of - self.pilot.baseline[1]).days)

    def need_follow_up(self) -> int:
        """Return the horizon; MissingDataError while the youngest deals of the pilot have not been followed a day."""
        if self.horizon < 1:
            message = _("the pilot ends on {end} and the data end on {as_of}, so its deals were not followed yet")
            raise MissingDataError(
                message.format(end=self.pilot.period[1], as_of=self.as_of),
                remedy=_("Evaluate it with a later export, {days} days after its end as planned.").format(
                    days=self.pilot.follow_up_days
                ),
            )
        return self.horizon


def need_controls(controls: tuple[str, ...]) -> None:
    """Raise MissingDataError where no unit kept the old process."""
    if not controls:
        raise MissingDataError(
            _("no unit is left as a control"), remedy=_("Name teams that keep the old process under `pilot.controls`.")
        )


def setting(tables: Tables) -> Setting:
    """Return the pilot of an engagement; MissingDataError where none is planned or a unit has no deal in the data."""
    config = tables.engagement.config
    if config.pilot is None:
        raise MissingDataError(
            _("no pilot is planned in engagement.yml"),
            remedy=_(
                "Add a block `pilot` with unit, treated, controls, baseline and period, and `targets`, "
                "before the first day."
            ),
        )
    dimension = PILOT_DIMENSIONS[config.pilot.unit]
    known = _units(tables, dimension)
    named = (*config.pilot.treated, *config.pilot.controls)
    if strangers := [name for name in named if name not in known]:
        message = _("no deal of {names} in the data")
        raise MissingDataError(
            message.format(names=_(", ").join(strangers)),
            remedy=_("Write the names as the exports do; by {dimension} they hold: {known}.").format(
                dimension=dimension_label(dimension), known=_(", ").join(sorted(known)[:20])
            ),
        )
    controls = config.pilot.controls or tuple(sorted(known - set(config.pilot.treated)))
    return Setting(config.pilot, dimension, controls, not config.pilot.controls, dict(config.targets), tables.as_of)


def _units(tables: Tables, dimension: Dimension) -> set[str]:
    """Return the units that have deals; of the daily figures where there are no deals at all."""
    if "opportunities" not in tables and "kpi_daily" in tables:
        rows = tables.table("kpi_daily")
        return set(tables.to_frame(rows.filter(rows.unit.notnull()).select("unit").distinct())["unit"].astype(str))
    need_dimension(tables, dimension)
    rows = deals(tables)
    found = tables.to_frame(rows.filter(rows[dimension].notnull()).select(dimension).distinct())
    return set(found[dimension].astype(str))
