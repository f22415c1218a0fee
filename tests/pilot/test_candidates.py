"""Oracles: brute force over the deals for every standardised difference, and clones that must not differ at all."""

from collections import Counter
from datetime import date

import numpy as np
import pandas as pd
import pytest
from test_pilot import PILOT, SAMPLES, TARGETS, deals, opened

from salesopt_kit import open_engagement, open_tables, pilot
from salesopt_kit.charts import Chart
from salesopt_kit.locale import use_language
from salesopt_kit.pilot.candidates import Candidates, drawn_by_lot
from salesopt_kit.results import Missing
from salesopt_kit.tables.store import Tables


@pytest.fixture(autouse=True)
def _english() -> None:
    use_language("en")


def found(tables: Tables, *arguments: str) -> Candidates:
    answer = pilot.candidates(tables, *arguments)
    assert isinstance(answer, Candidates)
    return answer


def varied() -> pd.DataFrame:
    rows = deals(0).assign(
        product=lambda rows: np.where((rows["team"] == "A") | (rows.index % 3 == 0), "New", "Old"),
        segment=lambda rows: np.where(rows.index % 2 == 0, "Small", "Large"),
    )
    return rows.assign(amount=100.0 + rows["team"].map(ord) * 3 + rows.index % 17)


def test_every_difference_is_that_of_brute_force_over_the_deals() -> None:
    rows = varied()
    answer = found(opened({"opportunities": rows}, targets=TARGETS))
    assert len(answer.choices) == 6 + 15 + 20
    values = {
        "Amount per deal": rows["amount"],
        "product: New": (rows["product"] == "New").astype(float),
        "Cycle of closed deals": (rows["closed_at"].dt.normalize() - rows["created_at"]).dt.days,
    }
    for choice in answer.choices:
        own = rows["team"].isin(choice.units)
        for label, value in values.items():
            expected = (value[own].mean() - value.mean()) / value.std(ddof=0)
            assert choice.differences[label] == pytest.approx(expected, abs=1e-9)
    assert [one.distance for one in answer.choices] == sorted(one.distance for one in answer.choices)


def test_teams_that_are_clones_differ_in_nothing() -> None:
    one = deals(0).query("team == 'A'")
    clones = pd.concat([one.assign(team=team, owner=one["owner"].str.replace("A", team)) for team in "ABCDEF"])
    clones = clones.assign(opportunity_id=[str(number) for number in range(len(clones))])
    answer = found(opened({"opportunities": clones}))
    assert all(choice.distance == pytest.approx(0, abs=1e-9) for choice in answer.choices)
    assert all(choice.is_balanced for choice in answer.shortlist)


def test_only_days_before_the_pilot_are_looked_at() -> None:
    rows = varied()
    later = rows.assign(amount=rows["amount"].where(rows["created_at"] < "2024-03-01", 1e6))
    before, after = (found(opened({"opportunities": one}, pilot=PILOT, targets=TARGETS)) for one in (rows, later))
    assert [choice.differences for choice in before.choices] == [choice.differences for choice in after.choices]
    assert before.planned is not None
    assert before.planned.units == ("A", "B")


def test_the_lot_is_the_same_every_time_and_fair_over_many_seeds() -> None:
    tables = opened({"opportunities": varied()}, pilot=PILOT, targets=TARGETS)
    answer = found(tables)
    assert answer.seed == "test 2024-03-01"
    assert found(tables).drawn == answer.drawn
    assert drawn_by_lot(answer.shortlist[::-1], answer.seed) == answer.drawn
    drawn = Counter(drawn_by_lot(answer.shortlist, str(seed)).units for seed in range(6_000))
    assert len(drawn) == len(answer.shortlist)
    assert all(abs(n / 6_000 - 1 / len(drawn)) < 0.025 for n in drawn.values())


def test_the_preset_is_the_newest_unit_and_the_middling_one_of_the_others() -> None:
    rows = varied()
    hired = {seller: date(2023, 10, 1) if seller[0] == "F" else date(2015, 1, 1) for seller in rows["owner"].unique()}
    people = pd.DataFrame(
        {"person": list(hired), "hired_at": pd.to_datetime(list(hired.values())), "team": [name[0] for name in hired]}
    )
    answer = found(opened({"opportunities": rows, "people": people}))
    assert answer.preset is not None
    assert answer.preset.units == ("C", "F")
    assert "Tenure of the sellers" in answer.choices[0].differences
    assert answer.preset.worst[0] == "Tenure of the sellers"


def test_persons_can_be_chosen_and_two_segments_are_too_few() -> None:
    tables = opened({"opportunities": varied()}, pilot=PILOT, targets=TARGETS)
    assert found(opened({"opportunities": varied()}), "person").n_units == 30
    answer = pilot.candidates(tables, "segment")
    assert isinstance(answer, Missing)
    assert "three or more" in answer.remedy


@pytest.mark.parametrize("name", ["huaxin", "alder"])
def test_the_sample_s_choices_are_drawn_and_the_plan_is_found_among_them(name: str) -> None:
    if not (SAMPLES / name / "exports").is_dir():
        pytest.skip("the sample was not generated")
    tables = open_tables(open_engagement(SAMPLES / name, locale="en"))
    answer = found(tables)
    assert answer.planned is not None
    assert answer.planned.units == tuple(sorted(tables.engagement.config.pilot.treated))  # type: ignore[union-attr]
    assert answer.drawn in answer.shortlist
    assert isinstance(pilot.candidates_chart(tables), Chart)
