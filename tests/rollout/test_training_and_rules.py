"""R1: who is trained and which rules are updated, on a team of five whose states follow by hand."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from salesopt_kit import rollout
from salesopt_kit.engagement import Config, Engagement
from salesopt_kit.records import load_records, missing_links
from salesopt_kit.rollout.trained_people import TrainedPeople
from salesopt_kit.tables.frames import tables_from_frames
from salesopt_kit.tables.store import Tables

AS_OF = date(2024, 6, 30)
NAMES = ("Ann", "Bob", "Cid", "Dee")
STAFF = pd.DataFrame(
    {
        "person": ["Ann", "Bob", "Cid", "Dee", "Eve"],
        "team": "A",
        "hired_at": pd.to_datetime(["2020-01-01", "2021-01-01", "2024-06-20", "2022-01-01", "2023-01-01"]),
        "left_at": pd.to_datetime([None, None, None, None, "2024-05-01"]),
    }
)


def opened(folder: Path, **texts: str) -> Tables:
    (folder / "records").mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / "records" / f"{name}.yml").write_text(text, encoding="utf-8")
    stages = [{"id": "talks", "name": "Talks"}, {"id": "won", "name": "Won", "kind": "won"}]
    settings = {"stages": stages, "sources": {"people": {"file": "p.csv"}}, "as_of": AS_OF}
    config = Config.model_validate({"client": "T", "slug": "t", **settings})
    return tables_from_frames(Engagement(config, folder, folder / "exports"), {"people": STAFF}, as_of=AS_OF)


@pytest.mark.parametrize(
    ("training", "states"),
    [
        ("{unit: A, people: 4, trained: 4, held_on: 2024-06-01}", {"Cid": "new"}),
        ("{unit: A, people: 4, trained: 4, held_on: 2024-06-25}", {}),
        (
            "{unit: A, people: 4, trained: 2, held_on: 2024-06-01, persons: [Ann, Bob], not_passed: [Bob]}",
            {"Bob": "again", "Cid": "new", "Dee": "untrained"},
        ),
        (
            "{unit: A, people: 4, trained: 2, held_on: 2024-06-01}",
            {"Ann": "unknown", "Bob": "unknown", "Cid": "new", "Dee": "unknown"},
        ),
        (
            "{unit: A, people: 4, trained: 4, held_on: 2024-07-01}",
            dict.fromkeys(NAMES, "untrained"),
        ),
        ("{unit: A, people: 4, trained: 0}", dict.fromkeys(NAMES, "untrained")),
    ],
)
def test_everybody_who_works_today_has_a_state(tmp_path: Path, training: str, states: dict[str, str]) -> None:
    answer = rollout.trained_people(opened(tmp_path, trainings=f"- {training}\n"))
    assert isinstance(answer, TrainedPeople)
    expected = dict.fromkeys(NAMES, "trained") | states
    assert {person.name: person.state for person in answer.people} == expected
    assert answer.estimates()[0].value == list(expected.values()).count("trained") / 4


def test_who_comes_again_and_passes_is_trained(tmp_path: Path) -> None:
    text = (
        "- {unit: A, people: 4, trained: 1, held_on: 2024-06-01, persons: [Ann, Bob], not_passed: [Bob]}\n"
        "- {unit: Late comers, people: 2, trained: 2, held_on: 2024-06-24, persons: [Bob, Cid]}\n"
    )
    answer = rollout.trained_people(opened(tmp_path, trainings=text))
    assert answer.sentence() == "3 of the 4 people who work today are trained (75.0%); the target is everybody."
    assert answer.table()["Not trained yet"].tolist() == ["Dee"]


RULES = """\
- {document: Manual, kind: manual, owner: IT, due: 2024-07-10}
- {document: Policy, kind: rule, owner: Legal, due: 2024-06-01, done_on: 2024-06-03}
- {document: Route, kind: crm, due: 2024-06-15}
"""


def test_rules_overdue_come_first_and_what_is_done_last(tmp_path: Path) -> None:
    tables = opened(tmp_path, rule_updates=RULES)
    answer = rollout.rule_updates(tables)
    assert answer.sentence() == "1 of 3 rules and documents say what the new process is. Overdue: Route."
    assert answer.table()["Document or rule"].tolist() == ["Route", "Manual", "Policy"]
    assert answer.table()["State"].tolist() == ["overdue", "to do", "done on 2024-06-03"]
    gaps = {(gap.rule, gap.record) for gap in missing_links(load_records(tables.engagement))}
    assert {("rule_update_overdue", "RU-3"), ("rule_update_without_owner", "RU-3")} <= gaps
    assert rollout.loose_ends(tables).table()["Record"].tolist() == ["RU-3", "RU-3"]


def test_a_rule_may_be_about_a_procedure_that_exists_and_no_other(tmp_path: Path) -> None:
    tables = opened(tmp_path, sops="- {id: SOP-1, stage: won}\n", rule_updates="- {document: M, about: [SOP-1]}\n")
    assert load_records(tables.engagement).rule_updates[0].about == ("SOP-1",)
