"""What is asked of the kit's own database and of another one: all metrics, the process map and the approvals."""

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from importlib import import_module

from salesopt_kit import metrics
from salesopt_kit.design import replay_approvals, thresholds
from salesopt_kit.design.what_if_assumptions import what_if_assumptions
from salesopt_kit.design.what_if_calibration import what_if_calibration
from salesopt_kit.diagnose.map import process_map
from salesopt_kit.metrics.bottlenecks import bottlenecks
from salesopt_kit.metrics.churn import churn
from salesopt_kit.metrics.cohorts import cohort_triangle
from salesopt_kit.metrics.complaints import complaints
from salesopt_kit.metrics.crm_fidelity import crm_fidelity, crm_fidelity_by
from salesopt_kit.metrics.directly_follows import directly_follows
from salesopt_kit.metrics.fidelity_effect import fidelity_effect
from salesopt_kit.metrics.handover_matrix import handover_matrix
from salesopt_kit.metrics.interviews import interviews
from salesopt_kit.metrics.ramp_to_output import ramp_to_output
from salesopt_kit.metrics.replay import replay
from salesopt_kit.metrics.rework import rework
from salesopt_kit.metrics.stage_exits import stage_exits
from salesopt_kit.metrics.stage_flow import stage_flow
from salesopt_kit.metrics.time_to_close import time_to_close
from salesopt_kit.metrics.triangulation import triangulation
from salesopt_kit.metrics.waiting import waiting
from salesopt_kit.metrics.working_hours import working_hours
from salesopt_kit.results import Result
from salesopt_kit.tables.store import Tables

Question = Callable[..., Result]
PLAIN: tuple[Question, ...] = (
    metrics.event_log,
    metrics.lead_volume,
    metrics.lead_conversion,
    metrics.stage_conversion,
    metrics.win_rate,
    metrics.deal_cycle,
    metrics.time_in_stage,
    metrics.handoffs,
    metrics.ramp,
    metrics.output_per_head,
    metrics.sales_velocity,
    stage_flow,
    cohort_triangle,
    stage_exits,
    time_to_close,
    directly_follows,
    handover_matrix,
    rework,
    waiting,
    bottlenecks,
    complaints,
    interviews,
    triangulation,
    working_hours,
    churn,
    ramp_to_output,
    crm_fidelity,
    fidelity_effect,
    process_map,
    replay_approvals,
    thresholds,
)
BY_TEAM: tuple[Question, ...] = (
    metrics.lead_volume_by,
    metrics.lead_conversion_by,
    metrics.stage_conversion_by,
    metrics.win_rate_by,
    metrics.deal_cycle_by,
    metrics.output_per_head_by,
    metrics.sales_velocity_by,
    crm_fidelity_by,
)
QUESTIONS: dict[str, Callable[[Tables], Result]] = {
    **{question.__name__: question for question in PLAIN},
    **{question.__name__: partial(question, by="team") for question in BY_TEAM},
    "lead_conversion_within": partial(metrics.lead_conversion_within, days=60),
    "replay": partial(replay, days=(date(2024, 3, 31),)),
    "working_hours_by_stage": partial(working_hours, by="stage"),
    "working_hours_by_department": partial(working_hours, by="department"),
    "working_hours_by_person": partial(working_hours, by="person"),
    "what_if_assumptions": what_if_assumptions,
    "what_if_calibration": what_if_calibration,
}
"""Name -> question; one past day is enough to replay."""
TABLES = {"deals": metrics.deals, "visits": metrics.visits}
"""Name -> what derives a table of many rows."""


def public() -> Iterator[str]:
    """Yield the name of each public function of a module of metrics that takes tables and returns a result."""
    for module in pkgutil.iter_modules(metrics.__path__, f"{metrics.__name__}."):
        for name, function in inspect.getmembers(import_module(module.name), inspect.isfunction):
            if function.__module__ == module.name and not name.startswith("_") and _is_question(function):
                yield name


def _is_question(function: Callable[..., object]) -> bool:
    takes = next(iter(inspect.signature(function).parameters.values()), None)
    answer = inspect.signature(function).return_annotation
    return takes is not None and takes.annotation is Tables and isinstance(answer, type) and issubclass(answer, Result)
