"""Oracles: pandas over a public event log, statsmodels' Wilson interval, and a few events worked by hand."""

from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from salesopt_kit.errors import MissingDataError
from salesopt_kit.metrics.handoffs import handoffs
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.tables.store import Tables

Open = Callable[..., Tables]
TODAY = date(2024, 6, 30)
EVENTS = pd.DataFrame(
    {
        "opportunity_id": ["A", "A", "A", "A", "B"],
        "stage": ["lead", "talks", "talks", "won", "lead"],
        "entered_at": pd.to_datetime(
            ["2024-06-01 09:00", "2024-06-02 09:00", "2024-06-05 09:00", "2024-06-06 09:00", "2024-06-06 09:00"]
        ),
        "actor": ["Ann", "Bob", "Cy", "Ann", "Bob"],
    }
)
PEOPLE = pd.DataFrame(
    {"person": ["Ann", "Bob", "Cy"], "department": ["Sales", "Sales", "Legal"], "team": ["East", "West", "West"]}
)


def test_counts_waits_and_late_ones_are_what_pandas_finds(purchasing: Tables) -> None:
    whole = Selection((date(2011, 1, 1), date(2011, 10, 31)))
    answer = handoffs(purchasing, whole)
    rows = purchasing.to_frame(purchasing.table("stage_events"))
    rows = rows.sort_values(["opportunity_id", "entered_at", "source_row"])
    before = rows.groupby("opportunity_id")[["department", "completed_at"]].shift()
    is_handoff = before["department"].notna() & (before["department"] != rows["department"])
    days = ((rows["entered_at"] - before["completed_at"]) / pd.Timedelta(days=1))[is_handoff].clip(lower=0)
    late = int((days > 2).sum())
    assert answer.count.value == len(days)
    assert answer.median_wait.value == pytest.approx(days.median())
    assert answer.late_share.value == late / len(days)
    bounds = (answer.late_share.low, answer.late_share.high)
    assert bounds == pytest.approx(proportion_confint(late, len(days), method="wilson"))
    ordered = days.sort_values()
    assert answer.median_wait.low == pytest.approx(ordered.iloc[len(days) // 2 - 70], abs=0.02)
    pairs = days.groupby([before["department"], rows["department"]]).agg(["size", "median"])
    found = {(pair.giver, pair.taker): (pair.n, pytest.approx(pair.median_days)) for pair in answer.pairs}
    assert found == {key: (row["size"], row["median"]) for key, row in pairs.to_dict("index").items()}


def test_the_department_is_the_actor_s_where_the_history_names_none(engaged: Open) -> None:
    answer = handoffs(engaged(as_of=TODAY, stage_events=EVENTS, people=PEOPLE))
    assert [(pair.giver, pair.taker, pair.n, pair.late) for pair in answer.pairs] == [
        ("Legal", "Sales", 1, 0),
        ("Sales", "Legal", 1, 1),
    ]
    assert (answer.median_wait.value, answer.median_wait.low) == (2.0, None)
    assert any("person who made the entry" in caveat for caveat in answer.caveats())


def test_the_team_stands_for_a_department_that_nobody_has(engaged: Open) -> None:
    answer = handoffs(engaged(as_of=TODAY, stage_events=EVENTS, people=PEOPLE.drop(columns="department")))
    assert [(pair.giver, pair.taker) for pair in answer.pairs] == [("East", "West"), ("West", "East")]
    assert any("the team of the person" in caveat for caveat in answer.caveats())


def test_the_event_s_own_department_goes_before_the_actor_s(engaged: Open) -> None:
    events = EVENTS.assign(department=["Sales", "Sales", None, "Legal", "Sales"])
    with pytest.raises(MissingDataError, match="no hand-over between departments"):
        handoffs(engaged(as_of=TODAY, stage_events=events, people=PEOPLE))


def test_without_any_department_it_says_what_to_map(engaged: Open) -> None:
    with pytest.raises(MissingDataError, match="no column `department` in `stage_events`"):
        handoffs(engaged(as_of=TODAY, stage_events=EVENTS))
