"""Oracle: the same counts in a few lines of pandas, over generated dirt; and the published facts of the public data."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from gated import AS_OF, opened

from salesopt_kit.engagement import open_engagement
from salesopt_kit.tables import check_tables
from salesopt_kit.tables.gate import gate
from salesopt_kit.tables.quality import Finding

ROWS = 3_000
STAGES = np.array(["lead", "talks", "won", "lost"])
Found = dict[tuple[str, str], Finding]


def dirty_deals(random: np.random.Generator) -> pd.DataFrame:
    """Return deals in which a share of every column is blank, doubled or out of order."""
    created = pd.Timestamp("2023-06-01") + pd.to_timedelta(random.integers(0, 420, ROWS), unit="D")
    closed = created + pd.to_timedelta(random.integers(-20, 120, ROWS), unit="D")
    deals = pd.DataFrame(
        {
            "opportunity_id": [f"D{number}" for number in random.permutation(ROWS)],
            "owner": random.choice(["Ann", "Ben", "Cem", None], ROWS),
            "amount": np.where(random.random(ROWS) < 0.1, np.nan, random.integers(-2, 50, ROWS).astype(float)),
            "created_at": pd.Series(created).where(random.random(ROWS) > 0.1),
            "closed_at": pd.Series(closed).where(random.random(ROWS) > 0.2),
            "status": random.choice(["open", "won", "lost", None], ROWS),
        }
    )
    return pd.concat([deals, deals.sample(40, random_state=1)], ignore_index=True)


def dirty_events(random: np.random.Generator) -> pd.DataFrame:
    """Return events of few deals in few minutes, so that ties, repeats and bulk edits abound; some stand twice."""
    rows = 4 * ROWS
    seconds = random.integers(0, 20 * 86400, rows) // 20 * 20
    events = pd.DataFrame(
        {
            "opportunity_id": [f"D{number}" for number in random.integers(0, 900, rows)],
            "stage": random.choice(STAGES, rows),
            "entered_at": pd.Timestamp("2024-01-01") + pd.to_timedelta(seconds, unit="s"),
            "actor": np.where(random.random(rows) < 0.2, "robot", random.choice(["Ann", "Ben"], rows)),
        }
    )
    robots = events["actor"] == "robot"
    events.loc[robots, "entered_at"] = events.loc[robots, "entered_at"].dt.floor("h")
    return pd.concat([events, events.sample(60, random_state=2)], ignore_index=True)


@pytest.fixture(scope="module")
def dirt() -> tuple[pd.DataFrame, pd.DataFrame, Found]:
    """Deals and events without their repeated rows, and what the gate found in the whole."""
    random = np.random.default_rng(7)
    deals, events = dirty_deals(random), dirty_events(random)
    _tables, findings = gate(opened(opportunities=deals, stage_events=events))
    found = {(finding.check, finding.table): finding for finding in findings}
    return deals.drop_duplicates(), events.drop_duplicates(), found


def decided(deals: pd.DataFrame) -> pd.Series:
    return deals["status"].isin(["won", "lost"])


def won(deals: pd.DataFrame) -> pd.DataFrame:
    return deals[deals["status"] == "won"]


DEALS: dict[str, Callable[[pd.DataFrame], int]] = {
    "negative_cycle": lambda d: (decided(d) & (d["closed_at"] < d["created_at"])).sum(),
    "undecided_status": lambda d: d["status"].isna().sum(),
    "owners_missing": lambda d: d["owner"].isna().sum(),
    "blank_created": lambda d: d["created_at"].isna().sum(),
    "decided_without_date": lambda d: (decided(d) & d["closed_at"].isna()).sum(),
    "open_with_date": lambda d: (~decided(d) & d["closed_at"].notna()).sum(),
    "won_without_amount": lambda d: won(d)["amount"].isna().sum(),
    "won_for_nothing": lambda d: (won(d)["amount"] == 0).sum(),
    "negative_amount": lambda d: (d["amount"] < 0).sum(),
    "future_dates.created_at": lambda d: (d["created_at"] > pd.Timestamp(AS_OF)).sum(),
    "future_dates.closed_at": lambda d: (decided(d) & (d["closed_at"] > pd.Timestamp(AS_OF))).sum(),
    "stale_deals": lambda d: (
        (pd.Timestamp(AS_OF) - d["created_at"][~decided(d)]).dt.days
        > (won(d)["closed_at"] - won(d)["created_at"])
        .dt.days.loc[lambda days: days >= 0][won(d)["created_at"] <= pd.Timestamp(AS_OF)]
        .quantile(0.95)
    ).sum(),
}


@pytest.mark.parametrize("check", DEALS)
def test_counts_of_deals_are_those_of_pandas(check: str, dirt: tuple[pd.DataFrame, pd.DataFrame, Found]) -> None:
    deals, _events, found = dirt
    assert 0 < found[check, "opportunities"].n == DEALS[check](deals)


def test_counts_of_neighbouring_events_are_those_of_pandas(dirt: tuple[pd.DataFrame, pd.DataFrame, Found]) -> None:
    _deals, events, found = dirt
    ordered = events.sort_values(["opportunity_id", "entered_at"], kind="stable")
    before = ordered.groupby("opportunity_id").shift()
    gap = ordered["entered_at"] - before["entered_at"]
    moved = (ordered["stage"] != before["stage"]) & before["stage"].notna()
    expected = {
        "same_stage": (ordered["stage"] == before["stage"]).sum(),
        "identical_times": (gap == pd.Timedelta(0)).sum(),
        "click_through": (moved & (gap < pd.Timedelta(minutes=5))).sum(),
    }
    counted = {check: found[check, "stage_events"].n for check in expected}
    assert counted == expected
    assert min(counted.values()) > 0


def test_counts_of_bulk_edits_and_of_links_are_those_of_pandas(dirt: tuple[pd.DataFrame, pd.DataFrame, Found]) -> None:
    deals, events, found = dirt
    sizes = events.groupby(["actor", events["entered_at"].dt.floor("min")]).size()
    known, seen = set(deals["opportunity_id"]), set(events["opportunity_id"])
    firsts = events.groupby("opportunity_id")["entered_at"].min().dt.normalize()
    began = deals.set_index("opportunity_id")["created_at"].dropna()
    assert found["bulk_edits", "stage_events"].n == sizes[sizes >= 10].sum() > 0
    assert found["deals_without_history", "opportunities"].n == len(known - seen) > 0
    assert found["history_without_deals", "stage_events"].n == len(seen - known)
    assert found["truncated_history", "opportunities"].n == (firsts.reindex(began.index) > began).sum() > 0


def test_every_repeated_row_is_set_aside_once(dirt: tuple[pd.DataFrame, pd.DataFrame, Found]) -> None:
    deals, events, found = dirt
    assert found["repeated_rows", "opportunities"].set_aside == ROWS + 40 - len(deals) == 40
    assert found["repeated_rows", "stage_events"].set_aside == 4 * ROWS + 60 - len(events) > 0


@pytest.fixture(scope="module")
def maven(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What the gate says of the CRM export whose facts are in facts.json."""
    return checked("maven", shared / "data" / "maven_crm", tmp_path_factory.mktemp("maven"))


