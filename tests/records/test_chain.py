"""The samples' chain of evidence is whole from trigger to target; with any link taken away the right rule speaks."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from salesopt_kit.engagement import open_engagement
from salesopt_kit.errors import InputError
from salesopt_kit.locale import use_language
from salesopt_kit.records import missing_links, open_store
from salesopt_kit.records.chain import trace
from salesopt_kit.records.changes import Link
from salesopt_kit.records.join import joined
from salesopt_kit.records.rows import Measure, Observation, Sponsor, Why
from salesopt_kit.records.store import Store

SAMPLES = Path(__file__).resolve().parents[2] / "data_samples"


@pytest.fixture(scope="module", params=["huaxin", "alder"])
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The store of a sample, made from its files in a folder of its own."""
    folder = tmp_path_factory.mktemp(request.param)
    shutil.copytree(SAMPLES / request.param / "records", folder / "records")
    shutil.copyfile(SAMPLES / request.param / "engagement.yml", folder / "engagement.yml")
    with open_store(open_engagement(folder), who="test") as store:
        yield store


def gaps(store: Store) -> set[tuple[str, str]]:
    found, links = store.everything()
    began = open_engagement(Path(store.where).parent, locale="en").config.pilot.period[0]
    return {(gap.rule, gap.record) for gap in missing_links(joined([one.record for one in found], links, began))}


def without(store: Store, links: list[Link]) -> set[tuple[str, str]]:
    """Return the gaps that taking links away brings, and put the links back."""
    before = gaps(store)
    for link in links:
        store.unlink(link.start, link.end, link.kind)
    after = gaps(store)
    for _link in links:
        store.undo()
    assert gaps(store) == before
    return after - before


RULES: dict[str, tuple[str, Callable[[Link], str]]] = {
    "raises": ("trigger_without_pain_point", lambda link: link.start),
    "asks": ("why_chain_without_pain_point", lambda link: link.end),
    "because": ("why_without_question", lambda link: link.end),
    "ends_in": ("root_cause_without_whys", lambda link: link.end),
    "answered_by": ("measure_without_root_cause", lambda link: link.end),
    "aims_at": ("measure_without_target", lambda link: link.start),
}


@pytest.mark.parametrize("kind", RULES)
def test_a_link_that_stands_alone_is_missed_by_its_rule_and_one_with_company_is_not(sample: Store, kind: str) -> None:
    rule, at = RULES[kind]
    links = [link for link in sample.everything()[1] if link.kind == kind]
    assert links
    for link in links:
        company = [other for other in links if at(other) == at(link)]
        assert ((rule, at(link)) in without(sample, [link])) == (company == [link])
        assert (rule, at(link)) in without(sample, company)


def test_a_pain_point_or_a_why_that_loses_all_its_observations_is_named(sample: Store) -> None:
    links = [link for link in sample.everything()[1] if link.kind == "supports"]
    for end in dict.fromkeys(link.end for link in links):
        company = [link for link in links if link.end == end]
        named = ("pain_point_without_evidence", end)
        if end.startswith("WHY"):  # a chain is named for its whys, unless another of them is bare already
            named = ("why_without_evidence", end.partition(".")[0])
        assert named in without(sample, company) | gaps(sample)


def test_a_pressing_pain_point_that_loses_its_last_root_cause_is_named(sample: Store) -> None:
    for kind in ("asks", "ends_in"):
        link = next(link for link in sample.everything()[1] if link.kind == kind)
        point = (
            next(
                one.start
                for one in sample.everything()[1]
                if one.kind == "asks" and one.end == link.end.partition(".")[0]
            )
            if kind == "asks"
            else ""
        )
        found = without(sample, [link])
        assert any(rule == "pain_point_without_root_cause" and (not point or record == point) for rule, record in found)


