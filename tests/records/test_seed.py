"""records/*.yml and the store: files are taken over once, edits of either side come through, none is overwritten."""

import os
import shutil
from datetime import date
from pathlib import Path

import handbook_example as handbook
import pytest

from salesopt_kit.engagement import Engagement, open_engagement
from salesopt_kit.errors import InputError, InputErrors
from salesopt_kit.records import Records, load_records, missing_links, open_store
from salesopt_kit.records.load import content_hash
from salesopt_kit.records.rows import Measure, Observation, PainPoint, Target
from salesopt_kit.terms import Level


@pytest.fixture
def engagement(tmp_path: Path) -> Engagement:
    return open_engagement(handbook.written(tmp_path), locale="en")


def edited(engagement: Engagement, file: str, old: str, new: str) -> None:
    path = engagement.folder / "records" / f"{file}.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def saved(engagement: Engagement, id_: str, **fields: object) -> None:
    """Edit a record as somebody does in a workbook."""
    with open_store(engagement, who="李经理") as store:
        found = store.get(id_)
        store.save(found.record.model_copy(update=fields), found.version)


def test_files_are_taken_over_once_and_the_history_says_so(engagement: Engagement) -> None:
    first = load_records(engagement)
    with open_store(engagement) as store:
        lines = store.history()
    assert {(line.who, line.action) for line in lines} == {("records/*.yml", "import")}
    assert load_records(engagement) == first
    with open_store(engagement) as store:
        assert store.history() == lines


def test_what_a_pain_point_and_a_why_cite_become_observations_each_once(engagement: Engagement) -> None:
    load_records(engagement)
    with open_store(engagement) as store:
        references = {one.record.reference: one.record.id for one in store.all(Observation)}
        cited = {(link.start, link.end) for link in store.links_of(references["interview:2"])}
    assert len(references) == 5
    assert cited == {(references["interview:2"], "PP-1"), (references["interview:2"], "WHY-2.1")}


def test_what_was_edited_in_the_store_is_what_the_workbooks_read(engagement: Engagement) -> None:
    load_records(engagement)
    saved(engagement, "PP-3", problem="three times the same", frequency=Level.HIGH)
    with open_store(engagement, who="李经理") as store:
        store.add(Measure(measure="new"))
        store.link("RC-2", "ME-4", "answered_by")
    records = load_records(engagement)
    assert (records.pain_points[2].problem, records.pain_points[2].frequency) == ("three times the same", Level.HIGH)
    assert [(one.id, one.root_cause) for one in records.measures][-1] == ("ME-4", "RC-2")


def test_what_is_edited_in_the_files_later_comes_in_and_leaves_edits_of_the_store_alone(engagement: Engagement) -> None:
    load_records(engagement)
    saved(engagement, "PP-3", problem="three times the same")
    edited(engagement, "pain_points", "分配规则不清晰，导致资源分配不均", "分配规则不清晰")
    edited(engagement, "pain_points", "evidence: [interview:2]", "evidence: [interview:3, complaint:C-1]")
    records = load_records(engagement)
    assert [point.problem for point in records.pain_points][::2] == ["分配规则不清晰", "three times the same"]
    assert records.pain_points[0].evidence == ("interview:3", "complaint:C-1")


def test_a_record_that_was_edited_on_both_sides_is_told_and_nothing_is_written(engagement: Engagement) -> None:
    load_records(engagement)
    saved(engagement, "PP-1", problem="in the store")
    edited(engagement, "pain_points", "分配规则不清晰，导致资源分配不均", "in the file")
    edited(engagement, "risks", "系统切换数据丢失", "another risk")
    with pytest.raises(InputErrors) as told:
        load_records(engagement)
    for words in (
        "records/pain_points.yml",
        "PP-1",
        "李经理",
        "in the store",
        "in the file",
        "Make the two say the same",
    ):
        assert words in str(told.value)
    edited(engagement, "pain_points", "in the file", "in the store")
    records = load_records(engagement)
    assert (records.pain_points[0].problem, records.risks[0].risk) == ("in the store", "another risk")


