"""Oracles: the rule stated in words as a table, and an engagement built so that each source points where it should."""

import itertools
from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest

from salesopt_kit.errors import MissingDataError
from salesopt_kit.metrics.agreement import Agreement, Sign, agreement
from salesopt_kit.metrics.triangulation import agreement_words, triangulation
from salesopt_kit.tables.store import Tables

Open = Callable[..., Tables]
TODAY = date(2024, 6, 30)
STAGES = [
    *({"id": name, "name": name.title()} for name in ("lead", "talks", "contract")),
    {"id": "won", "name": "Won", "kind": "won"},
]
P, Q, N = Sign.POINTS, Sign.QUIET, Sign.NOT_ENOUGH


def history(days: dict[str, int], n: int = 40) -> pd.DataFrame:
    rows = []
    for deal in range(n):
        at = pd.Timestamp(2024, 2, 1) + pd.Timedelta(days=deal % 7)
        for stage, stay in days.items():
            rows.append((f"D{deal}", stage, at))
            at += pd.Timedelta(days=stay + deal % 2)
        rows.append((f"D{deal}", "won", at))
    return pd.DataFrame(rows, columns=["opportunity_id", "stage", "entered_at"])


def tickets(**n: int) -> pd.DataFrame:
    stages = [stage for stage, times in n.items() for _time in range(times)]
    at = pd.Timestamp(2024, 4, 1)
    return pd.DataFrame(
        {
            "complaint_id": [f"C{i}" for i in range(len(stages))],
            "received_at": at,
            "text": "late quote",
            "stage": stages,
        }
    )


def statements(**n: int) -> pd.DataFrame:
    stages = [stage for stage, times in n.items() for _time in range(times)]
    who = itertools.cycle(["front-line", "manager"])
    return pd.DataFrame({"who_group": [next(who) for _stage in stages], "stage": stages, "text": "slow"})


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        ((P, P, P), Agreement.ALL),
        ((P, Q, P), Agreement.PARTLY),
        ((N, P, P), Agreement.PARTLY),
        ((P, P, Q), Agreement.VOICES_ONLY),
        ((Q, P, Q), Agreement.VOICES_ONLY),
        ((P, Q, N), Agreement.NOT_ENOUGH),
        ((Q, Q, P), Agreement.DATA_ONLY),
        ((N, N, P), Agreement.NOT_ENOUGH),
        ((Q, Q, Q), Agreement.NOTHING),
        ((N, N, Q), Agreement.NOT_ENOUGH),
    ],
)
def test_the_rule_names_agreement_and_contradiction(signs: tuple[Sign, Sign, Sign], expected: Agreement) -> None:
    assert agreement(*signs) is expected


def test_a_contradiction_needs_a_silent_side_that_could_have_spoken() -> None:
    for said, complained, measured in itertools.product(Sign, repeat=3):
        found = agreement(said, complained, measured)
        assert found is not Agreement.VOICES_ONLY or measured is Q
        assert found is not Agreement.DATA_ONLY or Q in (said, complained)


def test_all_three_point_at_the_stage_that_takes_most_time_and_draws_most_complaints(engaged: Open) -> None:
    answer = triangulation(
        engaged(
            as_of=TODAY,
            stages=STAGES,
            stage_events=history({"lead": 1, "talks": 2, "contract": 20}),
            complaints=tickets(lead=3, talks=3, contract=30),
            interviews=statements(lead=2, talks=2, contract=10),
        )
    )
    assert [one.agreement for one in answer.stages] == [Agreement.NOTHING, Agreement.NOTHING, Agreement.ALL]
    assert "All three sources point at Contract" in answer.sentence()
    assert answer.stages[2].rank == 1


def test_voices_against_data_are_named_as_contradictions(engaged: Open) -> None:
    answer = triangulation(
        engaged(
            as_of=TODAY,
            stages=STAGES,
            stage_events=history({"lead": 1, "talks": 20, "contract": 2}),
            complaints=tickets(lead=3, contract=30),
            interviews=statements(lead=12),
        )
    )
    words = [agreement_words(one) for one in answer.stages]
    assert words == [
        "contradiction: it is said in interviews, the data show nothing unusual",
        "contradiction: the data show it, nobody says it",
        "contradiction: people complain, the data show nothing unusual",
    ]


def test_a_share_of_time_that_chance_may_have_made_does_not_point(engaged: Open) -> None:
    rows = history({"lead": 3, "talks": 3, "contract": 1})
    at_won = (rows["stage"] == "won") & rows["opportunity_id"].str.endswith("0")
    rows.loc[at_won, "entered_at"] += pd.Timedelta(days=45)
    view = triangulation(engaged(as_of=TODAY, stages=STAGES, stage_events=rows)).stages[2]
    assert view.time
    assert (view.time.share.low or 0) < 1 / 3 < (view.time.share.value or 0)
    assert view.measured is Q


def test_small_numbers_are_not_enough_evidence(engaged: Open) -> None:
    answer = triangulation(
        engaged(
            as_of=TODAY,
            stages=STAGES,
            stage_events=history({"lead": 1, "talks": 2, "contract": 20}, n=10),
            complaints=tickets(contract=19),
            interviews=statements(contract=9),
        )
    )
    assert {sign for one in answer.stages for sign in (one.said, one.complained, one.measured)} == {N}
    assert {one.agreement for one in answer.stages} == {Agreement.NOT_ENOUGH}


def test_a_missing_source_is_named_and_no_source_at_all_is_missing_data(engaged: Open) -> None:
    answer = triangulation(engaged(as_of=TODAY, stages=STAGES, complaints=tickets(contract=30)))
    assert [one.agreement for one in answer.stages] == [Agreement.NOT_ENOUGH] * 3
    assert any("interviews" in caveat for caveat in answer.caveats())
    with pytest.raises(MissingDataError, match="interviews"):
        triangulation(engaged(as_of=TODAY, stages=STAGES, people=pd.DataFrame({"person": ["Ann"]})))
