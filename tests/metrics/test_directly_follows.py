"""Oracles: facts.json of two public event logs, computed elsewhere, and pandas over one of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from salesopt_kit.errors import MissingDataError
from salesopt_kit.metrics.directly_follows import DirectlyFollows, directly_follows
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.stats.mean import median
from salesopt_kit.tables.store import Tables

Open = Callable[..., Tables]
Facts = Callable[[str, str], dict[str, Any]]


def of(answer: DirectlyFollows) -> dict[tuple[str, str], tuple[int, float, float]]:
    return {(p.from_name, p.to_name): (p.n, p.median.value or 0.0, p.mean_days) for p in answer.pairs}


def known(listed: list[dict[str, Any]]) -> dict[tuple[str, str], tuple[int, Any, Any]]:
    def near(value: float) -> Any:  # noqa: ANN401 -- what approx returns
        return pytest.approx(value, abs=5.1e-5)

    return {(f["from"], f["to"]): (f["count"], near(f["median_days"]), near(f["mean_days"])) for f in listed}


@pytest.mark.parametrize(
    ("log", "folder", "file"),
    [
        ("purchasing", "purchasing_example", "PurchasingExample.csv"),
        ("helpdesk", "helpdesk_log", "Helpdesk.xes.gz"),
    ],
)
def test_pairs_counts_and_days_are_those_computed_elsewhere(
    log: str, folder: str, file: str, facts: Facts, request: pytest.FixtureRequest
) -> None:
    fact = facts(folder, file)
    found = of(directly_follows(request.getfixturevalue(log), clock="completed"))
    expected = known(fact["top_directly_follows"])
    assert {pair: found[pair] for pair in expected} == expected
    assert len(found) == fact["n_directly_follows_pairs"]
    assert sum(n for n, _median, _mean in found.values()) == fact["directly_follows_total"]
    assert sum(n for (start, end), (n, *_) in found.items() if start == end) == fact["self_loop_steps"]


def test_from_entry_to_entry_they_are_the_others_computed_elsewhere(purchasing: Tables, facts: Facts) -> None:
    expected = known(facts("purchasing_example", "PurchasingExample.csv")["by_start_timestamp_top_df"])
    found = of(directly_follows(purchasing))
    assert {pair: found[pair] for pair in expected} == expected


def test_the_median_has_the_interval_of_the_order_statistics(helpdesk: Tables) -> None:
    answer = directly_follows(helpdesk)
    rows = helpdesk.to_frame(helpdesk.table("stage_events")).sort_values(["opportunity_id", "entered_at", "source_row"])
    after = rows.groupby("opportunity_id")[["stage", "entered_at"]].shift(-1)
    days = (after["entered_at"] - rows["entered_at"]) / pd.Timedelta(days=1)
    for pair in answer.pairs:
        value, interval = median(days[(rows["stage"] == pair.from_id) & (after["stage"] == pair.to_id)])
        bounds = (interval.low, interval.high) if interval else (None, None)
        assert pair.median.value == pytest.approx(value, abs=1e-9)
        assert (pair.median.low, pair.median.high) == (pytest.approx(bounds, abs=1e-9) if interval else bounds)


def test_working_days_leave_out_the_weekend_and_the_window_is_that_of_the_later_event(engaged: Open) -> None:
    times = pd.to_datetime(["2024-06-07 13:00", "2024-06-10 13:00", "2024-06-12 13:00"])
    log = pd.DataFrame({"opportunity_id": "A", "stage": ["lead", "talks", "won"], "entered_at": times})
    tables = engaged(as_of=date(2024, 6, 30), stage_events=log)
    (first, second) = directly_follows(tables).pairs
    assert (first.median.value, first.working_median_days, second.working_mean_days) == (3.0, 1.0, 2.0)
    later = directly_follows(tables, Selection((date(2024, 6, 11), date(2024, 6, 30))))
    assert [(pair.from_id, pair.to_id) for pair in later.pairs] == [("talks", "won")]


@pytest.mark.parametrize(("zone", "n"), [("Asia/Shanghai", 1), ("UTC", 0)])
def test_the_day_of_the_later_event_is_the_clients_own(engaged: Open, zone: str, n: int) -> None:
    times = pd.to_datetime(["2024-06-07 13:00+00:00", "2024-06-10 16:30+00:00", "2024-06-20 09:00+00:00"])
    log = pd.DataFrame({"opportunity_id": ["A", "A", "B"], "stage": ["lead", "talks", "lead"], "entered_at": times})
    tables = engaged(as_of=date(2024, 6, 30), stage_events=log, zone=zone)
    day = Selection((date(2024, 6, 11), date(2024, 6, 11)))
    if not n:
        with pytest.raises(MissingDataError, match="no deal has two events"):
            directly_follows(tables, day)
    else:
        assert [pair.n for pair in directly_follows(tables, day).pairs] == [n]


def test_very_many_pairs_are_taken_to_the_minute(helpdesk: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = directly_follows(replace(helpdesk)).pairs
    monkeypatch.setattr("salesopt_kit.metrics.directly_follows.MANY", 10)
    rounded = directly_follows(replace(helpdesk)).pairs
    for one, other in zip(exact, rounded, strict=True):
        assert (one.n, one.mean_days) == (other.n, pytest.approx(other.mean_days, abs=1e-9))
        assert one.median.value == pytest.approx(other.median.value, abs=0.51 / 1440)
        assert one.working_median_days == pytest.approx(other.working_median_days, abs=0.51 / 1440)
    assert [one.median.value for one in exact] != [other.median.value for other in rounded]


def test_without_two_events_it_says_so(engaged: Open) -> None:
    log = pd.DataFrame({"opportunity_id": ["A"], "stage": ["lead"], "entered_at": pd.to_datetime(["2024-06-07"])})
    with pytest.raises(MissingDataError, match="no deal has two events"):
        directly_follows(engaged(as_of=date(2024, 6, 30), stage_events=log))
