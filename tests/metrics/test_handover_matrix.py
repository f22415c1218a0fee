"""Oracles: pandas over a public event log, NumPy's working days, and a few events worked by hand."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest

from salesopt_kit.errors import MissingDataError
from salesopt_kit.metrics.handoffs import handoffs
from salesopt_kit.metrics.handover_matrix import WITHIN, handover_matrix
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.stats.mean import median
from salesopt_kit.stats.proportion import newcombe_difference, wilson
from salesopt_kit.tables.store import Tables

Open = Callable[..., Tables]
TODAY = date(2024, 6, 30)


def worked(moments: pd.Series) -> np.ndarray:
    """Return the working days up to each moment: Monday to Friday, 9:00 to 17:00."""
    hour = (moments - moments.dt.normalize()) / pd.Timedelta(hours=1)
    days = moments.to_numpy("datetime64[D]")
    return np.busday_count("2010-01-04", days) + np.is_busday(days) * np.clip((hour - 9) / 8, 0, 1).to_numpy()


def test_ways_counts_waits_and_returns_are_what_pandas_finds(purchasing: Tables) -> None:
    answer = handover_matrix(purchasing)
    rows = purchasing.to_frame(purchasing.table("stage_events"))
    rows = rows.sort_values(["opportunity_id", "entered_at", "source_row"], ignore_index=True)
    by = rows.groupby("opportunity_id")
    before = by[["department", "completed_at"]].shift()
    rows = rows.assign(giver=before["department"], taker=rows["department"])
    rows["worked"] = np.maximum(
        worked(rows["entered_at"]) - worked(before["completed_at"].fillna(rows["entered_at"])), 0
    )
    later = [by["department"].shift(-step) == rows["giver"] for step in range(1, WITHIN)]
    rows["back"] = np.logical_or.reduce(later)
    rows = rows[rows["giver"].notna() & (rows["giver"] != rows["taker"])]
    assert answer.n == len(rows)
    assert answer.deals == rows["opportunity_id"].nunique()
    known = dict(list(rows.groupby(["giver", "taker"])))
    assert {(way.giver, way.taker) for way in answer.ways} == set(known)
    for way in answer.ways:
        group = known[way.giver, way.taker]
        value, interval = median(group["worked"])
        assert (way.n, way.deals) == (len(group), group["opportunity_id"].nunique())
        assert way.share == len(group) / len(rows)
        assert way.median_wait.value == pytest.approx(value, abs=1e-9)
        assert interval is not None
        assert (way.median_wait.low, way.median_wait.high) == pytest.approx((interval.low, interval.high), abs=1e-9)
        assert way.p90_days == pytest.approx(group["worked"].quantile(0.9))
        back = int(group["back"].sum())
        assert way.returned.value == back / len(group)
        assert way.returned.low == wilson(back, len(group)).low


def test_the_matrix_has_no_diagonal_and_adds_up_to_the_hand_overs(purchasing: Tables) -> None:
    matrix = handover_matrix(purchasing).matrix()
    assert np.isnan(np.diag(matrix)).all()
    whole = Selection((date(2006, 11, 1), date(2011, 10, 31)))
    assert matrix.to_numpy()[~np.isnan(matrix)].sum() == handoffs(purchasing, whole).count.value


def with_legal(n: int, won: int, legal: bool) -> pd.DataFrame:
    """Return n deals in two stages, `won` of them won; `legal` says whether Legal takes over in the second."""
    rows = []
    for number in range(n):
        deal, last = f"{legal}{number}", "won" if number < won else "lost"
        middle = "Legal" if legal else "Sales"
        for day, stage, department in ((3, "lead", "Sales"), (4, "talks", middle), (5, last, middle)):
            rows.append((deal, stage, pd.Timestamp(2024, 6, day, 9), department))
    return pd.DataFrame(rows, columns=["opportunity_id", "stage", "entered_at", "department"])


def test_win_rates_with_and_without_are_compared_among_deals_that_got_as_far(engaged: Open) -> None:
    early = pd.DataFrame({"opportunity_id": [f"E{i}" for i in range(50)], "stage": "lost", "department": "Sales"})
    early["entered_at"] = pd.Timestamp(2024, 6, 3, 9)
    log = pd.concat([with_legal(40, 10, legal=True), with_legal(30, 15, legal=False), early], ignore_index=True)
    (way,) = handover_matrix(engaged(as_of=TODAY, stage_events=log)).ways
    known = newcombe_difference(10, 40, 15, 30)
    assert way.win_difference is not None
    assert way.win_difference.value == pytest.approx(10 / 40 - 15 / 30)
    assert (way.win_difference.low, way.win_difference.high) == (known.low, known.high)


def test_a_hand_over_came_back_within_five_events_and_not_after(engaged: Open) -> None:
    def log(deal: str, departments: str) -> pd.DataFrame:
        times = pd.date_range("2024-06-03 09:00", periods=len(departments), freq="h")
        return pd.DataFrame(
            {"opportunity_id": deal, "stage": "talks", "entered_at": times, "department": list(departments)}
        )

    events = pd.concat([log("A", "SLLLLS"), log("B", "SLLLLLS"), log("C", "SL")], ignore_index=True)
    ways = {(way.giver, way.taker): way for way in handover_matrix(engaged(as_of=TODAY, stage_events=events)).ways}
    assert ways["S", "L"].returned.value == pytest.approx(1 / 3)
    assert ways["L", "S"].returned.value == 0
    assert ways["S", "L"].win_difference is None


def test_without_departments_or_hand_overs_it_says_what_to_do(engaged: Open) -> None:
    log = with_legal(3, 1, legal=False)
    with pytest.raises(MissingDataError, match="no hand-over between departments"):
        handover_matrix(engaged(as_of=TODAY, stage_events=log))
    with pytest.raises(MissingDataError, match="no column `department`"):
        handover_matrix(engaged(as_of=TODAY, stage_events=log.drop(columns="department")))
