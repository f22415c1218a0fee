"""`salesopt watch` on a small folder: limits are frozen, alarms opened once, missing data told with exit code 1."""

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from salesopt_kit.cli import app
from salesopt_kit.records import open_store, rows

CONFIG = """\
client: T
slug: t
locale: en
as_of: 2024-06-30
stages: [{id: talks, name: Talks}, {id: won, name: Won, kind: won}]
sources:
  opportunities: {file: exports/deals.csv, columns: {opportunity_id: id, created_at: opened, status: status}}
  kpi_daily: {file: exports/daily.csv, columns: {date: date, unit: unit, metric: metric, value: value}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "exports").mkdir()
    (tmp_path / "engagement.yml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "exports" / "deals.csv").write_text("id,opened,status\n1,2024-01-02,open\n", encoding="utf-8")
    days = pd.bdate_range("2023-10-02", "2024-06-28")
    values = [8 + (0.1 if week % 2 else -0.1) for week in days.isocalendar().week]
    daily = pd.DataFrame({"date": days, "unit": "A", "metric": "daily_hours", "value": values})
    daily.loc[daily["date"] >= "2024-06-03", "value"] = 10
    daily.to_csv(tmp_path / "exports" / "daily.csv", index=False)
    return tmp_path


def test_watch_freezes_the_limits_and_opens_each_alarm_once(folder: Path) -> None:
    first, second = (CliRunner().invoke(app, ["--lang", "en", "watch", str(folder)]) for _time in range(2))
    assert (first.exit_code, second.exit_code) == (0, 0), first.output
    assert "1 alarms opened" in first.output
    assert "AL-1  Alarm: daily_hours 2024-06-03" in first.output
    assert "0 alarms opened" in second.output
    with open_store(folder) as store:
        assert [chart.record.metric for chart in store.all(rows.ControlChart)] == ["daily_hours"]
        assert [alarm.record.week.isoformat() for alarm in store.all(rows.Alarm)] == ["2024-06-03"]


def test_watch_of_a_folder_without_any_figure_says_what_to_supply(folder: Path) -> None:
    text = CONFIG.partition("  kpi_daily")[0]
    (folder / "engagement.yml").write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["--lang", "en", "watch", str(folder)])
    assert done.exit_code == 1
    assert "none of the core figures" in done.output
