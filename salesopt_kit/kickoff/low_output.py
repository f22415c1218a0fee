"""T1: is output per head below the benchmark for months?"""

from salesopt_kit import metrics
from salesopt_kit.kickoff.trigger import Trigger
from salesopt_kit.locale import _, sentences
from salesopt_kit.metrics.months import month_of
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate
from salesopt_kit.tables.store import Tables, months_before
from salesopt_kit.terms import TriggerState


def low_output(tables: Tables) -> Trigger:
    """Return T1: met where each of the last `low_output_months` full months is below the benchmark.

    The handbook's rule by the months' own figures; the evidence says in how many of them chance alone is no
    explanation (the whole interval is below). MissingDataError without deals, amounts or heads.
    """
    config = tables.engagement.config
    wanted, benchmark = config.triggers.low_output_months, config.benchmarks.output_per_head
    window = months_before(tables.as_of, wanted + 1).replace(day=1), tables.as_of
    answer = metrics.output_per_head(tables, metrics.Selection(window))
    months = _full(answer)[-wanted:]
    evidence = _months_said(months, config.currency)
    if benchmark is None:
        supply = _("Write benchmarks.output_per_head (won value per head and month) in engagement.yml.")
        return Trigger("T1", question(), TriggerState.CANNOT_TELL, evidence, _("no benchmark"), supply, months)
    yardstick = _("below {benchmark} in {n} full months in a row (engagement.yml)").format(
        benchmark=shown(benchmark, config.currency), n=wanted
    )
    if len(months) < wanted:
        supply = _("Export {n} full months of closed deals.").format(n=wanted)
        return Trigger("T1", question(), TriggerState.CANNOT_TELL, evidence, yardstick, supply, months)
    low = [month for month in months if month.value is not None and month.value < benchmark]
    clearly = sum(month.high is not None and month.high < benchmark for month in low)
    told = _("{low} of {n} below, {clearly} of them with the whole interval.")
    evidence = sentences(evidence, told.format(low=len(low), n=wanted, clearly=clearly))
    state = TriggerState.MET if len(low) == wanted else TriggerState.NOT_MET
    return Trigger("T1", question(), state, evidence, yardstick, figures=months)


def question() -> str:
    """Return what T1 asks."""
    return _("Output per head below the benchmark for months")


def _full(answer: metrics.OutputPerHead) -> tuple[Estimate, ...]:
    # The metric marks a month that the data cover only in part by its label.
    return tuple(month for month in answer.per_month if month.label == month_of(month.group))


def _months_said(months: tuple[Estimate, ...], currency: str) -> str:
    if not months:
        return _("No full month of closed deals.")
    message = _("{month}: {value} ({low} to {high}, n={n})")
    return _("; ").join(
        message.format(
            month=month.label,
            value=shown(month.value, currency),
            low=shown(month.low, currency),
            high=shown(month.high, currency),
            n=month.n,
        )
        for month in months
    ) + _(".")
