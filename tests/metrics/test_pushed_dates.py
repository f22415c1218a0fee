"""Oracle: the definition worked deal by deal in plain Python, and an export as Salesforce writes it."""

import statistics
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint
from test_suspect_rows import sign, with_limits

from salesopt_kit import open_engagement, open_tables
from salesopt_kit.metrics.crm_fidelity import crm_fidelity
from salesopt_kit.metrics.fidelity_effect import fidelity_effect
from salesopt_kit.metrics.pushed_dates import pushed_deals
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.tables.presets import propose_mapping, recognise
from salesopt_kit.tables.store import Tables

Open = Callable[..., Tables]
TODAY = date(2024, 6, 30)
DEALS = pd.DataFrame(
    [
        ("twice", "Ann", "won", "2024-06-20"),
        ("late", "Ann", "open", None),
        ("early", "Bob", "open", None),
        ("once", "Bob", "open", None),
        ("at_close", "Bob", "won", "2024-05-10"),
        ("still", "Cy", "lost", "2024-05-20"),
        ("old", "Cy", "won", "2023-05-20"),
    ],
    columns=["opportunity_id", "owner", "status", "closed_at"],
).assign(created_at=pd.Timestamp("2024-01-05"))
CHANGES = pd.DataFrame(
    [
        ("twice", "2024-01-10", "2024-03-31", None),
        ("twice", "2024-02-10", "2024-04-30", None),  # 30 days later
        ("twice", "2024-03-10", "2024-04-15", None),  # earlier: no push
        ("twice", "2024-04-01", "2024-06-15", None),  # 61 days later
        ("late", "2024-03-24", "2024-05-31", "2024-03-31"),  # seven days before it was due
        ("early", "2024-03-23", "2024-05-31", "2024-03-31"),  # eight days before
        ("once", "2024-04-02", "2024-05-31", "2024-03-31"),  # overdue by two days, and once only
        ("at_close", "2024-05-10", "2024-05-10", "2024-05-09"),  # set by the closing
        ("old", "2023-05-01", "2023-05-30", "2023-05-02"),  # closed before the window
        ("nobody", "2024-04-02", "2024-05-31", "2024-04-03"),  # no such deal
        ("early", "2024-07-01", "2024-08-31", "2024-05-31"),  # after as_of
    ],
    columns=["opportunity_id", "changed_at", "expected_close_at", "previous_close_at"],
)


def pushed(tables: Tables) -> dict[str, tuple[int, int, bool]]:
    """Return per deal how often and by how many days it was moved later, and whether it counts as pushed."""
    rows = tables.to_frame(pushed_deals(tables)).sort_values("opportunity_id")
    columns = (rows[name] for name in ("opportunity_id", "pushes", "days", "is_pushed"))
    return {
        str(deal): (int(pushes), int(days), bool(is_pushed))
        for deal, pushes, days, is_pushed in zip(*columns, strict=True)
    }


def test_twice_later_or_once_shortly_before_the_day_is_pushed(engaged: Open) -> None:
    tables = engaged(as_of=TODAY, opportunities=DEALS, expected_closes=CHANGES)
    assert pushed(tables) == {
        "twice": (2, 91, True),
        "late": (1, 61, True),
        "early": (1, 61, False),
        "once": (1, 61, False),
        "at_close": (0, 0, False),
        "still": (0, 0, False),
        "old": (1, 28, True),
    }
    assert pushed(with_limits(tables, push_days=8))["early"][2]
    assert not pushed(with_limits(tables, push_times=3))["twice"][2]


def test_share_and_days_are_those_of_the_deals_closed_in_the_window_or_open(engaged: Open) -> None:
    answer = crm_fidelity(engaged(as_of=TODAY, opportunities=DEALS, expected_closes=CHANGES))
    share = next(one for one in answer.suspect if one.id == "crm_fidelity.pushed_dates")
    assert (share.value, share.n) == (2 / 6, 6)
    assert (share.low, share.high) == pytest.approx(proportion_confint(2, 6, method="wilson"))
    assert answer.days_pushed is not None
    assert (answer.days_pushed.value, answer.days_pushed.n) == (statistics.median([91, 61]), 2)
    assert answer.days_pushed in answer.estimates()
    assert "The 2 deals with pushed close dates were moved later by 76.0 days" in answer.caveats()[0]
    assert "Close dates pushed: moved later 2 or more times, or within 7 days" in answer._repr_html_()


def test_a_selection_counts_its_own_deals(engaged: Open) -> None:
    tables = engaged(as_of=TODAY, opportunities=DEALS, expected_closes=CHANGES)
    answer = crm_fidelity(tables, Selection(dimension="owner", names=("Bob",)))
    assert answer.days_pushed is not None
    assert (answer.days_pushed.value, answer.days_pushed.n) == (None, 0)
    assert "were moved later" not in " ".join(answer.caveats())


def test_core_figures_are_told_with_and_without_the_pushed_deals(engaged: Open) -> None:
    tables = engaged(as_of=TODAY, opportunities=DEALS, expected_closes=CHANGES)
    answer = fidelity_effect(tables, only=("pushed_dates",))
    pair = next(pair for pair in answer.compared if pair.all_rows.id == "win_rate.count")
    assert (pair.all_rows.value, pair.without.value) == (2 / 3, 1 / 2)


