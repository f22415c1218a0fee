"""Observations frozen from a run, and how the data stand to them since."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from salesopt_kit.errors import InputError
from salesopt_kit.locale import _
from salesopt_kit.metrics.evidence import Cited, Standing, look_up
from salesopt_kit.metrics.interviews import interviews
from salesopt_kit.records.changes import Saved
from salesopt_kit.records.observe import frozen, keep
from salesopt_kit.records.rows import Observation
from salesopt_kit.records.store import Store
from salesopt_kit.results import Estimate
from salesopt_kit.stats.poisson import poisson
from salesopt_kit.tables.store import Tables

SAME = 1e-5
"""Relative difference up to which a figure that was written down with six digits is still the same."""


class Drift(Enum):
    """How a frozen observation and the data of today stand to each other."""

    SAME = auto()
    WITHIN = auto()
    """Another value, but the two intervals overlap."""
    BEYOND = auto()
    """The two differ by more than their intervals."""
    NO_INTERVAL = auto()
    """Another value, and no interval to judge the difference by."""
    GONE = auto()
    """It is no longer in the data."""
    NO_DATA = auto()


@dataclass(frozen=True, slots=True)
class Compared:
    """An observation, what its reference comes to now, and how the two stand to each other."""

    observation: Observation
    now: Cited
    drift: Drift


def observe(
    tables: Tables, store: Store, reference: str, *, supports: Sequence[str] = (), text: str = ""
) -> Saved[Observation]:
    """Look a reference up in the data, keep it as an observation as of `as_of`, and return it as it was saved.

    A figure is kept with value, interval, n, method and window; a complaint or a statement with its words, a statement
    with its group. `supports` are ids of pain points and whys. Observing a reference again freezes it anew, and the
    history keeps what it was. InputError where the reference leads to nothing or the id to no such record.
    """
    cited = look_up(tables, [reference.strip()])[reference.strip()]
    if cited.standing in (Standing.UNKNOWN, Standing.NO_DATA):
        raise InputError(
            _("reference"),
            reference,
            expected=_("a figure, complaint or statement of this engagement's data"),
            remedy=cited.said,
        )
    return keep(store, _observation(tables, cited, text), supports)


def compared(tables: Tables, observations: Iterable[Observation]) -> tuple[Compared, ...]:
    """Return each observation that was frozen from figures or quotes, looked up anew; plain words are left out."""
    given = [one for one in observations if one.source != "statement"]
    found = look_up(tables, (one.reference for one in given))
    return tuple(Compared(one, found[one.reference], drift(one, found[one.reference])) for one in given)


def drift(observation: Observation, now: Cited) -> Drift:
    """Return how an observation stands to what its reference comes to now."""
    if now.standing is Standing.NO_DATA:
        return Drift.NO_DATA
    if now.standing is Standing.UNKNOWN or (now.estimate and now.estimate.value is None):
        return Drift.GONE
    if observation.value is None or now.estimate is None or now.estimate.value is None:
        return Drift.SAME
    today = bounded(now.estimate)
    if math.isclose(now.estimate.value, observation.value, rel_tol=SAME):
        return Drift.SAME
    bounds = (observation.low, observation.high, today.low, today.high)
    if any(bound is None for bound in bounds):
        return Drift.NO_INTERVAL
    low, high, low_now, high_now = (float(bound or 0.0) for bound in bounds)
    return Drift.BEYOND if low_now > high or high_now < low else Drift.WITHIN


def bounded(estimate: Estimate) -> Estimate:
    """Return a count of complaints with the exact Poisson interval, any other estimate as it is."""
    if estimate.unit != "complaints" or estimate.low is not None or not float(estimate.value or 0.5).is_integer():
        return estimate
    around = poisson(int(estimate.value or 0))
    return replace(estimate, low=around.low, high=around.high, method=_("count, exact Poisson interval"))


def _observation(tables: Tables, cited: Cited, text: str) -> Observation:
    if cited.estimate:
        found = frozen(bounded(cited.estimate), text=text, on=tables.as_of)
        return found.model_copy(update={"reference": cited.reference})
    if cited.standing is Standing.STATED:
        return Observation(reference=cited.reference, text=text, frozen_on=tables.as_of)
    if cited.reference.startswith("interview:"):
        row = cited.reference.partition(":")[2].strip()
        said = next(one for one in interviews(tables).statements if str(one.row) == row)
        words = text or " ".join(said.text.split())
        return Observation(reference=cited.reference, text=words, frozen_on=tables.as_of, group=said.group)
    return Observation(reference=cited.reference, text=text or cited.quote, frozen_on=tables.as_of)
