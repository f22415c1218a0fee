"""The cycle of the pilot as survival: open deals count, lost ones compete, and nothing is said too early."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.followup import deal_outcomes
from salesopt_kit.numbers import shown
from salesopt_kit.pilot.by_type.shares import p_shown, says
from salesopt_kit.pilot.by_type.sides import by_sellers_caveat, change_beyond_controls
from salesopt_kit.pilot.contrast import Contrast, arms_of
from salesopt_kit.pilot.panel import panel_of
from salesopt_kit.pilot.setting import Setting, need_controls, setting
from salesopt_kit.results import Estimate, Result, explains_missing, with_interval
from salesopt_kit.stats.competing_risks import aalen_johansen
from salesopt_kit.stats.difference import Difference, Estimated, difference_in_differences
from salesopt_kit.stats.log_rank import LogRank, log_rank
from salesopt_kit.stats.proportional_hazards import proportional_hazards
from salesopt_kit.stats.survival import Survival, kaplan_meier, restricted_mean
from salesopt_kit.tables.store import Tables

CELLS = (("treated", "before"), ("treated", "after"), ("controls", "before"), ("controls", "after"))
OPEN, WON, LOST = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Cell:
    """The deals that one side opened in one period; estimates come with their standard errors."""

    side: str
    period: str
    n: int
    curve: Survival
    days: "np.ndarray[tuple[int], np.dtype[np.float64]]"
    """How long each deal was followed or took."""
    mean: Estimated
    """Days to closing, counted up to the horizon."""
    won: Estimated
    """Share won by `by_days`."""
    lost: Estimated
    """Share lost by the horizon."""


@dataclass(frozen=True, slots=True)
class Cycle(Result):
    """The cycle by side and period, and how the pilot changed it beyond the controls."""

    cells: tuple[Cell, ...]
    horizon: int
    followed_days: int
    """Of the youngest deal of the pilot."""
    by_days: int
    """The target days, or the horizon if that is shorter."""
    target_days: int | None
    judged_from: date | None
    """The day from which every deal of the pilot has been followed for the target days; None: it already is so."""
    mean: Contrast
    """Days, sellers as the cases."""
    plain: Difference
    """Days, deals as the cases, Greenwood's errors."""
    won: Difference
    lost: Difference
    tests: tuple[LogRank, ...]
    """After against before by strata of units: the pilot's, and the controls'."""
    pace: Difference | None
    """Log of the factor by which the pace of closing rose beyond the controls, clustered by seller; None where a side
    closed nothing in a period."""

    def sentence(self) -> str:
        """Say how the cycle changed; before the follow-up reaches the target, only when it can be judged."""
        if self.judged_from is not None:
            message = _(
                "No verdict on the cycle yet: deals were followed for {days} days and the target is {target}; it "
                "can be judged with an export of {day} or later."
            )
            return message.format(days=self.followed_days, target=self.target_days, day=self.judged_from)
        before, after = (cell.mean[0] for cell in self.cells[:2])
        message = _(
            "Days to closing (up to {horizon}): {before} → {after} in the pilot's units; {change} {beside}: {says}"
        )
        return message.format(
            horizon=self.horizon,
            before=shown(before, "days"),
            after=shown(after, "days"),
            change=with_interval(self._mean()),
            beside=_("against the controls"),
            says=says(self.mean.low, self.mean.high),
        )

    def methods(self) -> Iterable[str]:
        """Return the methods for times to an end, and that of the change."""
        found = ("survival", "competing_risks", "log_rank", "follow_up", self.mean.method)
        return found if self.pace is None else (*found, "proportional_hazards")

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the change beyond the controls of the mean, the share won and the share lost, and of the pace."""
        n, greenwood = self.mean.n, _("Greenwood's errors, deals as independent")
        found = (
            self._mean(),
            _estimate("mean.deals", _("Days to closing, change beyond the controls"), self.plain, "days", n, greenwood),
            _estimate("won", self._won_label(), self.won, "points", n, _("Aalen-Johansen, deals as independent")),
            _estimate("lost", self._lost_label(), self.lost, "points", n, _("Aalen-Johansen, deals as independent")),
        )
        return found if self.pace is None else (*found, _pace_estimate(self.pace, n))

    def caveats(self) -> tuple[str, ...]:
        """Return how to read the curves."""
        said = [
            _("Deals still open are counted as long as they were followed; no mean of closed deals alone is used."),
            _("Lost deals compete with wins: they are not counted as if they might still be won."),
            by_sellers_caveat(),
            *(
                self._tested(test, name)
                for test, name in zip(self.tests, self._sides(), strict=True)
                if not math.isnan(test.pace)
            ),
        ]
        if self.lost.interval.low > 0:
            said.append(_("More deals were lost than before: part of the shorter cycle is deals given up sooner."))
        return tuple(said)

    def table(self) -> pd.DataFrame:
        """Return one row per side and period, and the change beyond the controls."""
        rows = [
            {
                _("Side"): cell_label(cell.side, cell.period),
                _("Deals"): f"{cell.n:,}",
                _("Days to closing, up to {horizon}").format(horizon=self.horizon): _with_error(cell.mean, "days"),
                self._won_label(): _with_error(cell.won, "fraction"),
                self._lost_label(): _with_error(cell.lost, "fraction"),
            }
            for cell in self.cells
        ]
        if self.judged_from is None:
            mean, won, lost = (with_interval(self.estimates()[place]) for place in (0, 2, 3))
            change = [_("Change beyond the controls"), f"{self.mean.n:,}", mean, won, lost]
            rows.append(dict(zip(rows[0], change, strict=True)))
        return pd.DataFrame(rows)

    def _mean(self) -> Estimate:
        return Estimate(
            "pilot.cycle.mean",
            _("Days to closing, change beyond the controls, by sellers"),
            self.mean.value,
            "days",
            self.mean.n,
            self.mean.low,
            self.mean.high,
            self.mean.label,
        )

    def _won_label(self) -> str:
        return _("Won within {days} days").format(days=self.by_days)

    def _lost_label(self) -> str:
        return _("Lost within {days} days").format(days=self.horizon)

    def _sides(self) -> tuple[str, str]:
        return _("Pilot units"), _("Controls")

    def _tested(self, test: LogRank, side: str) -> str:
        message = _("{side}, after against before (log-rank within units): deals closed {pace:.2f} times as fast, {p}.")
        return message.format(side=side, pace=test.pace, p=p_shown(test.p))


@explains_missing
def cycle(tables: Tables) -> Result:
    """Return how long deals took in both arms and periods, up to one horizon that all of them were followed.

    Kaplan-Meier restricted means, Aalen-Johansen shares won and lost, log-rank within units, Cox's pace. Until every
    deal of the pilot was followed for the target days there is no verdict, and the day of it is told. MissingDataError
    without a pilot, without controls, or before any follow-up.
    """
    chosen = setting(tables)
    need_controls(chosen.controls)
    horizon, target = chosen.need_follow_up(), target_days(chosen)
    by_days = min(horizon, target) if target else horizon
    rows = _deals(tables, chosen)
    cells = tuple(_cell(rows, side, period, (horizon, by_days)) for side, period in CELLS)
    mean = change_beyond_controls(panel_of(tables, chosen, "cycle_days"), arms_of(chosen))
    judged_from = chosen.pilot.period[1] + timedelta(days=target) if target and target > chosen.followed_days else None
    return Cycle(
        cells,
        horizon,
        chosen.followed_days,
        by_days,
        target,
        judged_from,
        mean,
        _change([cell.mean for cell in cells]),
        _change([cell.won for cell in cells]),
        _change([cell.lost for cell in cells]),
        tuple(_tested(rows[rows["side"] == side]) for side in ("treated", "controls")),
        _pace(rows),
    )


def target_days(chosen: Setting) -> int | None:
    """Return the days that the cycle should take at most; None without such a target."""
    bound = chosen.targets.get("cycle_days")
    return math.ceil(bound.at_most) if bound and bound.at_most is not None else None


def cell_label(side: str, period: str) -> str:
    """Return the name of a side in a period, in the reader's words."""
    sides = {"treated": _("Pilot units"), "controls": _("Controls")}
    return _("{side}, {period}").format(side=sides[side], period={"before": _("before"), "after": _("after")}[period])


