"""Oracle: a few deals whose rows can be worked out by hand."""

from collections.abc import Callable
from datetime import date

import ibis
import pandas as pd
import pytest

from salesopt_kit.errors import MissingDataError
from salesopt_kit.metrics.deals import _derived, deal_caveats, deals
from salesopt_kit.tables.store import Tables

TODAY = date(2024, 6, 30)
Open = Callable[..., Tables]


def rows(tables: Tables) -> pd.DataFrame:
    return tables.to_frame(deals(tables)).set_index("opportunity_id").sort_index()


def deals_of(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame({"opportunity_id": [f"D{n}" for n in range(len(next(iter(columns.values()))))], **columns})


def events_of(*visits: tuple[str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(visits, columns=["opportunity_id", "stage", "entered_at"])
    return frame.assign(entered_at=pd.to_datetime(frame["entered_at"]))


def test_status_is_the_deals_own_word_then_the_kind_of_its_stage_then_of_its_last_event(engaged: Open) -> None:
    frame = deals_of(
        status=["Won", None, None, None, "nonsense"],
        stage=["talks", "lost", None, None, "parked"],
        created_at=["2024-01-01"] * 5,
        closed_at=["2024-02-01"] * 5,
    )
    events = events_of(("D2", "talks", "2024-01-02 09:00"), ("D2", "won", "2024-02-01 09:00"))
    tables = engaged(as_of=TODAY, opportunities=frame, stage_events=events)
    assert rows(tables)["status"].fillna("").tolist() == ["won", "lost", "won", "", "open"]
    assert "1 of 5 deals have neither status nor stage and count as nothing." in deal_caveats(tables)


def test_deals_without_a_creation_date_fall_back_in_order_and_are_counted(engaged: Open) -> None:
    frame = deals_of(
        stage=["talks"] * 5,
        lead_id=["L1", "L1", "L1", None, None],
        created_at=["2024-01-05", None, None, None, None],
        first_contact_at=["2024-01-01", "2024-01-02", None, None, None],
    )
    leads = pd.DataFrame({"lead_id": ["L1", "L1"], "created_at": ["2024-01-03", "2024-01-09"]})
    events = events_of(("D3", "lead", "2024-01-04 10:00"), ("D3", "talks", "2024-01-08 10:00"))
    tables = engaged(as_of=TODAY, opportunities=frame, leads=leads, stage_events=events)
    found = rows(tables)
    days = found["created_on"].dt.strftime("%m-%d").fillna("").tolist()
    assert days == ["01-05", "01-02", "01-03", "01-04", ""]
    assert found["created_from"].fillna("").tolist() == ["created_at", "first_contact_at", "lead", "event", ""]
    assert len(deal_caveats(tables)) == 4


def test_a_deal_from_events_alone_ends_where_its_last_event_puts_it(engaged: Open) -> None:
    events = events_of(
        ("A", "lead", "2024-01-01 08:00"),
        ("A", "talks", "2024-01-02 08:00"),
        ("A", "won", "2024-01-03 20:00"),
        ("B", "lead", "2024-01-01 08:00"),
        ("B", "lost", "2024-01-01 08:00"),
        ("C", "lead", "2024-01-01 08:00"),
        ("C", "unheard of", "2024-01-02 08:00"),
    )
    tables = engaged(as_of=TODAY, stage_events=events)
    found = rows(tables)
    assert found["status"].tolist() == ["won", "lost", "open"]  # B: the later row of one moment is the later
    assert found["stage"].tolist() == ["won", "lost", "lead"]  # C: a stage that is none of the process is no event
    assert found["cycle_days"].tolist()[:2] == [2.5, 0.0]


def test_a_single_event_is_a_deal(engaged: Open) -> None:
    found = rows(engaged(as_of=TODAY, stage_events=events_of(("A", "talks", "2024-01-01 08:00"))))
    assert found[["stage", "status"]].to_numpy().tolist() == [["talks", "open"]]


def test_a_reopened_deal_counts_by_its_last_closure_and_a_repeated_row_does_not_move_it(engaged: Open) -> None:
    events = events_of(
        ("A", "lead", "2024-01-01 00:00"),
        ("A", "lost", "2024-01-05 00:00"),
        ("A", "talks", "2024-02-01 00:00"),
        ("A", "won", "2024-02-11 00:00"),
        ("A", "won", "2024-03-01 00:00"),  # the CRM wrote the stage again when the amount was corrected
        ("B", "won", "2024-01-01 00:00"),
        ("B", "talks", "2024-01-02 00:00"),
    )
    found = rows(engaged(as_of=TODAY, stage_events=events))
    assert found["status"].tolist() == ["won", "open"]
    assert str(found["closed_on"]["A"])[:10] == "2024-02-11"
    assert pd.isna(found["closed_on"]["B"])


def test_what_happened_after_as_of_is_not_known(engaged: Open) -> None:
    frame = deals_of(
        stage=["won", "won", "won"],
        created_at=["2024-01-01", "2024-01-01", "2024-07-02"],
        closed_at=["2024-06-30", "2024-07-01", "2024-07-03"],
    )
    found = rows(engaged(as_of=TODAY, opportunities=frame))
    assert found["status"].tolist() == ["won", "open"]
    assert found["closed_on"].isna().tolist() == [False, True]


def test_cycles_are_calendar_days_between_bare_dates_and_elapsed_days_between_timestamps(engaged: Open) -> None:
    stamps = deals_of(
        stage=["won", "won"],
        created_at=pd.to_datetime(["2024-03-30 12:00", "2024-04-02 12:00"]),
        closed_at=pd.to_datetime(["2024-03-31 12:00", "2024-04-01 00:00"]),
    )
    zone = "Europe/Berlin"  # lost an hour in the night to 31 March
    elapsed = rows(engaged(as_of=TODAY, zone=zone, opportunities=stamps))["cycle_days"]
    assert elapsed.iloc[0] == pytest.approx(23 / 24)
    assert pd.isna(elapsed.iloc[1])  # closed before it was created
    bare = stamps.assign(closed_at=stamps["closed_at"].dt.normalize())
    assert rows(engaged(as_of=TODAY, zone=zone, opportunities=bare))["cycle_days"].iloc[0] == 1.0


def test_names_come_from_people_leads_and_accounts_where_the_deal_has_none(engaged: Open) -> None:
    frame = deals_of(
        stage=["talks"] * 3,
        owner=["Ann", "Ann", "Bob"],
        team=["Own", None, None],
        lead_id=["L1", "L1", None],
        source=[None, "fair", None],
        account=["Acme", "Acme", "Acme"],
    )
    people = pd.DataFrame({"person": ["Ann", "Ann"], "team": ["East", "East"]})
    leads = pd.DataFrame({"lead_id": ["L1"], "created_at": ["2024-01-01"], "source": ["web"], "segment": ["big"]})
    accounts = pd.DataFrame({"account": ["Acme"], "segment": ["retail"]})
    tables = engaged(as_of=TODAY, opportunities=frame, people=people, leads=leads, accounts=accounts)
    found = rows(tables)[["team", "source", "segment"]].fillna("")
    assert found["team"].tolist() == ["Own", "East", ""]
    assert found["source"].tolist() == ["web", "fair", ""]
    assert found["segment"].tolist() == ["big", "big", "retail"]


def test_leads_alone_are_no_deals(engaged: Open) -> None:
    leads = pd.DataFrame({"lead_id": ["L1"], "created_at": ["2024-01-01"]})
    with pytest.raises(MissingDataError, match=r"(?s)neither.*opportunities.*Add"):
        deals(engaged(as_of=TODAY, leads=leads))


@pytest.mark.parametrize("dialect", ["postgres", "snowflake"])
def test_the_derivation_can_be_written_in_other_databases_sql(engaged: Open, dialect: str) -> None:
    frame = deals_of(stage=["talks"], owner=["Ann"], lead_id=["L1"], account=["Acme"])
    tables = engaged(
        as_of=TODAY,
        opportunities=frame,
        people=pd.DataFrame({"person": ["Ann"], "team": ["East"]}),
        leads=pd.DataFrame({"lead_id": ["L1"], "created_at": ["2024-01-01"]}),
        stage_events=events_of(("D0", "lead", "2024-01-01 09:00"), ("D0", "talks", "2024-01-02 09:00")),
    )
    assert "COALESCE" in str(ibis.to_sql(_derived(tables), dialect=dialect))


def test_maven_has_the_published_counts_and_cycles(maven: Tables) -> None:
    found = rows(maven)
    assert found["status"].value_counts().to_dict() == {"won": 4238, "lost": 2473, "open": 2089}
    cycles = found.groupby("status")["cycle_days"].agg(["mean", "median"])
    assert cycles.loc["won"].tolist() == pytest.approx([51.782, 57.0], abs=5e-4)
    assert cycles.loc["lost"].tolist() == pytest.approx([41.4792, 14.0], abs=5e-4)
    assert found["created_on"].isna().sum() == 500
