"""The expected effect kept as records before the pilot: measure, prediction, and later the evaluation it is held to."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pandas as pd

from salesopt_kit.design.what_if import what_if
from salesopt_kit.design.what_if_change import ExpectedChange, Planned
from salesopt_kit.design.what_if_result import Figure, WhatIf
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.numbers import difference_unit, shown
from salesopt_kit.records import load_records
from salesopt_kit.records.changes import Saved
from salesopt_kit.records.models import Prediction as Stored
from salesopt_kit.records.rows import Evaluation, Measure, Prediction
from salesopt_kit.records.store import Store
from salesopt_kit.results import Estimate, Missing, Result, Table, explains_missing
from salesopt_kit.tables.store import Tables

METRICS = {"cycle_days": "cycle_mean", "win_rate": "won_share"}
"""The figures that are kept, by the name that targets and evaluations use, with the key of the simulated one."""


def predictions_of(answer: WhatIf, on: date | None = None) -> tuple[Prediction, ...]:
    """Return the expected effect as records without an id: one per figure that a pilot can be held against.

    A figure that the changes leave exactly as it is has no expected effect.
    """
    figures = {metric: answer.figure(key) for metric, key in METRICS.items()}
    moved = {metric: one for metric, one in figures.items() if one.change.low or one.change.high}
    return tuple(_prediction(metric, one, answer, on) for metric, one in moved.items())


def keep_predictions(store: Store, answer: WhatIf | Missing, on: date | None = None) -> tuple[Saved[Prediction], ...]:
    """Keep the expected effect in the store as of the day `on` (today), linked to its measures and evaluations.

    A prediction with the same figures that the store holds already is not kept once more. What was kept earlier stays:
    the chain shows every prediction that was made, not the last one alone. An answer that is missing keeps nothing.
    """
    if isinstance(answer, Missing):
        return ()
    on = on or datetime.now(UTC).date()
    kept = []
    with store.together():
        there = {_mark(one.record): one for one in store.all(Prediction)}
        measures = {one.record.id for one in store.all(Measure)}
        evaluations = [one.record for one in store.all(Evaluation)]
        for prediction in predictions_of(answer, on):
            saved = there.get(_mark(prediction)) or store.add(prediction)
            for change in answer.changes:
                if change.measure in measures:
                    store.link(change.measure, saved.record.id, "predicts")
            for evaluation in evaluations:
                if evaluation.metric == prediction.metric:
                    store.link(saved.record.id, evaluation.id, "held_against")
            kept.append(saved)
    return tuple(kept)


@explains_missing
def expected_effect(tables: Tables, changes: Sequence[ExpectedChange | Planned] = ()) -> Result:
    """Return the predictions that are kept, and how far a simulation of `changes` today would differ from them."""
    records = load_records(tables.engagement)
    if not records.predictions:
        raise MissingDataError(
            _("no prediction is kept"),
            remedy=_("Keep the expected effect before the pilot begins: `salesopt predict DIR`."),
        )
    answer = what_if(tables, changes) if changes else Missing("", "")
    today = {one.metric: one for one in predictions_of(answer)} if isinstance(answer, WhatIf) else {}
    began = tables.engagement.config.pilot.period[0] if tables.engagement.config.pilot else None
    late = [one.id for one in records.predictions if began and one.predicted_on and one.predicted_on >= began]
    message = _("{n} predictions are kept, to be held against the pilot.")
    remarks = [_("{names} were made after the pilot began and predict nothing.").format(names=_(", ").join(late))]
    cells = pd.DataFrame(_row(one, today.get(one.metric)) for one in records.predictions)
    return Table(message.format(n=len(records.predictions)), cells, tuple(remarks) if late else ())


def _prediction(metric: str, figure: Figure, answer: WhatIf, on: date | None) -> Prediction:
    now, to_be, change = figure.now, figure.to_be, figure.change
    return Prediction(
        metric=metric,
        label=figure.label,
        unit=now.unit,
        now=_kept(now.value),
        expected=_kept(to_be.value),
        low=_kept(to_be.low),
        high=_kept(to_be.high),
        change=_kept(change.value),
        change_low=_kept(change.low),
        change_high=_kept(change.high),
        n=now.n,
        method=now.method,
        assumptions=_("; ").join(answer.said),
        calibrated=answer.calibration.is_calibrated if answer.calibration else None,
        window=now.window,
        predicted_on=on,
    )


def _kept(value: float | None) -> float:
    """Return a figure as records keep it: six digits, which is more than any of them is worth."""
    return float(f"{value or 0.0:.6g}")


def _mark(prediction: Prediction) -> str:
    return prediction.model_copy(update={"id": "", "predicted_on": None}).model_dump_json()


def _row(one: Stored, today: Prediction | None) -> dict[str, str]:
    return {
        _("Record"): one.id,
        _("Figure"): one.label,
        _("As it was"): shown(one.now, one.unit),
        _("Expected"): _bounded(one.expected, one.low, one.high, one.unit),
        _("Expected change"): _bounded(one.change, one.change_low, one.change_high, _step(one.unit)),
        _("Measures"): _(", ").join(one.measures) or "–",
        _("Assumed"): one.assumptions or "–",
        _("Simulated anew"): "–" if today is None else _bounded(today.expected, today.low, today.high, today.unit),
    }


def _bounded(value: float | None, low: float | None, high: float | None, unit: str) -> str:
    return with_interval(Estimate("", "", value, unit, 0, low, high))


def _step(unit: str) -> str:
    return difference_unit(unit)
