"""Checks of the pilot itself: cases and days, follow-up, novelty, and whether the controls changed too."""

from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from salesopt_kit.engagement import Bound
from salesopt_kit.locale import _
from salesopt_kit.pilot.check import Case, Check, outcome
from salesopt_kit.pilot.grid import DAYS_A_WEEK, Numbers, quotient
from salesopt_kit.stats.clustered import difference_of_changes
from salesopt_kit.terms import CheckOutcome

HALF_A_YEAR = 26
RARE = 0.01
FEWEST_WEEKS = 4
MISSING = 0.10
"""Share of days or weeks without an entry, beyond what was missing before, from which on the data are called gappy."""
FEWEST_MISSING = 1.5
"""One week without a case may be chance."""
FEWEST_STEPS = 8


def follow_up(case: Case, target: Bound | None) -> Check:
    """Return whether the pilot is over and its cases were followed as long as planned and as the target asks."""
    key, label = "follow_up", _("Followed long enough")
    needed = follow_up_needed(case, target)
    until = case.arms.period[1] + timedelta(days=needed)
    is_passed = case.rules.as_of >= until
    message = (
        _("The pilot's cases were followed for {needed} days or more after its end.")
        if is_passed
        else _("The data end on {as_of}; the pilot can be judged from {until} on, {needed} days after its end.")
    )
    if is_passed and needed == 0:
        message = _("The pilot is over; this figure does not ripen later.")
    said = message.format(as_of=case.rules.as_of, until=until, needed=needed)
    return Check(key, label, outcome(is_passed=is_passed), said, blocks=True)


def follow_up_needed(case: Case, target: Bound | None) -> int:
    """Return the days after the pilot's end that a verdict needs; for a cycle no fewer than its target allows."""
    if case.panel.horizon is None:
        return 0
    is_cycle = case.panel.metric == "cycle_days" and target is not None and target.at_most is not None
    return max(case.rules.follow_up_days, int(np.ceil(target.at_most or 0)) if is_cycle and target else 0)


def sample_ratio(case: Case) -> Check:
    """Return whether the pilot's units kept their share of all cases.

    Chi-square of the pilot's cases against the share of the half year before, its variance widened by the weekly
    overdispersion of that share (Pearson chi-square over its degrees of freedom; McCullagh and Nelder 1989); it fails
    at p < 0.01 (Fabijan et al. 2019, KDD).
    """
    from scipy.stats import chi2  # noqa: PLC0415 -- SciPy is loaded only when asked for

    key, label = "sample_ratio", _("Share of cases kept")
    grid = case.grid
    weeks = grid.history_weeks & (grid.weeks >= -HALF_A_YEAR)
    own, whole = grid.n[grid.is_treated][:, weeks].sum(axis=0), grid.n[:, weeks].sum(axis=0)
    own, whole = own[whole > 0], whole[whole > 0]
    n = float(grid.cases[:, 1].sum())
    if len(own) < FEWEST_WEEKS or not case.arms.controls or n == 0 or not 0 < own.sum() < whole.sum():
        said = _("Too little history to know the pilot units' usual share of cases.")
        return Check(key, label, CheckOutcome.NOT_CHECKABLE, said)
    share = float(own.sum() / whole.sum())
    variance = share * (1 - share)
    dispersion = max(float(((own - whole * share) ** 2 / (whole * variance)).sum()) / (len(own) - 1), 1.0)
    found = float(grid.cases[grid.is_treated, 1].sum())
    score = (found - n * share) ** 2 / (n * variance * dispersion * (1 + n / whole.sum()))
    p = float(chi2.sf(score, 1))
    message = (
        _("The pilot's units had {share:.0%} of the cases, {usual:.0%} before (p = {p:.2f}).")
        if p >= RARE
        else _(
            "The pilot's units had {share:.0%} of the cases, {usual:.0%} before (p = {p:.3f}): other cases than before "
            "may have come to them."
        )
    )
    said = message.format(share=found / n, usual=share, p=p)
    return Check(key, label, outcome(is_passed=p >= RARE), said)


def missing_days(case: Case) -> Check:
    """Return whether days (daily figures) or weeks (deals, leads) without an entry became more in the pilot."""
    key, label = "missing_days", _("No gaps in the data")
    before, during = _absent(case, is_pilot=False), _absent(case, is_pilot=True)
    if before is None or during is None:
        return Check(key, label, CheckOutcome.NOT_CHECKABLE, _("Nothing is known of the baseline or of the pilot."))
    worst = int(np.argmax(during - before))
    gap = float((during - before)[worst])
    size = len(case.grid.weeks[case.grid.period_weeks])
    is_passed = gap <= MISSING or gap * size < FEWEST_MISSING
    message = (
        _("No unit misses more than {missing:.0%} of its entries.")
        if is_passed
        else _("{unit} misses {gap:.0%} of its usual entries in the pilot.")
    )
    said = message.format(unit=case.arms.units[worst], gap=gap, missing=MISSING)
    return Check(key, label, outcome(is_passed=is_passed), said, blocks=True)


