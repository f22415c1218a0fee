"""Oracle: each deal walked through both tables by hand in a loop."""

from collections import Counter
from datetime import date
from pathlib import Path

import handbook_example as handbook
import pandas as pd
import pytest

from salesopt_kit import design
from salesopt_kit.design.approvals import ApprovalReplay
from salesopt_kit.design.thresholds import Thresholds
from salesopt_kit.engagement import open_engagement
from salesopt_kit.results import Missing
from salesopt_kit.tables.frames import tables_from_frames
from salesopt_kit.tables.store import Tables

RIGHTS = """\
- {id: DR-1, measure: ME-1, stage: contract, amount_below: 50000, today: [m, p, f, l], new: [m], pre_review_today: l}
- {id: DR-2, measure: ME-1, stage: contract, amount_from: 50000, segment: A, today: [m, p, f, l], new: [d, l],
   pre_review_today: l}
- {id: DR-3, measure: ME-1, stage: contract, amount_from: 50000, segment: B, today: [m, p, f, l], new: [d, f, l],
   pre_review_today: l, pre_review_new: l}
"""
DEALS = [
    ("a", 49_999.99, "A"),
    ("b", 50_000.0, "A"),
    ("c", 50_000.0, "B"),
    ("d", None, "A"),
    ("e", -10.0, "A"),
    ("f", 120_000.0, None),
    ("g", 30_000.0, None),
    ("h", 80_000.0, "C"),
    ("i", 0.0, "B"),
    ("j", 60_000.0, "A"),
]


def tables(folder: Path, rights: str = RIGHTS) -> Tables:
    engagement = open_engagement(handbook.written(folder, decision_rights=rights), locale="en")
    deals = pd.DataFrame(
        {
            "opportunity_id": [*(key for key, _amount, _type in DEALS), "early", "elsewhere"],
            "amount": [*(amount for _key, amount, _type in DEALS), 10_000.0, 10_000.0],
            "segment": [*(type_ for _key, _amount, type_ in DEALS), "A", "A"],
            "created_at": [pd.Timestamp(2023, 1, 1)] * (len(DEALS) + 2),
            "status": ["open"] * (len(DEALS) + 2),
        }
    )
    events = [(key, "contract", pd.Timestamp(2024, 3, 1)) for key, _amount, _type in DEALS]
    events += [("b", "lead", pd.Timestamp(2024, 3, 2)), ("b", "contract", pd.Timestamp(2024, 3, 3))]
    events += [("early", "contract", pd.Timestamp(2023, 6, 1)), ("elsewhere", "lead", pd.Timestamp(2024, 3, 1))]
    frame = pd.DataFrame(events, columns=["opportunity_id", "stage", "entered_at"])
    return tables_from_frames(engagement, {"opportunities": deals, "stage_events": frame}, as_of=date(2024, 6, 30))


def by_hand(threshold: float) -> tuple[int, int, Counter[str], float, int]:
    """Return approvals today and new, those of each person that go away, and value and deals decided by one person."""
    today = new = alone = 0
    gone: Counter[str] = Counter()
    value = 0.0
    for _key, amount, type_ in DEALS:
        if amount is None or amount < 0:
            continue
        if amount >= 50_000 and type_ not in ("A", "B"):
            continue  # today's table does not know who approves it
        if amount >= threshold and type_ not in ("A", "B"):
            continue
        before = ["review", "m", "p", "f", "l"]
        after = ["m"] if amount < threshold else ["d", "l"] if type_ == "A" else ["review", "d", "f", "l"]
        today, new = today + len(before), new + len(after)
        gone.update(before)
        gone.subtract(after)
        if len(after) == 1:
            value, alone = value + amount, alone + 1
    return today, new, gone, value, alone


def test_the_replay_is_that_of_a_loop_over_the_deals(tmp_path: Path) -> None:
    answer = design.replay_approvals(tables(tmp_path))
    assert isinstance(answer, ApprovalReplay)
    stage = answer.stages[0]
    today, new, gone, value, alone = by_hand(50_000)
    assert (stage.today, stage.new, stage.value_alone) == (today, new, pytest.approx(value))
    assert sum(one.band.n for one in stage.alone) == alone
    told = {name.replace("pre-review:l", "review"): before - after for name, before, after in stage.by_signer()}
    assert told == dict(gone)


def test_what_cannot_be_replayed_is_counted_by_its_reason_and_shown(tmp_path: Path) -> None:
    answer = design.replay_approvals(tables(tmp_path))
    assert isinstance(answer, ApprovalReplay)
    left_out = {reason.value: n for reason, n in answer.stages[0].left_out.items()}
    assert left_out == {"no_amount": 1, "negative": 1, "no_segment": 1, "nobody": 1}
    assert answer.stages[0].n + sum(left_out.values()) == answer.stages[0].found.n == len(DEALS)
    assert "4 of 10 deals that came there could not be replayed" in answer.caveats()[0]
    assert any("an amount of 0" in said for said in answer.caveats())
    assert any("came there 11 times" in said for said in answer.caveats())


def test_deals_are_counted_in_the_row_that_decides_them(tmp_path: Path) -> None:
    answer = design.replay_approvals(tables(tmp_path))
    assert dict(zip(answer.table()["Record"], answer.table()["Deals"], strict=True)) == {
        "DR-1": "3",
        "DR-2": "2",
        "DR-3": "1",
    }


def test_each_threshold_is_that_of_a_loop_over_the_deals(tmp_path: Path) -> None:
    answer = design.thresholds(tables(tmp_path))
    assert isinstance(answer, Thresholds)
    for point in answer.curves[0].points:
        today, new, _gone, value, alone = by_hand(point.threshold)
        assert (point.replay.today, point.replay.new, point.n_alone) == (today, new, alone), point.threshold
        assert point.replay.value_alone == pytest.approx(value)
    told = [point.threshold for point in answer.curves[0].points if point.is_told]
    assert told == [30_000, 50_000, 80_000]


def test_rows_that_claim_one_deal_leave_it_out(tmp_path: Path) -> None:
    twice = RIGHTS + "- {id: DR-4, measure: ME-1, stage: contract, amount_below: 40000, today: [m], new: [m]}\n"
    answer = design.replay_approvals(tables(tmp_path, twice))
    assert isinstance(answer, ApprovalReplay)
    assert {reason.value: n for reason, n in answer.stages[0].left_out.items()}["several"] == 2
    rights = design.decision_rights(tables(tmp_path, twice))
    assert any("DR-1, DR-4 all claim below 40,000" in said for said in rights.caveats())


def test_without_rights_or_history_the_page_says_what_to_add(tmp_path: Path) -> None:
    for question in (design.decision_rights, design.replay_approvals, design.relief, design.thresholds_chart):
        answer = question(handbook.opened(tmp_path))
        assert isinstance(answer, Missing), question
        assert "- id: DR-1" in answer.remedy
    (tmp_path / "two").mkdir()
    bare = handbook.opened(tmp_path / "two", with_data=False, decision_rights=RIGHTS)
    assert isinstance(design.replay_approvals(bare), Missing)
    assert not isinstance(design.decision_rights(bare), Missing)
