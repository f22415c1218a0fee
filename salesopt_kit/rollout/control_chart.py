"""R2: is the cycle still what it was? An individuals chart of weekly values with limits from the time before."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.followup import followed_deals
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.rollout.dashboard import mean_days
from salesopt_kit.rollout.weeks import HORIZON
from salesopt_kit.stats.run_rules import any_signal
from salesopt_kit.stats.xmr_chart import Limits, xmr_chart, xmr_limits
from salesopt_kit.tables.store import Tables, months_before

MONTHS = 18
FEWEST_DEALS = 5
"""Deals a week must have opened to be a point."""
BASELINE_POINTS = 20
"""Points that the limits rest on; fewer make them unsteady."""
FEWEST_POINTS = 8
MOST_ROWS = 12
"""Weeks that the table lists, the latest ones."""
RESTLESS = 1 / 3
"""Share of signals above which the series does not stand still at all."""


@dataclass(frozen=True, slots=True)
class ControlChart(Result):
    """Weekly mean days to closing, the limits of the time before, and which weeks signal a change."""

    weeks: tuple[pd.Timestamp, ...]
    values: tuple[float, ...]
    counts: tuple[int, ...]
    signal: tuple[bool, ...]
    limits: Limits
    n_baseline: int
    """The first so many weeks set the limits."""

    def sentence(self) -> str:
        """Say how many weeks after the baseline stand out."""
        later = self.signal[self.n_baseline :]
        message = _("{n} of {of} weeks after the baseline signal a change (limits {low} to {high} around {center}).")
        return message.format(
            n=sum(later),
            of=len(later),
            low=shown(self.limits.low, "days"),
            high=shown(self.limits.high, "days"),
            center=shown(self.limits.center, "days"),
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return centre and limits, then every week."""
        n, limits = self.n_baseline, self.limits
        named = (
            ("center", _("Centre"), limits.center),
            ("low", _("Lower limit"), limits.low),
            ("high", _("Upper limit"), limits.high),
        )
        heads = tuple(
            Estimate(f"rollout.control_chart.{key}", label, v, "days", n, method="XmR") for key, label, v in named
        )
        return heads + tuple(
            Estimate(
                "rollout.control_chart.week", f"{week:%Y-%m-%d}", value, "days", count, group=f"week={week:%G-W%V}"
            )
            for week, value, count in zip(self.weeks, self.values, self.counts, strict=True)
        )

    def table(self) -> pd.DataFrame:
        """Return the weeks after the baseline that signal."""
        later = list(zip(self.weeks, self.values, self.counts, self.signal, strict=True))[self.n_baseline :]
        return pd.DataFrame(
            {
                _("Week from"): f"{week:%Y-%m-%d}",
                _("Mean days to closing"): shown(value, "days"),
                _("Deals"): f"{count:,}",
                _("Signal"): _("outside the limits or a run of eight"),
            }
            for week, value, count, _found in [row for row in later if row[3]][-MOST_ROWS:]
        )

    def caveats(self) -> tuple[str, ...]:
        """Return how the points are made and how often the chart cries wolf."""
        message = _(
            "A point is the mean of days to closing, counted up to {days}, of the deals opened in a "
            "week; weeks with fewer "
            "than {few} deals, or not yet followed for {days} days, are left out."
        )
        said = [message.format(days=HORIZON, few=FEWEST_DEALS)]
        said.append(_("In a steady process these two rules raise a false alarm about once in 150 weeks."))
        later = self.signal[self.n_baseline :]
        if later and sum(later) > RESTLESS * len(later):
            said.append(
                _("So many weeks signal that the first weeks were no steady state; look for what changed since.")
            )
        if self.n_baseline < BASELINE_POINTS:
            said.append(_("The limits rest on {n} weeks only; twenty are wanted.").format(n=self.n_baseline))
        return tuple(said)


@explains_missing
def control_chart(tables: Tables) -> Result:
    """Return the XmR chart of the weekly mean days to closing (restricted to 60 days) over the last 18 months.

    The limits come from the weeks before the pilot, or from the first twenty where there is no pilot. MissingDataError
    where fewer than eight weeks can set them.
    """
    last = tables.as_of - timedelta(days=HORIZON)
    rows = followed_deals(tables, (months_before(last, MONTHS), last))
    weekly = _weekly(rows, last)
    pilot = tables.engagement.config.pilot
    n_before = int((weekly.index < pd.Timestamp(pilot.period[0])).sum()) if pilot else 0
    n = n_before or min(BASELINE_POINTS, len(weekly))
    if n < FEWEST_POINTS:
        raise MissingDataError(
            _("{n} weeks with {few} deals or more before the change, and {wanted} are needed").format(
                n=n, few=FEWEST_DEALS, wanted=FEWEST_POINTS
            ),
            remedy=_("Export a longer history of deals."),
        )
    values = weekly["value"].to_numpy(float)
    limits = xmr_limits(values[:n])
    return ControlChart(
        tuple(weekly.index),
        tuple(float(value) for value in values),
        tuple(int(count) for count in weekly["n"]),
        tuple(bool(found) for found in any_signal(xmr_chart(values[:n]).scores(values, np.ones(len(values))))),
        limits,
        n,
    )


def _weekly(rows: pd.DataFrame, last: object) -> pd.DataFrame:
    """Return value and n per whole week (its Monday) with enough deals."""
    monday = rows["created_on"] - pd.to_timedelta(rows["created_on"].dt.day_of_week, unit="D")
    found = [
        (week, mean_days(part, HORIZON), part["n"].sum())
        for week, part in rows.groupby(monday)
        if part["n"].sum() >= FEWEST_DEALS and week + pd.Timedelta(days=6) <= pd.Timestamp(str(last))
    ]
    frame = pd.DataFrame(found, columns=["week", "value", "n"]).astype({"value": np.float64})
    return frame.set_index("week")
