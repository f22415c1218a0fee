"""X2: what a look at a running pilot may conclude: go on, stop for harm, or stop early for success."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from salesopt_kit.pilot.contrast import Arms, Window, arms_of
from salesopt_kit.pilot.grid import Rows, rows_of
from salesopt_kit.pilot.panel import Panel
from salesopt_kit.pilot.setting import Setting
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
    fraction: float
    bound: float
    is_planned: bool = True
    verdict: LookVerdict = LookVerdict.TO_COME
    value: float | None = None
    low: float | None = None
    high: float | None = None
    z: float | None = None
    n: int = 0
    clusters: tuple[int, int] = (0, 0)


def counted_arms(chosen: Setting) -> Arms:
    """Return the arms of a planned pilot, its period without the burn-in days, of which the last day always counts."""
    arms = arms_of(chosen)
    first = min(arms.period[0] + timedelta(days=chosen.pilot.burn_in_days), arms.period[1])
    return Arms(arms.treated, arms.controls, arms.baseline, (first, arms.period[1]))


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
    rows = rows_of(found, arms)
    units = _units(rows, arms)
    bounds = dict(zip(ripe, look_bounds(tuple(ripe.values()), units, alpha), strict=True))
    made = [
        _look(found, arms, rows, Look(day, share, bounds.get(day, float("inf"))), as_of)
        for day, share in shares.items()
    ]
    now = _share(arms, as_of - timedelta(days=horizon))
    if as_of not in planned and now > 0 and as_of < planned[-1]:
        unplanned = Look(as_of, now, any_day_bound(now, units, alpha), is_planned=False)
        made.append(_look(found, arms, rows, unplanned, as_of))
    return tuple(sorted(made, key=lambda look: look.day))


def _look(found: Panel, arms: Arms, rows: Rows, look: Look, as_of: date) -> Look:
    """Return a look, of which day, share and bound are known, with what it finds."""
    if look.day > as_of:
        return look
    until = min(look.day - timedelta(days=found.horizon or 0), arms.period[1])
    (treated, n_t), (controls, n_c) = changes_of(rows, arms, (arms.period[0], until))
    tested = interim(treated, controls)
    look = replace(look, n=n_t + n_c, clusters=(len(treated), len(controls)))
    if tested.z is None or tested.error is None:
        return replace(look, verdict=LookVerdict.NO_DATA)
    z = -tested.z if found.lower_is_better else tested.z
    verdict = LookVerdict.SUCCESS if z >= look.bound else LookVerdict.HARM if z <= -look.bound else LookVerdict.GO_ON
    step = look.bound * tested.error
    return replace(look, verdict=verdict, value=tested.value, low=tested.value - step, high=tested.value + step, z=z)


def changes_of(rows: Rows, arms: Arms, period: Window) -> tuple[tuple[Numbers, int], tuple[Numbers, int]]:
    """Return the change from the baseline to `period` of every unit that has cases in both, and how many cases.

    Of the pilot, then of the controls, each in the order of the names in `arms`.
    """
    (total_0, n_0), (total_1, n_1) = (
        rows.by_unit(rows.within(one), len(arms.units)) for one in (arms.baseline, period)
    )
    is_treated = np.arange(len(arms.units)) < len(arms.treated)
    arm_of_change = []
    for arm in (is_treated, ~is_treated):
        both = arm & (n_0 > 0) & (n_1 > 0)
        change = total_1[both] / n_1[both] - total_0[both] / n_0[both]
        arm_of_change.append((change, int(n_0[both].sum() + n_1[both].sum())))
    return arm_of_change[0], arm_of_change[1]


def _units(rows: Rows, arms: Arms) -> tuple[int, int]:
    """Return how many units of each arm the figure is known of at all."""
    known = np.unique(rows.unit)
    n_treated = int((known < len(arms.treated)).sum())
    return n_treated, len(known) - n_treated


def _share(arms: Arms, known_until: date) -> float:
    """Return the share of the pilot's days whose cases are fully known."""
    first, last = arms.period
    return min(1.0, max(0.0, ((known_until - first).days + 1) / ((last - first).days + 1)))