@pytest.fixture(scope="module")
def olist(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What the gate says of the lead funnel whose facts are in facts.json."""
    return checked("olist", shared / "data" / "olist_funnel", tmp_path_factory.mktemp("olist"))


def checked(sample: str, exports: Path, folder: Path) -> Found:
    settings = Path(__file__).resolve().parents[2] / "data_samples" / sample / "engagement.yml"
    shutil.copy(settings, folder)
    report = check_tables(open_engagement(folder, exports=exports))
    return {(finding.check, finding.table): finding for finding in report.findings}


@pytest.mark.parametrize(
    ("check", "table", "n", "of"),
    [
        ("blank_created", "opportunities", 500, 8800),
        ("blank_share.account", "opportunities", 1425, 8800),
        ("people_without_deals", "people", 5, 35),
        ("negative_cycle", "opportunities", 0, 6711),
        ("no_lost_deals", "opportunities", 2473, 6711),
        ("won_without_amount", "opportunities", 0, 4238),
    ],
)
def test_the_crm_export_has_the_blanks_and_people_that_its_facts_tell(
    maven: Found, check: str, table: str, n: int, of: int
) -> None:
    assert (maven[check, table].n, maven[check, table].of) == (n, of)


def test_the_ages_of_open_deals_are_those_of_the_facts(maven: Found) -> None:
    said = maven["stale_deals", "opportunities"].said
    assert "2,089 of 8,800 deals are open (23.7%); their median age is 165.0 days, the oldest is 423.0 days" in said


@pytest.mark.parametrize(
    ("check", "table", "n", "of"),
    [
        ("damaged_values.average_stock", "opportunities", 32, 66),
        ("negative_cycle", "opportunities", 1, 842),
        ("no_lost_deals", "opportunities", 0, 842),
        ("blank_share.source", "leads", 60, 8000),
    ],
)
def test_the_traps_of_the_lead_funnel_are_named(olist: Found, check: str, table: str, n: int, of: int) -> None:
    assert (olist[check, table].n, olist[check, table].of) == (n, of)
