"""Oracles: brute force over a random history, statsmodels' Wilson interval, and a few deals worked by hand."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest
from random_log import AS_OF, random_log
from statsmodels.stats.proportion import proportion_confint

from salesopt_kit.metrics.selection import Selection
from salesopt_kit.metrics.stage_conversion import StageConversion, stage_conversion, stage_conversion_by
from salesopt_kit.tables.store import Tables

Open = Callable[..., Tables]
STEPS = ["lead", "talks", "won"]


def events_of(*rows: tuple[str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["opportunity_id", "stage", "entered_at"])
    return frame.assign(entered_at=pd.to_datetime(frame["entered_at"]))


def shares(answer: StageConversion, variant: str) -> list[tuple[float | None, int]]:
    return [(step.value, step.n) for step in answer.variants[variant]]


def brute_force(log: pd.DataFrame) -> dict[str, list[tuple[float, int]]]:
    """Return rate and n of each step by variant, deal by deal."""
    log = log[log["entered_at"] < pd.Timestamp(AS_OF) + pd.Timedelta(days=1)]
    came: dict[str, list[list[bool]]] = {"strict": [], "reached": [], "any": []}
    for _deal, stages in log.groupby("opportunity_id")["stage"]:
        history = stages.tolist()
        is_won = history[-1] == "won"
        first = {stage: history.index(stage) for stage in STEPS if stage in history}
        been = [stage in first for stage in STEPS]
        came["any"].append(been)
        came["reached"].append([any(been[place:]) or is_won for place in range(3)])
        in_order = been[0] and been[1] and first["talks"] > first["lead"]
        came["strict"].append([been[0], in_order, in_order and is_won])
    return {
        variant: [
            (sum(deal[place] and deal[place - 1] for deal in deals) / n, n)
            for place in (1, 2)
            if (n := sum(deal[place - 1] for deal in deals))
        ]
        for variant, deals in came.items()
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_strict_reached_and_any_are_what_brute_force_finds(engaged: Open, seed: int) -> None:
    log = random_log(seed)
    answer = stage_conversion(engaged(as_of=AS_OF, stage_events=log))
    for variant, expected in brute_force(log).items():
        assert shares(answer, variant) == expected
    step = answer.variants["reached"][0]
    interval = proportion_confint(round((step.value or 0.0) * step.n), step.n, method="wilson")
    assert (step.low, step.high) == pytest.approx(interval)


def test_the_four_variants_differ_on_the_same_deals(engaged: Open) -> None:
    log = events_of(
        ("through", "lead", "2024-01-01"),
        ("through", "talks", "2024-01-05"),
        ("through", "won", "2024-01-09"),
        ("skipped", "lead", "2024-01-01"),
        ("skipped", "won", "2024-01-09"),
        ("back", "talks", "2024-01-01"),
        ("back", "lead", "2024-01-05"),
        ("open", "lead", "2024-01-01"),
    )
    answer = stage_conversion(engaged(as_of=AS_OF, stage_events=log))
    assert shares(answer, "strict") == [(1 / 4, 4), (1.0, 1)]
    assert shares(answer, "reached") == [(3 / 4, 4), (2 / 3, 3)]
    assert shares(answer, "any") == [(2 / 4, 4), (1 / 2, 2)]
    assert shares(answer, "stock") == [(0.0, 2)]
    assert answer.variants["stock"][0].low is None
    assert "2 of the 4 deals are still open and may yet go further" in answer.caveats()[0]
    assert answer.table().iloc[0].tolist()[4] == "0.0% (n=2)"


def test_strict_asks_for_every_stage_after_the_one_before_it(engaged: Open) -> None:
    stages = [{"id": id_, "name": id_} for id_ in ("lead", "talks", "offer")]
    stages.append({"id": "won", "name": "won", "kind": "won"})
    log = events_of(("A", "lead", "2024-01-01"), ("A", "offer", "2024-01-05"), ("A", "talks", "2024-01-09"))
    answer = stage_conversion(engaged(as_of=AS_OF, stages=stages, stage_events=log))
    assert shares(answer, "strict") == [(1.0, 1), (0.0, 1), (None, 0)]
    assert shares(answer, "any") == [(1.0, 1), (1.0, 1), (0.0, 1)]


def test_the_cohort_is_created_in_the_window_but_the_stock_is_what_is_there_now(engaged: Open) -> None:
    log = events_of(
        ("old", "lead", "2023-01-01"),
        ("new", "lead", "2024-03-01"),
        ("new", "talks", "2024-03-02"),
        ("late", "lead", "2024-04-02"),
    )
    answer = stage_conversion(engaged(as_of=AS_OF, months=1, stage_events=log))
    assert shares(answer, "reached") == [(1.0, 1), (0.0, 1)]
    assert shares(answer, "stock") == [(1.0, 1)]


def deals_of(stages: list[str], **columns: object) -> pd.DataFrame:
    ids = [f"D{place}" for place in range(len(stages))]
    return pd.DataFrame({"opportunity_id": ids, "stage": stages, "created_at": "2024-03-01", **columns})


def test_without_history_reached_is_told_from_the_present_stage(engaged: Open) -> None:
    deals = deals_of(["lead", "talks", "talks", "won", "talks"], status=["open", "open", "lost", "won", "lost"])
    answer = stage_conversion(engaged(as_of=AS_OF, opportunities=deals))
    assert shares(answer, "reached") == [(4 / 5, 5), (1 / 4, 4)]
    assert (answer.variants["strict"], answer.variants["any"]) == ((), ())
    assert "There is no stage history" in answer.caveats()[1]
    assert answer.table().iloc[0].tolist()[1] == "–"


@pytest.mark.parametrize(
    ("stages", "why"),
    [(["lead", "lost", "won"], "1 lost deals do not say in which stage"), (["lead", "won"], "no lost deal at all")],
)
def test_without_history_nothing_is_told_where_lost_deals_hide_their_stage(
    engaged: Open, stages: list[str], why: str
) -> None:
    answer = stage_conversion(engaged(as_of=AS_OF, opportunities=deals_of(stages)))
    assert answer.variants["reached"] == ()
    assert answer.sentence() == "No conversion between stages can be told."
    assert any(why in caveat for caveat in answer.caveats())
    assert len(answer.table()) == 2


def test_groups_split_the_cohort(engaged: Open) -> None:
    log = random_log(3)
    names = sorted(log["opportunity_id"].unique())
    deals = pd.DataFrame({"opportunity_id": names, "team": ["A" if place % 3 else "B" for place in range(len(names))]})
    tables = engaged(as_of=AS_OF, stage_events=log, opportunities=deals)
    whole = stage_conversion(tables)
    teams = [team for _name, team in stage_conversion_by(tables, "team").results if isinstance(team, StageConversion)]
    for variant in ("strict", "reached", "any"):
        assert sum(team.variants[variant][0].n for team in teams) == whole.variants[variant][0].n
    alone = stage_conversion(tables, Selection(dimension="team", names=("A",)))
    assert shares(alone, "reached") in [shares(team, "reached") for team in teams]
    months = stage_conversion_by(tables, "month")
    assert [name for name, _answer in months.results] == ["2024-01", "2024-02"]


def test_the_steps_of_a_public_log_are_the_known_counts(
    purchasing: Tables, facts: Callable[[str, str], dict[str, Any]]
) -> None:
    cases = facts("purchasing_example", "PurchasingExample.csv")["activity_case_counts"]
    answer = stage_conversion(purchasing, Selection((date(2011, 1, 1), date(2011, 10, 31))))
    step = next(step for step in answer.variants["any"] if step.id.endswith(".amend_request_for_quotation"))
    analysed, amended = cases["Analyze Request for Quotation"], cases["Amend Request for Quotation"]
    assert (step.value, step.n) == (amended / analysed, analysed)
    assert len(answer.steps) == len(cases) - 1
