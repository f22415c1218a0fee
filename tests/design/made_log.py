"""A small firm whose process is known: a history from a plain loop, as tables."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from salesopt_kit.engagement import Config, Engagement
from salesopt_kit.tables.frames import tables_from_frames
from salesopt_kit.tables.store import Tables

IDS = ("lead", "talks", "contract")
STAGES = [
    {"id": "lead", "name": "Lead", "owner": "Marketing"},
    {"id": "talks", "name": "Talks", "owner": "Sales"},
    {"id": "contract", "name": "Contract", "owner": "Legal"},
    {"id": "won", "name": "Won", "kind": "won"},
    {"id": "lost", "name": "Lost", "kind": "lost"},
]
MOVES = np.array([[0.0, 0.8, 0.0, 0.0, 0.2], [0.0, 0.0, 0.7, 0.0, 0.3], [0.0, 0.2, 0.0, 0.7, 0.1]])
MEANS = np.array([1.5, 6.0, 9.0])
START = datetime(2024, 1, 1, 8, 0, 0)  # noqa: DTZ001 -- the tables hold UTC without a zone
AS_OF = date(2024, 12, 31)


def events(seed: int = 0, deals: int = 900, slower: float = 1.0, again: float = 1.0) -> tuple[pd.DataFrame, ...]:
    """Return stage events and opportunities of a year; `slower` multiplies stays that begin in the last 60 days.

    `again` multiplies second and later stays in a stage.
    """
    random = np.random.default_rng(seed)
    rows, opportunities = [], []
    for deal in range(deals):
        stage, at, visits = 0, random.uniform(0, 365), [0, 0, 0]
        name, amount = f"D{deal:04}", float(random.choice([20_000, 80_000]))
        begun = START + timedelta(days=at)
        while stage < len(IDS):
            rows.append((name, IDS[stage], START + timedelta(days=at)))
            mean = MEANS[stage] * (slower if at > 305 else 1.0) * (again if visits[stage] else 1.0)
            visits[stage] += 1
            at += random.gamma(2, mean / 2)
            stage = int(random.choice(len(IDS) + 2, p=MOVES[stage]))
        end = ("won", "lost")[stage - len(IDS)]
        rows.append((name, end, START + timedelta(days=at)))
        opportunities.append((name, amount, begun))
    log = pd.DataFrame(rows, columns=["opportunity_id", "stage", "entered_at"])
    log = log[log["entered_at"] < datetime(2025, 1, 1)]  # noqa: DTZ001
    known = pd.DataFrame(opportunities, columns=["opportunity_id", "amount", "created_at"])
    return log, known[known["opportunity_id"].isin(log["opportunity_id"])]


def opened(log: pd.DataFrame, known: pd.DataFrame, folder: Path = Path(), **more: Any) -> Tables:  # noqa: ANN401
    """Return the tables over the whole year; `more` are further keys of engagement.yml."""
    settings = {"client": "Test", "slug": "test", "currency": "USD", "window_months": 12, "stages": STAGES}
    settings |= {"sources": {name: {"file": f"{name}.csv"} for name in ("opportunities", "stage_events")}}
    frames = {"opportunities": known, "stage_events": log} | more.pop("frames", {})
    config = Config.model_validate(settings | more)
    return tables_from_frames(Engagement(config, folder, folder / "exports"), frames, as_of=AS_OF)
