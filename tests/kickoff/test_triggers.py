"""T1 to T5, each in a case built to be met, not met and undecided; the numbers follow from the rows by hand."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from salesopt_kit import kickoff
from salesopt_kit.engagement import Config, Engagement
from salesopt_kit.kickoff.triggers import JUDGES, Triggers
from salesopt_kit.locale import use_language
from salesopt_kit.tables.frames import tables_from_frames
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import TriggerState

MET, NOT_MET, CANNOT_TELL = TriggerState
AS_OF = date(2024, 6, 30)
STAGES = [{"id": "talks", "name": "Talks"}, {"id": "won", "name": "Won", "kind": "won"}]


def opened(frames: dict[str, pd.DataFrame], **settings: object) -> Tables:
    config = Config.model_validate(
        {
            "client": "Test",
            "slug": "test",
            "currency": "USD",
            "stages": [*STAGES, {"id": "lost", "name": "Lost", "kind": "lost"}],
            "sources": {name: {"file": f"{name}.csv"} for name in frames} or {"leads": {"file": "leads.csv"}},
            **settings,
        }
    )
    return tables_from_frames(Engagement(config, Path(), Path("exports")), frames, as_of=AS_OF)


def state(tables: Tables, id_: str) -> TriggerState:
    return next(judge(tables).state for name, judge, _question in JUDGES if name == id_)


def won_deals(days: float, n: int = 30, amount: float = 100.0) -> pd.DataFrame:
    """A deal a day, won `days` (one more or less) after it was opened, in every month of the half year."""
    closed = pd.date_range("2023-12-01", "2024-06-30", periods=n * 7).normalize()
    length = pd.to_timedelta([days + step % 3 - 1 for step in range(len(closed))], unit="D")
    return pd.DataFrame(
        {
            "opportunity_id": [str(number) for number in range(len(closed))],
            "owner": "Ann",
            "created_at": closed - length,
            "closed_at": closed,
            "status": "won",
            "amount": amount,
        }
    )


@pytest.mark.parametrize(
    ("benchmarks", "months", "expected"),
    [
        ({"output_per_head": 9_000}, 3, MET),
        ({"output_per_head": 1_000}, 3, NOT_MET),
        ({}, 3, CANNOT_TELL),
        ({"output_per_head": 9_000}, 24, CANNOT_TELL),
    ],
)
def test_t1_asks_for_every_one_of_the_last_full_months(
    benchmarks: dict[str, float], months: int, expected: TriggerState
) -> None:
    tables = opened({"opportunities": won_deals(40)}, benchmarks=benchmarks, triggers={"low_output_months": months})
    assert state(tables, "T1") is expected


def test_t1_is_not_met_when_one_month_of_the_three_is_good() -> None:
    deals = won_deals(40)
    deals.loc[deals["closed_at"].between("2024-05-01", "2024-05-31"), "amount"] = 100_000
    assert state(opened({"opportunities": deals}, benchmarks={"output_per_head": 9_000}), "T1") is NOT_MET


@pytest.mark.parametrize(("days", "expected"), [(60, MET), (40, NOT_MET), (52, CANNOT_TELL)])
def test_t2_lets_the_interval_decide_against_the_benchmark_plus_thirty_percent(
    days: float, expected: TriggerState
) -> None:
    assert state(opened({"opportunities": won_deals(days)}, benchmarks={"cycle_days": 40}), "T2") is expected


def test_t2_without_a_benchmark_shows_the_figure_and_decides_nothing() -> None:
    answer = kickoff.triggers(opened({"opportunities": won_deals(60)}))
    assert isinstance(answer, Triggers)
    trigger = answer.found[1]
    assert trigger.state is CANNOT_TELL
    assert "60.0 days" in trigger.evidence
    assert "benchmarks.cycle_days" in trigger.supply


def leads_and_feedback(won: int, cumbersome: int) -> dict[str, pd.DataFrame]:
    """A thousand old leads of which `won` were won, and a hundred answers of which `cumbersome` say so."""
    created = pd.Timestamp("2024-01-15")
    leads = pd.DataFrame({"lead_id": [str(number) for number in range(1_000)], "created_at": created})
    deals = pd.DataFrame({"lead_id": leads["lead_id"][:won], "opportunity_id": leads["lead_id"][:won], "status": "won"})
    deals = deals.assign(created_at=created, closed_at=created + pd.Timedelta(days=20))
    words = ["流程繁琐"] * (cumbersome // 2) + ["Repetitive work"] * (cumbersome - cumbersome // 2)
    feedback = pd.DataFrame({"item": words + ["lead quality"] * (100 - cumbersome)})
    return {
        "leads": leads,
        "opportunities": deals,
        "feedback": feedback.assign(submitted_at=pd.Timestamp("2024-05-01")),
    }


@pytest.mark.parametrize(
    ("won", "cumbersome", "expected"),
    [(50, 60, MET), (200, 60, NOT_MET), (50, 10, NOT_MET), (100, 60, CANNOT_TELL), (50, 31, CANNOT_TELL)],
)
def test_t3_needs_both_low_conversion_and_the_feedback(won: int, cumbersome: int, expected: TriggerState) -> None:
    settings = {"targets": {"lead_conversion": {"at_least": 0.1}}, "triggers": {"cumbersome_share": 0.3}}
    assert state(opened(leads_and_feedback(won, cumbersome), **settings), "T3") is expected


def test_t3_without_a_threshold_says_which_one_to_write() -> None:
    answer = kickoff.triggers(opened(leads_and_feedback(50, 60), targets={"lead_conversion": {"at_least": 0.1}}))
    assert isinstance(answer, Triggers)
    assert answer.found[2].state is CANNOT_TELL
    assert "triggers.cumbersome_share" in answer.found[2].supply


def handed_over(late: int, n: int = 200) -> dict[str, pd.DataFrame]:
    """Deals that marketing hands to sales after one day, `late` of them after five."""
    first = pd.Timestamp("2024-03-01")
    rows = [
        {"opportunity_id": str(number), "stage": stage, "entered_at": at, "department": department}
        for number in range(n)
        for stage, at, department in (
            ("talks", first, "Marketing"),
            ("won", first + pd.Timedelta(days=5 if number < late else 1), "Sales"),
        )
    ]
    return {"stage_events": pd.DataFrame(rows)}


@pytest.mark.parametrize(
    ("late", "threshold", "expected"),
    [(120, 0.3, MET), (20, 0.3, NOT_MET), (60, 0.3, CANNOT_TELL), (120, None, CANNOT_TELL)],
)
def test_t4_judges_the_share_of_late_handoffs(late: int, threshold: float | None, expected: TriggerState) -> None:
    tables = opened(handed_over(late), triggers={"late_handoff_share": threshold})
    assert state(tables, "T4") is expected


def ramped(months: float, n: int = 40) -> dict[str, pd.DataFrame]:
    """New hires who win their first deal after about `months` months."""
    names = [f"New {number}" for number in range(n)]
    hired = pd.date_range("2023-08-01", "2023-12-01", periods=n).normalize()
    won = hired + pd.to_timedelta([months * 30.4375 + (number % 5 - 2) * 3 for number in range(n)], unit="D").round("D")
    deals = pd.DataFrame({"opportunity_id": names, "owner": names, "status": "won", "closed_at": won})
    early = pd.DataFrame({"opportunity_id": ["0"], "owner": ["Old"], "created_at": [pd.Timestamp("2023-01-01")]})
    deals = pd.concat([deals.assign(created_at=won - pd.Timedelta(days=20)), early.assign(status="open")])
    return {"opportunities": deals, "people": pd.DataFrame({"person": names, "hired_at": hired})}


@pytest.mark.parametrize(("months", "expected"), [(4, MET), (1, NOT_MET), (2, CANNOT_TELL)])
def test_t5_judges_the_median_ramp(months: float, expected: TriggerState) -> None:
    assert state(opened(ramped(months)), "T5") is expected


@pytest.mark.parametrize("name", ["leads", "opportunities", "stage_events", "feedback"])
def test_whatever_is_missing_each_trigger_says_what_to_supply(name: str) -> None:
    frames = {
        "leads": pd.DataFrame({"lead_id": ["1"], "created_at": [pd.Timestamp("2024-05-01")]}),
        "opportunities": pd.DataFrame({"opportunity_id": ["1"]}),
        "stage_events": handed_over(1, 2)["stage_events"].drop(columns="department"),
        "feedback": pd.DataFrame({"submitted_at": [pd.Timestamp("2024-05-01")], "score": [6.0]}),
    }
    answer = kickoff.triggers(opened({name: frames[name]}))
    assert isinstance(answer, Triggers)
    assert all(trigger.state is CANNOT_TELL and trigger.supply for trigger in answer.found)
    assert answer.sentence().startswith("Gather data first")


@pytest.mark.parametrize(
    ("days", "starts"), [(60, "Start: 1 of 5 triggers are met (T2)"), (40, "Gather data first: no trigger is met")]
)
def test_the_recommendation_follows_the_triggers(days: float, starts: str) -> None:
    answer = kickoff.triggers(opened({"opportunities": won_deals(days)}, benchmarks={"cycle_days": 40}))
    assert isinstance(answer, Triggers)
    assert answer.sentence().startswith(starts)


def test_a_trigger_is_called_met_in_the_words_of_triggers_not_of_targets() -> None:
    use_language("zh-CN")
    assert [state.label for state in TriggerState] == ["成立", "不成立", "无法判断"]


@pytest.mark.parametrize("question", [kickoff.readiness, kickoff.sponsorship, kickoff.output_chart])
def test_every_question_answers_for_an_engagement_with_leads_alone(question: Callable[[Tables], object]) -> None:
    leads = pd.DataFrame({"lead_id": ["1"], "created_at": [pd.Timestamp("2024-05-01")]})
    assert question(opened({"leads": leads})) is not None


def test_readiness_names_the_days_covered_and_how_to_supply_the_rest() -> None:
    table = kickoff.readiness(opened({"opportunities": won_deals(40)})).table().set_index("Table")
    deals = table.loc["opportunities"]
    assert (deals["Rows"], deals["Until"]) == ("210", "2024-05-20")
    assert "lead_id" in deals["Missing columns"]
    assert "sources.leads" in table.loc["leads", "How to supply"]
