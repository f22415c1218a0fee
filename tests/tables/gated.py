"""Frames through the quality gate, for its tests."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from salesopt_kit.engagement import Config, Engagement
from salesopt_kit.tables.checks.ids import repeated_rows
from salesopt_kit.tables.frames import tables_from_frames
from salesopt_kit.tables.gate import CHECKS, gate
from salesopt_kit.tables.quality import Finding
from salesopt_kit.tables.store import Tables

AS_OF = date(2024, 6, 30)
STAGES = [
    {"id": "lead", "name": "Lead"},
    {"id": "talks", "name": "Talks"},
    {"id": "won", "name": "Won", "kind": "won"},
    {"id": "lost", "name": "Lost", "kind": "lost"},
]


def opened(zone: str = "UTC", as_of: date = AS_OF, **frames: pd.DataFrame) -> Tables:
    """Return Tables over canonical `frames` with the stages lead, talks, won and lost."""
    settings = {
        "client": "Test",
        "slug": "test",
        "timezone": zone,
        "stages": STAGES,
        "sources": {name: {"file": f"{name}.csv"} for name in frames},
    }
    engagement = Engagement(Config.model_validate(settings), Path(), Path("exports"))
    tables = tables_from_frames(engagement, frames, as_of=as_of)
    return replace(tables, headings={"opportunities.amount": "Value", "opportunities.status": "=won"})


def findings(zone: str = "UTC", as_of: date = AS_OF, **frames: pd.DataFrame) -> dict[tuple[str, str], Finding]:
    """Return the gate's findings on `frames` by (check, table)."""
    _tables, found = gate(opened(zone, as_of, **frames))
    keys = [(finding.check, finding.table) for finding in found]
    assert len(set(keys)) == len(keys), "two findings share their check and table"
    return dict(zip(keys, found, strict=True))


def finding_of(check: str, table: str, **frames: pd.DataFrame) -> Finding | None:
    """Return the gate's finding of one check, without the checks behind it; None where it has none of that name."""
    tables, found = repeated_rows(opened(**frames))
    for family in (lambda _tables: found, *CHECKS):
        for finding in family(tables):
            if (finding.check, finding.table) == (check, table):
                return finding
    return None


def frame(columns: str, *rows: tuple[object, ...]) -> pd.DataFrame:
    """Return rows under the headings in `columns`, separated by blanks; times (`_at`, `date`) are parsed."""
    table = pd.DataFrame(rows, columns=columns.split())
    times = [column for column in table if column.endswith("_at") or column == "date"]
    return table.assign(**{column: pd.to_datetime(table[column], format="ISO8601") for column in times})
