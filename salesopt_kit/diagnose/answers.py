"""The questions of workbook 1, each answered by one metric, or by what is missing for it."""

from salesopt_kit import metrics
from salesopt_kit.results import Result, explains_missing
from salesopt_kit.tables.quality import QualityReport
from salesopt_kit.tables.store import Tables


def quality(tables: Tables) -> QualityReport:
    """Return what the quality gate found in the exports."""
    return tables.quality


@explains_missing
def event_log(tables: Tables) -> Result:
    """Return how many cases, events and activities the stage history holds."""
    return metrics.event_log(tables)


@explains_missing
def lead_volume(tables: Tables) -> Result:
    """Return the leads created per month."""
    return metrics.lead_volume(tables)


@explains_missing
def lead_conversion(tables: Tables) -> Result:
    """Return the share of leads that were won."""
    return metrics.lead_conversion(tables)


@explains_missing
def stage_conversion(tables: Tables) -> Result:
    """Return stage conversion in its four named variants."""
    return metrics.stage_conversion(tables)


@explains_missing
def win_rate(tables: Tables) -> Result:
    """Return the win rate by count and by value."""
    return metrics.win_rate(tables)


@explains_missing
def deal_cycle(tables: Tables) -> Result:
    """Return how long deals take, over won deals alone and with open deals counted in."""
    return metrics.deal_cycle(tables)


@explains_missing
def time_in_stage(tables: Tables) -> Result:
    """Return where the time goes, stage by stage."""
    return metrics.time_in_stage(tables)


@explains_missing
def handoffs(tables: Tables) -> Result:
    """Return how long deals wait when they change departments."""
    return metrics.handoffs(tables)


@explains_missing
def output_per_head(tables: Tables) -> Result:
    """Return won value per head and month."""
    return metrics.output_per_head(tables)


@explains_missing
def sales_velocity(tables: Tables) -> Result:
    """Return the money per day that the pipeline brings."""
    return metrics.sales_velocity(tables)
