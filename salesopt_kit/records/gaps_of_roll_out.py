"""What is missing once the new process is rolled out: charts, causes of alarms, rules brought up to date."""

from collections.abc import Iterator

from salesopt_kit.locale import _
from salesopt_kit.records.missing_link import MissingLink
from salesopt_kit.records.models import Records

LONGEST_OPEN = 14
"""Days that an alarm may stay open."""


def watch(records: Records) -> Iterator[MissingLink]:
    """R2: what met its target is watched by a control chart, and no alarm stays open for long."""
    watched = {chart.metric for chart in records.charts}
    for evaluation in records.evaluations:
        if evaluation.target.is_met(evaluation.after) and evaluation.metric not in watched:
            yield MissingLink(
                "evaluation_without_chart",
                evaluation.id,
                _("target met in the pilot, but no control chart watches {metric}").format(metric=evaluation.metric),
                _("Freeze its limits: run `salesopt watch`."),
            )
    for alarm in records.alarms:
        days = (records.as_of - alarm.opened_on).days if records.as_of and alarm.opened_on else 0
        if alarm.closed_on is None and days > LONGEST_OPEN:
            yield MissingLink(
                "alarm_open_too_long",
                alarm.id,
                _("alarm of {metric} open for {days} days").format(metric=alarm.metric, days=days),
                _("Find the cause with the team, and close the alarm with it."),
            )


def rule_updates(records: Records) -> Iterator[MissingLink]:
    """R1: every rule that changes has somebody who changes it, and is changed in time."""
    for update in records.rule_updates:
        if update.done_on is None and not update.owner:
            yield MissingLink(
                "rule_update_without_owner",
                update.id,
                _("rule to be updated that nobody is responsible for: {document}").format(document=update.document),
                _("Name who updates it under `owner`."),
            )
        if update.done_on is None and update.due and records.as_of and update.due < records.as_of:
            yield MissingLink(
                "rule_update_overdue",
                update.id,
                _("rule not updated by {day}: {document}").format(day=update.due, document=update.document),
                _("Update it, and enter the day as `done_on`."),
            )
