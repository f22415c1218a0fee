"""The verdict kept in the chain of evidence: target -> evaluation, with its effect, its reasons and who signed it."""

from datetime import UTC, date, datetime
from typing import Any

from salesopt_kit.engagement import Engagement
from salesopt_kit.pilot.judge import Judged, together
from salesopt_kit.pilot.judged_pilot import JudgedPilot
from salesopt_kit.records.changes import Saved
from salesopt_kit.records.rows import Evaluation, Target
from salesopt_kit.records.store import Store

UNITS = ("days", "fraction", "hours", "score")
"""The units that an evaluation may have."""


def keep_verdicts(
    engagement: Engagement, store: Store, found: JudgedPilot, name: str, *, on: date | None = None
) -> tuple[Saved[Evaluation], ...]:
    """Keep every verdict, all of them or none, and return them as saved; signed by `name` today, or `on`.

    An evaluation of the same figure keeps its entered values and gets the verdict; else one is made from the data. The
    target leads to it. What stood there before stays in the history.
    """
    signed = {"judged_by": name.strip(), "judged_on": on or datetime.now(UTC).date()}
    with store.together():
        return tuple(
            _keep(engagement, store, one, signed | verdict_fields(one)) for one in found.judged if one.unit in UNITS
        )


def verdict_fields(one: Judged) -> dict[str, Any]:
    """Return what is kept of a figure's verdict: the verdict, the effect with its interval, and why."""
    effect = one.contrast
    return {
        "verdict": one.verdict,
        "effect": _rounded(effect.value),
        "low": _rounded(effect.low),
        "high": _rounded(effect.high),
        "reasons": together((*one.reasons, one.weakest)),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None or value != value else round(value, 6)  # NaN is unequal to itself  # noqa: PLR0124


def _keep(engagement: Engagement, store: Store, one: Judged, fields: dict[str, Any]) -> Saved[Evaluation]:
    there = next((saved for saved in store.all(Evaluation) if saved.record.metric == one.metric), None)
    if there is None:
        saved = store.add(_computed(engagement, one).model_copy(update=fields))
    elif (wanted := there.record.model_copy(update=fields)) == there.record:
        saved = there
    else:
        saved = store.save(wanted, there.version)
    for target in store.all(Target):
        if target.record.key == one.metric:
            store.link(target.record.id, saved.record.id, "evaluated_by")
    return saved


def _computed(engagement: Engagement, one: Judged) -> Evaluation:
    planned = engagement.config.pilot
    return Evaluation.model_validate(
        {
            "metric": one.metric,
            "label": one.label,
            "unit": one.unit,
            "before": one.level.before,
            "after": one.level.after,
            "before_period": planned.baseline if planned else None,
            "after_period": planned.period if planned else None,
            "target": one.target,
        }
    )
