"""T5: do new hires take long to stand on their own?"""

from salesopt_kit import metrics
from salesopt_kit.kickoff.trigger import Trigger, above
from salesopt_kit.locale import _, sentences
from salesopt_kit.numbers import shown
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import TriggerState


def slow_ramp(tables: Tables) -> Trigger:
    """Return T5: the median months to the first own won deal, against triggers.ramp_months; the interval decides.

    A first won deal comes later than working customers alone, by about one cycle: the evidence says so.
    MissingDataError without hiring dates, owners or hires.
    """
    limit = tables.engagement.config.triggers.ramp_months
    median = metrics.ramp(tables).median_months
    evidence = _(
        "Half of {n} new hires needed up to {median} ({low} to {high}) until their first own won deal."
    ).format(
        n=median.n,
        median=shown(median.value, "months"),
        low=shown(median.low, "months"),
        high=shown(median.high, "months"),
    )
    yardstick = _("over {limit} (engagement.yml)").format(limit=shown(limit, "months"))
    # No median yet although the interval starts above the limit: more than half need longer than that.
    state = TriggerState.MET if median.value is None and (median.low or 0.0) > limit else above(median, limit)
    supply = _("The interval holds the limit: more new hires are needed to tell.")
    said = _("The first win comes about one deal cycle after somebody works customers alone.")
    return Trigger(
        "T5",
        question(),
        state,
        sentences(evidence, said),
        yardstick,
        supply if state is TriggerState.CANNOT_TELL else "",
        (median,),
    )


def question() -> str:
    """Return what T5 asks."""
    return _("New hires ramp slowly")
