"""Oracles: Erlang's formula at the log's own rate, and counting working days."""

import made_log as made
import pandas as pd
import pytest
from queue_formulas import mean_wait

from salesopt_kit.design.queue import ApprovalQueue, approval_queue
from salesopt_kit.errors import InputError
from salesopt_kit.results import Missing

NEEDED = {"contract": {"approvers": 1, "hours": 3.0, "below": 50_000}}


def asked(stage: str = "", **more: object) -> ApprovalQueue:
    found = approval_queue(made.opened(*made.events(), **more), stage)
    assert isinstance(found, ApprovalQueue)
    return found


def test_the_wait_is_about_what_erlang_says_at_the_log_s_rate() -> None:
    found = asked(approvals=NEEDED)
    events = made.events()[0]
    rate = (events["stage"] == "contract").sum() / 262 / 8  # 262 working days from Monday to Friday in 2024
    today, without, _first = found.situations
    assert found.load == pytest.approx(rate * 3, rel=0.01)
    assert today.busy.value == pytest.approx(rate * 3, abs=0.03)
    assert today.wait.value == pytest.approx(mean_wait(rate, 3.0, 1), rel=0.15)
    assert without.wait.value == pytest.approx(mean_wait(rate / 2, 3.0, 1), rel=0.25)
    assert found.changes[0].value == pytest.approx(without.wait.value - today.wait.value)  # type: ignore[operator]
    assert "people's estimate" in found.caveats()[1]


def test_more_than_the_approvers_can_do_is_said() -> None:
    found = asked(approvals={"contract": {"approvers": 1, "hours": 8.0}})
    assert found.load > 1
    assert "the queue grows" in found.sentence()
    assert len(found.situations) == 1


def test_approvers_and_hours_come_from_the_log_where_nobody_says_them() -> None:
    people = pd.DataFrame({"person": ["A", "B", "C"], "department": ["Legal", "Legal", "Sales"]})
    events = made.events()[0]
    lasted = -events.groupby("opportunity_id")["entered_at"].diff(-1)
    first = events[(events["stage"] == "contract") & (lasted > pd.Timedelta(days=3))].iloc[0]
    hours = pd.DataFrame(
        {
            "person": ["A", "C", "C", "C"],
            "kind": ["review"] * 4,
            "started_at": [first["entered_at"]] * 2 + [pd.Timestamp("2024-01-01"), pd.Timestamp("2024-12-31")],
            "hours": [6.0, 5.0, 1.0, 1.0],
            "opportunity_id": [first["opportunity_id"]] * 2 + [None] * 2,
        }
    )
    sources = {name: {"file": f"{name}.csv"} for name in ("opportunities", "stage_events", "people", "activities")}
    found = asked("contract", sources=sources, frames={"people": people, "activities": hours})
    assert found.caveats()[0] == "2 approvers: all people of Legal."
    assert found.load == pytest.approx(6 / 2 / (262 * 8), rel=0.01)


def test_what_nobody_knows_is_asked_for() -> None:
    tables = made.opened(*made.events())
    for stage in ("", "contract"):
        found = approval_queue(tables, stage)
        assert isinstance(found, Missing)
        assert "approvals:" in found.remedy
    with pytest.raises(InputError, match="legal"):
        approval_queue(tables, "legal")
    few = made.opened(*made.events(), approvals={"contract": {"approvers": 1}})
    assert isinstance(approval_queue(few), Missing)