def _deals(tables: Tables, chosen: Setting) -> pd.DataFrame:
    """Return one row per deal of both sides and periods: side, period, unit, cluster, days, outcome."""
    parts = []
    for period, window in (("before", chosen.pilot.baseline), ("after", chosen.pilot.period)):
        rows = deal_outcomes(tables, window, chosen.dimension)
        rows = rows[rows["unit"].isin([*chosen.treated, *chosen.controls])].assign(period=period)
        parts.append(rows.loc[rows.index.repeat(rows["n"])].drop(columns="n"))
    found = pd.concat(parts, ignore_index=True)
    side = np.where(found["unit"].isin(chosen.treated), "treated", "controls")
    return found.assign(side=side)


def _cell(rows: pd.DataFrame, side: str, period: str, limits: tuple[int, int]) -> Cell:
    rows = rows[(rows["side"] == side) & (rows["period"] == period)]
    if not len(rows):
        raise MissingDataError(
            _("some unit has no data in the baseline or in the pilot"), remedy=_("Check the pilot's dates and names.")
        )
    days, outcome = rows["days"].to_numpy(float), rows["outcome"].to_numpy(int)
    horizon, by_days = limits
    won, lost = aalen_johansen(days, outcome)
    return Cell(
        side,
        period,
        len(rows),
        kaplan_meier(days, outcome != OPEN),
        days,
        restricted_mean(days, outcome != OPEN, float(horizon)),
        won.at(by_days),
        lost.at(horizon),
    )


