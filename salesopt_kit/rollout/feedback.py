"""C3: what does the anonymous feedback say, month by month?"""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from salesopt_kit.locale import _
from salesopt_kit.metrics.feedback import feedback_by_month
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.rollout.dashboard import window_of
from salesopt_kit.tables.store import Tables

FEWEST_ANSWERS = 5
"""Answers below which a month stays hidden, lest somebody be recognised."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month's answers: how many, those with words and the share of them that name a cumbersome process, scores."""

    name: str
    n: int
    worded: int
    share: float | None
    scored: int
    score: float | None


@dataclass(frozen=True, slots=True)
class Feedback(Result):
    """Feedback by month, months with too few answers left out."""

    months: tuple[Month, ...]
    n_hidden: int

    def sentence(self) -> str:
        """Say how much feedback came."""
        message = _("{n:,} anonymous answers in {months} months.")
        return message.format(n=sum(month.n for month in self.months), months=len(self.months))

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the mean score and the share of "cumbersome" of every month."""
        label, scored = _("Names a cumbersome process"), _("Mean score")
        found = []
        for month in self.months:
            group = f"month={month.name}"
            found.append(
                Estimate("rollout.feedback.cumbersome", label, month.share, "fraction", month.worded, group=group)
            )
            found.append(Estimate("rollout.feedback.score", scored, month.score, "score", month.scored, group=group))
        return tuple(found)

    def table(self) -> pd.DataFrame:
        """Return one row per month."""
        return pd.DataFrame(
            {
                _("Month"): month.name,
                _("Answers"): f"{month.n:,}",
                _("Mean score"): shown(month.score, "score"),
                _("Names a cumbersome process"): shown(month.share, "fraction"),
            }
            for month in self.months
        )

    def caveats(self) -> tuple[str, ...]:
        """Return what is hidden and who answers."""
        said = [_("Who answers chose to answer; they need not speak for all.")]
        if self.n_hidden:
            message = _("{n} months with fewer than {few} answers are not shown, so that nobody can be recognised.")
            said.append(message.format(n=self.n_hidden, few=FEWEST_ANSWERS))
        return tuple(said)


@explains_missing
def feedback(tables: Tables) -> Result:
    """Return the anonymous feedback of the last twelve months by month, shown from five answers up."""
    found = feedback_by_month(tables, window_of(tables))
    enough = found[found["n"] >= FEWEST_ANSWERS]
    return Feedback(tuple(_month(row) for _place, row in enough.iterrows()), len(found) - len(enough))


def _month(row: "pd.Series[Any]") -> Month:
    worded, scored = int(row["worded"]), int(row["scored"])
    share = float(row["cumbersome"]) / worded if worded else None
    score = float(row["score"]) / scored if scored else None
    return Month(str(row["month"]), int(row["n"]), worded, share, scored, score)
