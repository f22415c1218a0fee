"""Check a stage history and compute its core figures with the kit; prints the names of plain_pandas.py as JSON."""

import json
import sys
from pathlib import Path

from salesopt_kit import metrics, open_engagement, open_tables
from salesopt_kit.results import Estimate, Result
from salesopt_kit.tables.store import Tables


def figures(folder: Path) -> dict[str, float]:
    """Open the engagement in `folder`, which checks its exports, and return the core figures by name."""
    tables = open_tables(open_engagement(folder))
    cycle = metrics.deal_cycle(tables)
    found = {
        "win_rate": number(metrics.win_rate(tables), "win_rate.count"),
        "won": number(metrics.win_rate(tables), "win_rate.won"),
        "won_cycle_mean": number(cycle, "deal_cycle.won_mean"),
        "won_cycle_median": number(cycle, "deal_cycle.won_median"),
        "won_within_90": number(cycle, "deal_cycle.won_within_90"),
        "handoffs": number(metrics.handoffs(tables), "handoffs.count"),
        "handoff_wait_median": number(metrics.handoffs(tables), "handoffs.median_wait_days"),
    }
    return found | stages(tables)


def stages(tables: Tables) -> dict[str, float]:
    """Return median and total days of each open stage, and the share of deals that got further from it."""
    found = {}
    for stage in metrics.time_in_stage(tables).stages:
        found[f"median_days_{stage.stage_id}"] = value(stage.median)
        found[f"total_days_{stage.stage_id}"] = value(stage.total_days)
    for estimate in metrics.stage_conversion(tables).variants["reached"]:
        found[f"reached_{estimate.id.rpartition('.')[2]}"] = value(estimate)
    return found


def number(result: Result, name: str) -> float:
    """Return the value of the estimate `name`."""
    return next(value(estimate) for estimate in result.estimates() if estimate.id == name)


def value(estimate: Estimate) -> float:
    """Return the estimate's value; nan where it has none."""
    return float("nan") if estimate.value is None else float(estimate.value)


if __name__ == "__main__":
    print(json.dumps(figures(Path(sys.argv[1]))))
