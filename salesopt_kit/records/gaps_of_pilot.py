"""What is missing around a pilot: a plan signed before its first day, and a verdict once it can be judged."""

from collections.abc import Iterator

from salesopt_kit.locale import _
from salesopt_kit.records.missing_link import MissingLink
from salesopt_kit.records.models import Records


def pilot_plans(records: Records) -> Iterator[MissingLink]:
    """X1: what a pilot is judged by was signed before its first day, else it may have been chosen by the result."""
    if records.pilot_began is None or not (records.evaluations or records.pilot_notes):
        return
    remedy = _("Run `salesopt plan` before the first day; a verdict without it says so.")
    if not records.pilot_plans:
        yield MissingLink("pilot_without_plan", "PL", _("pilot that began without a frozen plan"), remedy)
    elif all(plan.is_late for plan in records.pilot_plans):
        yield MissingLink("pilot_plan_late", records.pilot_plans[0].id, _("plan signed after the pilot began"), remedy)


def pilot_verdicts(records: Records) -> Iterator[MissingLink]:
    """X3: a pilot that can be judged is judged: one gap for all where no verdict is kept, else one a figure."""
    ripe, as_of = records.pilot_ripe_on, records.as_of
    if ripe is None or as_of is None or as_of <= ripe:
        return
    remedy = _("Run `salesopt verdict` and have it signed.")
    if not any(one.verdict for one in records.evaluations):
        said = _("pilot that could be judged since {day}, but no verdict is kept").format(day=ripe)
        yield MissingLink("pilot_without_verdict", "EV", said, remedy)
        return
    for one in records.evaluations:
        if one.verdict is None:
            said = _("{label} evaluated, but no verdict is kept").format(label=one.label)
            yield MissingLink("evaluation_without_verdict", one.id, said, remedy)