def _change(cells: list[Estimated]) -> Difference:
    return difference_in_differences(cells[0], cells[1], cells[2], cells[3])


def _tested(rows: pd.DataFrame) -> LogRank:
    days, ended = rows["days"].to_numpy(float), rows["outcome"].to_numpy(int) != OPEN
    units = pd.factorize(rows["unit"])[0]
    return log_rank(days, ended, (rows["period"] == "after").to_numpy(), units)


def _pace(rows: pd.DataFrame) -> Difference | None:
    """Return the log of the factor: columns after, and after x pilot; each unit has a pace of its own."""
    closed = rows[rows["outcome"] != OPEN]
    if closed.groupby(["side", "period"]).ngroups < len(CELLS):
        return None
    after = (rows["period"] == "after").to_numpy(float)
    columns = np.column_stack([after, after * (rows["side"] == "treated").to_numpy(float)])
    found = proportional_hazards(
        rows["days"].to_numpy(float),
        rows["outcome"].to_numpy(int) != OPEN,
        columns,
        strata=pd.factorize(rows["unit"])[0],
        clusters=pd.factorize(rows["cluster"])[0],
    )
    return found.log_ratio(1)


def _estimate(key: str, label: str, found: Difference, unit: str, n: int, method: str) -> Estimate:
    return Estimate(f"pilot.cycle.{key}", label, found.value, unit, n, found.interval.low, found.interval.high, method)


def _pace_estimate(found: Difference, n: int) -> Estimate:
    pace, low, high = (math.exp(x) for x in (found.value, found.interval.low, found.interval.high))
    label = _("Pace of closing, factor beyond the controls")
    method = _("Cox regression by strata of units, clustered by seller")
    return Estimate("pilot.cycle.pace", label, pace, "factor", n, low, high, method)


def _with_error(found: Estimated, unit: str) -> str:
    value, error = found
    return f"{shown(value, unit)} ± {shown(1.96 * error, 'points' if unit == 'fraction' else unit)}"
