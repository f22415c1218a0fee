"""What is moved to other databases: a part of a sample, and customers who renew, which the sample has none of."""

from datetime import date
from pathlib import Path

import ibis
import pandas as pd
import pytest
from moved import moved

from salesopt_kit import open_engagement, open_tables
from salesopt_kit.engagement import Config, Engagement
from salesopt_kit.tables.frames import tables_from_frames
from salesopt_kit.tables.store import Tables

STAGES = [{"id": "lead", "name": "Lead"}, {"id": "won", "name": "Won", "kind": "won"}]
PAID = {
    "A": [100] * 6,
    "B": [100] * 4,
    "F": [100] * 6,
    "C": [100] * 4 + [60] * 2,
    "D": [100] * 4 + [150.5] * 2,
    "E": [0] * 5 + [900],
}
"""Customer -> what it pays in each month from January to June."""


@pytest.fixture(scope="session")
def sample(samples: Path) -> Tables:
    """The whole sample."""
    return open_tables(open_engagement(samples / "huaxin"))


@pytest.fixture(scope="session")
def here(sample: Tables) -> Tables:
    """Some of its deals in DuckDB."""
    return moved(sample, ibis.duckdb.connect())


@pytest.fixture(scope="session")
def renewing() -> Tables:
    """Customers who pay each month; two of them change what they pay, one leaves and one comes."""
    orders = [
        {"opportunity_id": f"{account}{month}", "account": account, "amount": amount, "closed_at": f"2024-0{month}-15"}
        for account, amounts in PAID.items()
        for month, amount in enumerate(amounts, 1)
        if amount
    ]
    frame = pd.DataFrame(orders).assign(stage="won", status="won", created_at=pd.Timestamp("2024-01-01"))
    settings = {"client": "R", "slug": "r", "currency": "USD", "window_months": 2, "stages": STAGES}
    config = Config.model_validate({**settings, "sources": {"opportunities": {"file": "deals.csv"}}})
    engagement = Engagement(config, Path(), Path("exports"))
    return tables_from_frames(engagement, {"opportunities": frame}, as_of=date(2024, 6, 30))
