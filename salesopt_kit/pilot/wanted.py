"""X1: the change that would count as a success, as a share of today's figure: what power is asked for."""

from datetime import timedelta

from salesopt_kit.engagement import Pilot
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.numbers import shown
from salesopt_kit.pilot.outline import MONTHS, Outline
from salesopt_kit.pilot.setting import LONGEST_HORIZON, Setting
from salesopt_kit.pilot.totals import totals
from salesopt_kit.records import load_records
from salesopt_kit.tables.store import Tables, months_before

USUAL = 0.2
"""A change worth a pilot where neither a prediction nor a target says another."""


def wanted_effect(
    tables: Tables, planned: Outline, metric: str, current: float, lower_is_better: bool
) -> tuple[float, str]:
    """Return the gain that counts as a success, in the panel's unit, and where it comes from.

    The relative change of the newest prediction made before the pilot, else what the target needs of the figure that
    the target means, else 20 %: relative, for a panel counts deals and leads over their first days alone.
    """
    share, why = (
        _predicted(tables, planned, metric, lower_is_better)
        or _needed(tables, planned, metric)
        or (
            USUAL,
            _("a fifth, as neither prediction nor target says another"),
        )
    )
    return abs(current) * share, why


def _predicted(tables: Tables, planned: Outline, metric: str, lower_is_better: bool) -> tuple[float, str] | None:
    made = [
        one
        for one in load_records(tables.engagement).predictions
        if one.metric == metric and (one.predicted_on is None or one.predicted_on < planned.first_day)
    ]
    if not made or not made[-1].now or made[-1].change is None:
        return None
    share = made[-1].change / made[-1].now * (-1 if lower_is_better else 1)
    why = _("{share} of today's figure, as {id} predicts").format(share=shown(share, "fraction"), id=made[-1].id)
    return (share, why) if share > 0 else None


def _needed(tables: Tables, planned: Outline, metric: str) -> tuple[float, str] | None:
    bound = tables.engagement.config.targets.get(metric)
    if bound is None:
        return None
    last = planned.known_until - timedelta(days=LONGEST_HORIZON)  # targets mean ripe figures, not the first days' alone
    window = months_before(last, MONTHS), last
    pilot = Pilot(unit=planned.kind, treated=planned.units, baseline=window, period=window)
    chosen = Setting(pilot, planned.dimension, (), are_proposed=False, targets={}, as_of=planned.known_until)
    try:
        rows = totals(tables, chosen, metric, window).rows
    except MissingDataError:
        return None
    now = float(rows["total"].sum() / rows["n"].sum())
    goal = bound.at_most if bound.at_most is not None else bound.at_least or 0.0
    share = (now - goal) / now if bound.at_most is not None else (goal - now) / now
    why = _("{share} of today's figure, as the target needs").format(share=shown(share, "fraction"))
    return (share, why) if share > 0 else None
