"""X1: who pilots, against whom and when; how alike both sides were before; and how little a few units can prove."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import ibis
import pandas as pd

from salesopt_kit import metrics
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.core_figures import metric_label, metric_unit
from salesopt_kit.numbers import shown
from salesopt_kit.pilot.baseline_guard import baseline_guard
from salesopt_kit.pilot.setting import Setting, need_controls, setting
from salesopt_kit.pilot.template import bound_text
from salesopt_kit.results import Estimate, Missing, Result, Table, explains_missing
from salesopt_kit.stats.permutation import smallest_p
from salesopt_kit.tables.store import Tables

LARGE = 0.25
"""A standardised difference above it is called a difference (Stuart 2010)."""


@dataclass(frozen=True, slots=True)
class Plan(Result):
    """The units with their size in the baseline, and what the plan fixes."""

    said: str
    units: pd.DataFrame
    sizes: tuple[Estimate, ...]
    remarks: tuple[str, ...]

    def sentence(self) -> str:
        """Say who pilots and when."""
        return self.said

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the deals of each unit in the baseline and the smallest attainable p."""
        return self.sizes

    def methods(self) -> Iterable[str]:
        """Return what limits so few units, and why they should not be picked for bad months."""
        return ("permutation", "regression_to_the_mean")

    def table(self) -> pd.DataFrame:
        """Return one row per unit."""
        return self.units

    def caveats(self) -> tuple[str, ...]:
        """Return what this choice of units can and cannot show."""
        return self.remarks


@explains_missing
def plan(tables: Tables) -> Result:
    """Return the pilot as planned: units, controls, dates, follow-up, and each unit's size in the baseline."""
    chosen = setting(tables)
    sizes = _sizes(tables, chosen)
    (b0, b1), (p0, p1) = chosen.pilot.baseline, chosen.pilot.period
    message = _(
        "{treated} pilot from {p0} to {p1}, compared with {b0} to {b1} and with {controls}; judged "
        "{days} days after the end."
    )
    said = message.format(
        treated=_(", ").join(chosen.treated),
        p0=p0,
        p1=p1,
        b0=b0,
        b1=b1,
        controls=_(", ").join(chosen.controls) or _("nobody"),
        days=chosen.pilot.follow_up_days,
    )
    units = pd.DataFrame(
        {
            _("Unit"): unit,
            _("Part"): _("pilot unit") if unit in chosen.treated else _("control"),
            _("Sellers in the baseline"): shown(row.sellers, "people"),
            _("Deals opened in the baseline"): shown(row.opened, "deals"),
            _("Won of them"): shown(row.won, "deals"),
        }
        for unit, row in sizes.iterrows()
    )
    return Plan(said, units, _estimates(chosen, sizes), (*_remarks(chosen), *_by_chance(tables)))


@explains_missing
def targets(tables: Tables) -> Result:
    """Return the targets that engagement.yml fixes; MissingDataError where there are none."""
    config = tables.engagement.config
    if not config.targets:
        raise MissingDataError(
            _("no targets are set"), remedy=_("Write them in engagement.yml under `targets`, before the pilot begins.")
        )
    cells = pd.DataFrame(
        {
            _("Metric evaluated"): metric_label(metric),
            _("Target"): bound_text(bound, metric_unit(metric, config.currency)),
        }
        for metric, bound in config.targets.items()
    )
    return Table(_("{n} targets, to be fixed before the first day.").format(n=len(cells)), cells)


@explains_missing
def balance(tables: Tables) -> Result:
    """Return how alike pilot units and controls were in the baseline: means, and standardised differences.

    Standardised difference: difference of means over the root of the mean of both variances; above 0.25 the sides
    differ by more than regression can be trusted to repair (Stuart 2010, Statistical Science 25:1-21).
    """
    chosen = setting(tables)
    need_controls(chosen.controls)
    rows = _moments(tables, chosen)
    differences = [row for row in rows if row[4] is not None and abs(row[4]) > LARGE]
    message = _("{n} of {of} figures differ between pilot and controls by more than {large} standard deviations.")
    cells = pd.DataFrame(
        {
            _("Figure"): label,
            _("Pilot"): shown(treated, unit),
            _("Controls"): shown(control, unit),
            _("Standardised difference"): "–" if smd is None else f"{smd:+.2f}",
        }
        for label, unit, treated, control, smd in rows
    )
    said = message.format(n=len(differences), of=len(rows), large=LARGE)
    return Table(said, cells, used=("standardised_difference",))