def test_without_the_history_it_says_how_to_supply_it(engaged: Open) -> None:
    found = sign(engaged(as_of=TODAY, opportunities=DEALS), "pushed_dates")
    assert found.rows is None
    assert "Opportunity Field History" in found.why
    assert "`expected_closes`" in found.why
    assert crm_fidelity(engaged(as_of=TODAY, opportunities=DEALS)).days_pushed is None
    alone = sign(engaged(as_of=TODAY, expected_closes=CHANGES), "pushed_dates")
    assert (alone.rows, alone.why) == (None, "there are no deals")


Change = tuple[int, int, int | None]


def by_hand(changes: list[Change], closed: int | None, as_of: int) -> tuple[int, int, bool]:
    """Return pushes, days and whether pushed of one deal's (changed, expected, previous), all in days."""
    pushes, days, is_late, due = 0, 0, False, None
    known = [change for change in changes if change[0] <= as_of]
    for changed, expected, previous in sorted(known, key=lambda change: change[0]):
        before = previous if due is None else due
        due = expected
        if before is None or expected <= before or (closed is not None and changed >= closed):
            continue
        pushes, days = pushes + 1, days + expected - before
        is_late = is_late or 0 <= before - changed <= 7
    return pushes, days, is_late or pushes >= 2


@st.composite
def histories(draw: st.DrawFn) -> dict[str, tuple[int | None, list[Change]]]:
    """Return per deal the day it was closed, if it was, and its changes in the order of the export."""
    day = st.integers(0, 40)
    change = st.tuples(day, day, st.none() | day)
    return {
        deal: (draw(st.none() | st.integers(0, 30)), draw(st.lists(change, max_size=5)))
        for deal in draw(st.lists(st.sampled_from("ABCD"), min_size=1, unique=True))
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories())
def test_any_history_is_counted_as_by_hand(engaged: Open, deals: dict[str, tuple[int | None, list[Change]]]) -> None:
    start, as_of = date(2024, 5, 31), 30

    def day(number: int | None) -> pd.Timestamp | None:
        return None if number is None else pd.Timestamp(start + timedelta(days=number))

    opportunities = pd.DataFrame(
        {
            "opportunity_id": list(deals),
            "created_at": day(0),
            "closed_at": pd.to_datetime([day(closed) for closed, _changes in deals.values()]),
            "status": ["open" if closed is None else "won" for closed, _changes in deals.values()],
        }
    )
    rows = [
        (deal, *map(day, change)) for deal, (_closed, changes) in deals.items() for change in [*changes, (99, 99, None)]
    ]
    frame = pd.DataFrame(rows, columns=["opportunity_id", "changed_at", "expected_close_at", "previous_close_at"])
    tables = engaged(as_of=TODAY, opportunities=opportunities, expected_closes=frame)
    assert pushed(tables) == {deal: by_hand(changes, closed, as_of) for deal, (closed, changes) in deals.items()}


FIELD_HISTORY = """\
OpportunityId,Field,OldValue,NewValue,CreatedDate,CreatedById
D1,StageName,Prospecting,Qualification,2024-05-01T09:00:00Z,005A
D1,CloseDate,2024-05-31,2024-06-30,2024-05-28T09:00:00Z,005A
D1,Amount,100,200,2024-05-29T09:00:00Z,005A
"""


def test_salesforce_s_field_history_is_read_with_its_preset(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "history.csv").write_text(FIELD_HISTORY, encoding="utf-8")
    (tmp_path / "exports" / "deals.csv").write_text("Id,CreatedDate,StageName\nD1,2024-04-01,New\n", encoding="utf-8")
    (tmp_path / "engagement.yml").write_text(
        "client: A\nslug: a\nas_of: 2024-06-30\nstages:\n- {id: lead, name: New}\n- {id: won, name: Won, kind: won}\n"
        "sources:\n  opportunities: {file: exports/deals.csv, preset: salesforce}\n"
        "  expected_closes: {file: exports/history.csv, preset: salesforce}\n",
        encoding="utf-8",
    )
    tables = open_tables(open_engagement(tmp_path))
    assert pushed(tables) == {"D1": (1, 30, True)}
    rows = tables.to_frame(tables.table("expected_closes"))
    assert (rows["actor"].tolist(), rows["source_row"].tolist()) == (["005A"], [3])


def test_a_history_of_all_fields_is_still_proposed_as_that_of_stages() -> None:
    headings = FIELD_HISTORY.partition("\n")[0].split(",")
    assert recognise(headings)[0][:2] == ("salesforce", "stage_events")
    assert "expected_closes" not in {table for _preset, table, _score in recognise(headings)}


def test_headings_of_close_dates_alone_are_recognised() -> None:
    headings = ["商机编号", "原预计成交日期", "新预计成交日期", "变更时间", "变更人"]
    assert recognise(headings)[0][:2] == ("", "expected_closes")
    assert {column: proposal.heading for column, proposal in propose_mapping(headings, "expected_closes").items()} == {
        "opportunity_id": "商机编号",
        "expected_close_at": "新预计成交日期",
        "changed_at": "变更时间",
        "previous_close_at": "原预计成交日期",
        "actor": "变更人",
    }
