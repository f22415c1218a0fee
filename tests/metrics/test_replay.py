"""Oracle: the same deals exported on the past day itself, that is, with everything later cut off by hand."""

from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest
from random_log import AS_OF, random_log

from salesopt_kit.errors import MissingDataError
from salesopt_kit.metrics.deals import deals
from salesopt_kit.metrics.replay import HEADLINES, as_seen_on, month_ends, replay
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.metrics.stage_flow import stage_flow
from salesopt_kit.metrics.win_rate import win_rate
from salesopt_kit.tables.store import Tables

Open = Callable[..., Tables]
DAY = date(2024, 2, 10)


def export_of(log: pd.DataFrame, until: date) -> pd.DataFrame:
    """Return the opportunities that a CRM would show at the end of a day."""
    known = log[log["entered_at"] < pd.Timestamp(until) + pd.Timedelta(days=1)]
    rows = known.groupby("opportunity_id").agg(created_at=("entered_at", "first"), stage=("stage", "last"))
    last = known.groupby("opportunity_id")["entered_at"].last()
    # A stage that is written twice running was entered the first time.
    changed = known[known["stage"] != known.groupby("opportunity_id")["stage"].shift()]
    last = changed.groupby("opportunity_id")["entered_at"].last()
    is_closed = rows["stage"].isin(["won", "lost"])
    rows["status"] = rows["stage"].where(is_closed, "open")
    rows["closed_at"] = last.where(is_closed)
    return rows.reset_index()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_past_day_is_told_as_an_export_of_that_day_would_tell_it(engaged: Open, seed: int) -> None:
    log = random_log(seed)
    today = engaged(as_of=AS_OF, stage_events=log, opportunities=export_of(log, AS_OF))
    before = log[log["entered_at"] < pd.Timestamp(DAY) + pd.Timedelta(days=1)]
    then = engaged(as_of=DAY, stage_events=before, opportunities=export_of(log, DAY))
    past = as_seen_on(today, DAY)
    columns = ["opportunity_id", "created_at", "closed_at", "stage", "status", "cycle_days"]
    seen, true = (
        tables.to_frame(deals(tables))[columns].sort_values("opportunity_id", ignore_index=True)
        for tables in (past, then)
    )
    pd.testing.assert_frame_equal(seen, true)
    for metric in HEADLINES:
        window = Selection(past.window)
        assert [e.value for e in metric(past, window)] == [e.value for e in metric(then, window)]
    assert stage_flow(past).table().equals(stage_flow(then).table())


def test_a_closing_that_only_the_record_tells_stands_open_until_its_date(engaged: Open) -> None:
    log = pd.DataFrame(
        {"opportunity_id": ["A", "A", "B"], "stage": ["lead", "talks", "lead"]}
        | {"entered_at": pd.to_datetime(["2024-01-02 09:00", "2024-03-01 09:00", "2024-03-05 09:00"])}
    )
    record = pd.DataFrame(
        {
            "opportunity_id": ["A", "B"],
            "created_at": pd.to_datetime(["2024-01-02 09:00", "2024-02-01 09:00"]),
            "closed_at": pd.to_datetime(["2024-03-20 09:00", None]),
            "stage": ["won", "lead"],
            "status": ["won", "open"],
        }
    )
    today = engaged(as_of=AS_OF, stage_events=log, opportunities=record)
    for day, expected in {
        DAY: {"A": ("open", "lead"), "B": ("open", None)},
        date(2024, 3, 10): {"A": ("open", "talks"), "B": ("open", "lead")},
        date(2024, 3, 20): {"A": ("won", "talks"), "B": ("open", "lead")},
    }.items():
        past = as_seen_on(today, day)
        rows = past.to_frame(deals(past)).sort_values("opportunity_id")
        states = [
            (status, None if pd.isna(stage) else stage)
            for status, stage in zip(rows["status"], rows["stage"], strict=True)
        ]
        assert dict(zip(rows["opportunity_id"], states, strict=True)) == expected


def test_without_history_it_says_what_cannot_be_told(engaged: Open) -> None:
    today = engaged(as_of=AS_OF, opportunities=export_of(random_log(1), AS_OF))
    past = as_seen_on(today, DAY)
    rows = past.to_frame(deals(past))
    assert rows.loc[rows["status"] == "open", "stage"].isna().all()
    assert any("Without stage history" in caveat for caveat in replay(today, [DAY]).caveats())


def test_the_trend_shows_each_month_end_beside_today_s_view_of_it(engaged: Open) -> None:
    log = random_log(4)
    today = engaged(as_of=AS_OF, stage_events=log, opportunities=export_of(log, AS_OF))
    answer = replay(today)
    assert [moment.day for moment in answer.moments] == [date(2024, 1, 31), date(2024, 2, 29), AS_OF]
    for moment in answer.moments:
        window = as_seen_on(today, moment.day).window
        assert moment.now["win_rate.count"].value == win_rate(today, Selection(window)).by_count.value
    last = answer.moments[-1]
    assert all(last.difference(key) in (0, None) for key in last.then)
    assert "today" in answer.table().to_string()
    assert {estimate.id for estimate in answer.estimates()} >= {"replay.open_deals", "replay.win_rate.count"}


def test_without_a_day_to_look_back_to_it_says_so(engaged: Open) -> None:
    tables = engaged(as_of=date(2024, 1, 20), stage_events=random_log(1))
    assert month_ends(tables) == []
    with pytest.raises(MissingDataError, match="no month end"):
        replay(tables)
