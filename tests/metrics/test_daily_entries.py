"""Hand-made days: what people entered beside what the exports hold."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from salesopt_kit.engagement import Config, Engagement
from salesopt_kit.errors import MissingDataError
from salesopt_kit.metrics.daily_entries import merged
from salesopt_kit.metrics.daily_figures import daily_figures, known_days
from salesopt_kit.tables.frames import tables_from_frames
from salesopt_kit.tables.store import Tables

MARCH = (date(2024, 3, 1), date(2024, 3, 31))
EXPORTED = pd.DataFrame(
    {
        "date": pd.to_datetime(["2024-03-04", "2024-03-05", "2024-03-05"]),
        "unit": ["A", "A", "B"],
        "metric": "satisfaction",
        "value": [6.0, 7.0, 8.0],
        "n": [4.0, 2.0, 3.0],
    }
)
ENTERED = """\
- {id: KD-1, day: 2024-03-04, unit: B, metric: satisfaction, value: 5.0, n: 2}
- {id: KD-2, day: 2024-03-05, unit: A, metric: satisfaction, value: 9.0}
- {id: KD-3, day: 2024-03-05, unit: B, metric: satisfaction, value: 8.0, n: 3}
- {id: KD-4, day: 2024-03-06, unit: A, metric: satisfaction, value: 4.0}
- {id: KD-5, day: 2024-03-06, unit: A, metric: satisfaction, value: 4.5}
- {id: KD-6, day: 2024-04-20, unit: A, metric: satisfaction, value: 1.0}
- {id: KD-7, day: 2024-03-06, unit: A, metric: calls, value: 12}
"""


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "daily_entries.yml").write_text(ENTERED, encoding="utf-8")
    stages = [{"id": "won", "name": "Won", "kind": "won"}, {"id": "lost", "name": "Lost", "kind": "lost"}]
    config = Config.model_validate(
        {"client": "T", "slug": "t", "stages": stages, "sources": {"kpi_daily": {"file": "kpi_daily.csv"}}}
    )
    opened = Engagement(config, tmp_path, tmp_path / "exports")
    return tables_from_frames(opened, {"kpi_daily": EXPORTED}, as_of=date(2024, 4, 15))


def test_an_entry_fills_the_day_that_the_export_lacks_with_its_weight(tables: Tables) -> None:
    found = daily_figures(tables, "satisfaction", MARCH).set_index(["unit", "day"])
    assert found.loc[("B", pd.Timestamp("2024-03-04"))].tolist() == [10.0, 2.0]
    assert found.loc[("A", pd.Timestamp("2024-03-04"))].tolist() == [24.0, 4.0]


def test_beside_an_exported_value_an_entry_does_not_count_and_is_shown_unless_it_agrees(tables: Tables) -> None:
    found = known_days(tables, "satisfaction", MARCH)
    assert found.rows.set_index(["unit", "day"]).loc[("A", pd.Timestamp("2024-03-05")), "total"] == 14.0
    beside = found.conflicts[found.conflicts["day"] == "2024-03-05"]
    assert beside[["unit", "entered", "counted", "id"]].to_numpy().tolist() == [["A", 9.0, 7.0, "KD-2"]]


def test_of_two_entries_for_a_day_the_later_counts_and_nothing_is_averaged(tables: Tables) -> None:
    found = known_days(tables, "satisfaction", MARCH)
    assert found.rows.set_index(["unit", "day"]).loc[("A", pd.Timestamp("2024-03-06")), "total"] == 4.5
    assert found.conflicts["id"].tolist() == ["KD-2", "KD-4"]


def test_a_figure_of_the_clients_own_may_be_entered_alone_but_nothing_after_the_data_end(tables: Tables) -> None:
    assert daily_figures(tables, "calls", MARCH)["total"].tolist() == [12.0]
    with pytest.raises(MissingDataError, match="no daily values"):
        daily_figures(tables, "satisfaction", (date(2024, 4, 16), date(2024, 4, 30)))


def test_without_any_entry_the_export_stands_as_it_is() -> None:
    exported = pd.DataFrame({"unit": ["A"], "day": pd.to_datetime(["2024-03-04"]), "total": [6.0], "n": [2.0]})
    found = merged(exported, exported.iloc[:0].assign(id=""))
    assert (len(found.rows), len(found.conflicts), bool(found.rows["is_entered"].any())) == (1, 0, False)
