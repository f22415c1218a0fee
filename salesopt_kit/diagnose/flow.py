"""The questions of workbook 1 about the flow of deals and about time, each answered by one metric."""

from datetime import date

from salesopt_kit.metrics import cohorts, replay, stage_exits, stage_flow, time_to_close
from salesopt_kit.results import Result, explains_missing
from salesopt_kit.tables.store import Tables


@explains_missing
def outcomes_by_stage(tables: Tables) -> Result:
    """Return what became of the visits to each stage, and skip, regression and re-open rates."""
    return stage_flow.stage_flow(tables)


@explains_missing
def cohort_triangle(tables: Tables, stage: str = "") -> Result:
    """Return the share of each month's new deals that was won (or came to `stage`) by each later month."""
    return cohorts.cohort_triangle(tables, stage=stage)


@explains_missing
def exits_by_stage(tables: Tables) -> Result:
    """Return how long deals take to leave each stage and which way they leave, open ones counted in."""
    return stage_exits.stage_exits(tables)


@explains_missing
def time_to_close_all(tables: Tables) -> Result:
    """Return how long deals stay open and how likely they are won by when, with the bias of the naive means."""
    return time_to_close.time_to_close(tables)


@explains_missing
def headline_trend(tables: Tables, days: tuple[date, ...] | None = None) -> Result:
    """Return the headline figures as they would have been told on past days."""
    return replay.replay(tables, days)
