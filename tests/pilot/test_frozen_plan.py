"""What is signed before day one stays what was signed: any later change, late signature or alteration is said."""

import hashlib
from datetime import date
from pathlib import Path

import pytest
from test_pilot import PILOT, SAMPLES, TARGETS, deals, opened
from typer.testing import CliRunner

from salesopt_kit import pilot
from salesopt_kit.cli import app
from salesopt_kit.engagement import open_engagement
from salesopt_kit.errors import InputError
from salesopt_kit.pilot.frozen import FrozenPlan, frozen_plan
from salesopt_kit.pilot.signing import sign_plan
from salesopt_kit.records import load_records, open_store
from salesopt_kit.records.exchange import export_records, import_records
from salesopt_kit.records.pilot_plan import PilotPlan, digest, sealed
from salesopt_kit.results import Missing
from salesopt_kit.tables.store import Tables

BEFORE, AFTER = date(2024, 2, 28), date(2024, 6, 30)


def planned(folder: Path, as_of: date = BEFORE, *, targets: dict[str, dict[str, float]] | None = None) -> Tables:
    frames = {"opportunities": deals(0, as_of.isoformat())}
    return opened(frames, folder=folder, as_of=as_of, pilot=PILOT, targets=targets or TARGETS)


def signed(tables: Tables, reason: str = "", on: date = BEFORE) -> PilotPlan:
    with open_store(tables.engagement, who="A. Smith") as store:
        return sign_plan(tables, store, "A. Smith", on=on, reason=reason).saved.record


def found(tables: Tables) -> FrozenPlan:
    plan = frozen_plan(tables)
    assert plan is not None
    assert frozen_plan(tables.engagement) is not None
    return plan


def test_a_plan_signed_before_day_one_is_whole_and_unchanged(tmp_path: Path) -> None:
    plan = signed(planned(tmp_path))
    assert (plan.looks[-1], len(plan.looks)) == (date(2024, 4, 30), 4)
    later = found(planned(tmp_path, AFTER))
    assert (later.changes, later.is_late, later.is_intact, later.plan) == ((), False, True, plan)
    answer = pilot.signed_plan(planned(tmp_path, AFTER))
    assert "before the first day" in answer.sentence()
    assert len(answer.table()) > 12


def test_without_a_plan_there_is_none_and_the_way_to_one_is_named(tmp_path: Path) -> None:
    tables = planned(tmp_path)
    assert frozen_plan(tables) is None
    answer = pilot.signed_plan(tables)
    assert isinstance(answer, Missing)
    assert "salesopt plan" in answer.remedy


@pytest.mark.parametrize(("as_of", "on"), [(AFTER, BEFORE), (BEFORE, date(2024, 3, 1))])
def test_a_plan_is_late_once_the_pilot_began_or_its_data_are_there(tmp_path: Path, as_of: date, on: date) -> None:
    plan = signed(planned(tmp_path, as_of), on=on)
    assert plan.is_late
    assert "signed late" in found(planned(tmp_path, as_of)).changes[0]


def test_the_same_plan_is_signed_once_and_a_change_needs_its_reason(tmp_path: Path) -> None:
    first = signed(planned(tmp_path))
    assert signed(planned(tmp_path)) == first
    moved = planned(tmp_path, targets={**TARGETS, "cycle_days": {"at_most": 38}})
    with pytest.raises(InputError, match="reason"):
        signed(moved)
    second = signed(moved, "the board asked for it")
    assert (second.version, second.id) == (2, "PL-2")
    plan = found(moved)
    assert plan.plan == first
    (change,) = plan.changes
    assert "Version 2" in change
    assert "the board asked for it" in change
    assert "≤ 35.0 days → ≤ 38.0 days" in change


def test_what_engagement_yml_says_otherwise_is_said_field_by_field(tmp_path: Path) -> None:
    signed(planned(tmp_path))
    other = {**PILOT, "treated": ["A", "C"], "controls": ["B", "D", "E", "F"], "alpha": 0.1, "looks": 2}
    guards = {"guardrails": {"satisfaction": {"margin": 0.5}}}
    frames = {"opportunities": deals(0)}
    tables = opened(frames, folder=tmp_path, pilot=other | guards, targets={"cycle_days": {"at_most": 35}})
    said = "\n".join(found(tables).changes)
    for words in ("Pilot units: A, B → A, C", "Controls", "5.0% → 10.0%", "Looks", "nothing → at most 0.5 worse"):
        assert words in said
    assert "Target for Team satisfaction: ≥ 8 → nothing" in said
    assert found(tables).plan.controls == ("C", "D", "E", "F")


def test_a_pilot_that_was_taken_out_of_engagement_yml_is_said(tmp_path: Path) -> None:
    signed(planned(tmp_path))
    (change,) = found(opened({"opportunities": deals(0)}, folder=tmp_path)).changes
    assert "no longer holds" in change


