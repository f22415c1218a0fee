"""Oracles: complaints worked by hand, and statsmodels' Wilson interval."""

from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from salesopt_kit.errors import MissingDataError
from salesopt_kit.metrics.coded_complaints import NO_STAGE, NO_TOPIC
from salesopt_kit.metrics.complaint_tickets import MOST_TICKETS
from salesopt_kit.metrics.complaints import Complaints, complaints
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.tables.store import Tables

Open = Callable[..., Tables]
TODAY = date(2024, 6, 30)
EVENTS = pd.DataFrame(
    {
        "opportunity_id": ["A", "A", "A", "B"],
        "stage": ["lead", "talks", "won", "lead"],
        "entered_at": pd.to_datetime(["2024-03-01 09:00", "2024-03-10 09:00", "2024-05-01 09:00", "2024-06-01 09:00"]),
    }
)
COMPLAINTS = pd.DataFrame(
    [
        ("C1", "2024-03-05 10:00", "报价不及时", "A", None),
        ("C2", "2024-03-10 08:59", "Late quotation!", "A", None),
        ("C3", "2024-03-10 09:00", "报价太慢，发票也错了", "A", None),
        ("C4", "2024-06-02 10:00", "合同条款解释不清", "B", "talks"),
        ("C5", "2024-06-03 10:00", "线索分配不清", None, None),
        ("C6", "2024-06-04 10:00", "<script>alert(1)</script> & more", None, None),
        ("C7", "2023-11-01 10:00", "late quote", None, None),
        ("C8", "2023-07-02 10:00", "", None, None),
        ("C9", "2024-07-01 10:00", "late quote", None, None),
    ],
    columns=["complaint_id", "received_at", "text", "opportunity_id", "stage"],
).assign(received_at=lambda rows: pd.to_datetime(rows["received_at"]))


@pytest.fixture
def answer(engaged: Open) -> Complaints:
    return complaints(engaged(as_of=TODAY, stage_events=EVENTS, complaints=COMPLAINTS))


def tickets(answer: Complaints, topic: str) -> list[tuple[str, str, str]]:
    found = next(one for one in answer.topics if one.topic == topic)
    return [(ticket.complaint_id, ticket.stage, ticket.stage_from) for ticket in found.tickets]


def test_each_complaint_of_the_window_is_counted_under_its_topics_and_none_is_dropped(answer: Complaints) -> None:
    counts = {topic.topic: topic.count.value for topic in answer.topics}
    assert counts == {
        "late_quotation": 3,
        "contract_terms_unclear": 1,
        "invoice": 1,
        "lead_assignment": 1,
        NO_TOPIC: 1,
    }
    assert answer.total.value == 6
    assert answer.topics[-1].topic == NO_TOPIC


def test_the_stage_is_the_complaint_s_own_else_the_deal_s_then_else_the_topic_s(answer: Complaints) -> None:
    assert tickets(answer, "late_quotation") == [
        ("C1", "lead", "deal"),
        ("C2", "lead", "deal"),
        ("C3", "talks", "deal"),
    ]
    assert tickets(answer, "contract_terms_unclear") == [("C4", "talks", "complaint")]
    assert tickets(answer, "lead_assignment") == [("C5", "lead", "topic")]
    assert tickets(answer, NO_TOPIC) == [("C6", NO_STAGE, "")]
    assert "1 complaints name theirs, 3 have that of their deal" in answer.caveats()[0]


def test_a_complaint_with_a_bare_date_has_the_stage_of_that_evening(engaged: Open) -> None:
    days = COMPLAINTS.assign(received_at=COMPLAINTS["received_at"].dt.normalize())
    answer = complaints(engaged(as_of=TODAY, stage_events=EVENTS, complaints=days))
    assert [stage for _id, stage, _way in tickets(answer, "late_quotation")] == ["lead", "talks", "talks"]


def test_shares_have_wilson_s_interval_and_cells_add_up(answer: Complaints) -> None:
    share = answer.topics[0].share
    assert share.value == 0.5
    assert (share.low, share.high) == pytest.approx(proportion_confint(3, 6, method="wilson"))
    cells = {cell.group: cell.value for cell in answer.cells}
    assert cells["topic=late_quotation/stage=lead"] == 2
    assert sum(cells.values()) == sum(topic.count.value or 0 for topic in answer.topics)
    assert {one.group: one.value for one in answer.stages}["stage=lead"] == 3


def test_the_trend_compares_complaints_per_open_deal_with_the_window_before(engaged: Open) -> None:
    deals = pd.DataFrame(
        {
            "opportunity_id": ["A", "B", "C", "D"],
            "created_at": pd.to_datetime(["2024-03-01", "2024-06-01", "2023-08-01", "2023-08-01"]),
            "closed_at": pd.to_datetime(["2024-05-01", None, "2023-09-01", "2024-01-02"]),
            "status": ["won", "open", "lost", "lost"],
        }
    )
    answer = complaints(engaged(as_of=TODAY, opportunities=deals, complaints=COMPLAINTS))
    assert answer.rate.value == 100 * 6 / 3
    assert answer.trend.value == pytest.approx((6 / 3) / (2 / 2))
    assert answer.topics[0].trend.value == pytest.approx((3 / 3) / (1 / 2))
    assert "No change per open deal can be told" in answer.sentence()


def test_without_complaints_in_the_window_before_there_is_no_trend(engaged: Open) -> None:
    recent = COMPLAINTS[COMPLAINTS["received_at"] >= "2024-01-01"]
    answer = complaints(engaged(as_of=TODAY, stage_events=EVENTS, complaints=recent))
    assert answer.trend.value is None
    assert any("no trend" in caveat for caveat in answer.caveats())


def test_tickets_are_opened_escaped_capped_and_shortened(engaged: Open, answer: Complaints) -> None:
    page = answer._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page
    many = pd.concat([COMPLAINTS.iloc[[3]].assign(complaint_id=f"M{n}", text="报价不及时" * 9_000) for n in range(60)])
    page = complaints(engaged(as_of=TODAY, stage_events=EVENTS, complaints=many))._repr_html_()
    assert page.count("<li>M") == MOST_TICKETS
    assert "<li>and 10 more</li>" in page
    assert len(page) < 40_000


def test_each_opened_ticket_says_by_which_words_it_was_found(answer: Complaints) -> None:
    page = answer._repr_html_()
    assert "报价太慢，发票也错了 · [报价太慢]</li>" in page
    assert "报价太慢，发票也错了 · [发票]</li>" in page
    assert "&amp; more</li>" in page


def test_a_selection_takes_the_complaints_of_its_deals(engaged: Open) -> None:
    deals = pd.DataFrame(
        {
            "opportunity_id": ["A", "B"],
            "team": ["East", "West"],
            "created_at": pd.to_datetime(["2024-03-01", "2024-06-01"]),
        }
    )
    tables = engaged(as_of=TODAY, opportunities=deals, complaints=COMPLAINTS)
    assert complaints(tables, Selection(None, "team", ("West",))).total.value == 1


def test_no_complaint_in_the_window_says_so(engaged: Open) -> None:
    with pytest.raises(MissingDataError, match="no complaint came"):
        complaints(engaged(as_of=date(2023, 6, 1), complaints=COMPLAINTS))
    with pytest.raises(MissingDataError, match="no table `complaints`"):
        complaints(engaged(as_of=TODAY, stage_events=EVENTS))
