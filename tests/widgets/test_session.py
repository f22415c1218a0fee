"""Steps are whole, and are taken back as a whole; the store tells cheaply whether anything is new."""

from pathlib import Path

import handbook_example as handbook
import pytest

from salesopt_kit import open_engagement
from salesopt_kit.errors import SalesOptError
from salesopt_kit.records import load_records
from salesopt_kit.records.rows import Decision, PilotNote
from salesopt_kit.terms import Level
from salesopt_kit.widgets.session import WHO, Session


def test_a_step_of_several_changes_is_taken_back_as_one_and_the_steps_of_others_stay(
    ann: Session, ben: Session
) -> None:
    with ann.step():
        ann.store.add(Decision(text="a"))
        with ann.step():
            ann.store.add(PilotNote(text="b"))
    ben.store.add(Decision(text="by Ben"))
    ann.undo()
    assert [one.record.text for one in ann.store.all(Decision)] == ["by Ben"]
    assert ann.store.all(PilotNote) == []
    assert not ann.can_undo


def test_a_step_that_fails_leaves_nothing_to_undo(ann: Session) -> None:
    before = ann.store.newest()
    with pytest.raises(SalesOptError, match="PP-99"), ann.step():
        ann.store.delete(ann.store.add(Decision(text="a")).record.id.replace("DE-1", "PP-99"), 1)
    assert (ann.store.newest(), ann.can_undo) == (before, False)
    with pytest.raises(SalesOptError, match="nothing to undo"):
        ann.undo()


def test_the_number_of_the_newest_change_grows_with_every_change_of_anybody(ann: Session, ben: Session) -> None:
    before = ann.store.newest()
    assert ann.store.newest() == before == ann.store.history()[-1].seq
    ben.store.add(Decision(text="by Ben"))
    assert ann.store.newest() == before + 1


def test_one_line_of_the_history_is_undone_once(ann: Session) -> None:
    first = ann.store.add(Decision(text="a"))
    line = ann.store.newest()
    ann.store.add(Decision(text="b"))
    undone = ann.store.undo(line)
    assert undone is not None
    assert undone.id == first.record.id
    assert [one.record.text for one in ann.store.all(Decision)] == ["b"]
    assert ann.store.undo(line) is None


def test_whoever_signed_in_stands_in_the_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WHO, "signed in")
    assert Session(tmp_path).who == "signed in"
    assert Session(tmp_path, who="named").who == "named"


def test_the_confidence_of_a_why_is_taken_over_from_the_files(tmp_path: Path) -> None:
    sure = handbook.WHY_CHAINS.replace("{text: 需5个部门签字,", "{text: 需5个部门签字, confidence: high,")
    records = load_records(open_engagement(handbook.written(tmp_path, why_chains=sure)))
    assert [why.confidence for why in records.why_chains[0].whys] == [None, Level.HIGH, None, None]
