"""The tables of an engagement in another database, and what the metrics say of them there."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ibis
from ibis.backends import BaseBackend

from salesopt_kit import metrics
from salesopt_kit.metrics.bottlenecks import bottlenecks
from salesopt_kit.metrics.cohorts import cohort_triangle
from salesopt_kit.metrics.complaints import complaints
from salesopt_kit.metrics.directly_follows import directly_follows
from salesopt_kit.metrics.handover_matrix import handover_matrix
from salesopt_kit.metrics.interviews import interviews
from salesopt_kit.metrics.rework import rework
from salesopt_kit.metrics.stage_exits import stage_exits
from salesopt_kit.metrics.stage_flow import stage_flow
from salesopt_kit.metrics.time_to_close import time_to_close
from salesopt_kit.metrics.waiting import waiting
from salesopt_kit.results import Result
from salesopt_kit.tables.store import Tables

METRICS: tuple[Callable[[Tables], Result], ...] = (
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
)


ONE_IN = 8
"""Opportunities of which one is taken."""


def moved(tables: Tables, backend: BaseBackend) -> Tables:
    """Return the same tables in `backend`, of one in ONE_IN opportunities."""
    opportunities = tables.table("opportunities")
    place = ibis.row_number().over(ibis.window(order_by=["opportunity_id", "source_row"]))
    chosen = opportunities.mutate(place=place).filter(lambda row: row.place % ONE_IN == 0).select("opportunity_id")
    for name in sorted(tables.present):
        rows = tables.table(name)
        if name in ("opportunities", "stage_events"):
            rows = rows.semi_join(chosen, "opportunity_id")
        stored = f"{name}_kept" if name in tables.thinned else name
        backend.create_table(stored, tables.backend.to_pyarrow(rows), overwrite=True)
    return replace(tables, backend=backend, history="")


def differences(here: Result, there: Result) -> list[str]:
    """Return the fields of estimates that differ by more than float sums in another order do."""
    both = zip(_told(here), _told(there), strict=True)
    return [
        f"{one['id']} {one['group']} {field}: {one[field]} here, {other[field]} there"
        for one, other in both
        for field in one
        if not _same(one[field], other[field])
    ]


def _told(answer: Result) -> list[dict[str, Any]]:
    return sorted((each.to_dict() for each in answer.estimates()), key=lambda each: (each["id"], each["group"]))


def _same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return one == other
