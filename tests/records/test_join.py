"""What links say of records when they are read: branches of the whys, feedback as evidence, records about others."""

from datetime import date

import pytest

from salesopt_kit.records.join import joined
from salesopt_kit.records.observe import frozen
from salesopt_kit.records.rows import (
    Decision,
    Feedback,
    Measure,
    Observation,
    PainPoint,
    PilotNote,
    RootCause,
    Sponsor,
    Target,
    Trigger,
    Why,
    WhyChain,
)
from salesopt_kit.records.store import Store
from salesopt_kit.results import Estimate
from salesopt_kit.terms import IssueType, VoiceGroup

POINT = PainPoint(stage="contract", type=IssueType.COST, problem="contracts wait")


@pytest.fixture
def store() -> Store:
    opened = Store(":memory:")
    for record in (POINT, WhyChain(), WhyChain(), RootCause(text="r1"), RootCause(text="r2"), Measure(measure="m")):
        opened.add(record)
    for chain, texts in (("WHY-1", "abc"), ("WHY-2", "de")):
        for text in texts:
            opened.add(Why(text=text), within=chain)
    for start, end, kind in (
        ("PP-1", "WHY-1", "asks"),
        ("WHY-1", "WHY-1.1", "because"),
        ("WHY-1.1", "WHY-1.2", "because"),
        ("WHY-1.2", "WHY-1.3", "because"),
        ("WHY-1.3", "RC-1", "ends_in"),
        ("WHY-1.2", "WHY-2", "asks"),
        ("WHY-2", "WHY-2.1", "because"),
        ("WHY-2.1", "WHY-2.2", "because"),
        ("WHY-2.2", "RC-2", "ends_in"),
        ("RC-2", "ME-1", "answered_by"),
    ):
        opened.link(start, end, kind)
    return opened


def test_a_chain_that_branches_off_a_why_begins_with_the_whys_up_to_there(store: Store) -> None:
    found, links = store.everything()
    records = joined([saved.record for saved in found], links)
    chains = {chain.id: "".join(why.text for why in chain.whys) for chain in records.why_chains}
    assert chains == {"WHY-1": "abc", "WHY-2": "abde"}
    assert [chain.root_cause.text for chain in records.why_chains if chain.root_cause] == ["r1", "r2"]
    assert [chain.pain_point for chain in records.why_chains] == ["PP-1", "PP-1"]
    assert [measure.id for measure in records.measures_of(records.pain_points[0])] == ["ME-1"]


def test_each_link_stands_where_people_look_for_it(store: Store) -> None:
    for record in (
        Trigger(id="T3"),
        Observation(reference="interview:2"),
        Feedback(text="too slow", group=VoiceGroup.FRONT_LINE),
        PilotNote(text="n"),
        Decision(text="d"),
        Sponsor(name="s"),
        Target(key="cycle_days", at_most=3),
    ):
        store.add(record)
    for start, end, kind in (
        ("T3", "PP-1", "raises"),
        ("FB-1", "PP-1", "supports"),
        ("OB-1", "WHY-1.2", "supports"),
        ("SP-1", "ME-1", "backs"),
        ("ME-1", "TG-1", "aims_at"),
        ("DE-1", "ME-1", "about"),
        ("PN-1", "DE-1", "about"),
    ):
        store.link(start, end, kind)
    found, links = store.everything()
    records = joined([saved.record for saved in found], links)
    point, measure = records.pain_points[0], records.measures[0]
    assert (point.triggers, point.evidence) == (("T3",), ("FB-1: too slow",))
    assert [why.evidence for why in records.why_chains[0].whys] == [(), ("interview:2",), ()]
    assert (measure.root_cause, measure.targets, measure.backed_by) == ("RC-2", ("cycle_days",), ("SP-1",))
    assert (records.decisions[0].about, records.pilot_notes[0].about) == (("ME-1",), ("DE-1",))
    assert records.loose == ()


def test_a_figure_of_a_run_is_frozen_with_its_interval() -> None:
    window = (date(2024, 1, 1), date(2024, 6, 30))
    estimate = Estimate(
        "win_rate.count", "Win rate", 0.25, "fraction", 12, 0.09, 0.53, "Wilson", window=window, group="team=East"
    )
    seen = frozen(estimate, on=date(2024, 7, 1))
    assert seen.reference == "metric:win_rate.count/team=East"
    assert (seen.value, seen.low, seen.high, seen.unit, seen.n) == (0.25, 0.09, 0.53, "fraction", 12)
    assert (seen.method, seen.window, seen.frozen_on, seen.source) == ("Wilson", window, date(2024, 7, 1), "metric")
