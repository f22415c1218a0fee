"""Observations frozen from the data; oracle: three deals that spend 2, 4 and 9 days at the contract stage."""

from datetime import date
from pathlib import Path

import handbook_example as handbook
import pandas as pd
import pytest
from typer.testing import CliRunner

from salesopt_kit.cli import app
from salesopt_kit.engagement import open_engagement
from salesopt_kit.errors import InputError
from salesopt_kit.metrics.evidence import look_up
from salesopt_kit.metrics.observed import Drift, compared, drift, observe
from salesopt_kit.prioritise import observations_today
from salesopt_kit.prioritise.drift import Drifted
from salesopt_kit.records import load_records, open_store
from salesopt_kit.records.rows import Observation
from salesopt_kit.records.store import Store
from salesopt_kit.results import Missing
from salesopt_kit.tables.frames import tables_from_frames
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import VoiceGroup

MEDIAN = "metric:time_in_stage.median/stage=contract"
TOTAL = "metric:time_in_stage.total_days/stage=contract"


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return handbook.opened(tmp_path)


@pytest.fixture
def store(tables: Tables) -> Store:
    return open_store(tables.engagement, who="test")


def later(tables: Tables, **deals: int) -> Tables:
    """Return the same engagement over another export: one deal per name, with its days at the contract stage."""
    rows = [
        (name, stage, pd.Timestamp(2024, 3, 1) + pd.Timedelta(days=after))
        for name, days in deals.items()
        for stage, after in (("lead", 0), ("contract", 1), ("won", 1 + days))
    ]
    events = pd.DataFrame(rows, columns=["opportunity_id", "stage", "entered_at"])
    frames = {"stage_events": events, "interviews": handbook.interviews()}
    return tables_from_frames(tables.engagement, frames, as_of=date(2024, 6, 30))


def test_a_figure_is_frozen_with_its_value_interval_n_method_window_and_day(tables: Tables, store: Store) -> None:
    found = observe(tables, store, TOTAL).record
    assert (found.value, found.n, found.unit) == (15.0, 3, "days")
    assert found.low is not None
    assert found.high is not None
    assert found.low < 15 < found.high
    assert (found.window, found.frozen_on) == ((date(2024, 1, 1), date(2024, 6, 30)), date(2024, 6, 30))
    assert found.method == "sum over deals, normal interval"


def test_what_it_supports_is_linked_and_the_pain_point_cites_it(tables: Tables, store: Store) -> None:
    observe(tables, store, TOTAL, supports=["PP-3", "WHY-1.4"])
    records = load_records(tables.engagement)
    point = next(one for one in records.pain_points if one.id == "PP-3")
    assert TOTAL in point.evidence
    assert records.why_chains[0].whys[3].evidence == (TOTAL,)


def test_a_reference_is_one_observation_and_the_history_keeps_what_it_was(tables: Tables, store: Store) -> None:
    known = next(one.record for one in store.all(Observation) if one.record.reference == MEDIAN)
    assert known.value is None
    first = observe(tables, store, MEDIAN)
    again = observe(tables, store, MEDIAN)
    assert first.record.id == again.record.id == known.id
    assert again.version == first.version
    assert [(line.action, line.who) for line in store.history(known.id) if line.version > 1] == [("save", "test")]
    moved = observe(later(tables, a=30, b=40, c=50), store, MEDIAN).record
    assert (moved.id, moved.value) == (known.id, 40.0)
    assert [line.before["value"] for line in store.history(known.id) if line.before][-1] == 4.0
    store.undo()
    assert store.get(known.id, Observation).record.value == 4.0


def test_a_complaint_a_statement_a_topic_and_plain_words_are_frozen_too(tables: Tables, store: Store) -> None:
    assert observe(tables, store, "complaint:C-1").record.text == "合同条款解释不清"
    said = observe(tables, store, "interview:3").record
    assert (said.text, said.group) == ("审批流程需5个部门签字", VoiceGroup.FRONT_LINE)
    topic = observe(tables, store, "metric:complaints.topic_count/topic=contract_terms_unclear").record
    assert (topic.value, topic.low, topic.high) == pytest.approx((1, 0.0253, 5.5716), abs=1e-3)
    assert observe(tables, store, "经理提到过", text="x").record.source == "statement"


