"""T2: does a deal take much longer than the benchmark?"""

from salesopt_kit import metrics
from salesopt_kit.errors import MissingDataError
from salesopt_kit.kickoff.trigger import Trigger, above
from salesopt_kit.locale import _, sentences
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import TriggerState


def long_cycle(tables: Tables) -> Trigger:
    """Return T2: the mean cycle of won deals against the benchmark plus the share of triggers.cycle_over_benchmark.

    The interval decides. A benchmark is a mean over won deals, so it is held against the same figure; the one that
    counts open deals in is stated beside it, and where the two contradict each other nothing is decided.
    """
    config = tables.engagement.config
    benchmark, over = config.benchmarks.cycle_days, config.triggers.cycle_over_benchmark
    answer = metrics.deal_cycle(tables)
    if answer.won_mean.value is None:
        raise MissingDataError(
            _("no deal with a known cycle was won in the period"),
            remedy=_("Map `created_at` and `closed_at` of the deals."),
        )
    evidence = _said(answer.won_mean, answer.median_to_win)
    figures = (answer.won_mean, answer.median_to_win)
    if benchmark is None:
        supply = _("Write benchmarks.cycle_days in engagement.yml.")
        return Trigger("T2", question(), TriggerState.CANNOT_TELL, evidence, _("no benchmark"), supply, figures)
    limit = benchmark * (1 + over)
    yardstick = _("over {limit}: benchmark {benchmark} + {over} (engagement.yml)").format(
        limit=shown(limit, "days"), benchmark=shown(benchmark, "days"), over=shown(over, "fraction")
    )
    state, supply = above(answer.won_mean, limit), ""
    if state is TriggerState.NOT_MET and above(answer.median_to_win, limit) is TriggerState.MET:
        state, supply = TriggerState.CANNOT_TELL, _("Slow deals are still open; judge again when they are closed.")
    elif state is TriggerState.CANNOT_TELL:
        supply = _("The interval holds the limit: take a longer period.")
    return Trigger("T2", question(), state, evidence, yardstick, supply, figures)


def question() -> str:
    """Return what T2 asks."""
    return _("Cycle from first contact to closing too long")


def _said(won: Estimate, median: Estimate) -> str:
    said = _("Won deals: {mean} on average ({low} to {high}, n={n:,}).").format(
        mean=shown(won.value, "days"), low=shown(won.low, "days"), high=shown(won.high, "days"), n=won.n
    )
    message = _("Open deals counted in, half of all wins come within {median} ({low} to {high}).")
    middle, low, high = (shown(days, "days") for days in (median.value, median.low, median.high))
    return sentences(said, message.format(median=middle, low=low, high=high))
