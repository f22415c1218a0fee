"""The four questions of flow.py put to the kit: visits, stage conversion, time in stage, directly-follows."""

import sys
from pathlib import Path

import duckdb
from flow_side import OUT_OF_MEMORY, Figures, answer

from salesopt_kit import metrics, open_engagement, open_tables
from salesopt_kit.metrics.directly_follows import directly_follows
from salesopt_kit.results import Estimate
from salesopt_kit.tables.store import Tables


def opened(folder: Path) -> Tables:
    """Read the exports, check them, and return the tables."""
    return open_tables(open_engagement(folder))


def visits(tables: Tables) -> Figures:
    """Return how many visits to each stage ended in each way."""
    rows = metrics.visits(tables)
    found = tables.to_frame(rows.group_by(["stage", "exit"]).aggregate(n=rows.count()))
    return {f"visits.{row.stage}.{row.exit}": float(row.n) for row in found.itertuples()}


def conversion(tables: Tables) -> Figures:
    """Return stage conversion in its four definitions."""
    return values(metrics.stage_conversion(tables).estimates())


def time_in_stage(tables: Tables) -> Figures:
    """Return median, p90, mean and sum of the days in each stage."""
    found: Figures = {}
    for stage in metrics.time_in_stage(tables).stages:
        asked = values((stage.median, stage.p90, stage.mean, stage.total_days))
        found |= {f"{name}.{stage.stage_id}": value for name, value in asked.items()}
    return found


def follows(tables: Tables) -> Figures:
    """Return count, median and mean days of each pair of consecutive events."""
    found: Figures = {}
    for pair in directly_follows(tables).pairs:
        name = f"directly_follows.{pair.from_id}>{pair.to_id}"
        found |= {name: float(pair.n), f"{name}.median": float(pair.median.value or 0.0)}
        found[f"{name}.mean"] = pair.mean_days
    return found


def values(estimates: tuple[Estimate, ...]) -> Figures:
    """Return the values of the estimates that have one, by id."""
    return {estimate.id: float(estimate.value) for estimate in estimates if estimate.value is not None}


QUESTIONS = {"visits": visits, "conversion": conversion, "time in stage": time_in_stage, "directly-follows": follows}

if __name__ == "__main__":
    try:
        answer(opened, QUESTIONS)
    except duckdb.OutOfMemoryException:
        sys.exit(OUT_OF_MEMORY)
