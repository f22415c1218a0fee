"""Oracles: facts.json of two public event logs, brute force over random logs, and a deal worked by hand."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from random_log import AS_OF, ORDER, random_log, visits_of

from salesopt_kit.errors import MissingDataError
from salesopt_kit.metrics.rework import KINDS, rework
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.stats.proportion import wilson
from salesopt_kit.tables.store import Tables

Open = Callable[..., Tables]
Facts = Callable[[str, str], dict[str, Any]]
WHOLE = Selection((date(2024, 1, 1), AS_OF))


@pytest.mark.parametrize(
    ("log", "folder", "file"),
    [
        ("purchasing", "purchasing_example", "PurchasingExample.csv"),
        ("helpdesk", "helpdesk_log", "Helpdesk.xes.gz"),
    ],
)
def test_repeated_activities_and_self_loops_are_those_counted_elsewhere(
    log: str, folder: str, file: str, facts: Facts, request: pytest.FixtureRequest
) -> None:
    known = facts(folder, file)
    answer = rework(request.getfixturevalue(log))
    deals = answer.kind("rework").deals
    n, again = known["cases"], known["cases_with_repeated_activity"]
    assert (deals.n, deals.value) == (n, again / n)
    assert (deals.low, deals.high) == (wilson(again, n).low, wilson(again, n).high)
    assert answer.kind("self_loop").events == known["self_loop_steps"]
    distinct = sum(known["activity_case_counts"].values())
    assert answer.intensity.value == pytest.approx((known["events"] - distinct) / known["events"])
    assert sum(stage.net_loop_gain for stage in answer.stages if stage.stage_id != "pay_invoice") == 0


def brute_force(log: pd.DataFrame) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Return events per kind, deals per kind, and net loop gain per stage."""
    events, deals, gain = Counter[str](), Counter[str](), Counter[str]()
    for _deal, rows in log.groupby("opportunity_id", sort=False):
        stages, actors = rows["stage"].tolist(), rows["actor"].tolist()
        stays: list[str] = []
        mine: set[str] = set()
        for place, (stage, actor) in enumerate(zip(stages, actors, strict=True)):
            found = set()
            before = stages[place - 1] if place else ""
            if stage in stages[:place]:
                last = max(i for i in range(place) if stages[i] == stage)
                found = {"rework", "self_loop" if before == stage else "loop"}
                found.add("repeat" if actors[last] == actor else "redo")
                if before != stage:
                    gain[before] += 1
                    gain[stage] -= 1
            if before in ("won", "lost") and stage not in ("won", "lost"):
                found.add("reopened")
            if before and before not in ("won", "lost") and ORDER.index(stage) < ORDER.index(before):
                found.add("regression")
            if stage != before:
                stays.append(stage)
                if len(stays) > 3 and stays[-4:-2] == stays[-2:]:
                    found.add("ping_pong")
            events.update(found)
            mine |= found
        deals.update(mine)
    return events, deals, gain


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_kind_is_what_brute_force_finds(engaged: Open, seed: int) -> None:
    log = random_log(seed)
    log["actor"] = np.random.default_rng(seed).choice(["Ann", "Bob"], len(log))
    answer = rework(engaged(as_of=AS_OF, stage_events=log), WHOLE)
    known = log[log["entered_at"] < "2024-04-01"]
    events, deals, gain = brute_force(known)
    n = known["opportunity_id"].nunique()
    told = set(KINDS) - {"reassignment"}
    assert {key: answer.kind(key).events for key in told} == {key: events[key] for key in told}
    assert {key: (answer.kind(key).deals.value or 0) * n for key in told} == pytest.approx(
        {key: deals[key] for key in told}
    )
    stays = [visit for visit in visits_of(known) if visit.stage != "parked"]
    assert answer.time.value == pytest.approx(sum(visit.days for visit in stays if visit.number > 1))
    assert answer.time_share.value == pytest.approx((answer.time.value or 0) / sum(visit.days for visit in stays))
    for stage in answer.stages:
        days = sum(visit.days for visit in stays if visit.stage == stage.stage_id and visit.number > 1)
        assert stage.days.value == pytest.approx(days)
        assert stage.net_loop_gain == gain[stage.stage_id]


def test_a_deal_that_changes_hands_within_a_department_is_reassigned(engaged: Open) -> None:
    times = pd.to_datetime(["2024-03-04", "2024-03-05", "2024-03-06", "2024-03-07"]) + pd.Timedelta(hours=9)
    log = pd.DataFrame({"opportunity_id": "A", "stage": ["lead", "talks", "talks", "won"], "entered_at": times})
    log = log.assign(actor=["Ann", "Bob", "Cy", "Cy"], department=["Sales", "Sales", "Legal", "Legal"])
    answer = rework(engaged(as_of=AS_OF, stage_events=log))
    assert answer.kind("reassignment").events == 1
    assert "None" not in answer.table().to_string()


def test_without_persons_no_redo_is_told_and_without_events_nothing_is(engaged: Open) -> None:
    tables = engaged(as_of=AS_OF, stage_events=random_log(1))
    answer = rework(tables, WHOLE)
    assert {kind.key for kind in answer.kinds} == set(KINDS) - {"repeat", "redo", "reassignment"}
    assert any("names no person" in caveat for caveat in answer.caveats())
    with pytest.raises(MissingDataError, match="no stage was entered"):
        rework(tables, Selection((date(2020, 1, 1), date(2020, 2, 1))))