@pytest.mark.parametrize(("is_resealed", "said"), [(False, "not what was signed"), (True, "new hash")])
def test_an_altered_plan_is_found_out(tmp_path: Path, is_resealed: bool, said: str) -> None:
    tables = planned(tmp_path)
    signed(tables)
    with open_store(tables.engagement, who="Mallory") as store:
        kept = store.get("PL-1", PilotPlan)
        altered = kept.record.model_copy(update={"alpha": 0.2})
        store.save(sealed(altered) if is_resealed else altered, kept.version)
    changes = found(tables).changes
    assert said in changes[0]
    assert "Mallory" in changes[0]


def test_a_deleted_version_is_said(tmp_path: Path) -> None:
    signed(planned(tmp_path))
    moved = planned(tmp_path, targets={"cycle_days": {"at_most": 38}})
    signed(moved, "why not")
    with open_store(moved.engagement, who="Mallory") as store:
        store.delete("PL-1", store.get("PL-1").version)
    assert "PL-1 was deleted" in found(moved).changes[0]


def test_the_hash_is_sha_256_of_plain_json_and_any_field_changes_it() -> None:
    plan = PilotPlan(
        id="PL-1",
        signed_by="A",
        signed_on=date(2024, 2, 1),
        treated=("X",),
        baseline=(date(2023, 7, 1), date(2024, 1, 31)),
        period=(date(2024, 3, 1), date(2024, 4, 30)),
    )
    text = (
        '{"baseline":["2023-07-01","2024-01-31"],"period":["2024-03-01","2024-04-30"],"signed_by":"A",'
        '"signed_on":"2024-02-01","treated":["X"]}'
    )
    assert digest(plan) == hashlib.sha256(text.encode()).hexdigest()
    day = date(2020, 1, 1)
    changes = {
        "version": 2, "reason": "r", "signed_by": "B", "signed_on": day, "data_until": day, "unit": "segment",
        "treated": ("Y",), "controls": ("Z",), "chosen_by": "lot", "baseline": (day, day), "period": (day, day),
        "burn_in_days": 1, "follow_up_days": 1, "horizon": 1, "looks": (day,), "primary": "p",
        "targets": {"p": {"at_most": 1}}, "guardrails": {"p": {"margin": 1}}, "alpha": 0.1, "decision_rule": "d",
        "predicted_power": 0.5, "smallest_effect": 1.0,
    }  # fmt: skip
    assert set(changes) == set(PilotPlan.model_fields) - {"id", "sha256"}
    hashes = {digest(PilotPlan.model_validate(plan.model_dump() | {key: value})) for key, value in changes.items()}
    assert len(hashes - {digest(plan)}) == len(changes)
    assert digest(plan.model_copy(update={"id": "PL-7", "sha256": "x"})) == digest(plan)


@pytest.mark.parametrize("name", ["huaxin", "alder"])
def test_the_samples_were_signed_in_time_and_nothing_was_changed_since(name: str) -> None:
    records = load_records(open_engagement(SAMPLES / name, locale="en"))
    (plan,) = records.pilot_plans
    assert plan.is_intact
    assert not plan.is_late
    frozen = frozen_plan(open_engagement(SAMPLES / name, locale="en"))
    assert frozen is not None
    assert frozen.changes == ()


@pytest.mark.parametrize("ending", ["yml", "xlsx"])
def test_a_plan_goes_out_and_comes_back_whole(tmp_path: Path, ending: str) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    tables = planned(tmp_path / "a")
    plan = signed(tables)
    with open_store(tables.engagement) as store:
        export_records(store, tmp_path / f"all.{ending}")
    with open_store(tmp_path / "b") as store:
        import_records(store, tmp_path / f"all.{ending}")
        (back,) = store.all(PilotPlan)
    assert back.record == plan
    assert back.record.is_intact


def test_the_command_freezes_once_and_asks_for_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    (tmp_path / "exports").mkdir()
    deals(0, BEFORE.isoformat()).to_csv(tmp_path / "exports" / "deals.csv", index=False)
    names = ("opportunity_id", "owner", "team", "amount", "created_at", "closed_at", "status")
    columns = ", ".join(f"{name}: {name}" for name in names)
    (tmp_path / "engagement.yml").write_text(
        "client: Test\nslug: test\nas_of: 2024-02-28\n"
        "stages:\n  - {id: talks, name: Talks}\n  - {id: won, name: Won, kind: won}\n"
        "targets: {cycle_days: {at_most: 35}}\n"
        "pilot: {treated: [A, B], baseline: [2024-01-01, 2024-02-29], period: [2094-03-01, 2094-04-30]}\n"
        f"sources:\n  opportunities:\n    file: exports/deals.csv\n    columns: {{{columns}}}\n",
        encoding="utf-8",
    )

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["--lang", "en", "plan", str(tmp_path), *arguments])
        return done.exit_code, done.output

    code, said = run("--sign", "A. Smith", "--chosen", "by the board")
    assert code == 0, said
    assert "PL-1" in said
    assert "Signed late" not in said
    assert "already" in run("--sign", "B. Jones")[1]
    assert run("--sign", " ")[0] == 2
    plan = frozen_plan(open_engagement(tmp_path, locale="en"))
    assert plan is not None
    assert (plan.plan.signed_by, plan.plan.chosen_by, plan.plan.controls) == ("A. Smith", "by the board", tuple("CDEF"))
