"""Oracles: facts of a public event log that were counted outside the kit, and a walk through small logs in Python."""

import json
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesopt_kit.engagement import Config, Engagement, open_engagement
from salesopt_kit.process import AsIs, FlowKind, NodeKind, as_is
from salesopt_kit.tables import open_tables
from salesopt_kit.tables.frames import tables_from_frames
from salesopt_kit.tables.store import Tables

STAGES = [
    {"id": "lead", "name": "Lead", "owner": "Marketing"},
    {"id": "talks", "name": "Talks"},
    {"id": "offer", "name": "Offer", "owner": "Sales", "inputs": ["Notes"], "outputs": ["Quotation"]},
    {"id": "later", "name": "Later", "kind": "parked"},
    {"id": "won", "name": "Won", "kind": "won"},
    {"id": "lost", "name": "Lost", "kind": "lost"},
]
OPEN = ["lead", "talks", "offer", "later"]
ENDS = ["won", "lost"]
BEGAN = pd.Timestamp("2024-02-01 09:00")


def opened(**frames: pd.DataFrame) -> Tables:
    config = Config.model_validate(
        {
            "client": "Test",
            "slug": "test",
            "stages": STAGES,
            "window_months": 6,
            "sources": {name: {"file": f"{name}.csv"} for name in frames},
        }
    )
    return tables_from_frames(Engagement(config, Path(), Path("exports")), frames, as_of=date(2024, 6, 30))


def log(paths: list[list[str]], department: str = "Desk") -> Tables:
    """Return Tables of deals that walk `paths`, a stage a day."""
    rows = [
        (f"D{number}", stage, BEGAN + pd.Timedelta(days=day), department)
        for number, path in enumerate(paths)
        for day, stage in enumerate(path)
    ]
    columns = ["opportunity_id", "stage", "entered_at", "department"]
    return opened(stage_events=pd.DataFrame(rows, columns=columns))


def counted(found: AsIs) -> dict[tuple[str, str], int]:
    return {(move.source, move.target): move.count for move in found.moves}


def test_moves_of_a_public_log_are_its_known_directly_follows_counts(samples: Path, shared: Path) -> None:
    folder = shared / "data" / "purchasing_example"
    known = json.loads((folder / "facts.json").read_text(encoding="utf-8"))["PurchasingExample.csv"]
    engagement = open_engagement(samples / "purchasing", exports=folder)
    ids = {value: stage.id for stage in engagement.config.stages for value in stage.values}  # noqa: PD011 -- a stage is no frame
    found = as_is(open_tables(engagement))
    moves = counted(found)
    for fact in known["top_directly_follows"]:
        assert moves[ids[fact["from"]], ids[fact["to"]]] == fact["count"]
    rows = pd.read_csv(folder / "PurchasingExample.csv").sort_values(["Case ID", "Start Timestamp"], kind="stable")
    following = rows.groupby("Case ID")["Activity"].shift(-1)
    pairs = Counter((ids[a], ids[b]) for a, b in zip(rows["Activity"], following, strict=True) if isinstance(b, str))
    starts = {("start", ids[name]): n for name, n in known["start_activities"].items()}
    assert moves == {pair: n for pair, n in pairs.items() if pair[0] != pair[1]} | starts
    volumes = {ids[name]: n for name, n in known["activity_event_counts"].items()}
    assert {node.stage_id: node.volume for node in found.process.nodes if node.stage_id} == volumes


walks = st.lists(
    st.tuples(st.lists(st.sampled_from(OPEN), min_size=1, max_size=6), st.sampled_from(["", *ENDS])), min_size=1
)


