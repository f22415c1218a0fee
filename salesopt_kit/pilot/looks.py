"""X2: what a look at a running pilot may conclude: go on, stop for harm, or stop early for success."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesopt_kit.pilot.contrast import Arms
from salesopt_kit.pilot.panel import Panel
from salesopt_kit.stats.interim import any_day_bound, interim, look_bounds
from salesopt_kit.terms import LookVerdict

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Look:
    """One look: the effect so far, its z (above 0: better) and the bound that z has to pass.

    `fraction` is the share of the planned information. `value` is the change of the pilot minus that of the controls,
    `low` and `high` its interval by the bound, so that the interval leaves 0 out just when a bound is passed.
    """

    day: date
    is_planned: bool
    fraction: float
    bound: float
    verdict: LookVerdict
    value: float | None = None
    low: float | None = None
    high: float | None = None
    z: float | None = None
    n: int = 0
    clusters: tuple[int, int] = (0, 0)


def look_days(arms: Arms, horizon: int, looks: int) -> tuple[date, ...]:
    """Return the days of evenly spaced looks: each with the data of as many further days of the pilot.

    A case that is followed for `horizon` days tells nothing before, so the looks come that much later than its day.
    """
    first, last = arms.period
    days = (last - first).days + 1
    steps = sorted({max(1, round(days * (look + 1) / looks)) for look in range(looks)})
    return tuple(first + timedelta(days=step - 1 + horizon) for step in steps)


def looks(found: Panel, arms: Arms, planned: tuple[date, ...], as_of: date, alpha: float = 0.05) -> tuple[Look, ...]:
    """Return every planned look, those after `as_of` to come, and one unplanned look at `as_of` if it falls between.

    At the planned ones z is held against the Lan-DeMets O'Brien-Fleming line, in both directions, with the share of the
    pilot's days that were known as information, and all of it at the last; at the unplanned one against the confidence
    sequence. A pure function of the panel: no database is asked.
    """
    horizon = found.horizon or 0
    shares = {day: _share(arms, day - timedelta(days=horizon)) for day in planned}
    shares[planned[-1]] = 1.0
    ripe = {day: share for day, share in shares.items() if share > 0}
    bounds = dict(zip(ripe, look_bounds(tuple(ripe.values()), _units(found, arms), alpha), strict=True))
    made = [_look(found, arms, day, share, bounds.get(day, float("inf")), as_of) for day, share in shares.items()]
    now = _share(arms, as_of - timedelta(days=horizon))
    if as_of not in planned and now > 0 and as_of < planned[-1]:
        bound = any_day_bound(now, _units(found, arms), alpha)
        made.append(_look(found, arms, as_of, now, bound, as_of, is_planned=False))
    return tuple(sorted(made, key=lambda look: look.day))


def _look(
    found: Panel, arms: Arms, day: date, share: float, bound: float, as_of: date, *, is_planned: bool = True
) -> Look:
    if day > as_of:
        return Look(day, is_planned, share, bound, LookVerdict.TO_COME)
    until = min(day - timedelta(days=found.horizon or 0), arms.period[1])
    before, after = (found.within(window).sums("unit") for window in (arms.baseline, (arms.period[0], until)))
    (treated, n_t), (controls, n_c) = changes_of(before, after, arms)
    tested = interim(treated, controls)
    n, clusters = n_t + n_c, (len(treated), len(controls))
    if tested.z is None or tested.error is None:
        return Look(day, is_planned, share, bound, LookVerdict.NO_DATA, n=n, clusters=clusters)
    z = -tested.z if found.lower_is_better else tested.z
    verdict = LookVerdict.SUCCESS if z >= bound else LookVerdict.HARM if z <= -bound else LookVerdict.GO_ON
    step = bound * tested.error
    return Look(
        day, is_planned, share, bound, verdict, tested.value, tested.value - step, tested.value + step, z, n, clusters
    )


def changes_of(
    before: pd.DataFrame, after: pd.DataFrame, arms: Arms
) -> tuple[tuple[Numbers, int], tuple[Numbers, int]]:
    """Return the change of every unit that has cases in both windows, and how many cases; of the pilot, the controls.

    `before` and `after` are sums by unit; the changes come in the order of the names in `arms`.
    """
    first, second = (_changes(before, after, names) for names in (arms.treated, arms.controls))
    return first, second


def _changes(before: pd.DataFrame, after: pd.DataFrame, names: tuple[str, ...]) -> tuple[Numbers, int]:
    both = [name for name in names if _cases(before, name) > 0 and _cases(after, name) > 0]
    after, before = after.loc[both], before.loc[both]
    change = after["total"] / after["n"] - before["total"] / before["n"]
    return change.to_numpy(float), int(after["n"].sum() + before["n"].sum())


def _cases(sums: pd.DataFrame, name: str) -> float:
    return float(sums["n"].get(name, 0.0))


def _units(found: Panel, arms: Arms) -> tuple[int, int]:
    """Return how many units of each arm the figure is known of at all."""
    known = set(found.rows["unit"].unique())
    return sum(name in known for name in arms.treated), sum(name in known for name in arms.controls)


def _share(arms: Arms, known_until: date) -> float:
    """Return the share of the pilot's days whose cases are fully known."""
    first, last = arms.period
    return min(1.0, max(0.0, ((known_until - first).days + 1) / ((last - first).days + 1)))
