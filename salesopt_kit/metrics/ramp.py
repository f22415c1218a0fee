"""Ramp: how long a new hire takes to the first won deal of their own."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.deals import deals
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.stats.life_table import Numbers
from salesopt_kit.stats.survival import kaplan_meier
from salesopt_kit.tables.store import Tables

DAYS_PER_MONTH = 30.4375
FEW = 10


@dataclass(frozen=True, slots=True)
class Ramp(Result):
    """Months from hiring to the first won deal, people still without one counted in."""

    card: ClassVar[str] = "ramp"

    median_months: Estimate
    hires: int
    still_ramping: int
    hired_before: int
    won_before: int

    def sentence(self) -> str:
        """Say how long half of the new hires take."""
        if self.median_months.value is None:
            message = _("Of {n} people hired in the period, fewer than half have won a deal of their own yet.")
            return message.format(n=self.hires)
        message = _(
            "Half of the {n} people hired in the period won their first own deal within {median} ({low} to {high})."
        )
        return message.format(
            n=self.hires,
            median=shown(self.median_months.value, "months"),
            low=shown(self.median_months.low, "months"),
            high=shown(self.median_months.high, "months"),
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the median."""
        return (self.median_months,)

    def caveats(self) -> tuple[str, ...]:
        """Return who was left out, who has not won yet, and how few people there are."""
        told = (
            (
                self.hired_before,
                _(
                    "{n} people were hired before the data begin and are left out: their first deal may have been won "
                    "before, and taking the first one seen for it would make the ramp look long."
                ),
            ),
            (self.won_before, _("{n} people own a deal won before they were hired; they are left out.")),
            (self.still_ramping, _("{n} people have not won a deal yet; they count as still ramping.")),
            (self.hires if self.hires < FEW else 0, _("With {n} people this is an impression, not a measurement.")),
        )
        return tuple(message.format(n=n) for n, message in told if n)


def ramp(tables: Tables, selection: Selection | None = None) -> Ramp:
    """Return the months (of 30.4375 days) from people.hired_at to the first won deal that the person owns.

    Kaplan-Meier over the people hired since the first deal in the data was created (in the window, if `selection` gives
    one); those without a won deal are censored when they left, else at the end of `as_of`. Median with the log-log
    interval; None while fewer than half have won. Raises MissingDataError without hiring dates or owners, or where
    nobody was hired in the time.
    """
    selection = selection or EVERYTHING
    tables.need("people.hired_at", "opportunities.owner")
    people = _people(tables, selection)
    first, last = _span(tables, selection)
    is_hire = people["hired_on"].between(first, last)
    is_early = is_hire & (people["won_on"] < people["hired_on"])
    hires = people[is_hire & ~is_early]
    if not len(hires):
        raise MissingDataError(
            _("nobody was hired since the data begin"), remedy=_("Map `hired_at` in `people`, or export older deals.")
        )
    months, has_won = _followed(hires, tables.as_of)
    median, low, high = kaplan_meier(months, has_won).quantile(0.5)
    estimate = Estimate(
        *("ramp.median_months", _("Median months to the first own won deal"), median, "months", len(hires)),
        *(low, high, _("Kaplan-Meier, log-log interval"), (first.date(), last.date())),
    )
    hired_before = int((people["hired_on"] < first).sum())
    return Ramp(estimate, len(hires), int((~has_won).sum()), hired_before, int(is_early.sum()))


def _people(tables: Tables, selection: Selection) -> pd.DataFrame:
    """Return one row per person with a known hiring date: hired_on, left_on, and won_on of the first own won deal."""
    people = tables.table("people")
    people = selection.of(tables, people.mutate(owner=people.person), "people")
    once = people.group_by("person").aggregate(hired_on=people.hired_on.min(), left_on=people.left_on.max())
    sold = deals(tables)
    sold = sold.filter(sold.status == "won")
    firsts = sold.group_by(seller=sold.owner).aggregate(won_on=sold.closed_on.min())
    found = tables.to_frame(once.left_join(firsts, once.person == firsts.seller))
    dated = {name: pd.to_datetime(found[name]) for name in ("hired_on", "left_on", "won_on")}
    return pd.DataFrame(dated).dropna(subset=["hired_on"])


def _followed(hires: pd.DataFrame, as_of: date) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """Return the months that each hire was followed, and whether they ended in a won deal."""
    end = hires["left_on"].fillna(pd.Timestamp(as_of))
    end = end.where(end <= pd.Timestamp(as_of), pd.Timestamp(as_of))
    has_won = hires["won_on"] <= end
    days = (hires["won_on"].where(has_won, end) - hires["hired_on"]).dt.days
    return days.clip(lower=0).to_numpy(dtype=np.float64) / DAYS_PER_MONTH, has_won.to_numpy(dtype=np.bool_)


def _span(tables: Tables, selection: Selection) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first and last day of hiring: since the first deal, in the window where one is asked for."""
    begun = tables.to_frame(deals(tables).aggregate(first=deals(tables).created_on.min())).iloc[0]["first"]
    first, last = selection.days(tables) if selection.window else (date.min, tables.as_of)
    since = pd.Timestamp(begun) if first == date.min else max(pd.Timestamp(begun), pd.Timestamp(first))
    return since, pd.Timestamp(last)
