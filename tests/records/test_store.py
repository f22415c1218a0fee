"""Records that people save together: nothing is lost, nothing overwritten in silence, and every change can be told."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from salesopt_kit.errors import InputError
from salesopt_kit.records import database
from salesopt_kit.records.changes import Conflict, Link
from salesopt_kit.records.kinds import KINDS, LINK_KINDS
from salesopt_kit.records.rows import (
    Decision,
    Measure,
    Observation,
    PainPoint,
    RootCause,
    Target,
    Training,
    Trigger,
    Why,
    WhyChain,
)
from salesopt_kit.records.store import Store
from salesopt_kit.terms import IssueType, Level

POINT = PainPoint(stage="contract", type=IssueType.EFFICIENCY, problem="5万元以下合同仍需法务预审\n“=SUM(A1)”")


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    with Store(place, who="王总监") as opened:
        yield opened


def changed(point: PainPoint, **fields: object) -> PainPoint:
    return point.model_copy(update=fields)


def test_what_was_saved_is_there_in_another_session_as_it_was(store: Store, place: str) -> None:
    added = store.add(POINT)
    with Store(place) as other:
        found = other.get(added.record.id, PainPoint)
    assert found == added
    assert (found.record.problem, found.version, found.created_by) == (POINT.problem, 1, "王总监")


def test_ids_count_up_within_each_kind_and_are_never_given_twice(store: Store) -> None:
    first = store.add(POINT).record.id
    store.delete(first, 1)
    chain = store.add(WhyChain()).record.id
    ids = [store.add(POINT).record.id, store.add(changed(POINT, id="PP-7")).record.id, store.add(POINT).record.id]
    whys = [store.add(Why(text=words), within=chain).record.id for words in ("a", "b")]
    assert [first, *ids, chain, *whys] == ["PP-1", "PP-2", "PP-7", "PP-8", "WHY-1", "WHY-1.1", "WHY-1.2"]
    with pytest.raises(InputError, match="an id that is free"):
        store.add(changed(POINT, id="PP-2"))
    with pytest.raises(InputError, match="WHY-9"):
        store.add(Why(text="a"), within="WHY-9")


def test_records_come_back_in_the_order_they_were_added(store: Store) -> None:
    for id_ in ("PP-10", "PP-2", "PP-3"):
        store.add(changed(POINT, id=id_))
    assert [saved.record.id for saved in store.all(PainPoint)] == ["PP-10", "PP-2", "PP-3"]


def test_a_stale_save_is_a_conflict_that_shows_both_sides_and_changes_nothing(store: Store, place: str) -> None:
    mine = store.add(POINT)
    with Store(place, who="李经理") as other:
        theirs = other.save(changed(mine.record, impact=Level.HIGH), mine.version)
    with pytest.raises(Conflict) as told:
        store.save(changed(mine.record, problem="other words"), mine.version)
    assert (told.value.theirs, told.value.yours.problem) == (theirs, "other words")
    for words in ("PP-1", "李经理", "impact", "'high'", "other words"):
        assert words in str(told.value)
    assert store.get("PP-1") == theirs
    assert store.save(changed(theirs.record, problem="other words"), theirs.version).version == 3


def test_a_record_that_somebody_deleted_cannot_be_saved_or_deleted_once_more(store: Store) -> None:
    saved = store.add(POINT)
    store.delete("PP-1", saved.version)
    with pytest.raises(Conflict, match="deleted"):
        store.save(saved.record, saved.version)
    with pytest.raises(Conflict, match="deleted"):
        store.save(saved.record, saved.version + 1)
    with pytest.raises(Conflict):
        store.delete("PP-1", saved.version + 1)


def test_a_deleted_record_is_out_of_sight_with_its_links_and_comes_back_with_them(store: Store) -> None:
    store.add(POINT)
    store.add(Observation(reference="interview:2"))
    link = store.link("OB-1", "PP-1", "supports")
    store.delete("PP-1", 1)
    assert store.all(PainPoint) == []
    assert [saved.deleted for saved in store.all(PainPoint, deleted=True)] == [True]
    assert store.links_of("OB-1") == []
    store.undo()
    assert [saved.record.id for saved in store.all(PainPoint)] == ["PP-1"]
    assert store.links_of("OB-1") == [link]


def test_undo_goes_back_change_by_change_and_the_history_keeps_all_of_them(store: Store) -> None:
    saved = store.add(POINT)
    saved = store.save(changed(saved.record, impact=Level.HIGH), saved.version)
    store.save(changed(saved.record, impact=Level.LOW), saved.version)
    store.add(Observation(reference="a"))
    store.link("OB-1", "PP-1", "supports")
    store.unlink("OB-1", "PP-1", "supports")
    seen = []
    while store.undo():
        point = store.get("PP-1", PainPoint)
        seen.append((len(store.links_of("PP-1")), len(store.all(Observation)), point.record.impact, point.deleted))
    high, low, none = Level.HIGH, Level.LOW, None
    assert seen == [
        (1, 1, low, False),
        (0, 1, low, False),
        (0, 0, low, False),
        (0, 0, high, False),
        (0, 0, none, False),
        (0, 0, none, True),
    ]
    lines = store.history()
    assert [line.action for line in lines] == ["add", "save", "save", "add", "link", "unlink", *["undo"] * 6]
    assert [line.undoes for line in lines[6:]] == [6, 5, 4, 3, 2, 1]
    assert [line.seq for line in lines] == list(range(1, 13))


def test_undo_takes_back_one_s_own_changes_only_and_never_those_of_others(store: Store, place: str) -> None:
    mine = store.add(POINT)
    with Store(place, who="李经理") as other:
        other.save(changed(mine.record, impact=Level.HIGH), mine.version)
        with pytest.raises(Conflict):
            store.undo()
        assert other.undo().action == "save"
    assert store.undo().action == "add"
    assert store.undo() is None


def test_the_history_says_who_changed_what_from_what_to_what(store: Store) -> None:
    saved = store.add(POINT)
    store.save(changed(saved.record, days_per_deal=3), saved.version)
    first, second = store.history("PP-1")
    assert (first.who, first.action, first.before, first.version) == ("王总监", "add", None, 1)
    assert (second.before["days_per_deal"], second.after["days_per_deal"], second.version) == (None, 3.0, 2)
    assert first.at < second.at


@pytest.mark.parametrize("statement", ["UPDATE history SET who = 'nobody'", "DELETE FROM history"])
def test_the_history_cannot_be_changed_not_even_past_the_kit(store: Store, statement: str) -> None:
    store.add(POINT)
    before = store.history()
    with pytest.raises(DBAPIError, match="only be added to"), store.engine.begin() as connection:
        connection.execute(text(statement))
    assert store.history() == before


def test_changes_made_together_are_kept_together_or_not_at_all(store: Store) -> None:
    store.add(Trigger(id="T2"))
    before = store.history()

    def two_of_which_the_second_fails() -> None:
        with store.together():
            store.add(POINT)
            store.add(Trigger(id="T2"))

    with pytest.raises(InputError):
        two_of_which_the_second_fails()
    assert (store.all(PainPoint), store.history()) == ([], before)
    assert store.add(POINT).record.id == "PP-1"


@pytest.mark.parametrize(
    ("start", "end", "kind", "said"),
    [
        ("PP-1", "OB-1", "supports", "one of raises"),
        ("OB-1", "PP-1", "proves", "one of raises"),
        ("OB-1", "PP-9", "supports", "PP-9"),
        ("RC-2", "ME-1", "answered_by", "no link of this kind yet"),
        ("PP-1", "WHY-1", "asks", "no link of this kind yet"),
        ("WHY-1", "RC-2", "ends_in", "no link of this kind yet"),
    ],
)
def test_a_link_that_makes_no_sense_is_refused(store: Store, start: str, end: str, kind: str, said: str) -> None:
    for record in (POINT, POINT, WhyChain(), RootCause(text="a"), RootCause(text="b"), Measure(measure="m")):
        store.add(record)
    store.add(Observation(reference="a"))
    store.link("PP-2", "WHY-1", "asks")
    store.link("WHY-1", "RC-1", "ends_in")
    store.link("RC-1", "ME-1", "answered_by")
    before = store.everything()
    with pytest.raises(InputError, match=said):
        store.link(start, end, kind)
    assert store.everything() == before


def test_whys_cannot_go_round_in_a_circle(store: Store) -> None:
    for record in (WhyChain(), Why(id="WHY-1.1", text="a"), Why(id="WHY-1.2", text="b")):
        store.add(record)
    store.link("WHY-1.1", "WHY-1.2", "because")
    with pytest.raises(InputError, match="circle"):
        store.link("WHY-1.2", "WHY-1.1", "because")


def test_a_link_is_made_once_and_one_that_is_not_there_cannot_be_taken_away(store: Store) -> None:
    store.add(Measure(measure="m"))
    store.add(Target(key="cycle_days", at_most=35))
    assert (
        store.link("ME-1", "TG-1", "aims_at")
        == store.link("ME-1", "TG-1", "aims_at")
        == Link("aims_at", "ME-1", "TG-1")
    )
    store.unlink("ME-1", "TG-1", "aims_at")
    with pytest.raises(InputError, match="ME-1 aims_at TG-1"):
        store.unlink("ME-1", "TG-1", "aims_at")


def test_a_record_that_is_not_there_and_an_id_that_is_none_are_told_apart(store: Store) -> None:
    with pytest.raises(InputError, match="a record that is there"):
        store.get("PP-1")
    with pytest.raises(InputError, match="an id such as"):
        store.get("pain point 1")
    store.add(POINT)
    with pytest.raises(InputError):
        store.get("PP-1", Measure)


def test_records_of_every_kind_are_kept(store: Store) -> None:
    samples = [
        Training(unit="A组", people=7, trained=6, held_on=date(2024, 2, 27)),
        Decision(text="x"),
        Observation(reference="metric:a", value=0.1 + 0.2, low=-1e-300, high=1e300, n=0),
    ]
    for record in samples:
        assert store.get(store.add(record).record.id).record == record.model_copy(
            update={"id": f"{('TR', 'DE', 'OB')[samples.index(record)]}-1"}
        )


def test_every_kind_has_an_id_of_its_own_and_every_link_joins_kinds_that_exist() -> None:
    assert len({kind.prefix for kind in KINDS}) == len({kind.key for kind in KINDS}) == len(KINDS)
    keys = {kind.key for kind in KINDS}
    assert all(set(link.start) | set(link.end) <= keys for link in LINK_KINDS.values())


def test_a_store_on_a_server_shows_no_password() -> None:
    with pytest.raises(InputError) as told:
        database.connected("postgresql://a:secret@127.0.0.1:1/x")
    assert "secret" not in str(told.value)
