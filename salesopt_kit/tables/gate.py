"""The quality gate: every check on the normalised tables, before any number is shown."""

from collections.abc import Callable

from salesopt_kit.tables.checks.blanks import blank_share
from salesopt_kit.tables.checks.damage import damage_checks
from salesopt_kit.tables.checks.dates import early_dates, future_dates, wrong_order
from salesopt_kit.tables.checks.deals import deal_checks
from salesopt_kit.tables.checks.habits import habit_checks
from salesopt_kit.tables.checks.history import history_checks
from salesopt_kit.tables.checks.ids import blank_ids, conflicting_ids, repeated_rows, shared_names
from salesopt_kit.tables.checks.links import link_checks
from salesopt_kit.tables.checks.open_deals import open_deal_check
from salesopt_kit.tables.checks.outliers import outlier_checks
from salesopt_kit.tables.checks.steps import step_checks
from salesopt_kit.tables.history import with_history
from salesopt_kit.tables.quality import Finding
from salesopt_kit.tables.store import Tables

CHECKS: tuple[Callable[[Tables], list[Finding]], ...] = (
    blank_ids,
    conflicting_ids,
    shared_names,
    blank_share,
    damage_checks,
    future_dates,
    early_dates,
    wrong_order,
    deal_checks,
    open_deal_check,
    outlier_checks,
    link_checks,
    step_checks,
    history_checks,
    habit_checks,
)
"""In the order in which a reader wants to know; the report puts errors and warnings first."""


def gate(tables: Tables, put_in_order: Callable[[Tables], Tables] = with_history) -> tuple[Tables, tuple[Finding, ...]]:
    """Return the tables without repeated rows, their history in order, and the finding of every check on what is left.

    A check that found nothing has a finding too, so that the report tells what was looked at. Nothing is raised for
    what is in the data: errors are findings of that severity.
    """
    tables, findings = repeated_rows(put_in_order(tables))
    if "stage_events" in tables.thinned:
        tables = put_in_order(tables)
    for check in CHECKS:
        findings += check(tables)
    return tables, tuple(findings)
