"""Oracle: what was written comes back, and the chain leads from the measure over the prediction to the evaluation."""

from datetime import date
from pathlib import Path

import made_log as made
import pytest

from salesopt_kit.design.what_if import what_if
from salesopt_kit.design.what_if_change import ExpectedChange
from salesopt_kit.design.what_if_record import expected_effect, keep_predictions, predictions_of
from salesopt_kit.design.what_if_result import WhatIf
from salesopt_kit.engagement import Bound
from salesopt_kit.records import load_records, open_store
from salesopt_kit.records.chain import trace
from salesopt_kit.records.exchange import export_records, import_records
from salesopt_kit.records.rows import Evaluation, Measure, Prediction
from salesopt_kit.records.store import Store
from salesopt_kit.results import Missing, Table

DAY = date(2024, 8, 30)


@pytest.fixture(scope="module")
def answer() -> WhatIf:
    found = what_if(made.opened(*made.events()), [ExpectedChange("contract", "ME-1", time_factor=0.5)])
    assert isinstance(found, WhatIf)
    return found


def filled(store: Store) -> None:
    spans = ((date(2024, 6, 1), date(2024, 8, 31)), (date(2024, 9, 1), date(2024, 10, 31)))
    store.add(Measure(measure="Team leads sign small contracts"))
    store.add(
        Evaluation(
            metric="cycle_days",
            label="Cycle",
            unit="days",
            before=20,
            after=15,
            before_period=spans[0],
            after_period=spans[1],
            target=Bound(at_most=16),
        )
    )


def test_the_chain_leads_from_the_measure_to_the_evaluation(tmp_path: Path, answer: WhatIf) -> None:
    with Store(tmp_path / "records.sqlite") as store:
        filled(store)
        kept = keep_predictions(store, answer, DAY)
        assert [saved.record.id for saved in kept] == ["PR-1"]  # who is won does not change, so only the cycle is kept
        assert [branch.id for branch in trace(store, "ME-1").below] == ["PR-1", "EV-1"]
        assert "PR-1" in trace(store, "EV-1").text()
        keep_predictions(store, answer, date(2024, 8, 31))
        assert len(store.all(Prediction)) == 1


def test_an_answer_that_is_missing_keeps_nothing(tmp_path: Path) -> None:
    with Store(tmp_path / "records.sqlite") as store:
        assert keep_predictions(store, Missing("no change", "")) == ()
        assert not store.all(Prediction)


def test_a_prediction_holds_the_figures_of_the_answer(answer: WhatIf) -> None:
    (kept,) = predictions_of(answer, DAY)
    cycle = answer.figure("cycle_mean")
    assert kept.now == pytest.approx(cycle.now.value, rel=1e-5)
    assert (kept.low, kept.high) == (
        pytest.approx(cycle.to_be.low, rel=1e-5),
        pytest.approx(cycle.to_be.high, rel=1e-5),
    )
    assert kept.change == pytest.approx(cycle.change.value, rel=1e-5)
    assert (kept.metric, kept.calibrated, kept.predicted_on) == ("cycle_days", True, DAY)
    assert "Contract takes 50.0% of today's time (ME-1)" in kept.assumptions


@pytest.mark.parametrize("ending", ["yml", "xlsx"])
def test_predictions_go_out_and_come_back_unchanged(tmp_path: Path, answer: WhatIf, ending: str) -> None:
    with Store(tmp_path / "one.sqlite") as store, Store(tmp_path / "two.sqlite") as other:
        filled(store)
        keep_predictions(store, answer, DAY)
        export_records(store, tmp_path / f"records.{ending}")
        import_records(other, tmp_path / f"records.{ending}")
        assert other.everything() == store.everything()


def test_the_workbook_shows_what_is_kept(tmp_path: Path, answer: WhatIf) -> None:
    tables = made.opened(*made.events(), folder=tmp_path)
    assert isinstance(expected_effect(tables), Missing)
    with open_store(tables.engagement) as store:
        filled(store)
        keep_predictions(store, answer, DAY)
    assert load_records(tables.engagement).predictions[0].measures == ("ME-1",)
    shown = expected_effect(tables, answer.changes)
    assert isinstance(shown, Table)
    row = shown.table().iloc[0]
    assert row["Record"] == "PR-1"
    assert row["Expected"] == row["Simulated anew"]
