"""Oracles: an hour-by-hour brute force over random logs, facts.json, and a few deals worked by hand."""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from five_stages import STAGES

from salesopt_kit.errors import MissingDataError
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.metrics.waiting import Waiting, waiting
from salesopt_kit.metrics.waits import CAUSES
from salesopt_kit.tables.store import Tables

Open = Callable[..., Tables]
HOUR = pd.Timedelta(hours=1)
TODAY = date(2024, 6, 30)


def log_of(*rows: tuple[str, str, str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["opportunity_id", "stage", "entered_at", "completed_at", "actor"])
    times = {name: pd.to_datetime("2024-06-" + frame[name]) for name in ("entered_at", "completed_at")}
    return frame.assign(**times)


def causes_of(answer: Waiting, stage: str) -> dict[str, float]:
    """Return the hours of each cause of waiting for a stage, those of none left out."""
    found = next(row for row in answer.stages if row.stage_id == stage)
    return {cause: round(days * 24, 6) for cause, days in zip(CAUSES, found.causes, strict=True) if round(days, 6)}


def random_work(seed: int) -> pd.DataFrame:
    """Return events on whole hours by three people, some overlapping in their deal, some without a person."""
    random = np.random.default_rng(seed)
    rows = []
    for deal in range(30):
        clock = pd.Timestamp("2024-06-03") + int(random.choice([0, 24])) * HOUR
        for _event in range(int(random.integers(1, 6))):
            end = clock + int(random.choice([0, 1, 3, 30])) * HOUR
            stage, actor = random.choice(["lead", "talks", "parked"]), random.choice(["Ann", "Bob", "Cy", None])
            rows.append((f"D{deal}", stage, clock, end, actor))
            clock += int(random.choice([0, 2, 9, 40])) * HOUR
    for deal in range(5):  # these wait for one another
        ready = pd.Timestamp("2024-06-04 08:00") + int(random.integers(0, 24)) * HOUR
        rows.append((f"B{deal}", "lead", ready - 2 * HOUR, ready, "Bob"))
        rows.append((f"B{deal}", "talks", pd.Timestamp("2024-06-06 12:00"), pd.Timestamp("2024-06-06 13:00"), "Ann"))
    return pd.DataFrame(rows, columns=["opportunity_id", "stage", "entered_at", "completed_at", "actor"])


def brute_force(log: pd.DataFrame, external: str) -> dict[tuple[str, str], float]:
    """Return hours of work and per cause by stage: each hour of each deal looked at by itself."""
    waits = []
    log = log.assign(actor=[actor if isinstance(actor, str) else "" for actor in log["actor"]])
    found: dict[tuple[str, str], float] = {}
    for _deal, events in log.groupby("opportunity_id", sort=False):
        ready, before = None, None
        for event in events.itertuples():
            start = event.entered_at
            if ready is not None and ready < start:
                waits.append((event, ready, before))
            begin = start if ready is None else max(ready, start)
            work = max((event.completed_at - begin) / HOUR, 0.0)
            found[event.stage, "work"] = found.get((event.stage, "work"), 0.0) + work
            ready = event.completed_at if ready is None else max(ready, event.completed_at)
            before = event
    for event, ready, before in waits:
        batch = [w for w in waits if w[0].actor == event.actor and w[0].stage == event.stage]
        batch = [w for w in batch if w[0].entered_at == event.entered_at] if event.actor else []
        batch_ready = max((w[1] for w in batch), default=ready) if len(batch) >= 3 else ready
        others = log[(log["actor"] == event.actor)] if event.actor else log.iloc[:0]
        for hour in pd.date_range(ready, event.entered_at - HOUR, freq="h"):
            busy = ((others["entered_at"] <= hour) & (others["completed_at"] > hour)).any()
            changed = event.actor and before.actor and event.actor != before.actor
            reasons = {
                "client": event.stage == external,
                "off_hours": hour.weekday() > 4 or not 9 <= hour.hour < 17,
                "batching": hour < batch_ready,
                "contention": busy,
                "handover": changed,
                "other": True,
            }
            cause = next(reason for reason, holds in reasons.items() if holds)
            found[event.stage, cause] = found.get((event.stage, cause), 0.0) + 1.0
    return found


@pytest.mark.parametrize("seed", range(4))
def test_each_hour_of_work_and_waiting_is_where_brute_force_puts_it(engaged: Open, seed: int) -> None:
    log = random_work(seed)
    stages: list[dict[str, Any]] = [dict(s, external=True) if s["id"] == "parked" else dict(s) for s in STAGES]
    answer = waiting(engaged(as_of=date(2024, 8, 31), stages=stages, stage_events=log))
    found = {(s.stage_id, cause): d * 24 for s in answer.stages for cause, d in zip(CAUSES, s.causes, strict=True)}
    found |= {(stage.stage_id, "work"): stage.processing_days * 24 for stage in answer.stages}
    known = brute_force(log, "parked")
    assert {key: value for key, value in found.items() if value > 1e-6} == pytest.approx(
        {key: value for key, value in known.items() if value}, abs=1e-5
    )


def test_a_batch_waits_until_its_last_deal_is_ready_and_then_for_the_busy_person(engaged: Open) -> None:
    log = log_of(
        ("A", "lead", "03 09:00", "03 10:00", "Bob"),
        ("B", "lead", "03 09:00", "03 11:00", "Bob"),
        ("C", "lead", "03 09:00", "03 12:00", "Bob"),
        ("D", "lead", "03 13:00", "03 14:00", "Ann"),
        ("A", "talks", "03 16:00", "03 16:30", "Ann"),
        ("B", "talks", "03 16:02", "03 16:30", "Ann"),
        ("C", "talks", "03 16:04", "03 16:30", "Ann"),
    )
    answer = waiting(engaged(as_of=TODAY, stage_events=log))
    busy = 3 * 1 + (2 + 4) / 60  # with D for an hour, and with A while B and C wait
    assert causes_of(answer, "talks") == pytest.approx({"batching": 3, "contention": busy, "handover": 9}, abs=1e-5)


def test_work_of_each_activity_is_that_computed_elsewhere_and_parts_add_up(
    purchasing: Tables, facts: Callable[[str, str], dict[str, Any]]
) -> None:
    known = facts("purchasing_example", "PurchasingExample.csv")
    answer = waiting(purchasing)
    rows = purchasing.to_frame(purchasing.table("stage_events"))
    spans = rows.groupby("opportunity_id").agg(start=("entered_at", "min"), end=("completed_at", "max"))
    whole = ((spans["end"] - spans["start"]) / pd.Timedelta(days=1)).sum()
    assert answer.processing_days + sum(stage.waiting.value or 0 for stage in answer.stages) == pytest.approx(whole)
    hours = {stage.name: stage.processing_days * 24 for stage in answer.stages}
    assert hours == pytest.approx(known["service_hours_by_activity"], abs=6e-4)
    for stage in answer.stages:
        assert sum(stage.causes) == pytest.approx(stage.waiting.value, abs=1e-5)
    assert sum(cause.value or 0 for cause in answer.causes) == pytest.approx(1.0)


def test_with_one_time_per_event_it_says_that_all_is_waiting(helpdesk: Tables) -> None:
    with pytest.raises(MissingDataError, match=r"(?s)one time per event: all of it counts as waiting.*completed_at"):
        waiting(helpdesk)


def test_without_persons_nothing_is_batching_or_contention_and_the_window_counts(engaged: Open) -> None:
    log = log_of(("A", "lead", "03 09:00", "03 10:00", "Bob"), ("A", "talks", "03 16:00", "03 16:30", "Ann"))
    tables = engaged(as_of=TODAY, stage_events=log.drop(columns="actor"))
    answer = waiting(tables)
    assert causes_of(answer, "talks") == {"other": 6.0}
    assert answer.efficiency.value == pytest.approx(1.5 / 7.5)
    assert any("names no person" in caveat for caveat in answer.caveats())
    with pytest.raises(MissingDataError, match="no time passed"):
        waiting(tables, Selection((date(2024, 6, 4), TODAY)))
