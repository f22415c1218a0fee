"""Check a stage history and compute its core figures with the kit; prints the names of plain_pandas.py as JSON."""

import json
import sys
from pathlib import Path

from salesopt_kit import metrics, open_engagement, open_tables
from salesopt_kit.metrics.handoffs import Handoffs
from salesopt_kit.results import Estimate
from salesopt_kit.stats.interval import Z
from salesopt_kit.tables.quality import QualityReport
from salesopt_kit.terms import Severity


def figures(folder: Path) -> dict[str, float]:
    """Open the engagement in `folder`, which checks its exports, and return the core figures by name."""
    tables = open_tables(open_engagement(folder))
    shifts = metrics.handoffs(tables)
    results = (metrics.win_rate(tables), metrics.deal_cycle(tables), metrics.stage_conversion(tables), shifts)
    found = {
        estimate.id: float(estimate.value)
        for result in results
        for estimate in result.estimates()
        if estimate.value is not None
    }
    for stage in metrics.time_in_stage(tables).stages:
        found |= {f"{each.id}.{stage.stage_id}": float(each.value or 0.0) for each in stage.estimates}
        found[f"time_in_stage.total_error.{stage.stage_id}"] = error(stage.total_days)
    return found | checks(tables.quality) | pairs(shifts)


def checks(report: QualityReport) -> dict[str, float]:
    """Return how many rows each check found; a stage that is not known would have stopped the reading."""
    made = [finding for finding in report.findings if finding.severity is not Severity.NOT_CHECKED]
    return {f"check.{finding.check}": float(finding.n) for finding in made} | {"check.unknown_stage": 0.0}


def pairs(shifts: Handoffs) -> dict[str, float]:
    """Return count and median wait of each pair of departments."""
    found: dict[str, float] = {}
    for pair in shifts.pairs:
        name = f"handoffs.{pair.giver}>{pair.taker}"
        found |= {name: float(pair.n), f"{name}.median": pair.median_days}
    return found


def error(total: Estimate) -> float:
    """Return the standard error that the interval of a total is made of."""
    return ((total.high or 0.0) - (total.value or 0.0)) / Z


if __name__ == "__main__":
    print(json.dumps(figures(Path(sys.argv[1]))))