def _sizes(tables: Tables, chosen: Setting) -> pd.DataFrame:
    rows = metrics.deals(tables)
    rows = rows.filter(rows.created_on.between(*chosen.pilot.baseline))
    counted = rows.group_by(unit=rows[chosen.dimension]).aggregate(
        opened=rows.count(), won=(rows.status == "won").sum(), sellers=rows.owner.nunique()
    )
    found = tables.to_frame(counted).set_index("unit")
    return found.reindex([*chosen.treated, *chosen.controls]).fillna(0)


def _estimates(chosen: Setting, sizes: pd.DataFrame) -> tuple[Estimate, ...]:
    label = _("Deals opened in the baseline")
    window = chosen.pilot.baseline
    found = [
        Estimate(
            "pilot.plan.deals", label, int(row.opened), "deals", int(row.opened), window=window, group=f"unit={unit}"
        )
        for unit, row in sizes.iterrows()
    ]
    n, k = len(chosen.treated) + len(chosen.controls), len(chosen.treated)
    if chosen.controls:
        label = _("Smallest p that a permutation over units can reach")
        found.append(Estimate("pilot.plan.smallest_p", label, smallest_p(n, k), "p", n))
    return tuple(found)


def _remarks(chosen: Setting) -> tuple[str, ...]:
    n, k = len(chosen.treated) + len(chosen.controls), len(chosen.treated)
    said = [
        _("Units picked because they did badly will look better by chance alone; choose among alike ones by lot."),
    ]
    if chosen.controls:
        message = _(
            "{k} of {n} units pilot: of all {choices} ways to choose them the clearest result can "
            "reach p = {p:.3f} at best."
        )
        said.append(message.format(k=k, n=n, choices=math.comb(n, k), p=smallest_p(n, k)))
    if k <= 2:  # noqa: PLR2004 -- the handbook's one or two teams
        said.append(_("With one or two units the result can be consistent with an improvement, never proof of it."))
    if chosen.are_proposed:
        said.append(
            _("engagement.yml names no controls, so all other units serve: {names}.").format(
                names=_(", ").join(chosen.controls[:12])
            )
        )
    return tuple(said)


def _by_chance(tables: Tables) -> tuple[str, ...]:
    """Return what regression to the mean would bring, and whether the planned baseline guards against it."""
    answer = baseline_guard(tables)
    return () if isinstance(answer, Missing) else (answer.sentence(),)


BalanceRow = tuple[str, str, float | None, float | None, float | None]
"""Label, unit, mean of the pilot's deals, mean of the controls' deals, standardised difference."""


def _moments(tables: Tables, chosen: Setting) -> list[BalanceRow]:
    rows = metrics.deals(tables)
    rows = rows.filter(rows.created_on.between(*chosen.pilot.baseline))
    rows = rows.filter(rows[chosen.dimension].isin([*chosen.treated, *chosen.controls]))
    is_pilot = rows[chosen.dimension].isin(chosen.treated)
    is_won = ibis.cases((rows.status == "won", 1.0), (rows.status == "lost", 0.0), else_=ibis.null("float64"))
    own = rows.group_by(pilot=is_pilot, seller=rows.owner).aggregate(deals=rows.count().cast("float64"))
    volume = own.group_by("pilot").aggregate(mean=own.deals.mean(), var=own.deals.var())
    deals = rows.mutate(pilot=is_pilot, is_won=is_won)
    others = deals.group_by("pilot").aggregate(
        **{
            f"{name}_{how}": getattr(deals[name], how)()
            for name in ("amount", "cycle_days", "is_won")
            for how in ("mean", "var")
        }
    )
    found, volumes = (tables.to_frame(table).set_index("pilot") for table in (others, volume))
    currency = tables.engagement.config.currency
    measured = [(_("Deals per seller"), "deals", volumes["mean"], volumes["var"])]
    measured += [
        (label, unit, found[f"{name}_mean"], found[f"{name}_var"])
        for label, unit, name in (
            (_("Amount per deal"), currency, "amount"),
            (_("Cycle of closed deals"), "days", "cycle_days"),
            (_("Win rate"), "fraction", "is_won"),
        )
    ]
    return [(label, unit, *_standardised(means, variances)) for label, unit, means, variances in measured]


def _standardised(
    means: "pd.Series[float]", variances: "pd.Series[float]"
) -> tuple[float | None, float | None, float | None]:
    treated, control = (None if pd.isna(value := means.get(side)) else float(value) for side in (True, False))
    spread = math.sqrt(float(variances.reindex([True, False]).mean())) if variances.notna().any() else 0.0
    if treated is None or control is None or not spread > 0:
        return treated, control, None
    return treated, control, (treated - control) / spread
