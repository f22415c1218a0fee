"""What the simulator takes for granted, checked in the log: is the time in a stage blind to how a deal came there?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from salesopt_kit.design.what_if_log import Log, log_until, moment_of
from salesopt_kit.locale import N_, _
from salesopt_kit.metrics.once import once
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.stats.log_rank import Flags, LogRank, log_rank
from salesopt_kit.stats.semi_markov_fit import STILL
from salesopt_kit.tables.store import Tables

CLEAR = 0.01
"""p below which a difference is no chance; three checks are made, each with two tests."""
MUCH = 1.2
"""Ratio of paces, or of losing, from which a difference matters."""
FEWEST = 20

CHECKS = {
    "repeat": N_("second or later stay in the same stage"),
    "came_back": N_("did not come from the stage before"),
    "later": N_("began in the second half of the period"),
}
"""What marks the stays that are compared with the others of the same stage."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check: how much faster the marked stays end than others of the same stage, and how much more are lost.

    `loss_ratio` is the share lost of the marked over that of the others, each stage weighing by its marked stays.
    """

    key: str
    pace: LogRank
    loss_ratio: float
    loss_p: float

    @property
    def is_enough(self) -> bool:
        """Whether there are stays enough to judge."""
        return self.pace.n >= FEWEST

    @property
    def matters(self) -> bool:
        """Whether the assumption is broken by more than chance and by so much that figures move."""
        return self.is_enough and (
            (self.pace.p < CLEAR and _is_much(self.pace.pace)) or (self.loss_p < CLEAR and _is_much(self.loss_ratio))
        )


@dataclass(frozen=True, slots=True)
class Assumptions(Result):
    """The checks of the simulator's assumptions, over the period that it is fitted to."""

    card: ClassVar[str] = "what_if"

    checks: tuple[Check, ...]
    stays: int

    def sentence(self) -> str:
        """Say whether the log speaks against the simulator's assumptions."""
        broken = [_(CHECKS[check.key]) for check in self.checks if check.matters]
        if broken:
            message = _("The log speaks against the simulator for stays of this kind: {names}.")
            return message.format(names=_("; ").join(broken))
        return _("Nothing in {n:,} stays speaks clearly against the simulator's assumptions.").format(n=self.stays)

    def estimates(self) -> tuple[Estimate, ...]:
        """Return pace and loss ratio of each check."""
        found = []
        for check in self.checks:
            name, group = _(CHECKS[check.key]), f"check={check.key}"
            pace, lost = _("Pace of stays: {name}"), _("Losing in stays: {name}")
            found += [
                Estimate(
                    "what_if_assumptions.pace",
                    pace.format(name=name),
                    check.pace.pace,
                    "ratio",
                    check.pace.n,
                    method=_("log-rank test over stages, p = {p:.3f}").format(p=check.pace.p),
                    group=group,
                ),
                Estimate(
                    "what_if_assumptions.lost",
                    lost.format(name=name),
                    check.loss_ratio,
                    "ratio",
                    check.pace.n,
                    method=_("Cochran-Mantel-Haenszel test over stages, p = {p:.3f}").format(p=check.loss_p),
                    group=group,
                ),
            ]
        return tuple(found)

    def caveats(self) -> tuple[str, ...]:
        """Return what is assumed and what the checks cannot see."""
        return (
            _(
                "Assumed (semi-Markov): how long a deal stays in a stage and where it goes from there depend on the "
                "stage alone, and not on the month, the deal's past, its amount or its seller."
            ),
            _(
                "A ratio of 1 is what is assumed. It matters where p is below {p} and the ratio beyond {much} or under "
                "its inverse."
            ).format(p=CLEAR, much=MUCH),
        )

    def table(self) -> pd.DataFrame:
        """Return one row per check."""
        return pd.DataFrame(
            {
                _("Stays compared with the others of the same stage"): _(CHECKS[check.key]),
                _("Stays"): f"{check.pace.n:,}",
                _("Ends so many times as fast"): _ratio(check.pace.pace, check.pace.p),
                _("Lost so many times as often"): _ratio(check.loss_ratio, check.loss_p),
                _("Does it matter?"): _judged(check),
            }
            for check in self.checks
        )


@once
def what_if_assumptions(tables: Tables) -> Assumptions:
    """Return whether stays differ by visit number, by the stage before, and by when they began.

    Times by the log-rank test with the stages as strata, losing by the Cochran-Mantel-Haenszel test over ended stays.
    The stays are those that the simulator is fitted to; they are taken as independent of one another.
    """
    log = log_until(tables)
    stays = log.stays
    ended, lost = stays.exit != STILL, stays.exit == stays.stages + 1
    checks = []
    for key, marked in _marks(tables, log).items():
        pace = log_rank(stays.days, ended, marked, stays.stage)
        checks.append(Check(key, pace, *_losing(lost[ended], marked[ended], stays.stage[ended])))
    return Assumptions(tuple(checks), len(stays.days))


def _marks(tables: Tables, log: Log) -> Mapping[str, Flags]:
    rows = log.rows
    middle = (moment_of(tables, log.first) + moment_of(tables, log.last)) / 2
    came, place = rows["came_from"].to_numpy(int), rows["place"].to_numpy(int)
    previous = {place: before for before, place in zip(log.places, log.places[1:], strict=False)}
    usual = np.array([previous.get(one, -1) for one in place])
    return {
        "repeat": rows["visit"].to_numpy(int) > 1,
        "came_back": (came != usual) & (came >= 0),
        "later": rows["entered"].to_numpy(float) >= middle,
    }


def _losing(lost: Flags, marked: Flags, stage: "np.ndarray[tuple[int], np.dtype[np.int_]]") -> tuple[float, float]:
    """Return the Mantel-Haenszel ratio of the shares lost (Greenland and Robins 1985), and the p of the CMH test."""
    above = below = seen = due = variance = 0.0
    for one in np.unique(stage):
        a, n1 = float((lost & marked)[stage == one].sum()), float(marked[stage == one].sum())
        c, n0 = float((lost & ~marked)[stage == one].sum()), float((~marked)[stage == one].sum())
        n, m = n1 + n0, a + c
        if n1 == 0 or n0 == 0:
            continue
        above, below = above + a * n0 / n, below + c * n1 / n
        seen, due = seen + a, due + n1 * m / n
        variance += n1 * n0 * m * (n - m) / (n * n * (n - 1)) if n > 1 else 0.0
    if not variance:
        return float("nan"), float("nan")
    from scipy.special import chdtrc  # noqa: PLC0415 -- SciPy is loaded only when asked for

    return above / below if below else float("nan"), float(chdtrc(1, (seen - due) ** 2 / variance))


def _is_much(ratio: float) -> bool:
    return ratio > MUCH or ratio < 1 / MUCH


def _ratio(ratio: float, p: float) -> str:
    if np.isnan(ratio):
        return "–"
    return _("{ratio} (p = {p:.3f})").format(ratio=shown(ratio, "ratio"), p=p)


def _judged(check: Check) -> str:
    if not check.is_enough:
        return _("not enough evidence")
    return _("Yes") if check.matters else _("No")
