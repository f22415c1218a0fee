"""The sales figures, one measure a file: Tables in, a Result out, with its interval and its definition card."""

from salesopt_kit.metrics.breakdown import Breakdown
from salesopt_kit.metrics.deal_cycle import deal_cycle, deal_cycle_by
from salesopt_kit.metrics.deals import deals
from salesopt_kit.metrics.dimensions import dimension_label
from salesopt_kit.metrics.event_log import event_log
from salesopt_kit.metrics.handoffs import handoffs
from salesopt_kit.metrics.lead_conversion import lead_conversion, lead_conversion_by, lead_conversion_within
from salesopt_kit.metrics.lead_volume import lead_volume, lead_volume_by
from salesopt_kit.metrics.output_per_head import OutputPerHead, output_per_head, output_per_head_by
from salesopt_kit.metrics.ramp import ramp
from salesopt_kit.metrics.sales_velocity import sales_velocity, sales_velocity_by
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.metrics.stage_conversion import stage_conversion, stage_conversion_by
from salesopt_kit.metrics.time_in_stage import time_in_stage
from salesopt_kit.metrics.visits import visits
from salesopt_kit.metrics.win_rate import win_rate, win_rate_by

__all__ = [
    "Breakdown",
    "OutputPerHead",
    "Selection",
    "deal_cycle",
    "deal_cycle_by",
    "deals",
    "dimension_label",
    "event_log",
    "handoffs",
    "lead_conversion",
    "lead_conversion_by",
    "lead_conversion_within",
    "lead_volume",
    "lead_volume_by",
    "output_per_head",
    "output_per_head_by",
    "ramp",
    "sales_velocity",
    "sales_velocity_by",
    "stage_conversion",
    "stage_conversion_by",
    "time_in_stage",
    "visits",
    "win_rate",
    "win_rate_by",
]
