"""Node changes, decision rights and SOPs go from files into the store, out as YAML and Excel, and back unharmed."""

from pathlib import Path

import handbook_example as handbook
import pytest

from salesopt_kit.engagement import open_engagement
from salesopt_kit.errors import InputErrors
from salesopt_kit.records import Records, load_records, open_store
from salesopt_kit.records.bundle import Bundle, bundle_of, put_into_empty
from salesopt_kit.records.bundle_xlsx import from_xlsx, to_xlsx
from salesopt_kit.records.bundle_yaml import from_yaml, to_yaml
from salesopt_kit.records.join import joined

FILES = {
    "node_changes": """\
- id: NC-1
  measure: ME-1
  stage: contract
  text: 分级审批
  steps_removed: [法务预审, 产品部签字]
  approvers_before: [法务]
  approvers_after: []
  expected_factor: 0.5
  system_rights: [审批权限]
  budget: 50000
  needed_by: 2024-03-10
- {id: NC-2, stage: archive, change: added, place: contract}
""",
    "decision_rights": """\
- {id: DR-1, measure: ME-1, stage: contract, amount_below: 49999.99, segment: 大型企业, today: [a, b], new: [a]}
- {id: DR-2, stage: contract, amount_from: 49999.99, pre_review_today: 法务部}
""",
    "sops": "- {id: SOP-1, stage: contract, steps: [一, 二], exceptions: ['如果 x: 那么 y'], about: [ME-1, NC-1]}\n",
}


def kept(records: Records) -> tuple[object, ...]:
    return records.node_changes, records.decision_rights, records.sops


def brought(bundle: Bundle, place: Path) -> tuple[object, ...]:
    """Return what a new store holds that a bundle was brought into."""
    with open_store(place) as store:
        put_into_empty(store, bundle)
        found, links = store.everything()
    return kept(joined([one.record for one in found], links))


def test_they_come_back_from_yaml_and_excel_as_they_were_entered(tmp_path: Path) -> None:
    engagement = open_engagement(handbook.written(tmp_path, **FILES), locale="en")
    before = load_records(engagement)
    assert [one.measure for one in (*before.node_changes, *before.decision_rights)] == ["ME-1", "", "ME-1", ""]
    assert before.sops[0].about == ("ME-1", "NC-1")
    assert (before.node_changes[0].approvers_after, before.node_changes[1].approvers_after) == ((), None)
    with open_store(engagement) as store:
        bundle = bundle_of(store)
    (tmp_path / "records.yml").write_text(to_yaml(bundle), encoding="utf-8")
    to_xlsx(bundle, tmp_path / "records.xlsx")
    assert brought(from_yaml(tmp_path / "records.yml"), tmp_path / "yaml.sqlite") == kept(before)
    assert brought(from_xlsx(tmp_path / "records.xlsx"), tmp_path / "xlsx.sqlite") == kept(before)


def test_records_without_an_id_get_one_and_keep_it(tmp_path: Path) -> None:
    text = "- {stage: contract, new: [a]}\n- {stage: contract, amount_from: 5, new: [b]}\n"
    engagement = open_engagement(handbook.written(tmp_path, decision_rights=text), locale="en")
    assert [one.id for one in load_records(engagement).decision_rights] == ["DR-1", "DR-2"]
    path = engagement.folder / "records" / "decision_rights.yml"
    path.write_text(text.replace("[b]", "[c]"), encoding="utf-8")
    assert [(one.id, one.new) for one in load_records(engagement).decision_rights] == [
        ("DR-1", ("a",)),
        ("DR-2", ("c",)),
    ]


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("decision_rights", "- {id: DR-1, stage: contract, measure: ME-7}\n", "ME-7"),
        ("decision_rights", "- {id: DR-1, stage: contract, amount_from: -1}\n", "amount_from"),
        ("decision_rights", "- {id: DR-1, stage: contract, amount_from: 9, amount_below: 9}\n", "smaller"),
        ("node_changes", "- {id: NC-1, stage: contract, expected_days: -1}\n", "expected_days"),
        ("node_changes", "- {id: NC-1, stage: contract, change: gone}\n", "change"),
        ("sops", "- {id: SOP-1, stage: contract, step: [a]}\n", "steps"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_its_file_and_line(
    tmp_path: Path, file: str, text: str, said: str
) -> None:
    with pytest.raises(InputErrors, match=rf"(?s){file}\.yml, line 1.*{said}"):
        load_records(open_engagement(handbook.written(tmp_path, **{file: text}), locale="en"))
