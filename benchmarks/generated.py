"""Generate a stage history of any size for the benchmarks: deals that move through five stages to won or lost."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

STAGES = ("lead", "screening", "solution", "negotiation", "contract")
ENGAGEMENT = """\
client: Benchmark
slug: benchmark
timezone: UTC
as_of: 2025-12-31
window_months: 60
stages:
  - {{id: lead, name: Lead}}
  - {{id: screening, name: Screening}}
  - {{id: solution, name: Solution}}
  - {{id: negotiation, name: Negotiation}}
  - {{id: contract, name: Contract}}
  - {{id: won, name: Won, kind: won}}
  - {{id: lost, name: Lost, kind: lost}}
sources:
  stage_events:
    file: exports/stage_events.{kind}
    columns: {{opportunity_id: deal, stage: stage, entered_at: entered_at, actor: actor, department: department}}
"""


def write_engagement(folder: Path, events: int, kind: str) -> None:
    """Write an engagement with `events` stage events as `kind`, "csv" or "parquet"; always the same ones."""
    (folder / "exports").mkdir(parents=True, exist_ok=True)
    (folder / "engagement.yml").write_text(ENGAGEMENT.format(kind=kind), encoding="utf-8")
    table = history(events)
    path = folder / "exports" / f"stage_events.{kind}"
    if kind == "csv":
        pyarrow.csv.write_csv(table, path)
    else:
        pyarrow.parquet.write_table(table, path)


def history(events: int, seed: int = 20240630) -> pa.Table:
    """Return `events` rows of deal, stage, entered_at (whole seconds), actor and department, in order of time."""
    random = np.random.default_rng(seed)
    deals = events // 4 + 1
    reached = random.choice(6, size=deals, p=[0.1, 0.1, 0.1, 0.1, 0.1, 0.5])
    ended = np.where(reached == len(STAGES), 1, random.random(deals) < 0.7).astype(int)  # noqa: PLR2004
    visits = np.minimum(reached + 1, len(STAGES)) + ended
    deal = np.repeat(np.arange(deals), visits)[:events]
    place = (np.arange(visits.sum()) - np.repeat(visits.cumsum() - visits, visits))[:events]
    last = place == (visits[deal] - 1)
    stage = np.where(last & (ended[deal] == 1), np.where(reached[deal] == len(STAGES), 5, 6), np.minimum(place, 4))
    stays = np.where(place == 0, 0, random.gamma(2.0, 5.0 * 86400, size=len(deal)))
    total = stays.cumsum()
    since = total - np.repeat(total[np.flatnonzero(place == 0)], np.bincount(deal))
    opened = random.integers(0, 4 * 365 * 86400, size=deals)
    seconds = (np.datetime64("2021-01-01", "s") + (opened[deal] + since).astype("int64")).astype("datetime64[s]")
    order = seconds.argsort(kind="stable")
    deal, stage, seconds = deal[order], stage[order], seconds[order]
    names = pa.array([*STAGES, "won", "lost"])
    departments = pa.array(["Sales", "Sales", "Product", "Sales", "Legal", "Sales", "Sales"])
    return pa.table(
        {
            "deal": pa.array([f"D{number:08d}" for number in range(deals)]).take(pa.array(deal)),
            "stage": names.take(pa.array(stage)),
            "entered_at": pa.array(seconds).cast(pa.timestamp("s")),
            "actor": pa.array([f"rep {number:03d}" for number in range(400)]).take(pa.array(deal % 400)),
            "department": departments.take(pa.array(stage)),
        }
    )
