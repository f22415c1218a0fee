"""T3: is lead conversion below target while the team calls the process cumbersome?"""

from datetime import timedelta

from salesopt_kit import metrics
from salesopt_kit.errors import MissingDataError
from salesopt_kit.kickoff.trigger import Trigger, above, below
from salesopt_kit.locale import _, sentences
from salesopt_kit.metrics.feedback import feedback_by_month
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate
from salesopt_kit.stats.proportion import wilson
from salesopt_kit.tables.store import Tables, months_before
from salesopt_kit.terms import TriggerState

RIPE_DAYS = 90
"""Leads are judged that had at least so long to convert."""


def cumbersome_process(tables: Tables) -> Trigger:
    """Return T3: met where conversion is below its target and the share of such feedback is above its threshold.

    Each half is decided by its interval (Wilson); not met as soon as one half is. MissingDataError where neither the
    leads nor the feedback are there.
    """
    conversion, share, supply = None, None, []
    try:
        conversion = _conversion(tables)
    except MissingDataError as missing:
        supply.append(f"{missing.what}. {missing.remedy}")
    try:
        share = cumbersome_share(tables)
    except MissingDataError as missing:
        supply.append(f"{missing.what}. {missing.remedy}")
    if conversion is None and share is None:
        raise MissingDataError(_("neither lead conversion nor feedback"), remedy=sentences(*supply))
    target, threshold, absent = _yardsticks(tables)
    is_low = below(conversion, target) if conversion and target is not None else TriggerState.CANNOT_TELL
    is_felt = above(share, threshold) if share and threshold is not None else TriggerState.CANNOT_TELL
    state = _both(is_low, is_felt)
    supply += absent
    if state is TriggerState.CANNOT_TELL and not supply:
        supply.append(_("An interval holds its limit: take a longer period."))
    yardstick = _("conversion below {target} and share above {threshold} (engagement.yml)").format(
        target=shown(target, "fraction"), threshold=shown(threshold, "fraction")
    )
    figures = tuple(figure for figure in (conversion, share) if figure)
    evidence = sentences(*map(_said, figures))
    return Trigger("T3", question(), state, evidence, yardstick, sentences(*supply), figures)


def question() -> str:
    """Return what T3 asks."""
    return _("Lead conversion below target and the process felt to be cumbersome or repetitive")


def cumbersome_share(tables: Tables) -> Estimate:
    """Return the share of worded feedback in the window that calls the process cumbersome or repetitive."""
    months = feedback_by_month(tables, tables.window)
    n, count = int(months["worded"].sum()), int(months["cumbersome"].sum())
    if not n:
        raise MissingDataError(
            _("the feedback has no words, only scores"), remedy=_("Map `item` or `text` of the feedback.")
        )
    bounds = wilson(count, n)
    label = _("Feedback naming a cumbersome process or repetitive work")
    method = _("Wilson score interval")
    return Estimate(
        "feedback.cumbersome_share", label, count / n, "fraction", n, bounds.low, bounds.high, method, tables.window
    )


def _conversion(tables: Tables) -> Estimate:
    last = tables.as_of - timedelta(days=RIPE_DAYS)
    window = months_before(last, tables.engagement.config.window_months), last
    answer = metrics.lead_conversion(tables, metrics.Selection(window))
    if "opportunities.lead_id" not in tables:
        raise MissingDataError(
            _("deals carry no lead ids, so the share of leads won is unknown"),
            remedy=_("Map sources.opportunities.columns.lead_id."),
        )
    if answer.rate.value is None:
        raise MissingDataError(_("no lead is {days} days old").format(days=RIPE_DAYS), remedy=_("Export older leads."))
    return answer.rate


def _yardsticks(tables: Tables) -> tuple[float | None, float | None, list[str]]:
    config, absent = tables.engagement.config, []
    bound = config.targets.get("lead_conversion")
    target = bound.at_least if bound and bound.at_least is not None else config.benchmarks.lead_conversion
    if target is None:
        absent.append(_("Write targets.lead_conversion in engagement.yml."))
    if config.triggers.cumbersome_share is None:
        absent.append(_("Write triggers.cumbersome_share in engagement.yml."))
    return target, config.triggers.cumbersome_share, absent


def _both(first: TriggerState, second: TriggerState) -> TriggerState:
    if TriggerState.NOT_MET in (first, second):
        return TriggerState.NOT_MET
    return TriggerState.MET if first is second is TriggerState.MET else TriggerState.CANNOT_TELL


def _said(figure: Estimate) -> str:
    message = _("{label}: {value} ({low} to {high}, n={n:,}).")
    return message.format(
        label=figure.label,
        value=shown(figure.value, "fraction"),
        low=shown(figure.low, "fraction"),
        high=shown(figure.high, "fraction"),
        n=figure.n,
    )