@settings(max_examples=25, deadline=None)
@given(walks)
def test_moves_are_what_a_walk_through_the_log_counts_and_none_is_lost(paths: list[tuple[list[str], str]]) -> None:
    walked = [[*path, end] if end else path for path, end in paths]
    expected: Counter[tuple[str, str]] = Counter()
    for path in walked:
        expected["start", path[0]] += 1
        expected.update(pair for pair in pairwise(path) if pair[0] != pair[1])
    found = as_is(log(walked))
    assert counted(found) == expected
    drawn = Counter({(move.source, move.target): move.count for move in found.moves if move not in found.hidden})
    assert sum(flow.count or 0 for flow in found.process.flows) == drawn.total()
    assert {move.kind for move in found.moves if move.source == "offer" and move.target == "lead"} <= {FlowKind.BACK}
    stays = Counter(
        stage for path in walked for stage, before in zip(path, ["", *path], strict=False) if stage != before
    )
    for node in found.process.nodes:
        if node.kind is NodeKind.TASK:
            assert node.volume == stays[node.stage_id]


def test_kinds_tell_forward_skip_back_and_aside() -> None:
    found = as_is(log([["lead", "talks", "offer", "won"], ["lead", "offer", "talks", "later", "talks", "lost"]]))
    kinds = {(move.source, move.target): move.kind for move in found.moves}
    assert kinds == {
        ("start", "lead"): FlowKind.FORWARD,
        ("lead", "talks"): FlowKind.FORWARD,
        ("lead", "offer"): FlowKind.SKIP,
        ("talks", "offer"): FlowKind.FORWARD,
        ("talks", "later"): FlowKind.ASIDE,
        ("talks", "lost"): FlowKind.FORWARD,
        ("offer", "talks"): FlowKind.BACK,
        ("offer", "won"): FlowKind.FORWARD,
        ("later", "talks"): FlowKind.ASIDE,
    }


def test_the_lane_is_the_owner_else_the_usual_department() -> None:
    found = as_is(log([["lead", "talks", "offer", "won"]], department="Desk"))
    lanes = {node.id: node.lane for node in found.process.nodes}
    assert lanes == {"start": "Marketing", "lead": "Marketing", "talks": "Desk", "offer": "Sales", "won": "Desk"}
    assert found.process.node("offer").inputs == ("Notes",)


def test_a_rare_move_is_not_drawn_but_counted() -> None:
    found = as_is(log([["lead", "talks", "won"]] * 200 + [["lead", "talks", "lead", "talks", "won"]]))
    assert [(move.source, move.target, move.count) for move in found.hidden] == [("talks", "lead", 1)]
    assert any("not drawn: 1, taken 1 times" in remark for remark in found.remarks)


def test_repeats_and_reopened_deals_are_told() -> None:
    found = as_is(log([["lead", "lead", "talks", "won", "offer", "won"]]))
    said = " ".join(found.remarks)
    assert "Stages recorded again while the deal was in them: 1 times" in said
    assert "Deals that went on after they were won or lost: 1 times" in said
    assert "Not drawn, for no deal came there in the period: Later, Lost." in said


def test_without_history_the_stages_stand_in_a_chain_without_figures() -> None:
    deals = pd.DataFrame({"opportunity_id": ["A"], "created_at": [BEGAN], "stage": ["lead"]})
    found = as_is(opened(opportunities=deals))
    flows = [(flow.source, flow.target, flow.count) for flow in found.process.flows]
    assert flows == [("start", "lead", None), ("lead", "talks", None), ("talks", "offer", None), ("offer", "won", None)]
    assert all(node.volume is None for node in found.process.nodes)
    assert "no stage history" in found.remarks[0]


def test_a_deal_that_its_own_record_calls_lost_leaves_its_last_stage() -> None:
    events = pd.DataFrame({"opportunity_id": ["A"], "stage": ["talks"], "entered_at": [BEGAN]})
    closed = BEGAN + pd.Timedelta(days=4)
    deals = pd.DataFrame({"opportunity_id": ["A"], "created_at": [BEGAN], "status": ["lost"], "closed_at": [closed]})
    found = as_is(opened(opportunities=deals, stage_events=events))
    assert counted(found) == {("start", "talks"): 1, ("talks", "lost"): 1}
    assert found.moves[-1].median_days == pytest.approx(4)