def _absent(case: Case, *, is_pilot: bool) -> Numbers | None:
    """Return for each unit the share of days or weeks without an entry."""
    grid = case.grid
    if case.panel.clusters != "units":
        weeks = grid.period_weeks if is_pilot else grid.baseline_weeks
        return (grid.n[:, weeks] == 0).mean(axis=1) if weeks.any() else None
    rows = grid.rows
    inside = rows.within(case.arms.period if is_pilot else case.arms.baseline)
    days, place = np.unique(rows.day[inside], return_inverse=True)
    is_known = np.zeros((len(case.arms.units), len(days)), bool)
    is_known[rows.unit[inside], place] = True
    return 1 - is_known.mean(axis=1) if len(days) else None


def novelty(case: Case) -> Check:
    """Return whether the effect is still there in the second half of the pilot, after the burn-in.

    Difference of both arms' changes from the first to the second half, t(G - 2) over units. It fails where the second
    half shows no gain, or where the gain fades by more than chance explains.
    """
    key, label = "novelty", _("Effect that lasts")
    grid = case.grid
    weeks = grid.period_weeks & (grid.weeks * DAYS_A_WEEK >= case.rules.burn_in_days)
    half = int(weeks.sum()) // 2
    if weeks.sum() < FEWEST_WEEKS or not case.arms.controls:
        said = _("Under {n} weeks, so a passing effect cannot be told from a lasting one.")
        return Check(key, label, CheckOutcome.NOT_CHECKABLE, said.format(n=FEWEST_WEEKS), blocks=True)
    places = np.flatnonzero(weeks)
    first, second = (_effects(case, part) for part in (places[:half], places[-half:]))
    faded = difference_of_changes((second - first)[grid.is_treated], (second - first)[~grid.is_treated])
    gains = [float(part[grid.is_treated].mean() - part[~grid.is_treated].mean()) for part in (first, second)]
    if np.isnan(gains).any():
        return Check(
            key, label, CheckOutcome.NOT_CHECKABLE, _("Some unit has no case in a half of the pilot."), blocks=True
        )
    fades = faded.high is not None and faded.high < 0 < gains[0]
    is_passed = not fades and (gains[1] > 0 or gains[0] <= 0)
    message = (
        _("Gain against the controls in the first half: {first}; in the second: {second}.")
        if is_passed
        else _("Gain against the controls in the first half: {first}; in the second only {second}: it fades.")
    )
    said = message.format(first=_signed(case, gains[0]), second=_signed(case, gains[1]))
    return Check(key, label, outcome(is_passed=is_passed), said, blocks=True)


def _effects(case: Case, places: NDArray[np.int_]) -> Numbers:
    total, n = case.grid.total[:, places].sum(axis=1), case.grid.n[:, places].sum(axis=1)
    return quotient(total, n) - case.grid.before


def _signed(case: Case, gain: float) -> str:
    return ("−" if gain < 0 else "") + case.said(gain)


def contamination(case: Case) -> Check:
    """Return whether the controls improved at the pilot's start as at no earlier time.

    The controls' step (pilot's weeks minus as many weeks just before) is held against the same step at every earlier
    week; it fails where it is the best of eight or more. A season can do that too, hence the wording.
    """
    key, label = "contamination", _("Controls kept the old process")
    steps = _steps(case)
    if steps is None or len(steps) <= FEWEST_STEPS:
        said = _("Too little history of the controls to see whether they changed too.")
        return Check(key, label, CheckOutcome.NOT_CHECKABLE, said)
    is_passed = not steps[-1] > steps[:-1].max()
    message = (
        _("The controls moved at the start of the pilot no more than at other times.")
        if is_passed
        else _(
            "The controls improved at the start of the pilot too, by {step}, as at no time before: the season, or they "
            "took over the new process, which makes the effect look smaller than it is."
        )
    )
    return Check(key, label, outcome(is_passed=is_passed), message.format(step=case.said(float(steps[-1]))))


def _steps(case: Case) -> Numbers | None:
    """Return the controls' step at every week that leaves room for it, the pilot's start last; None without any."""
    grid = case.grid
    width = int(grid.period_weeks.sum())
    total, n = (values[~grid.is_treated].sum(axis=0) for values in (grid.total, grid.n))
    start = int(np.searchsorted(grid.weeks, 0))
    if not case.arms.controls or width == 0 or start < 2 * width or start + width > len(grid.weeks):
        return None
    sums = [np.concatenate([[0.0], values.cumsum()]) for values in (total, n)]
    starts = np.array([*range(width, start - width + 1), start])
    after, before = (
        quotient(*(one[starts + b] - one[starts + a] for one in sums)) for a, b in ((0, width), (-width, 0))
    )
    found: Numbers = after - before
    return None if np.isnan(found).any() else found
