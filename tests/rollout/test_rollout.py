"""The watch after roll-out on rows whose figures follow by hand."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from salesopt_kit import rollout
from salesopt_kit.engagement import Config, Engagement
from salesopt_kit.results import Missing
from salesopt_kit.rollout.dashboard import Dashboard
from salesopt_kit.tables.frames import tables_from_frames
from salesopt_kit.tables.store import Tables

AS_OF = date(2024, 6, 30)


def opened(frames: dict[str, pd.DataFrame], folder: Path = Path(), **settings: object) -> Tables:
    stages = [{"id": "talks", "name": "Talks"}, {"id": "won", "name": "Won", "kind": "won"}]
    sources = {name: {"file": f"{name}.csv"} for name in frames}
    config = Config.model_validate({"client": "T", "slug": "t", "stages": stages, "sources": sources, **settings})
    return tables_from_frames(Engagement(config, folder, folder / "exports"), frames, as_of=AS_OF)


def deals(slip: float = 0.0) -> pd.DataFrame:
    """Ten deals every Monday for a year and a half, 30 days each, in the last twenty weeks `slip` days more."""
    mondays = pd.date_range("2023-01-02", "2024-06-24", freq="7D")
    created = mondays.repeat(10)
    rng = np.random.default_rng(8)
    days = (rng.gamma(25, 30 / 25, len(created)) + np.where(created >= "2024-02-12", slip, 0)).round()
    closed = created + pd.to_timedelta(days, unit="D")
    rows = pd.DataFrame({"created_at": created, "closed_at": closed.where(closed <= pd.Timestamp(AS_OF))})
    rows["status"] = np.where(rows["closed_at"].isna(), "open", "won")
    return rows.assign(opportunity_id=rows.index.astype(str), owner="Ann")


def write(folder: Path, name: str, text: str) -> Path:
    (folder / "records").mkdir(exist_ok=True)
    (folder / "records" / f"{name}.yml").write_text(text, encoding="utf-8")
    return folder


def test_months_that_were_not_followed_for_sixty_days_are_blank_and_others_are_the_cut_mean() -> None:
    rows = deals()
    answer = rollout.dashboard(opened({"opportunities": rows}))
    assert isinstance(answer, Dashboard)
    months = {month.label: month.value for month in answer.series[0].months}
    april = rows[rows["created_at"].dt.strftime("%Y-%m") == "2024-04"]
    expected = (april["closed_at"] - april["created_at"]).dt.days.clip(upper=60).mean()
    assert (months["2024-04"], months["2024-05"], months["2024-06"]) == (pytest.approx(expected), None, None)
    assert "leads" in " ".join(answer.caveats())


def test_feedback_of_a_month_with_four_answers_stays_hidden() -> None:
    times = [pd.Timestamp("2024-04-03")] * 4 + [pd.Timestamp("2024-05-03")] * 5
    rows = pd.DataFrame({"submitted_at": times, "score": [1.0] * 4 + [6.0, 7.0, 8.0, 9.0, 10.0], "item": "流程繁琐"})
    answer = rollout.feedback(opened({"feedback": rows}))
    assert answer.table()["Month"].tolist() == ["2024-05"]
    assert answer.table()["Mean score"].tolist() == ["8"]
    assert "1 months with fewer than 5" in " ".join(answer.caveats())


@pytest.mark.parametrize(
    ("trained", "said"), [(10, "100.0% of 22 people are trained; the target of 100% is met."), (7, "not met")]
)
def test_training_is_held_against_everybody(tmp_path: Path, trained: int, said: str) -> None:
    text = (
        f"- {{unit: A, people: 10, trained: {trained}}}\n- {{unit: B, people: 12, trained: 12, held_on: 2024-05-02}}\n"
    )
    answer = rollout.training(opened({"opportunities": deals()}, write(tmp_path, "trainings", text)))
    assert said in answer.sentence()


def test_a_quarter_that_is_over_without_a_review_is_missing_and_the_current_one_is_not_due(tmp_path: Path) -> None:
    text = "- {quarter: 2023Q3, held_on: 2023-10-05, decisions: [Keep it]}\n- {quarter: 2024Q3}\n"
    answer = rollout.reviews(opened({"opportunities": deals()}, write(tmp_path, "reviews", text)))
    table = answer.table().set_index("Quarter")["Review"]
    assert table.to_dict() == {
        "2023Q3": "2023-10-05",
        "2023Q4": "missing",
        "2024Q1": "missing",
        "2024Q2": "missing",
        "2024Q3": "not due yet",
    }
    assert answer.sentence().startswith("1 of 4 quarters")


@pytest.mark.parametrize("name", sorted({*rollout.__all__} - {"app", "loose_ends", "open_alarms"}))
def test_an_engagement_with_leads_alone_gets_an_answer_to_every_question(name: str) -> None:
    leads = pd.DataFrame({"lead_id": ["1"], "created_at": [pd.Timestamp("2024-05-01")]})
    answer = getattr(rollout, name)(opened({"leads": leads}))
    assert isinstance(answer, Missing)
    assert answer.remedy
