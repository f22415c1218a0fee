"""Oracles: facts.json beside the data; Newcombe (1998) through the shared oracles; a brute-force count in pandas."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesopt_kit.errors import InputError, MissingDataError
from salesopt_kit.metrics.dimensions import BLANK
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.metrics.win_rate import WinRate, win_rate, win_rate_by
from salesopt_kit.tables.store import Tables

TODAY = date(2024, 6, 30)
Open = Callable[..., Tables]


def deals_of(won: int, lost: int, still_open: int = 0, *, amount: float = 100.0, **columns: object) -> pd.DataFrame:
    stages = ["won"] * won + ["lost"] * lost + ["talks"] * still_open
    frame = pd.DataFrame({"stage": stages, "created_at": pd.Timestamp("2024-03-01"), "amount": amount, **columns})
    frame["closed_at"] = pd.to_datetime(["2024-05-01"] * (won + lost) + [None] * still_open)
    return frame.assign(opportunity_id=[f"D{n}" for n in range(len(frame))])


def facts(shared: Path) -> dict[str, dict[str, dict[str, float]]]:
    text = (shared / "data" / "maven_crm" / "facts.json").read_text(encoding="utf-8")
    return json.loads(text)["sales_pipeline.csv"]


def test_interval_is_the_published_one_and_open_deals_do_not_move_it(engaged: Open, shared: Path) -> None:
    cases = json.loads((shared / "oracles" / "oracles.json").read_text(encoding="utf-8"))
    wilson = next(case for case in cases if case["id"] == "wilson_81_263")
    rate = win_rate(engaged(as_of=TODAY, opportunities=deals_of(81, 182, 100))).by_count
    assert (rate.low, rate.high) == pytest.approx(tuple(wilson["expected"]["ci95"]), abs=wilson["tolerance"])
    assert rate.value == 81 / 263


def test_maven_has_the_published_win_rate_and_value(maven: Tables) -> None:
    answer = win_rate(maven)
    assert answer.by_count.value == pytest.approx(0.6315, abs=5e-5)
    assert (answer.won.value, answer.lost.value, answer.still_open.value) == (4238, 2473, 2089)
    assert answer.won_value.value == 10_005_534.0


@pytest.mark.parametrize(
    ("by", "fact"), [("team", "by_regional_office"), ("product", "by_product"), ("owner", "by_agent")]
)
def test_maven_has_the_published_win_rate_of_every_group(maven: Tables, shared: Path, by: str, fact: str) -> None:
    published = facts(shared)[fact]
    found = {name: answer for name, answer in win_rate_by(maven, by).results if isinstance(answer, WinRate)}
    assert set(found) == {name for name, group in published.items() if group["rows"]}
    for name, answer in found.items():
        assert answer.by_count.value == pytest.approx(published[name]["win_rate_closed"], abs=5e-5)
        assert answer.won_value.value == published[name]["won_value"]
        assert answer.still_open.value == published[name]["open"]


def test_maven_has_the_published_quarters_as_windows_and_as_months(maven: Tables, shared: Path) -> None:
    months = {name: answer for name, answer in win_rate_by(maven, "month").results if isinstance(answer, WinRate)}
    for quarter, won in facts(shared)["won_by_close_quarter"].items():
        first = date(2017, 3 * int(quarter[-1]) - 2, 1)
        last = (first + timedelta(days=95)).replace(day=1) - timedelta(days=1)
        assert win_rate(maven, Selection((first, last))).won.value == won
        inside = [f"{first:%Y}-{month:02d}" for month in range(first.month, first.month + 3)]
        assert sum(months[name].won.value or 0 for name in inside if name in months) == won


def test_a_selection_takes_its_groups_and_a_blank_name_is_a_group(maven: Tables) -> None:
    west = win_rate(maven, Selection(dimension="team", names=("West",)))
    assert (west.won.value, west.lost.value) == (1438, 811)
    blank = win_rate(maven, Selection(dimension="segment", names=(BLANK,)))
    assert (blank.by_count.value, blank.still_open.value) == (None, 1425)
    table = win_rate_by(maven, "segment").table()
    assert table.iloc[-1].tolist()[:3] == ["(blank)", "0", "–"]


def test_nothing_decided_is_no_rate_and_not_zero(engaged: Open) -> None:
    answer = win_rate(engaged(as_of=TODAY, opportunities=deals_of(0, 0, 5)))
    assert (answer.by_count.value, answer.by_value.value) == (None, None)
    assert "No win rate can be told: 0 won and 0 lost" in answer.sentence()
    assert "No deal was decided" in answer.caveats()[0]


def test_an_export_without_lost_deals_has_no_win_rate_but_a_small_group_without_them_has(engaged: Open) -> None:
    answer = win_rate(engaged(as_of=TODAY, opportunities=deals_of(40, 0)))
    assert (answer.by_count.value, answer.won.value) == (None, 40)
    assert "no lost deal at all" in answer.caveats()[0]
    both = deals_of(4, 2, owner=["Ann"] * 3 + ["Bob"] * 3)
    found = dict(win_rate_by(engaged(as_of=TODAY, opportunities=both), "owner").results)
    assert (found["Ann"].by_count.value, found["Bob"].by_count.value) == (1.0, 1 / 3)


def test_the_rate_by_value_weighs_amounts_and_leaves_out_deals_without(engaged: Open) -> None:
    frame = deals_of(3, 1, amount=[100.0, 300.0, None, 600.0])
    answer = win_rate(engaged(as_of=TODAY, opportunities=frame))
    assert answer.by_value.value == pytest.approx(0.4)
    assert answer.by_value.low is not None
    assert "By value, 1 won and 0 lost deals without an amount above zero are left out." in answer.caveats()


def test_lost_deals_without_amounts_leave_no_rate_by_value(engaged: Open) -> None:
    frame = deals_of(3, 2, amount=[10.0, 20.0, None, 0.0, None])
    answer = win_rate(engaged(as_of=TODAY, opportunities=frame))
    assert (answer.by_count.value, answer.by_value.value) == (0.6, None)
    assert "Lost deals carry no amount, so the win rate by value cannot be told." in answer.caveats()


def test_open_deals_older_than_nearly_all_decided_ones_are_named(engaged: Open) -> None:
    frame = deals_of(60, 40, 25)
    frame.loc[frame["stage"] == "talks", "created_at"] = pd.Timestamp("2024-01-01")
    caveat = win_rate(engaged(as_of=TODAY, opportunities=frame)).caveats()[0]
    assert caveat.startswith("25 open deals are older than 61 days")
    assert "the win rate is 48.0% instead" in caveat


def test_a_dimension_that_is_not_in_the_data_says_what_to_map_and_a_wrong_one_what_there_is(engaged: Open) -> None:
    tables = engaged(as_of=TODAY, opportunities=deals_of(3, 2))
    with pytest.raises(MissingDataError, match=r"(?s)no column tells the team.*sources\.opportunities\.columns\.team"):
        win_rate_by(tables, "team")
    with pytest.raises(MissingDataError, match="no column tells the team"):
        win_rate(tables, Selection(dimension="team", names=("East",)))
    with pytest.raises(InputError, match=r"(?s)found 'taem', expected one of team.*Did you mean team"):
        win_rate_by(tables, "taem")


DEAL = st.tuples(
    st.sampled_from(["won", "lost", "talks", "parked"]),
    st.sampled_from(["Ann", "Bob", None]),
    st.integers(0, 400),
    st.integers(0, 120),
    st.one_of(st.none(), st.integers(0, 1000)),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(DEAL, min_size=1, max_size=40))
def test_counts_of_any_deals_are_those_of_a_few_lines_of_pandas(
    engaged: Open, drawn: list[tuple[str, str | None, int, int, int | None]]
) -> None:
    frame = pd.DataFrame(drawn, columns=["stage", "owner", "age", "cycle", "amount"])
    frame["created_at"] = pd.Timestamp(TODAY) - pd.to_timedelta(frame["age"], "D")
    frame["closed_at"] = frame["created_at"] + pd.to_timedelta(frame["cycle"], "D")
    frame["opportunity_id"] = [f"D{n}" for n in range(len(frame))]
    tables = engaged(as_of=TODAY, opportunities=frame.drop(columns=["age", "cycle"]))
    decided = frame[frame["stage"].isin(["won", "lost"]) & frame["closed_at"].between("2024-01-01", "2024-06-30")]
    counts = decided.groupby([decided["owner"].fillna(BLANK), "stage"]).size()
    found = {name: answer for name, answer in win_rate_by(tables, "owner").results if isinstance(answer, WinRate)}
    for (name, stage), count in counts.items():
        assert (found[name].won if stage == "won" else found[name].lost).value == count
    whole = win_rate(tables)
    assert (whole.won.value or 0) + (whole.lost.value or 0) == len(decided)
    assert whole.won_value.value == decided.loc[decided["stage"] == "won", "amount"].sum()
    assert (
        whole.still_open.value
        == len(frame)
        - frame["stage"].isin(["won", "lost"]).sum()
        + (frame["stage"].isin(["won", "lost"]) & (frame["closed_at"] > pd.Timestamp(TODAY))).sum()
    )
