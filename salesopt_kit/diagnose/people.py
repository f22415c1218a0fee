"""Questions of workbook 1 about people and customers: hours, ramp, churn."""

from salesopt_kit.metrics.churn import churn as customer_churn
from salesopt_kit.metrics.ramp_to_output import ramp_to_output as months_to_output
from salesopt_kit.metrics.working_hours import HoursBy
from salesopt_kit.metrics.working_hours import working_hours as logged_hours
from salesopt_kit.results import Result, explains_missing
from salesopt_kit.tables.store import Tables


@explains_missing
def working_hours(tables: Tables) -> Result:
    """Return the logged hours by kind of activity, the time with customers, and the coverage of contracted hours."""
    return logged_hours(tables)


@explains_missing
def working_hours_by(tables: Tables, by: HoursBy) -> Result:
    """Return the logged hours by stage, person or department."""
    return logged_hours(tables, by=by)


@explains_missing
def churn(tables: Tables) -> Result:
    """Return which share of the customers was lost, or lapsed."""
    return customer_churn(tables)


@explains_missing
def ramp_to_output(tables: Tables) -> Result:
    """Return how long new hires take to their first own deals and to the output of tenured colleagues."""
    return months_to_output(tables)