def test_a_root_cause_that_loses_all_its_measures_and_a_target_that_nobody_works_for_are_named(sample: Store) -> None:
    links = sample.everything()[1]
    for kind, end, rule in (
        ("answered_by", "start", "root_cause_without_measure"),
        ("aims_at", "end", "target_without_measure"),
    ):
        for record in {getattr(link, end) for link in links if link.kind == kind}:
            company = [link for link in links if link.kind == kind and getattr(link, end) == record]
            assert (rule, record) in without(sample, company)


def test_authority_that_loses_its_signature_is_named(sample: Store) -> None:
    moved = {one.record.id for one in sample.all(Measure) if one.record.moves_authority}
    backing = [link for link in sample.everything()[1] if link.kind == "backs" and link.end in moved]
    assert [link.end for link in backing] == ["ME-1"]
    assert without(sample, backing) == {("authority_without_signature", "ME-1")}
    sponsor = sample.get(backing[0].start, Sponsor)
    late = sample.get("ME-1", Measure).record.start
    before = gaps(sample)
    for day in (None, late.replace(year=late.year + 1)):
        sample.save(sponsor.record.model_copy(update={"signed_on": day}), sample.get(sponsor.record.id).version)
        assert ("authority_without_signature", "ME-1") in gaps(sample)
        sample.undo()
    assert gaps(sample) == before


def test_a_plan_that_loses_what_the_front_line_said_is_named(sample: Store) -> None:
    front = {one.record.id for one in sample.all(Observation) if one.record.group == "front_line"}
    links = [link for link in sample.everything()[1] if link.kind == "supports" and link.start in front]
    feedback = sample.get("FB-1")
    sample.delete("FB-1", feedback.version)
    assert ("plan_without_front_line", "ME") in without(sample, links)
    sample.undo()


@pytest.mark.parametrize(("id_", "wanted"), [("T2", "TG-1"), ("TG-1", "T2"), ("RC-1", "T2"), ("RC-1", "TG-1")])
def test_trace_prints_the_chain_from_trigger_to_target_from_wherever_it_starts(
    sample: Store, id_: str, wanted: str
) -> None:
    said = trace(sample, id_).text()
    way = ["T2", "WHY-1", *(f"WHY-1.{number}" for number in range(1, 6)), "RC-1", "ME-1", "TG-1"]
    inside = way if {id_, wanted} == {"T2", "TG-1"} else [id_, wanted]
    for record in inside:
        assert f"{record}  " in said


def test_trace_finds_all_that_brute_force_finds(sample: Store) -> None:
    found, links = sample.everything()
    chain = [link for link in links if link.kind != "about"]

    def reach(id_: str, *, up: bool) -> set[str]:
        near = {link.start if up else link.end for link in chain if (link.end if up else link.start) == id_}
        return near | {other for one in near for other in reach(one, up=up)}

    for one in found:
        chain_of = trace(sample, one.record.id)
        assert {branch.id for branch in chain_of.above} == reach(one.record.id, up=True)
        assert {branch.id for branch in chain_of.below if not branch.is_aside} == reach(one.record.id, up=False)


def test_trace_marks_an_unsupported_why_and_names_the_gaps_on_the_way_alone(sample: Store) -> None:
    bare = next(
        one.record
        for one in sample.all(Why)
        if not any(link.kind == "supports" for link in sample.links_of(one.record.id))
    )
    said = trace(sample, bare.id).text()
    assert f"{bare.text} (unsupported)" in said.splitlines()[0]
    assert bare.id.partition(".")[0] in said.partition("Missing")[2]
    assert "RI-3" not in said


def test_trace_speaks_chinese(sample: Store) -> None:
    use_language("zh-CN")
    said = trace(sample, "PP-1").text()
    assert "依据" in said
    for english in ("It rests on", "It leads to", "Observation", "Missing", "signed"):
        assert english not in said


def test_trace_of_a_record_that_is_not_there_names_those_that_are(sample: Store) -> None:
    with pytest.raises(InputError, match="RC-1, RC-2"):
        trace(sample, "RC-99")
