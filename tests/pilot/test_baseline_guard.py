"""A firm whose months are known: which is left out, what is proposed, and how much the worst gains by chance."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_pilot import opened

from salesopt_kit import pilot
from salesopt_kit.locale import use_language
from salesopt_kit.pilot.baseline_guard import Guard
from salesopt_kit.results import Missing
from salesopt_kit.tables.store import Tables

MONTHS = pd.period_range("2022-07", "2024-05", freq="M")
BAD = pd.Period("2023-09", freq="M")


@pytest.fixture(autouse=True)
def _english() -> None:
    use_language("en")


def firm(bad_days: float = 12.0) -> pd.DataFrame:
    """Six teams, twenty deals a team and month of about 20 days; in BAD they take `bad_days` more."""
    random = np.random.default_rng(20240630)
    parts = []
    for team in "ABCDEF":
        for month in MONTHS:
            created = month.start_time + pd.to_timedelta(random.integers(0, 27, 20), unit="D")
            days = random.normal(20, 3, 20).round() + (bad_days if month == BAD else 0)
            parts.append(
                pd.DataFrame({"created_at": created, "closed_at": created + pd.to_timedelta(days, unit="D")}).assign(
                    team=team, owner=f"{team}1"
                )
            )
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(opportunity_id=rows.index.astype(str), status="won", amount=1.0)


def guarded(folder: Path = Path(), baseline: tuple[str, str] = ("2024-01-01", "2024-02-29"), **records: str) -> Guard:
    tables = with_pilot(folder, baseline, **records)
    answer = pilot.baseline_guard(tables)
    assert isinstance(answer, Guard)
    return answer


def with_pilot(folder: Path, baseline: tuple[str, str], **records: str) -> Tables:
    if records:
        (folder / "records").mkdir()
        for name, text in records.items():
            (folder / "records" / f"{name}.yml").write_text(text, encoding="utf-8")
    planned = {"treated": ["A", "B"], "baseline": list(baseline), "period": ["2024-03-01", "2024-04-30"]}
    return opened({"opportunities": firm()}, folder=folder, pilot=planned, targets={"cycle_days": {"at_most": 15}})


def test_the_worst_month_is_left_out_and_the_run_after_it_is_not_long_enough(tmp_path: Path) -> None:
    answer = guarded(tmp_path)
    assert answer.months.loc[answer.months["is_trigger"], "month"].tolist() == [BAD.start_time]
    assert not answer.is_sound
    assert answer.n_planned == 2
    assert answer.proposed == (date(2022, 9, 1), date(2023, 8, 31))
    assert "2023-09" in answer.why_trigger
    assert "six or more" in answer.sentence()


def test_a_baseline_of_six_sound_months_is_accepted_and_one_with_the_bad_month_is_not(tmp_path: Path) -> None:
    assert guarded(tmp_path, ("2023-01-01", "2023-08-31")).is_sound
    with_bad = guarded(tmp_path, ("2023-06-01", "2024-02-29"))
    assert not with_bad.is_sound
    assert with_bad.n_planned == 8


def test_the_false_gain_is_that_of_simulated_luck(tmp_path: Path) -> None:
    """Months of 20 deals of SD 3 vary by 3 / root(20) and by nothing else but the bad one."""
    months = 20  # those before the pilot
    answer = guarded(tmp_path)
    assert answer.period_gain is not None
    usual, bad = 3 / np.sqrt(20), 12**2 * (1 / months) * (1 - 1 / months)
    assert answer.period_gain.sd == pytest.approx(np.sqrt(usual**2 + bad), rel=0.15)
    assert answer.period_gain.m == 12
    assert "better afterwards though nothing was done" in answer.sentence()


def test_the_trigger_s_own_month_comes_before_the_worst_one(tmp_path: Path) -> None:
    from salesopt_kit.records import open_store  # noqa: PLC0415
    from salesopt_kit.records.rows import Trigger  # noqa: PLC0415

    tables = with_pilot(tmp_path, ("2023-06-01", "2023-12-31"))
    with open_store(tables.engagement) as store:
        store.add(Trigger(id="T2", met_on=date(2023, 11, 15)))
    answer = pilot.baseline_guard(tables)
    assert isinstance(answer, Guard)
    assert answer.months.loc[answer.months["is_trigger"], "month"].tolist() == [pd.Timestamp("2023-11-01")]
    assert "on record" in answer.why_trigger


def test_it_works_before_any_pilot_is_planned_and_says_when_months_are_too_few() -> None:
    answer = pilot.baseline_guard(opened({"opportunities": firm()}))
    assert isinstance(answer, Guard)
    assert answer.planned is None
    assert "names no baseline yet" in answer.sentence()
    few = firm().query("created_at >= '2024-02-01'")
    short = pilot.baseline_guard(opened({"opportunities": few}))
    assert isinstance(short, Missing)
    assert "Export older deals" in short.remedy
