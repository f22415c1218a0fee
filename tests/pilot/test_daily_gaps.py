"""Hand-made calendars, and brute force over the days of the samples."""

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from salesopt_kit import open_engagement, open_tables
from salesopt_kit.engagement import Config, Engagement
from salesopt_kit.pilot import daily_heat_map
from salesopt_kit.pilot.daily_gaps import DailyGaps, daily_gaps
from salesopt_kit.results import Missing
from salesopt_kit.tables.frames import tables_from_frames
from salesopt_kit.tables.store import Tables

DEALS = pd.DataFrame(
    {
        "opportunity_id": ["1", "2"],
        "team": ["A", "B"],
        "owner": ["a", "b"],
        "created_at": pd.to_datetime(["2024-01-02", "2024-01-03"]),
        "status": "open",
    }
)


def opened(folder: Path, days: list[str], entered: str = "", unit: str = "A") -> Tables:
    (folder / "records").mkdir(parents=True)
    (folder / "records" / "daily_entries.yml").write_text(entered, encoding="utf-8")
    values = pd.DataFrame({"date": pd.to_datetime(days), "unit": unit, "metric": "daily_hours", "value": 8.0})
    frames = {"opportunities": DEALS} | ({"kpi_daily": values} if days else {})
    config = Config.model_validate(
        {
            "client": "T",
            "slug": "t",
            "calendar": {"country": "GB"},
            "stages": [{"id": "won", "name": "Won", "kind": "won"}, {"id": "lost", "name": "Lost", "kind": "lost"}],
            "sources": {name: {"file": f"{name}.csv"} for name in frames},
            "pilot": {
                "treated": ["A"],
                "controls": ["B"],
                "baseline": ["2024-01-01", "2024-01-07"],
                "period": ["2024-01-08", "2024-01-19"],
            },
        }
    )
    return tables_from_frames(Engagement(config, folder, folder), frames, as_of=date(2024, 1, 18))


def gaps(tables: Tables) -> DailyGaps:
    found = daily_gaps(tables)
    assert isinstance(found, DailyGaps)
    return found


def test_days_without_a_value_are_counted_on_working_days_alone_and_up_to_the_end_of_the_data(tmp_path: Path) -> None:
    """1 January is a holiday in Britain; of the 13 working days from the 2nd to the 18th ten are there."""
    days = [f"2024-01-{day:02}" for day in (2, 3, 4, 5, 6, 9, 10, 11, 15, 16, 18)]
    entered = "- {id: KD-1, day: 2024-01-12, unit: A, metric: daily_hours, value: 8}"
    found = gaps(opened(tmp_path, days, entered))
    row = found.table().iloc[0]
    assert row[["Expected", "Exported", "Entered", "Not recorded", "Longest gap"]].tolist() == [
        "13 days",
        "10",
        "1",
        "2",
        "1",
    ]
    assert found.table().iloc[1]["Not recorded"] == "13"
    assert "15 of 26" in found.sentence()
    assert [estimate.value for estimate in found.estimates()] == [pytest.approx(2 / 13), 1.0]


def test_a_figure_of_once_a_week_is_expected_in_every_whole_week(tmp_path: Path) -> None:
    found = gaps(opened(tmp_path, ["2024-01-05", "2024-01-12"]))
    assert (found.calendars[0].rhythm, found.table().iloc[0]["Expected"]) == ("week", "1 weeks")
    assert found.table().iloc[0]["Not recorded"] == "0"


def test_an_entry_that_contradicts_the_export_is_told_with_both_values(tmp_path: Path) -> None:
    entered = "- {id: KD-1, day: 2024-01-03, unit: A, metric: daily_hours, value: 9.5}"
    found = gaps(opened(tmp_path, [f"2024-01-{day:02}" for day in range(2, 19)], entered))
    assert "KD-1: A, 2024-01-03, Working hours per day: entered 9.5 hours, counted 8.0 hours." in found.caveats()
    assert "1" in found.table()["Contradicted"].tolist()


def test_without_any_daily_figure_it_says_how_to_supply_them(tmp_path: Path) -> None:
    for answer in (daily_gaps(opened(tmp_path / "a", [])), daily_heat_map(opened(tmp_path / "b", []))):
        assert isinstance(answer, Missing)
        assert "kpi_daily" in answer.remedy


def test_the_samples_missing_days_are_those_without_a_row(samples: Path) -> None:
    tables = open_tables(open_engagement(samples / "alder"))
    found = gaps(tables)
    calendar = next(one for one in found.calendars if one.metric == "satisfaction")
    rows = tables.to_frame(tables.table("kpi_daily"))
    rows = rows[(rows["metric"] == "satisfaction") & (rows["unit"] == "Southeast")]
    days = {pd.Timestamp(day).date() for day in rows["date_on"]}
    mondays = [date(2023, 5, 1) + timedelta(weeks=week) for week in range(26)]
    missing = sum(not any(monday + timedelta(days=step) in days for step in range(7)) for monday in mondays)
    assert calendar.missing("Southeast") == missing == 1
    assert calendar.missing("Central") == 0
    assert not isinstance(daily_heat_map(tables), Missing)
