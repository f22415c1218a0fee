"""X1: what a pilot's plan fixes, taken from engagement.yml as it stands, and said in plain words field by field."""

from datetime import date, timedelta

from salesopt_kit.engagement import Config, Pilot
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.core_figures import metric_label, metric_unit
from salesopt_kit.metrics.dimensions import PILOT_DIMENSIONS, dimension_label
from salesopt_kit.numbers import difference_unit, shown
from salesopt_kit.pilot.setting import LONGEST_HORIZON
from salesopt_kit.pilot.template import bound_text
from salesopt_kit.records.pilot_plan import PilotPlan

UNSIGNED = date(1, 1, 1)


def plan_of(config: Config, controls: tuple[str, ...] = ()) -> PilotPlan:
    """Return the plan that engagement.yml holds, not signed; `controls` are those it does not name itself.

    MissingDataError where it plans no pilot.
    """
    pilot = config.pilot
    if pilot is None:
        raise MissingDataError(
            _("no pilot is planned in engagement.yml"),
            remedy=_(
                "Add a block `pilot` with unit, treated, controls, baseline and period, and `targets`, "
                "before the first day."
            ),
        )
    return PilotPlan(
        signed_by="-",
        signed_on=UNSIGNED,
        unit=pilot.unit,
        treated=pilot.treated,
        controls=pilot.controls or controls,
        baseline=pilot.baseline,
        period=pilot.period,
        burn_in_days=pilot.burn_in_days,
        follow_up_days=pilot.follow_up_days,
        horizon=min(LONGEST_HORIZON, pilot.follow_up_days),
        looks=looks_of(pilot),
        primary=pilot.primary or next(iter(config.targets), ""),
        targets=dict(config.targets),
        guardrails=dict(pilot.guardrails),
        alpha=pilot.alpha,
        decision_rule=decision_rule(),
    )


def looks_of(pilot: Pilot) -> tuple[date, ...]:
    """Return the days on which the effect is looked at: evenly spaced after the burn-in, the last one the last day."""
    first = pilot.period[0] + timedelta(days=pilot.burn_in_days)
    days = max(1, (pilot.period[1] - first).days + 1)
    looks = (first + timedelta(days=max(1, days * look // pilot.looks) - 1) for look in range(1, pilot.looks + 1))
    return tuple(dict.fromkeys(looks))


def decision_rule() -> str:
    """Return the rule by which the pilot is decided, in plain words."""
    return _(
        "The pilot has worked if the interval of its effect on the primary figure, against the controls, leaves out no "
        "change, the target is met, and no guardrail is worse by more than its margin. Before its end it is stopped "
        "for harm or for data that cannot be used; for success only beyond the O'Brien-Fleming line of that look."
    )


def fields_said(plan: PilotPlan, currency: str) -> dict[str, tuple[str, str]]:
    """Return key -> (name, value) of all that a plan fixes, as text; each target and guardrail has a key of its own."""
    between = _("{first} to {last}")
    said = {
        "unit": (_("Kind of unit"), dimension_label(PILOT_DIMENSIONS[plan.unit])),
        "treated": (_("Pilot units"), _(", ").join(plan.treated)),
        "controls": (_("Controls"), _(", ").join(plan.controls) or _("nobody")),
        "baseline": (_("Baseline"), between.format(first=plan.baseline[0], last=plan.baseline[1])),
        "period": (_("Pilot period"), between.format(first=plan.period[0], last=plan.period[1])),
        "burn_in_days": (_("Burn-in (days)"), str(plan.burn_in_days)),
        "follow_up_days": (_("Follow-up (days)"), str(plan.follow_up_days)),
        "looks": (_("Looks"), _(", ").join(str(day) for day in plan.looks)),
        "primary": (_("Primary figure"), metric_label(plan.primary) if plan.primary else "–"),
        "alpha": (_("Accepted false alarms"), shown(plan.alpha, "fraction")),
    }
    for metric, bound in plan.targets.items():
        name = _("Target for {label}").format(label=metric_label(metric))
        said[f"targets.{metric}"] = (name, bound_text(bound, metric_unit(metric, currency)))
    for metric, guard in plan.guardrails.items():
        unit = metric_unit(metric, currency)
        margin = shown(guard.margin, difference_unit(unit))
        name = _("Guardrail for {label}").format(label=metric_label(metric))
        said[f"guardrails.{metric}"] = (name, _("at most {margin} worse").format(margin=margin))
    return said