@pytest.mark.parametrize(
    ("reference", "supports", "said"),
    [
        ("metric:time_in_stage.medium/stage=contract", (), "did you mean time_in_stage.median"),
        ("interview:99", (), "nothing like it"),
        ("metric:win_rate.count/team=A组", (), "(?s).*"),
        (TOTAL, ("PP-99",), "PP-99"),
        (TOTAL, ("ME-1",), "ME-1"),
    ],
)
def test_what_leads_to_nothing_is_told_and_nothing_is_kept(
    tables: Tables, store: Store, reference: str, supports: tuple[str, ...], said: str
) -> None:
    before = store.history()
    with pytest.raises(InputError, match=said):
        observe(tables, store, reference, supports=supports)
    assert store.history() == before


def test_a_frozen_figure_is_compared_by_the_two_intervals(tables: Tables) -> None:
    now = look_up(tables, [TOTAL])[TOTAL]

    def frozen(value: float, low: float | None, high: float | None) -> Observation:
        return Observation(reference=TOTAL, value=value, low=low, high=high)

    assert now.estimate
    high = now.estimate.high or 0.0
    assert drift(frozen(15.0001, 1, 2), now) is Drift.SAME  # six digits were written down
    assert drift(frozen(high + 2, high - 1, high + 5), now) is Drift.WITHIN
    assert drift(frozen(high + 2, high + 1, high + 3), now) is Drift.BEYOND
    assert drift(frozen(high + 2, None, None), now) is Drift.NO_INTERVAL


def test_the_page_names_what_differs_by_more_than_its_interval_and_what_is_gone(tables: Tables, store: Store) -> None:
    observe(tables, store, TOTAL)
    observe(tables, store, "complaint:C-1")
    observe(tables, store, "interview:3")
    agreeing = observations_today(tables)
    assert isinstance(agreeing, Drifted)
    assert agreeing.sentence().startswith("All ")
    answer = observations_today(later(tables, a=80, b=81, c=82, d=83))
    assert isinstance(answer, Drifted)
    found = {row.observation.reference: row.drift for row in answer.rows}
    assert found[TOTAL] is Drift.BEYOND
    assert found["complaint:C-1"] is Drift.NO_DATA
    assert answer.rows[0].observation.reference == TOTAL
    row = answer.table().iloc[0]
    assert row["Frozen"].startswith("15.0 days")
    assert row["Today"].startswith("326.0 days")
    assert row["Comparison"] == "differs by more than the intervals"


def test_an_observation_without_data_to_look_it_up_in_raises_no_alarm(tables: Tables) -> None:
    bare = tables_from_frames(tables.engagement, {}, as_of=date(2024, 6, 30))
    assert [one.drift for one in compared(bare, [Observation(reference=TOTAL, value=1.0)])] == [Drift.NO_DATA]


def test_with_nothing_frozen_the_page_says_how_to_freeze(tmp_path: Path) -> None:
    points = "- {id: PP-1, stage: lead, type: risk, problem: x, evidence: [metric:time_in_stage.median/stage=lead]}\n"
    answer = observations_today(handbook.opened(tmp_path, pain_points=points, why_chains="", measures=""))
    assert isinstance(answer, Missing)
    assert "salesopt observe" in answer.remedy


def test_the_command_freezes_and_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    columns = "{opportunity_id: opportunity_id, stage: stage, entered_at: entered_at}"
    text = handbook.ENGAGEMENT.replace("exports/events.csv}", f"exports/events.csv, columns: {columns}}}")
    folder = handbook.written(tmp_path, engagement=text)
    (folder / "exports").mkdir()
    handbook.events().to_csv(folder / "exports" / "events.csv", index=False)
    arguments = ["observe", str(folder), TOTAL, "--supports", "PP-3", "--who", "A. Smith", "--text", "合同签订总天数"]
    done = CliRunner().invoke(app, ["--lang", "en", *arguments])
    assert done.exit_code == 0, done.output
    assert "合同签订总天数 15.0 days" in done.output
    with open_store(open_engagement(folder, locale="en")) as store:
        found = next(one for one in store.all(Observation) if one.record.reference == TOTAL)
        assert found.changed_by == "A. Smith"
        assert "PP-3" in {link.end for link in store.links_of(found.record.id)}
    wrong = CliRunner().invoke(app, ["--lang", "en", "observe", str(folder), "metric:nothing"])
    assert wrong.exit_code == 1
