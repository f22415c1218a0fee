"""Oracle: intervals by hand, and the before and after of the sample's own pilot."""

from pathlib import Path

import pytest

from salesopt_kit import open_engagement, open_tables
from salesopt_kit.pilot.evaluation import reading
from salesopt_kit.pilot.predicted import HeldAgainst, held_against_pilot, judged
from salesopt_kit.pilot.setting import setting
from salesopt_kit.pilot.totals import totals
from salesopt_kit.records import load_records
from salesopt_kit.results import Estimate, Missing


@pytest.mark.parametrize(
    ("value", "low", "high", "verdict"),
    [
        (-9.0, -20.0, 2.0, "inside"),
        (-9.0, None, None, "inside"),
        (-4.0, -9.0, 1.0, "could_be"),
        (-4.0, -7.9, 0.0, "outside"),
        (-30.0, -40.0, -12.1, "outside"),
        (-4.0, None, None, "cannot_tell"),
        (None, None, None, "cannot_tell"),
    ],
)
def test_a_change_is_judged_against_what_was_expected(
    value: float | None, low: float | None, high: float | None, verdict: str
) -> None:
    assert judged((-12.0, -8.0), Estimate("", "", value, "days", 9, low, high)) == verdict


def test_without_bounds_of_the_expected_nothing_can_be_told() -> None:
    assert judged((None, None), Estimate("", "", 1.0, "days", 9)) == "cannot_tell"


def test_the_sample_s_predictions_stand_beside_its_pilot(samples: Path) -> None:
    tables = open_tables(open_engagement(samples / "huaxin", locale="en"))
    found = held_against_pilot(tables)
    assert isinstance(found, HeldAgainst)
    cycle, chosen = found.rows[0], setting(tables)
    assert cycle.prediction == load_records(tables.engagement).predictions[0]
    assert cycle.measured == reading(tables, chosen, "cycle_days", chosen.pilot.period, "after")
    means = [
        rows["total"].sum() / rows["n"].sum()
        for names in (chosen.treated, chosen.controls)
        for window in (chosen.pilot.period, chosen.pilot.baseline)
        for rows in (totals(tables, chosen, "cycle_days", window).of(names),)
    ]
    assert cycle.change is not None
    assert cycle.change.value == pytest.approx(means[0] - means[1] - (means[2] - means[3]))
    assert cycle.verdict == "could_be"
    assert len(found.table()) == len(found.rows) == 2
    assert not found.late


def test_without_a_prediction_the_workbook_says_where_to_make_one(samples: Path, tmp_path: Path) -> None:
    settings = (samples / "huaxin" / "engagement.yml").read_text(encoding="utf-8")
    (tmp_path / "engagement.yml").write_text(settings, encoding="utf-8")
    tables = open_tables(open_engagement(tmp_path, exports=str(samples / "huaxin" / "exports"), locale="en"))
    found = held_against_pilot(tables)
    assert isinstance(found, Missing)
    assert "workbook 3" in found.remedy
