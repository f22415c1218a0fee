"""A roll-out in waves on deals whose days follow by hand."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from salesopt_kit import rollout
from salesopt_kit.engagement import Config, Engagement
from salesopt_kit.results import Missing
from salesopt_kit.rollout.wave_effect import WaveResult, known_from
from salesopt_kit.rollout.waves import WavePlan, balanced_order
from salesopt_kit.tables.frames import tables_from_frames
from salesopt_kit.tables.store import Tables

AS_OF = date(2024, 12, 31)
TEAMS = "ABCDEF"
STARTS = {"A": "2024-05", "B": "2024-05", "C": "2024-07", "D": "2024-07", "E": "2024-09", "F": "2024-09"}


def opened(folder: Path, *, gain: float = 8.0, teams: str = TEAMS, as_of: date = AS_OF) -> Tables:
    """Return six deals a month and team, of 40 days around the team's own level, faster by `gain` from its start on."""
    rng, rows = np.random.default_rng(4), []
    for month in pd.period_range("2023-10", as_of, freq="M"):
        for place, team in enumerate(teams):
            for day in (2, 6, 10, 14, 18, 22):
                days = 40 + place + rng.integers(-2, 3) - gain * (str(month) >= STARTS[team])
                rows.append((team, month.start_time + pd.Timedelta(days=day), round(days)))
    frame = pd.DataFrame(rows, columns=["team", "created_at", "days"])
    frame["closed_at"] = frame["created_at"] + pd.to_timedelta(frame.pop("days"), unit="D")
    frame = frame[frame["created_at"] <= pd.Timestamp(as_of)]
    frame["closed_at"] = frame["closed_at"].where(frame["closed_at"] <= pd.Timestamp(as_of))
    frame["status"] = np.where(frame["closed_at"].isna(), "open", "won")
    frame = frame.assign(opportunity_id=frame.index.astype(str), owner="Ann")
    stages = [{"id": "talks", "name": "Talks"}, {"id": "won", "name": "Won", "kind": "won"}]
    config = {"client": "T", "slug": "t", "stages": stages, "sources": {"opportunities": {"file": "o.csv"}}}
    engagement = Engagement(Config.model_validate(config), folder, folder / "exports")
    return tables_from_frames(engagement, {"opportunities": frame}, as_of=as_of)


def write_waves(folder: Path) -> None:
    (folder / "records").mkdir()
    text = "".join(f"- {{unit: {team}, starts_on: {month}-01}}\n" for team, month in STARTS.items())
    (folder / "records" / "waves.yml").write_text(text, encoding="utf-8")


def test_recorded_waves_are_shown_in_order_with_those_to_come(tmp_path: Path) -> None:
    write_waves(tmp_path)
    answer = rollout.waves(opened(tmp_path, as_of=date(2024, 6, 30)))
    assert isinstance(answer, WavePlan)
    assert [len(part) for _day, part in answer.waves] == [2, 2, 2]
    assert "2 have begun. Next: C, D on 2024-07-01" in answer.sentence()
    assert any("90 orders" in said for said in answer.caveats())


def test_effect_of_three_waves_is_the_gain_that_was_put_in(tmp_path: Path) -> None:
    write_waves(tmp_path)
    answer = rollout.wave_effect(opened(tmp_path))
    assert isinstance(answer, WaveResult)
    assert answer.found is not None
    assert answer.found.effect.value == pytest.approx(-8, abs=0.5)
    assert answer.found.effect.low is not None
    assert answer.found.effect.low < -8 < answer.found.effect.high  # type: ignore[operator]
    assert answer.found.effect.p == pytest.approx(1 / 90)
    assert "better than chance explains" in answer.sentence()
    assert answer.table().iloc[0, 0] == "Change of days to closing"


def test_before_any_wave_is_ripe_it_says_when_one_will_be(tmp_path: Path) -> None:
    write_waves(tmp_path)
    answer = rollout.wave_effect(opened(tmp_path, as_of=date(2024, 6, 10)))
    assert isinstance(answer, WaveResult)
    assert answer.found is None
    assert "can be judged from 2024-07-30" in answer.sentence()
    assert known_from(date(2024, 5, 1)) == date(2024, 7, 30)


def test_one_wave_alone_cannot_beat_chance_and_says_so(tmp_path: Path) -> None:
    write_waves(tmp_path)
    answer = rollout.wave_effect(opened(tmp_path, as_of=date(2024, 8, 31)))
    assert "smallest possible p 0.067" in answer.sentence()


def test_without_records_trained_units_come_first_and_then_the_lot(tmp_path: Path) -> None:
    answer = rollout.waves(opened(tmp_path))
    assert isinstance(answer, WavePlan)
    assert answer.is_proposed
    assert sorted(start.unit for start in answer.starts) == list(TEAMS)
    assert all(start.starts_on.weekday() == 0 and start.starts_on > AS_OF for start in answer.starts)
    order = balanced_order(list("ABCDE"), dict.fromkeys("ABCDE", 10), {"D": 1.0, "B": 1.0})
    assert set(order[0]) == {"B", "D"}


def test_waves_of_a_proposal_are_balanced_and_the_same_every_time() -> None:
    sizes = {"A": 100, "B": 10, "C": 95, "D": 5}
    order = balanced_order(list("ABCD"), sizes, {})
    assert order == balanced_order(list("ABCD"), sizes, {})
    assert abs(sum(sizes[unit] for unit in order[0]) - 105) <= 5


def test_two_units_are_too_few(tmp_path: Path) -> None:
    assert isinstance(rollout.waves(opened(tmp_path, teams="AB")), Missing)


def test_the_staircase_shows_waiting_begun_and_planned(tmp_path: Path) -> None:
    write_waves(tmp_path)
    chart = rollout.wave_chart(opened(tmp_path, as_of=date(2024, 8, 15)))
    assert "Mean days" in chart.figure.axes[0].get_title(loc="left")  # type: ignore[union-attr]
    assert {patch.get_facecolor() for patch in chart.figure.axes[0].patches} > set()  # type: ignore[union-attr]


def test_the_answer_carries_the_card_of_its_method(tmp_path: Path) -> None:
    write_waves(tmp_path)
    page = rollout.wave_effect(opened(tmp_path))._repr_html_()
    assert 'href="#method-stepped_wedge"' in page
