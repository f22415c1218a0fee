"""Figures of a run frozen as observations: what was seen stays what it was, whatever later exports say."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from salesopt_kit.records.rows import Observation
from salesopt_kit.results import Estimate

if TYPE_CHECKING:
    from salesopt_kit.records.changes import Saved
    from salesopt_kit.records.store import Store


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


def keep(store: "Store", observation: Observation, supports: Sequence[str] = ()) -> "Saved[Observation]":
    """Keep an observation and say what it supports, all of it or nothing; return it as it was saved.

    One reference is one observation: where it is there already, that one is changed, with its id, and the history keeps
    what it was. InputError for an id of `supports` that is no pain point, why or decision of the store.
    """
    with store.together():
        there = next((one for one in store.all(Observation) if one.record.reference == observation.reference), None)
        if there is None:
            saved = store.add(observation)
        elif (wanted := observation.model_copy(update={"id": there.record.id})) == there.record:
            saved = there
        else:
            saved = store.save(wanted, there.version)
        for id_ in supports:
            store.link(saved.record.id, id_, "supports")
    return saved
