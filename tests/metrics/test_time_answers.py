"""Oracles: brute force by pandas, statsmodels' survival function and incidence, and a few deals worked by hand."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from random_log import AS_OF, random_log, visits_of
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from salesopt_kit.errors import InputError, MissingDataError
from salesopt_kit.metrics.cohorts import cohort_triangle
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.metrics.stage_exits import stage_exits
from salesopt_kit.metrics.time_to_close import time_to_close
from salesopt_kit.tables.store import Tables

Open = Callable[..., Tables]
YEAR = Selection((date(2024, 1, 1), AS_OF))
CODES = {"advanced": 1, "won": 1, "lost": 2, "back": 3, "parked": 4, "still_there": 0}


def test_stage_exits_are_those_of_statsmodels(engaged: Open) -> None:
    log = random_log(7, 300)
    answer = stage_exits(engaged(as_of=AS_OF, stage_events=log), YEAR)
    for stage in answer.stages:
        stays = [visit for visit in visits_of(log) if visit.stage == stage.stage_id]
        days, codes = np.array([v.days for v in stays]), np.array([CODES[v.exit] for v in stays])
        curve = SurvfuncRight(days, codes > 0)
        assert stage.elapsed["median"].value == pytest.approx(curve.quantile(0.5))
        incidence = CumIncidenceRight(days, codes)
        place = np.searchsorted(incidence.times, 30, side="right") - 1
        for number, way in enumerate(("forward", "lost", "back", "put_aside")):
            assert stage.within[way, 30].value == pytest.approx(incidence.cinc[number][place])
        ended = np.minimum(days[codes > 0], answer.horizon)
        assert stage.elapsed["ended_mean"].value == pytest.approx(ended.mean())
    assert answer.late_entries == 0


def test_a_first_stage_that_began_before_the_history_enters_late(engaged: Open) -> None:
    events = pd.DataFrame(
        {"opportunity_id": ["A", "A", "B", "B"], "stage": ["lead", "talks", "lead", "talks"]}
        | {"entered_at": pd.to_datetime(["2024-02-01", "2024-02-06", "2024-02-03", "2024-02-13"]) + pd.Timedelta("9h")}
    )
    created = pd.to_datetime(["2024-01-20 09:00", "2024-02-03 09:00"])
    deals = pd.DataFrame({"opportunity_id": ["A", "B"], "created_at": created, "status": "open"})
    answer = stage_exits(engaged(as_of=AS_OF, stage_events=events, opportunities=deals), YEAR)
    assert answer.late_entries == 1
    # A is at risk from day 12 to 17 only, B from 0 to 10: half have left by day 10, when B alone was there.
    assert answer.stages[0].elapsed["median"].value == pytest.approx(10)
    assert any("left truncation" in caveat for caveat in answer.caveats())


def closed_deals(*rows: tuple[str, str | None, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["created_at", "closed_at", "status"])
    frame[["created_at", "closed_at"]] = frame[["created_at", "closed_at"]].apply(pd.to_datetime)
    return frame.assign(opportunity_id=[f"D{place}" for place in range(len(frame))])


def test_time_to_close_without_late_entry_is_that_of_statsmodels(engaged: Open) -> None:
    random = np.random.default_rng(2)
    created = pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 90, 200), "D")
    closed = created + pd.to_timedelta(random.integers(5, 200, 200), "D")
    frame = pd.DataFrame({"created_at": created, "closed_at": closed, "status": random.choice(["won", "lost"], 200)})
    first = closed.min().date()
    tables = engaged(as_of=date(2024, 6, 30), opportunities=frame.assign(opportunity_id=range(200)))
    answer = time_to_close(tables, Selection((date(2023, 12, 1), date(2024, 6, 30))))
    end = pd.Timestamp("2024-06-30")
    is_open = closed > end
    days = (pd.Series(closed).mask(is_open, end) - created).dt.days.to_numpy()
    codes = np.where(is_open, 0, np.where(frame["status"] == "won", 1, 2))
    late = int((frame["created_at"].dt.date < first - timedelta(days=1)).sum())
    assert answer.late_entries == answer.unseen == late
    incidence = CumIncidenceRight(np.asarray(days, float), codes)
    place = np.searchsorted(incidence.times, 90, side="right") - 1
    # No deal was closed before the exports begin, so late entry leaves out waiting at early ages but changes little.
    assert answer.won_within[-1].value == pytest.approx(incidence.cinc[0][place], abs=0.02)
    span = answer.horizon
    naive = np.minimum(np.asarray(days, float)[codes > 0], span).mean()
    assert answer.closed_mean.value == pytest.approx(naive)
    assert answer.bias_days.value == pytest.approx(naive - (answer.restricted_mean.value or 0))


def test_deals_closed_before_the_window_are_not_in_it(engaged: Open) -> None:
    deals = closed_deals(
        ("2023-01-01", "2023-02-01", "won"), ("2024-01-01", "2024-02-15", "won"), ("2024-03-01", None, "open")
    )
    tables = engaged(as_of=date(2024, 6, 30), opportunities=deals)
    answer = time_to_close(tables, Selection((date(2024, 2, 1), date(2024, 6, 30))))
    assert (answer.restricted_mean.n, answer.late_entries, answer.unseen) == (2, 1, 0)
    assert answer.restricted_mean.value is None
    assert "Too few deals" in answer.sentence()
    with pytest.raises(MissingDataError, match="no deal was open"):
        time_to_close(tables, Selection((date(2023, 5, 1), date(2023, 6, 1))))


def test_the_triangle_masks_months_that_are_not_over_and_small_cohorts(engaged: Open) -> None:
    january = [("2024-01-05", "2024-01-20", "won"), ("2024-01-06", "2024-02-20", "won"), ("2024-01-07", None, "open")]
    deals = closed_deals(*january * 4, ("2024-02-01", "2024-02-02", "won"))
    answer = cohort_triangle(engaged(as_of=date(2024, 3, 30), opportunities=deals))
    first, second = answer.cohorts
    assert (first.month, first.deals, [cell.value for cell in first.cells]) == ("2024-01", 12, [4 / 12, 8 / 12])
    assert (second.month, second.deals, second.cells) == ("2024-02", 1, ())
    assert any("2024-02" in caveat for caveat in answer.caveats())


def test_the_triangle_of_a_stage_counts_deals_that_came_so_far(engaged: Open) -> None:
    log = random_log(8, 200)
    answer = cohort_triangle(engaged(as_of=AS_OF, stage_events=log), stage="talks")
    known = log[log["entered_at"] < pd.Timestamp("2024-04-01")]
    born = known.groupby("opportunity_id")["entered_at"].min().dt.to_period("M")
    came = known[known["stage"].isin(["talks", "won"])].groupby("opportunity_id")["entered_at"].min().dt.to_period("M")
    for cohort in answer.cohorts:
        of_month = born.index[born == cohort.month]
        for age, cell in enumerate(cohort.cells):
            there = came.reindex(of_month).dropna() <= pd.Period(cohort.month) + age
            assert (cell.value, cell.n) == (pytest.approx(there.sum() / len(of_month)), len(of_month))
    with pytest.raises(InputError, match="nowhere"):
        cohort_triangle(engaged(as_of=AS_OF, stage_events=log), stage="nowhere")
