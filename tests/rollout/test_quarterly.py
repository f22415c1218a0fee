"""The quarterly review on deals whose days follow by hand."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from salesopt_kit import rollout
from salesopt_kit.engagement import Config, Engagement
from salesopt_kit.results import Answers, Missing, Table
from salesopt_kit.rollout.quarterly import Fades, Moves, quarter_of
from salesopt_kit.tables.frames import tables_from_frames
from salesopt_kit.tables.store import Tables

PILOT = {
    "unit": "team",
    "treated": ["A"],
    "controls": ["B"],
    "baseline": ["2023-07-01", "2023-12-31"],
    "period": ["2024-01-01", "2024-03-31"],
}
AS_OF = date(2024, 8, 29)
"""Sixty days after the last day of June."""


def opened(folder: Path, days: dict[str, float]) -> Tables:
    """Return eight sellers' deals of every week; `days` says how long those opened from a month on take."""
    rows = []
    for monday in pd.date_range("2023-01-02", "2024-08-26", freq="7D"):
        length = next(value for month, value in sorted(days.items(), reverse=True) if f"{monday:%Y-%m}" >= month)
        lengths = [length + (monday.day_of_year + 5 * seller) % 9 - 4 for seller in range(8)]
        rows += [("A" if seller < 4 else "B", f"s{seller}", monday, lengths[seller]) for seller in range(8)]
    frame = pd.DataFrame(rows, columns=["team", "owner", "created_at", "days"])
    frame["closed_at"] = frame["created_at"] + pd.to_timedelta(frame.pop("days"), unit="D")
    frame = frame.assign(opportunity_id=frame.index.astype(str), status="won")
    is_open = frame["closed_at"] > pd.Timestamp(AS_OF)
    frame.loc[is_open, "status"] = "open"
    frame.loc[is_open, "closed_at"] = pd.NaT
    stages = [{"id": "talks", "name": "Talks"}, {"id": "won", "name": "Won", "kind": "won"}]
    sources = {"opportunities": {"file": "o.csv"}}
    config = {"client": "T", "slug": "t", "stages": stages, "sources": sources, "pilot": PILOT}
    config |= {"targets": {"cycle_days": {"at_most": 35}}}
    engagement = Engagement(Config.model_validate(config), folder, folder / "exports")
    return tables_from_frames(engagement, {"opportunities": frame}, as_of=AS_OF)


def write(folder: Path, name: str, text: str) -> None:
    (folder / "records").mkdir(exist_ok=True)
    (folder / "records" / f"{name}.yml").write_text(text, encoding="utf-8")


MEASURE = "- {id: ME-1, measure: Tiers of approval, targets: [cycle_days]}\n"


def test_a_quarter_is_held_against_the_last_and_the_year_before(tmp_path: Path) -> None:
    answer = rollout.what_moved(opened(tmp_path, {"2023-01": 40, "2024-04": 30}))
    assert isinstance(answer, Moves)
    (move,) = answer.moves
    assert move.now.window == (date(2024, 4, 1), date(2024, 6, 30))
    assert move.since_last is not None
    assert move.since_last.value == pytest.approx(-10, abs=1.5)
    assert move.since_year is not None
    assert move.since_year.value == pytest.approx(-10, abs=1.5)
    assert "better" in answer.sentence()


def test_an_unchanged_figure_is_within_chance(tmp_path: Path) -> None:
    answer = rollout.what_moved(opened(tmp_path, {"2023-01": 40}))
    assert "no core figure moved" in answer.sentence()
    assert "within chance" in str(answer.table().iloc[0, 4])


@pytest.mark.parametrize(("later", "said"), [(40, "faded"), (30, "no fading shown"), (20, "better than in the pilot")])
def test_a_measure_fades_where_the_figure_of_the_pilot_is_lost(tmp_path: Path, later: float, said: str) -> None:
    write(tmp_path, "measures", MEASURE)
    answer = rollout.what_faded(opened(tmp_path, {"2023-01": 40, "2024-01": 30, "2024-04": later}))
    assert isinstance(answer, Fades)
    assert list(answer.table().iloc[:, 5]) == [said]


def test_without_measures_nothing_can_fade(tmp_path: Path) -> None:
    assert isinstance(rollout.what_faded(opened(tmp_path, {"2023-01": 40})), Missing)


def test_what_comes_next_holds_decisions_and_open_items(tmp_path: Path) -> None:
    write(tmp_path, "reviews", "- {quarter: 2024Q3, held_on: 2024-08-01, decisions: [Keep the tiers]}\n")
    write(tmp_path, "trainings", "- {unit: B, people: 4, trained: 1}\n")
    write(tmp_path, "measures", "- {id: ME-1, measure: Write the manual, due: 2024-09-30}\n")
    answer = rollout.what_next(opened(tmp_path, {"2023-01": 40}))
    assert isinstance(answer, Table)
    assert answer.sentence() == "Decisions of this quarter: 1. To do next: 2."
    assert list(answer.cells.iloc[:, 1]) == ["Keep the tiers", "B: 3 to train", "ME-1 Write the manual"]


def test_the_pack_has_its_five_parts_and_the_quarter(tmp_path: Path) -> None:
    pack = rollout.quarterly(opened(tmp_path, {"2023-01": 40}))
    assert "2024Q3" in pack.sentence()
    assert isinstance(pack, Answers)
    assert len(pack.parts) == 5
    assert quarter_of(date(2024, 5, 5)) == (date(2024, 4, 1), date(2024, 6, 30))