def test_what_is_taken_out_of_a_file_goes_unless_somebody_edited_it_in_the_store(engagement: Engagement) -> None:
    load_records(engagement)
    saved(engagement, "ME-3", owner="somebody else")
    path = engagement.folder / "records" / "measures.yml"
    path.write_text(handbook.MEASURES.partition("- id: ME-2")[0], encoding="utf-8")
    assert [measure.id for measure in load_records(engagement).measures] == ["ME-1", "ME-3"]
    path.write_text(handbook.MEASURES.partition("- id: ME-3")[0], encoding="utf-8")
    assert [measure.id for measure in load_records(engagement).measures] == ["ME-1", "ME-2", "ME-3"]


def test_ids_that_the_kit_gave_stay_when_the_files_are_edited(engagement: Engagement) -> None:
    trainings = engagement.folder / "records" / "trainings.yml"
    trainings.write_text(
        "- {unit: A组, people: 7, trained: 7}\n- {unit: B组, people: 5, trained: 1}\n", encoding="utf-8"
    )
    before = load_records(engagement)
    trainings.write_text(
        "- {unit: B组, people: 5, trained: 5}\n- {unit: A组, people: 7, trained: 7}\n", encoding="utf-8"
    )
    edited(engagement, "pain_points", "[interview:2]", "[interview:9, interview:2]")
    after = load_records(engagement)
    assert {(one.id, one.unit) for one in after.trainings} == {("TR-1", "A组"), ("TR-2", "B组")}
    assert {one.unit: one.trained for one in after.trainings} == {"A组": 7, "B组": 5}
    assert set(before.observations) < set(after.observations)


def test_a_target_that_is_changed_after_the_pilot_began_is_pointed_out(engagement: Engagement) -> None:
    assert not [gap for gap in missing_links(load_records(engagement)) if gap.rule == "target_set_after_pilot"]
    handbook.written(
        engagement.folder,
        engagement=handbook.ENGAGEMENT.replace("cycle_days: {at_most: 35}", "cycle_days: {at_most: 45}"),
    )
    records = load_records(open_engagement(engagement.folder, locale="en"))
    gaps = {gap.record: gap.rule for gap in missing_links(records)}
    assert gaps["TG-1"] == "target_set_after_pilot"
    with open_store(engagement.folder) as store:
        first, last = store.history("TG-1")[0], store.get("TG-1", Target).record
    assert (first.after["at_most"], last.at_most) == (35, 45)


def test_a_target_fixed_after_the_pilot_began_is_pointed_out(tmp_path: Path) -> None:
    for day, said in (("2024-03-19", []), ("2024-03-20", ["TG-2"])):
        targets = f"- {{key: lead_conversion, fixed_on: {day}}}\n"
        records = load_records(open_engagement(handbook.written(tmp_path, targets=targets), locale="en"))
        assert [gap.record for gap in missing_links(records) if gap.rule == "target_set_after_pilot"] == said
        assert records.targets[1].fixed_on == date.fromisoformat(day)


def test_an_engagement_without_records_is_left_without_a_store(tmp_path: Path) -> None:
    engagement = open_engagement(handbook.written(tmp_path, **dict.fromkeys(handbook.FILES, "")), locale="en")
    assert load_records(engagement) == Records()
    assert not (tmp_path / "records.sqlite").exists()


@pytest.mark.parametrize("is_made", [False, True])
def test_a_folder_that_nobody_may_write_to_is_read_as_it_stands(
    engagement: Engagement, monkeypatch: pytest.MonkeyPatch, is_made: bool
) -> None:
    wanted = load_records(engagement)
    if not is_made:
        (engagement.folder / "records.sqlite").unlink()
    before = sorted(path.name for path in engagement.folder.iterdir())
    monkeypatch.setattr(os, "access", lambda _path, mode: mode != os.W_OK)
    assert load_records(engagement) == wanted
    assert sorted(path.name for path in engagement.folder.iterdir()) == before


