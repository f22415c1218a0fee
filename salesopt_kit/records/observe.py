"""Figures of a run frozen as observations: what was seen stays what it was, whatever later exports say."""

from datetime import date

from salesopt_kit.records.rows import Observation
from salesopt_kit.results import Estimate


def frozen(estimate: Estimate, *, text: str = "", on: date | None = None) -> Observation:
    """Return an observation that holds an estimate with its interval; `text` says it in a reader's words."""
    group = f"/{estimate.group}" if estimate.group else ""
    return Observation(
        reference=f"metric:{estimate.id}{group}",
        text=text or estimate.label,
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        unit=estimate.unit,
        n=estimate.n,
        method=estimate.method,
        window=estimate.window,
        frozen_on=on,
    )
