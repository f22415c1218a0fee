"""X2: what a look at a running pilot may conclude: go on, stop for harm, or stop early for success."""

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from salesopt_kit.pilot.check import Case, Rules
from salesopt_kit.pilot.checks_before import baseline_length, false_gain
from salesopt_kit.pilot.contrast import Arms, arms_of
from salesopt_kit.pilot.grid import Rows, Sums, grid_of, quotient
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
    A success has to pass it by more than `false_gain`.
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
    false_gain: float = 0.0
    """The gain that a bad start alone is expected to bring; infinite where nobody can tell."""


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
    sequence. Success needs a gain that passes the line after the false gain of a bad start is taken off, which is what
    the verdict asks for too: units that were picked in a bad month get better by themselves. A pure function of the
    panel: no database is asked.
    """
    horizon = found.horizon or 0
    shares = {day: _share(arms, day - timedelta(days=horizon)) for day in planned}
    shares[planned[-1]] = 1.0
    ripe = {day: share for day, share in shares.items() if share > 0}
    grid = grid_of(found, arms)
    units = _units(grid.rows, arms)
    false_gain = _false_gain(Case(found, arms, grid, Rules(as_of)))
    bounds = dict(zip(ripe, look_bounds(tuple(ripe.values()), units, alpha), strict=True))
    made = [
        _look(found, arms, grid.rows, Look(day, share, bounds.get(day, math.inf), false_gain=false_gain), as_of)
        for day, share in shares.items()
    ]
    now = _share(arms, as_of - timedelta(days=horizon))
    if as_of not in planned and now > 0 and as_of < planned[-1]:
        unplanned = Look(as_of, now, any_day_bound(now, units, alpha), is_planned=False, false_gain=false_gain)
        made.append(_look(found, arms, grid.rows, unplanned, as_of))
    return tuple(sorted(made, key=lambda look: look.day))


def _false_gain(case: Case) -> float:
    found = false_gain(case)
    if found is not None:
        return found
    return math.inf if case.arms.controls and baseline_length(case).is_failed else 0.0


def _look(found: Panel, arms: Arms, rows: Rows, look: Look, as_of: date) -> Look:
    """Return a look, of which day, share and bound are known, with what it finds."""
    if look.day > as_of:
        return look
    until = min(look.day - timedelta(days=found.horizon or 0), arms.period[1])
    before, after = (
        rows.by_unit(rows.within(window), len(arms.units)) for window in (arms.baseline, (arms.period[0], until))
    )
    (treated, n_t), (controls, n_c) = changes_of(before, after, len(arms.treated))
    tested = interim(treated, controls)
    look = replace(look, n=n_t + n_c, clusters=(len(treated), len(controls)))
    if tested.z is None or tested.error is None:
        return replace(look, verdict=LookVerdict.NO_DATA)
    z = -tested.z if found.lower_is_better else tested.z
    verdict = LookVerdict.GO_ON
    if z <= -look.bound:
        verdict = LookVerdict.HARM
    elif z - look.false_gain / tested.error >= look.bound:
        verdict = LookVerdict.SUCCESS
    step = look.bound * tested.error
    return replace(look, verdict=verdict, value=tested.value, low=tested.value - step, high=tested.value + step, z=z)


def changes_of(before: Sums, after: Sums, n_treated: int) -> tuple[tuple[Numbers, int], tuple[Numbers, int]]:
    """Return the change of every unit that has cases in both windows, and how many cases; of the pilot, the controls.

    `before` and `after` are sums by unit, of which the first `n_treated` are the pilot's; the order of units is kept.
    """
    (total_0, n_0), (total_1, n_1) = before, after
    has_both = (n_0 > 0) & (n_1 > 0)
    changes = quotient(total_1, n_1) - quotient(total_0, n_0)
    treated, controls = (
        (changes[arm][has_both[arm]], int((n_0 + n_1)[arm][has_both[arm]].sum()))
        for arm in (slice(n_treated), slice(n_treated, None))
    )
    return treated, controls


def _units(rows: Rows, arms: Arms) -> tuple[int, int]:
    """Return how many units of each arm the figure is known of at all."""
    known = np.unique(rows.unit)
    n_treated = int((known < len(arms.treated)).sum())
    return n_treated, len(known) - n_treated


def _share(arms: Arms, known_until: date) -> float:
    """Return the share of the pilot's days whose cases are fully known."""
    first, last = arms.period
    return min(1.0, max(0.0, ((known_until - first).days + 1) / ((last - first).days + 1)))
