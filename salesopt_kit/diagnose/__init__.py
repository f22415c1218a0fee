"""Step 1 of the method: where does the sales process hurt? Everything workbook 1 shows."""

from salesopt_kit.diagnose.answers import (
    deal_cycle,
    event_log,
    handoffs,
    lead_conversion,
    lead_volume,
    output_per_head,
    quality,
    sales_velocity,
    stage_conversion,
    time_in_stage,
    win_rate,
)
from salesopt_kit.diagnose.bottleneck import bottlenecks, directly_follows, handover_matrix, rework, waiting
from salesopt_kit.diagnose.bottleneck_figures import bottleneck_chart, handover_chart, rework_chart, waiting_chart
from salesopt_kit.diagnose.breakdowns import (
    deal_cycle_by,
    lead_conversion_by,
    lead_volume_by,
    output_per_head_by,
    sales_velocity_by,
    stage_conversion_by,
    win_rate_by,
)
from salesopt_kit.diagnose.fidelity import crm_fidelity, crm_fidelity_by, fidelity_effect
from salesopt_kit.diagnose.fidelity_figures import fidelity_chart
from salesopt_kit.diagnose.figures import (
    conversion_chart,
    cycle_chart,
    lead_volume_chart,
    output_chart,
    stage_time_chart,
    win_rate_chart,
)
from salesopt_kit.diagnose.flow import (
    cohort_triangle,
    exits_by_stage,
    headline_trend,
    outcomes_by_stage,
    time_to_close_all,
)
from salesopt_kit.diagnose.flow_figures import cohort_chart, exits_chart, outcomes_chart, trend_chart
from salesopt_kit.diagnose.map import process_map, process_map_chart, process_map_files
from salesopt_kit.diagnose.people import churn, ramp_to_output, working_hours, working_hours_by
from salesopt_kit.diagnose.people_figures import churn_chart, hours_chart, ramp_chart
from salesopt_kit.diagnose.survey import proposed_survey
from salesopt_kit.diagnose.voices import complaints_by_topic, interviews, new_topics, triangulation
from salesopt_kit.diagnose.voices_figures import complaints_chart

__all__ = [
    "bottleneck_chart",
    "bottlenecks",
    "churn",
    "churn_chart",
    "cohort_chart",
    "cohort_triangle",
    "complaints_by_topic",
    "complaints_chart",
    "conversion_chart",
    "crm_fidelity",
    "crm_fidelity_by",
    "cycle_chart",
    "deal_cycle",
    "deal_cycle_by",
    "directly_follows",
    "event_log",
    "exits_by_stage",
    "exits_chart",
    "fidelity_chart",
    "fidelity_effect",
    "handoffs",
    "handover_chart",
    "handover_matrix",
    "headline_trend",
    "hours_chart",
    "interviews",
    "lead_conversion",
    "lead_conversion_by",
    "lead_volume",
    "lead_volume_by",
    "lead_volume_chart",
    "new_topics",
    "outcomes_by_stage",
    "outcomes_chart",
    "output_chart",
    "output_per_head",
    "output_per_head_by",
    "process_map",
    "process_map_chart",
    "process_map_files",
    "proposed_survey",
    "quality",
    "ramp_chart",
    "ramp_to_output",
    "rework",
    "rework_chart",
    "sales_velocity",
    "sales_velocity_by",
    "stage_conversion",
    "stage_conversion_by",
    "stage_time_chart",
    "time_in_stage",
    "time_to_close_all",
    "trend_chart",
    "triangulation",
    "waiting",
    "waiting_chart",
    "win_rate",
    "win_rate_by",
    "win_rate_chart",
    "working_hours",
    "working_hours_by",
]
