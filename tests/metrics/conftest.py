"""Engagements in memory: one made of a few rows, and the public data sets that have known figures."""

import gzip
import json
import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from five_stages import STAGES

from salesopt_kit.engagement import Config, Engagement
from salesopt_kit.tables.frames import tables_from_frames
from salesopt_kit.tables.store import Tables

Open = Callable[..., Tables]


def opened(
    *,
    as_of: date,
    months: int = 6,
    zone: str = "UTC",
    stages: Sequence[dict[str, str]] = STAGES,
    **frames: pd.DataFrame,
) -> Tables:
    """Return Tables over canonical `frames` of an engagement with the stages lead, talks, parked, won and lost."""
    config = Config.model_validate(
        {
            "client": "Test",
            "slug": "test",
            "currency": "USD",
            "timezone": zone,
            "window_months": months,
            "stages": list(stages),
            "sources": {name: {"file": f"{name}.csv"} for name in frames},
        }
    )
    return tables_from_frames(Engagement(config, Path(), Path("exports")), frames, as_of=as_of)


@pytest.fixture(scope="session")
def engaged() -> Open:
    """The function `opened`."""
    return opened


@pytest.fixture(scope="session")
def maven(shared: Path) -> Tables:
    """The CRM export whose figures are in facts.json, over the year that it covers."""
    folder = shared / "data" / "maven_crm"
    names = {"sales_agent": "owner", "engage_date": "created_at", "close_date": "closed_at", "close_value": "amount"}
    deals = pd.read_csv(folder / "sales_pipeline.csv").rename(columns=names)
    deals["stage"] = deals.pop("deal_stage").map(
        {"Prospecting": "lead", "Engaging": "talks", "Won": "won", "Lost": "lost"}
    )
    people = pd.read_csv(folder / "sales_teams.csv").rename(
        columns={"sales_agent": "person", "regional_office": "team"}
    )
    accounts = pd.read_csv(folder / "accounts.csv").rename(columns={"sector": "segment"})
    return opened(as_of=date(2017, 12, 31), months=12, opportunities=deals, people=people, accounts=accounts)


@pytest.fixture(scope="session")
def olist(shared: Path) -> Tables:
    """The lead funnel whose figures are in facts.json, over all its months."""
    folder = shared / "data" / "olist_funnel"
    found = pd.read_csv(folder / "olist_marketing_qualified_leads_dataset.csv")
    created = pd.to_datetime(found["first_contact_date"], format="%d-%m-%Y")
    leads = pd.DataFrame({"lead_id": found["mql_id"], "created_at": created, "source": found["origin"]})
    closed = pd.read_csv(folder / "olist_closed_deals_dataset.csv")
    won_at = pd.to_datetime(closed["won_date"], format="%d-%m-%Y %H:%M")
    deals = pd.DataFrame(
        {"opportunity_id": closed["mql_id"], "lead_id": closed["mql_id"], "closed_at": won_at, "status": "won"}
    )
    return opened(as_of=date(2018, 11, 14), months=24, opportunities=deals, leads=leads)


def activities_as_stages(names: Sequence[str], **kinds: str) -> list[dict[str, str]]:
    """Return one stage per activity, its id made of its name; `kinds` gives the kind of some ids."""
    ids = {name: re.sub("[^a-z]+", "_", name.lower()).strip("_") for name in names}
    return [{"id": id_, "name": name, "kind": kinds.get(id_, "open")} for name, id_ in ids.items()]


def log_of(frame: pd.DataFrame, as_of: date, **kinds: str) -> Tables:
    """Return Tables over an event log whose stages are its activities, in order of their first event."""
    stages = activities_as_stages(list(frame["stage"].unique()), **kinds)
    frame = frame.assign(stage=frame["stage"].map({stage["name"]: stage["id"] for stage in stages}))
    return opened(as_of=as_of, months=60, stages=stages, stage_events=frame)


@pytest.fixture(scope="session")
def purchasing(shared: Path) -> Tables:
    """The event log with start and complete times whose figures are in facts.json."""
    columns = ["opportunity_id", "entered_at", "completed_at", "stage", "actor", "department"]
    frame = pd.read_csv(shared / "data" / "purchasing_example" / "PurchasingExample.csv", names=columns, header=0)
    times = {name: pd.to_datetime(frame[name], format="%Y/%m/%d %H:%M:%S.%f") for name in columns[1:3]}
    return log_of(frame.assign(**times), date(2011, 10, 31), pay_invoice="won")


@pytest.fixture(scope="session")
def helpdesk(shared: Path) -> Tables:
    """The event log with one time per event whose figures are in facts.json."""
    rows = []
    with gzip.open(shared / "data" / "helpdesk_log" / "Helpdesk.xes.gz") as stream:
        for _event, trace in ET.iterparse(stream):  # noqa: S314 -- a public file of known content
            if not trace.tag.endswith("trace"):
                continue
            case = next(part.get("value") for part in trace if part.get("key") == "concept:name")
            for event in (part for part in trace if part.tag.endswith("event")):
                values = {part.get("key"): part.get("value") for part in event}
                rows.append((case, values["concept:name"], values["time:timestamp"]))
            trace.clear()
    frame = pd.DataFrame(rows, columns=["opportunity_id", "stage", "entered_at"])
    return log_of(frame.assign(entered_at=pd.to_datetime(frame["entered_at"], utc=True)), date(2014, 1, 31))


@pytest.fixture(scope="session")
def facts(shared: Path) -> Callable[[str, str], dict[str, Any]]:
    """Return what is known of a file of a public data set."""

    def of(folder: str, file: str) -> dict[str, Any]:
        return json.loads((shared / "data" / folder / "facts.json").read_text(encoding="utf-8"))[file]

    return of
