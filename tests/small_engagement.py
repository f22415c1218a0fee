"""A small, sound engagement to break: 60 deals as CSV, their history, people as a workbook, hours as Parquet."""

import gzip
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd

ENGAGEMENT = """\
client: Small
slug: small
locale: en
currency: EUR
timezone: Europe/Berlin
as_of: 2024-11-02
window_months: 12
stages:
  - {id: lead, name: Lead, values: [New]}
  - {id: talks, name: Talks, values: [In talks]}
  - {id: won, name: Won, kind: won, values: [Closed Won]}
  - {id: lost, name: Lost, kind: lost, values: [Closed Lost]}
sources:
  opportunities:
    file: exports/deals.csv
    columns: {opportunity_id: Deal, owner: Seller, amount: Value, created_at: Opened, closed_at: Closed, stage: Stage}
  stage_events:
    file: exports/history.csv
    columns: {opportunity_id: Deal, stage: Stage, entered_at: From, completed_at: To, actor: By}
  people:
    file: exports/people.xlsx
    columns: {person: Name, team: Team, hired_at: Hired}
  activities:
    file: exports/hours.parquet
    columns: {person: Name, kind: Kind, started_at: Started, hours: Hours}
"""
EVENT_LOG = """\
client: Small log
slug: small-log
stages:
  - {id: lead, name: Lead}
  - {id: won, name: Won, kind: won}
sources:
  stage_events:
    file: exports/log.xes.gz
    columns: {opportunity_id: "case:concept:name", stage: "concept:name", entered_at: "time:timestamp"}
"""
SELLERS = ("Ann Bär", "Ben Core", "Cem Dogan")
FIRST = datetime(2024, 1, 8, 9, 0)  # noqa: DTZ001 -- as an export writes it, without an offset
DEALS = 60


def write_small(folder: Path) -> Path:
    """Write the engagement into `folder` and return it; every check of the quality gate passes on it."""
    (folder / "exports").mkdir(parents=True)
    (folder / "engagement.yml").write_text(ENGAGEMENT, encoding="utf-8")
    deals().to_csv(folder / "exports" / "deals.csv", index=False)
    history().to_csv(folder / "exports" / "history.csv", index=False)
    people().to_excel(folder / "exports" / "people.xlsx", index=False, engine="xlsxwriter")
    hours().to_parquet(folder / "exports" / "hours.parquet", index=False)
    return folder


def write_event_log(folder: Path) -> Path:
    """Write an engagement that holds nothing but a compressed XES log into `folder` and return it."""
    (folder / "exports").mkdir(parents=True)
    (folder / "engagement.yml").write_text(EVENT_LOG, encoding="utf-8")
    traces = "".join(
        f'<trace><string key="concept:name" value="C{number}"/>'
        + "".join(
            _event(stage, FIRST + timedelta(days=number + 9 * place)) for place, stage in enumerate(("Lead", "Won"))
        )
        + "</trace>"
        for number in range(200)
    )
    log = f'<?xml version="1.0" encoding="UTF-8"?><log xes.version="1.0">{traces}</log>'
    (folder / "exports" / "log.xes.gz").write_bytes(gzip.compress(log.encode(), mtime=0))
    return folder


def deals() -> pd.DataFrame:
    """Return 60 deals: the last six open, of the others every fourth lost and the rest won."""
    rows = []
    for number in range(DEALS):
        opened, closed, stage = _course(number)
        day = closed.date().isoformat() if stage != "In talks" else ""
        value = 1000 + 37 * number if stage == "Closed Won" else None
        rows.append((f"D{number:03d}", SELLERS[number % 3], value, opened.date().isoformat(), day, stage))
    return pd.DataFrame(rows, columns=["Deal", "Seller", "Value", "Opened", "Closed", "Stage"])


def history() -> pd.DataFrame:
    """Return two or three stage events per deal, with times of day, in the order of the deals."""
    rows = []
    for number in range(DEALS):
        opened, closed, stage = _course(number)
        between = opened + timedelta(days=4)
        courses = [("New", opened, between), ("In talks", between, closed if stage != "In talks" else None)]
        if stage != "In talks":
            courses.append((stage, closed, closed))
        rows += [(f"D{number:03d}", name, start, end, SELLERS[number % 3]) for name, start, end in courses]
    return pd.DataFrame(rows, columns=["Deal", "Stage", "From", "To", "By"])


def people() -> pd.DataFrame:
    """Return the three sellers."""
    hired = [datetime(2020, 1, 1), datetime(2021, 6, 1), datetime(2022, 3, 1)]  # noqa: DTZ001 -- as an export
    return pd.DataFrame({"Name": SELLERS, "Team": ["North", "North", "South"], "Hired": hired})


def hours() -> pd.DataFrame:
    """Return 30 logged activities."""
    return pd.DataFrame(
        {
            "Name": [SELLERS[number % 3] for number in range(30)],
            "Kind": ["visit" if number % 2 else "call" for number in range(30)],
            "Started": [FIRST + timedelta(days=number, minutes=number) for number in range(30)],
            "Hours": [1.0 + number % 4 for number in range(30)],
        }
    )


def _course(number: int) -> tuple[datetime, datetime, str]:
    """Return when a deal was opened, when it was closed or last touched, and where it is."""
    opened = FIRST + timedelta(days=5 * number, minutes=7 * number)
    stage = "In talks" if number >= DEALS - 6 else "Closed Lost" if number % 4 == 1 else "Closed Won"
    return opened, opened + timedelta(days=20 + number % 11, minutes=3), stage


def _event(stage: str, at: datetime) -> str:
    date = f'<date key="time:timestamp" value="{at.isoformat()}.000+01:00"/>'
    return f'<event><string key="concept:name" value="{stage}"/>{date}</event>'
