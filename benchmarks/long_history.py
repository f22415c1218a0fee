"""Generate a stage history that need not fit in memory: batch by batch into one file, each batch with its own deals.

Deals move on, skip a stage, move back, are written again in the same stage, rest, are won or lost, and now and then
come back after that. Rows are in order of time within a batch but not over the whole file, as in CRM exports.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
from generated import ENGAGEMENT, STAGES

BATCH = 1_000_000
"""Events of one batch, which is one row group of a Parquet file."""
WON, LOST = len(STAGES), len(STAGES) + 1
REOPENED_TO = 2
REST = -1
MOVES = {"on": 0.62, "skip": 0.06, "back": 0.07, "again": 0.06, "lost": 0.13, "rest": 0.06}
"""What becomes of a visit to an open stage; "rest" is nothing more up to the end of the history."""
REOPENS = 0.02
LONGEST = 40
"""Events of a deal at most; fewer than one in a million would have more."""
OPENED_WITHIN = 4 * 365 * 86_400
"""Seconds from the first day of 2021 in which deals begin."""


def write_engagement(folder: Path, events: int, kind: str) -> None:
    """Write an engagement with `events` stage events as `kind`, "csv" or "parquet"; always the same ones."""
    (folder / "exports").mkdir(parents=True, exist_ok=True)
    (folder / "engagement.yml").write_text(ENGAGEMENT.format(kind=kind), encoding="utf-8")
    path = folder / "exports" / f"stage_events.{kind}"
    parts = batches(events)
    first = next(parts)
    opened = pyarrow.csv.CSVWriter if kind == "csv" else pyarrow.parquet.ParquetWriter
    with opened(path, first.schema) as writer:
        writer.write_table(first)
        for part in parts:
            writer.write_table(part)


def batches(events: int, size: int = BATCH) -> Iterator[pa.Table]:
    """Return `events` rows of deal, stage, entered_at (whole seconds), actor and department, `size` at a time."""
    for number, start in enumerate(range(0, events, size)):
        yield batch(number * size, min(size, events - start), number)


def batch(first_deal: int, events: int, seed: int) -> pa.Table:
    """Return `events` rows, in order of time, of deals that are numbered from `first_deal`."""
    deal, place, seconds = walks(np.random.default_rng([20240630, seed]), events // 4 + 100)
    until = np.searchsorted(np.bincount(deal).cumsum(), events)
    kept = np.flatnonzero(deal <= until)
    kept = kept[seconds[kept].argsort(kind="stable")][:events]
    if len(kept) < events:
        message = f"only {len(kept)} of {events} events: too few deals"
        raise ValueError(message)
    deal, place = pa.array(deal[kept] + first_deal), pa.array(place[kept])
    times = (np.datetime64("2021-01-01", "s") + seconds[kept]).astype("datetime64[s]")
    actors = pa.array([f"rep {number:03d}" for number in range(400)])
    departments = pa.array(["Sales", "Sales", "Product", "Sales", "Legal", "Sales", "Sales"])
    return pa.table(
        {
            "deal": pc.binary_join_element_wise("D", pc.utf8_lpad(deal.cast("string"), 9, "0"), ""),
            "stage": pa.array([*STAGES, "won", "lost"]).take(place),
            "entered_at": pa.array(times).cast(pa.timestamp("s")),
            "actor": actors.take(pa.array(deal.to_numpy() % len(actors))),
            "department": departments.take(place),
        }
    )


def walks(random: np.random.Generator, deals: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return deal (from 0), place in the process and seconds since the first day of 2021 of the events of all deals."""
    deal, place = np.arange(deals), np.zeros(deals, dtype=np.int64)
    seconds = random.integers(0, OPENED_WITHIN, size=deals)
    rows = []
    for _step in range(LONGEST):
        rows.append((deal, place, seconds))
        place = following(random, place)
        seconds = seconds + 60 + random.gamma(2.0, 5.0 * 86_400, size=len(deal)).astype(np.int64)
        goes_on = place != REST
        deal, place, seconds = deal[goes_on], place[goes_on], seconds[goes_on]
    return tuple(np.concatenate(column) for column in zip(*rows, strict=True))


def following(random: np.random.Generator, place: np.ndarray) -> np.ndarray:
    """Return the place that each deal comes to after `place`, REST for none."""
    move = random.choice(len(MOVES), size=len(place), p=list(MOVES.values()))
    lost, rest = np.full_like(place, LOST), np.full_like(place, REST)
    moved = np.choose(move, [place + 1, np.minimum(place + 2, WON), np.maximum(place - 1, 0), place, lost, rest])
    reopened = np.where(random.random(len(place)) < REOPENS, REOPENED_TO, REST)
    return np.where(place >= WON, reopened, moved)
