"""The verdicts on the samples, whose truth is known, and their way into the records."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from salesopt_kit import pilot
from salesopt_kit.engagement import open_engagement
from salesopt_kit.pilot.judged_pilot import judged_pilot
from salesopt_kit.pilot.verdict_record import keep_verdicts
from salesopt_kit.records import open_store
from salesopt_kit.records.rows import Evaluation, Target
from salesopt_kit.tables import open_tables
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import HonestVerdict

SAMPLES = Path(__file__).resolve().parents[2] / "data_samples"


@pytest.fixture
def alder(tmp_path: Path) -> Tables:
    folder = tmp_path / "alder"
    shutil.copytree(SAMPLES / "alder", folder, ignore=shutil.ignore_patterns("*.sqlite*", ".salesopt", "exports"))
    return open_tables(open_engagement(folder, exports=SAMPLES / "alder" / "exports"))


def test_every_target_of_the_sample_is_judged_and_the_working_hours_are_met_with_evidence(alder: Tables) -> None:
    found = judged_pilot(alder)
    by_metric = {one.metric: one for one in found.judged}
    assert set(by_metric) == set(alder.engagement.config.targets)
    hours = by_metric["daily_hours"]
    assert hours.verdict is HonestVerdict.WITH_EVIDENCE
    assert hours.contrast.low is not None
    assert hours.contrast.high is not None
    assert hours.contrast.low < -1.575 < hours.contrast.high
    assert len(pilot.verdicts(alder).table()) == len(found.judged)


def test_the_page_says_what_to_do_next_and_shows_the_checks(alder: Tables) -> None:
    whole = pilot.pilot_verdict(alder)
    assert whole.sentence().startswith("Next step: ")
    assert "<strong>Next step: " in whole._repr_html_()
    rows = whole.table().set_index("Question")["Answer"]
    assert rows.str.len().min() > 0
    held = pilot.held_against_pilot(alder)
    expected = held.table().set_index("Record").loc["PR-1"]
    assert (
        f"expected {expected['Expected change']}, measured {expected['Measured change']}"
        in (rows["Did the design expect it?"])
    )
    primary = judged_pilot(alder).judged[0]
    rescaled = f"in proportion: {-primary.needed:.1f} days"
    assert any(rescaled in said for said in pilot.verdicts(alder).caveats())
    checks = pilot.verdict_checks(alder).table()
    assert set(checks["Outcome"]) <= {"pass", "fail", "not checkable"}
    assert (checks["Check"] == "Plan fixed before the first day").sum() == 1


def test_kept_verdicts_hang_on_their_targets_and_entered_values_stay(alder: Tables) -> None:
    found = judged_pilot(alder)
    with open_store(alder.engagement, who="J. Doe") as store:
        before = {one.record.metric: one.record for one in store.all(Evaluation)}
        kept = keep_verdicts(alder.engagement, store, found, "J. Doe", on=date(2024, 1, 8))
        again = keep_verdicts(alder.engagement, store, found, "J. Doe", on=date(2024, 1, 8))
        targets = {one.record.id for one in store.all(Target)}
        _records, links = store.everything()
    assert [one.version for one in kept] == [one.version for one in again]
    for one in kept:
        assert one.record.judged_by == "J. Doe"
        assert one.record.after == before[one.record.metric].after
        assert any(
            link.kind == "evaluated_by" and link.end == one.record.id and link.start in targets for link in links
        )