def test_ids_entered_in_the_store_and_in_the_files_at_once_are_a_conflict(engagement: Engagement) -> None:
    load_records(engagement)
    with open_store(engagement, who="李经理") as store:
        point = store.get("PP-1", PainPoint).record
        assert store.add(point.model_copy(update={"id": "", "problem": "new"})).record.id == "PP-4"
    edited(engagement, "pain_points", "- id: PP-1", "- {id: PP-4, stage: lead, type: cost, problem: x}\n- id: PP-1")
    with pytest.raises(InputErrors, match=r"pain_points\.yml: PP-4"):
        load_records(engagement)


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("measures", "- {id: ME-1, measure: x, backed_by: [SP-2]}", "Did you mean SP-1?"),
        ("targets", "- {key: cycle, fixed_on: 2024-01-01}", "Did you mean cycle_days?"),
        ("decisions", "- {id: DE-1, text: x, about: [ME-9]}", "one of"),
        ("observations", "- {id: OB-1, reference: a}\n- {id: OB-1, reference: b}", "stands on line 1 already"),
        ("meetings", "- {held: 2024-01-01}", "Did you mean held_on?"),
    ],
)
def test_references_of_the_other_kinds_are_checked_too(tmp_path: Path, file: str, text: str, said: str) -> None:
    folder = handbook.written(tmp_path, **{file: text})
    with pytest.raises(InputErrors, match=said.replace("?", r"\?")):
        load_records(open_engagement(folder, locale="en"))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["huaxin", "alder"])
def test_the_records_of_the_samples_come_back_from_the_store_as_their_files_say(tmp_path: Path, name: str) -> None:
    sample = Path(__file__).resolve().parents[2] / "data_samples" / name
    shutil.copytree(sample / "records", tmp_path / "records")
    shutil.copyfile(sample / "engagement.yml", tmp_path / "engagement.yml")
    from salesopt_kit.records.files import read_files  # noqa: PLC0415

    engagement = open_engagement(tmp_path)
    read, records = read_files(engagement), load_records(engagement)
    for kind in ("pain_points", "measures", "risks", "sponsors", "evaluations", "trainings", "reviews", "meetings"):
        ours = [one.model_dump(exclude={"id"}) for one in getattr(records, kind)]
        assert ours == [one.model_dump(exclude={"id"}) for one in read[kind]]
    for ours, theirs in zip(records.why_chains, read["why_chains"], strict=True):
        assert (ours.pain_point, ours.root_cause) == (theirs.pain_point, theirs.root_cause)
        assert [(why.text, why.evidence) for why in ours.whys] == [(why.text, why.evidence) for why in theirs.whys]


def test_the_hash_of_the_content_changes_with_each_change_and_with_nothing_else(engagement: Engagement) -> None:
    assert content_hash(engagement) is None
    load_records(engagement)
    first = content_hash(engagement)
    load_records(engagement)
    assert content_hash(engagement) == first
    saved(engagement, "PP-1", problem="else")
    assert content_hash(engagement) != first


def test_an_engagement_may_keep_its_records_on_a_server_that_holds_one_client(place: str, tmp_path: Path) -> None:
    if "://" not in place:
        pytest.skip("about PostgreSQL")
    first = handbook.written(tmp_path, engagement=handbook.ENGAGEMENT + f"records: {place}\n")
    records = load_records(open_engagement(first, locale="en"))
    assert [point.id for point in records.pain_points] == ["PP-1", "PP-2", "PP-3"]
    assert not (tmp_path / "records.sqlite").exists()
    (tmp_path / "engagement.yml").write_text(
        (tmp_path / "engagement.yml").read_text(encoding="utf-8").replace("slug: huaxin", "slug: other"),
        encoding="utf-8",
    )
    with pytest.raises(InputError, match="found 'huaxin', expected the records of other"):
        load_records(open_engagement(first, locale="en"))


def test_no_password_stands_in_the_settings(tmp_path: Path) -> None:
    settings = handbook.ENGAGEMENT + "records: postgresql://me:secret@host/records\n"
    with pytest.raises(InputErrors, match="without a password"):
        open_engagement(handbook.written(tmp_path, engagement=settings), locale="en")
