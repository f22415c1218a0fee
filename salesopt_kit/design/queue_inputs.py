"""What the queue before the approvers is made of: arrivals, people and hours, each with whose word it is."""

from datetime import timedelta

import numpy as np
import pandas as pd

from salesopt_kit.design.what_if_log import DAYS_PER_WEEK, Log, moment_of
from salesopt_kit.engagement import Approval, Stage
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.contracted import people_listed, working_days
from salesopt_kit.metrics.coverage import days_of_sheets
from salesopt_kit.metrics.exact import exact_sum
from salesopt_kit.metrics.logged_hours import entries, with_stage
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.numbers import shown
from salesopt_kit.stats.life_table import Numbers
from salesopt_kit.tables.store import Tables


def daily_arrivals(tables: Tables, log: Log, place: int) -> Numbers:
    """Return the arrivals at a stage per working day, of each whole week of the log."""
    entered = log.rows.loc[log.stays.stage == place, "entered"].to_numpy(float)
    start = moment_of(tables, log.first)
    days = len(working_days(tables.engagement, log.first, log.last))
    weeks = len(log.weekly)
    counts = np.bincount(np.clip(((entered - start) // DAYS_PER_WEEK).astype(int), 0, weeks - 1), minlength=weeks)
    found: Numbers = counts / log.kept * weeks / max(days, 1)
    return found


def approvers_of(tables: Tables, log: Log, stage: Stage, told: Approval) -> tuple[int, str]:
    """Return how many approve, and whose word that is; MissingDataError where nobody says."""
    if told.approvers:
        return told.approvers, _("{n} approvers, as engagement.yml says.").format(n=told.approvers)
    people = people_listed(tables)
    day = pd.Timestamp(log.last)
    absent = (pd.to_datetime(people["left_on"]) <= day) | (pd.to_datetime(people["hired_on"]) > day)
    there = int(((people["department"] == stage.owner) & ~absent).sum()) if stage.owner else 0
    if not there:
        raise MissingDataError(
            _("nobody knows how many people approve in {stage}").format(stage=stage.name), remedy=how_to_say(stage.id)
        )
    return there, _("{n} approvers: all people of {department}.").format(n=there, department=stage.owner)


def hours_of(tables: Tables, log: Log, place: int, told: Approval) -> tuple[float, str]:
    """Return the working hours of one approval, and whose word that is; MissingDataError where nobody says."""
    stage = log.stages[place]
    if told.hours:
        message = _("{hours} of work an approval: people's estimate in engagement.yml, not measured.")
        return told.hours, message.format(hours=shown(told.hours, "hours"))
    logged, visits = _logged(tables, log, place)
    if not logged or not visits:
        raise MissingDataError(
            _("nobody knows how many working hours an approval in {stage} takes").format(stage=stage.name),
            remedy=how_to_say(stage.id),
        )
    message = _("{hours} of work an approval: logged by {department} on deals in the stage, per visit.")
    return logged / visits, message.format(hours=shown(logged / visits, "hours"), department=stage.owner)


def _logged(tables: Tables, log: Log, place: int) -> tuple[float, float]:
    """Return the hours that the stage's owner logged on deals while they were in it, and the visits of those days.

    The days are those that the time sheets span; 0 hours where nothing tells.
    """
    stage, people = log.stages[place], people_listed(tables)
    names = people.loc[people["department"] == stage.owner, "person"].tolist()
    if not names or not stage.owner or "activities" not in tables:
        return 0.0, 0.0
    try:
        span = days_of_sheets(tables, (log.first, log.last))
        rows = entries(tables, Selection(span))
    except MissingDataError:
        return 0.0, 0.0
    rows = with_stage(tables, rows.filter(rows.is_plausible & rows.person.isin(names)))
    rows = rows.filter(rows.stage_id == stage.id)
    found = tables.to_frame(rows.aggregate(hours=exact_sum(rows.hours))).iloc[0]["hours"]
    start, end = moment_of(tables, span[0]), moment_of(tables, span[1] + timedelta(days=1))
    visits = float(((log.stays.stage == place) & log.rows["entered"].between(start, end)).sum()) / log.kept
    return (0.0 if pd.isna(found) else float(found)), visits


def how_to_say(stage: str) -> str:
    """Return what to write in engagement.yml."""
    return _("Write it in engagement.yml, for instance:") + (
        f"\napprovals:\n  {stage}: {{approvers: 2, hours: 3, below: 50000}}\n"
    )
