"""Shares of the pilot (won in time, lead conversion, win rate): before and after, and against the controls."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.core_figures import metric_label
from salesopt_kit.numbers import shown
from salesopt_kit.pilot.by_type.sides import (
    before_after,
    beyond_controls,
    by_sellers_caveat,
    contrasted,
    side_by_side,
)
from salesopt_kit.pilot.contrast import Arms, arms_of
from salesopt_kit.pilot.controls import compared
from salesopt_kit.pilot.panel import Panel, panel_of
from salesopt_kit.pilot.setting import Setting, setting
from salesopt_kit.results import Estimate, Result, explains_missing, with_interval
from salesopt_kit.stats.clustered import Clustered
from salesopt_kit.stats.clustered_contrast import Group, design_effect
from salesopt_kit.stats.interval import Interval
from salesopt_kit.stats.proportion import newcombe_difference
from salesopt_kit.stats.two_proportions import Tested, two_shares_differ
from salesopt_kit.tables.store import Tables

SHARES = ("won_in_time", "lead_conversion", "win_rate")
WORTH_HALF = 2.0
"""Design effect from which on the cases are worth half their number or less, which the page then says."""


@dataclass(frozen=True, slots=True)
class SharesCompared:
    """One comparison of a share: the shares, the answer as if cases stood alone, and the answer by sellers."""

    metric: str
    label: str
    question: str
    """Key: before_after, side_by_side or beyond_controls."""
    shares: tuple[float, ...]
    """Before and after (twice for the change beyond the controls), or pilot and controls."""
    plain: Interval
    test: Tested | None
    """None for the change beyond the controls."""
    clustered: Clustered
    effect: float | None
    """The design effect."""
    n: int

    @property
    def by_cases(self) -> Estimate:
        """The difference as if each case stood alone."""
        return self._estimate("cases", self.plain.low, self.plain.high, _("Newcombe interval, cases as independent"))

    @property
    def by_sellers(self) -> Estimate:
        """The difference with sellers as the cases: the one to lean on."""
        method = _("clustered by seller, Student's t on {df:.0f} degrees of freedom")
        method = method.format(df=self.clustered.freedom) if self.clustered.low is not None else _("too few sellers")
        return self._estimate("sellers", self.clustered.low, self.clustered.high, method)

    def _estimate(self, key: str, low: float | None, high: float | None, method: str) -> Estimate:
        id_ = f"pilot.{self.metric}.{self.question}.{key}"
        label = f"{self.label}, {question_label(self.question)}"
        return Estimate(id_, label, self.clustered.value, "points", self.n, low, high, method)


@dataclass(frozen=True, slots=True)
class Shares(Result):
    """The shares of a pilot, each by three comparisons; `absent` names figures without data and why."""

    rows: tuple[SharesCompared, ...]
    absent: tuple[tuple[str, str], ...]

    def sentence(self) -> str:
        """Say the change of the first share beyond the controls and whether it is more than chance."""
        main = next((row for row in self.rows if row.question == "beyond_controls"), None)
        if main is None:
            return _("No share could be compared with the controls.")
        message = _("{label}: {first} → {second} in the pilot's units; {change} against the controls: {says}")
        return message.format(
            label=main.label,
            first=shown(main.shares[0], "fraction"),
            second=shown(main.shares[1], "fraction"),
            change=with_interval(main.by_sellers),
            says=says(main.by_sellers.low, main.by_sellers.high),
        )

    def methods(self) -> Iterable[str]:
        """Return the intervals of both levels, the tests, and what tells how alike cases are."""
        tests = (row.test.test for row in self.rows if row.test)
        in_time = ("won_in_time",) if any(row.metric == "won_in_time" for row in self.rows) else ()
        return ("difference_of_shares", "cluster_robust", "design_effect", *tests, *in_time)

    def estimates(self) -> tuple[Estimate, ...]:
        """Return both answers of every comparison."""
        return tuple(estimate for row in self.rows for estimate in (row.by_sellers, row.by_cases))

    def caveats(self) -> tuple[str, ...]:
        """Return what is missing, and how much clustering matters."""
        absent = [_("{label}: {why}").format(label=label, why=why) for label, why in self.absent]
        worst = max((row for row in self.rows if row.effect is not None), key=_effect, default=None)
        if worst is not None and _effect(worst) >= WORTH_HALF:
            message = _(
                "Design effect {effect:.1f} in {label}: cases of one seller resemble each other, so {n:,} cases are "
                "worth about {worth:,.0f} independent ones."
            )
            effect = _effect(worst)
            absent.append(message.format(effect=effect, label=worst.label, n=worst.n, worth=worst.n / effect))
        return (
            *absent,
            _("Lean on the interval by sellers: the one by cases takes all cases of a seller as independent facts."),
            _("Before and after alone cannot tell the pilot from the season or from chance; the last row of each can."),
            by_sellers_caveat(),
        )

    def table(self) -> pd.DataFrame:
        """Return one row per comparison."""
        return pd.DataFrame(
            {
                _("Figure"): row.label,
                _("Comparison"): question_label(row.question),
                _("Shares"): _pairs(row),
                _("Difference by sellers (95%)"): with_interval(row.by_sellers),
                _("As if cases stood alone"): with_interval(row.by_cases),
                _("Test by cases"): _tested(row.test),
                _("Design effect"): "–" if row.effect is None else f"{row.effect:.1f}",
            }
            for row in self.rows
        )


@explains_missing
def shares(tables: Tables) -> Result:
    """Return how the shares of the pilot changed, with sellers as the cases and as if each case stood alone.

    Newcombe's interval (the change beyond the controls: both changes' intervals joined by MOVER, Zou and Donner 2008);
    beside it the interval of the sellers' own changes, and the design effect, its variance over that of independent
    cases. MissingDataError without a pilot.
    """
    chosen = setting(tables)
    rows: list[SharesCompared] = []
    absent = []
    for metric in share_figures(chosen):
        try:
            rows += compared_shares(panel_of(tables, chosen, metric), arms_of(chosen))
        except MissingDataError as missing:
            absent.append((metric_label(metric), f"{missing.what}. {missing.remedy}"))
    if not rows:
        raise MissingDataError(absent[0][1], remedy=_("Check the pilot's dates and names."))
    return Shares(tuple(rows), tuple(absent))


def share_figures(chosen: Setting) -> tuple[str, ...]:
    """Return the figures of the pilot that are shares of cases."""
    return tuple(metric for metric in compared(chosen) if metric in SHARES)


QUESTIONS: dict[str, Callable[[Panel, Arms], list[Group]]] = {
    "before_after": before_after,
    "side_by_side": side_by_side,
    "beyond_controls": beyond_controls,
}


def compared_shares(panel: Panel, arms: Arms) -> list[SharesCompared]:
    """Return the comparisons of a share that the data allow, without controls only before and after."""
    questions = QUESTIONS if arms.controls else {"before_after": before_after}
    found = [_compared(panel, question, make(panel, arms)) for question, make in questions.items()]
    if any(math.isnan(row.clustered.value) for row in found):
        raise MissingDataError(
            _("some unit has no data in the baseline or in the pilot"), remedy=_("Check the pilot's dates and names.")
        )
    return found


def _compared(panel: Panel, question: str, groups: Sequence[Group]) -> SharesCompared:
    cells = [
        (round(float(one.totals[:, cell].sum())), round(float(one.counts[:, cell].sum())))
        for one in groups
        for cell in range(one.totals.shape[1])
    ]
    if not all(n for _count, n in cells):
        raise MissingDataError(
            _("some unit has no data in the baseline or in the pilot"), remedy=_("Check the pilot's dates and names.")
        )
    plain, test = _plain(question, cells)
    return SharesCompared(
        panel.metric,
        panel.label,
        question,
        tuple(count / n for count, n in cells),
        plain,
        test,
        contrasted(groups),
        design_effect(groups),
        sum(n for _count, n in cells),
    )


def _plain(question: str, cells: list[tuple[int, int]]) -> tuple[Interval, Tested | None]:
    if question == "beyond_controls":
        pilot, controls = newcombe_difference(*cells[1], *cells[0]), newcombe_difference(*cells[3], *cells[2])
        first, second = (later[0] / later[1] - count / n for (count, n), later in (cells[:2], cells[2:]))
        return _joined(first, pilot, second, controls), None
    later, earlier = (cells[1], cells[0]) if question == "before_after" else (cells[0], cells[1])
    return newcombe_difference(*later, *earlier), two_shares_differ(*later, *earlier)


def _joined(first: float, of_first: Interval, second: float, of_second: Interval) -> Interval:
    below = math.hypot(first - of_first.low, of_second.high - second)
    above = math.hypot(of_first.high - first, second - of_second.low)
    return Interval(first - second - below, first - second + above)


def question_label(question: str) -> str:
    """Return what is compared, in the reader's words."""
    return {
        "before_after": _("pilot units, after against before"),
        "side_by_side": _("pilot against controls, during the pilot"),
        "beyond_controls": _("change beyond the controls"),
    }[question]


def says(low: float | None, high: float | None) -> str:
    """Return what an interval of a difference allows to say, in plain words."""
    if low is None or high is None:
        return _("not enough evidence, too few sellers to tell.")
    if low <= 0 <= high:
        return _("not enough evidence; chance alone could do this.")
    return _("more than chance alone would do.")


def _pairs(row: SharesCompared) -> str:
    shares = [shown(share, "fraction") for share in row.shares]
    if row.question == "side_by_side":
        return _("{pilot}, controls {controls}").format(pilot=shares[0], controls=shares[1])
    if row.question == "before_after":
        return " → ".join(shares)
    return _("{pilot}, controls {controls}").format(pilot=" → ".join(shares[:2]), controls=" → ".join(shares[2:]))


def _tested(test: Tested | None) -> str:
    if test is None:
        return "–"
    name = {
        "boschloo": _("Boschloo, exact"),
        "fisher": _("Fisher, exact"),
        "chi_square": _("chi-square"),
    }[test.test]
    return _("{p} ({test})").format(p=p_shown(test.p), test=name)


def p_shown(p: float | None) -> str:
    """Return a p value as a table shows it."""
    if p is None or np.isnan(p):
        return "–"
    return _("p < 0.001") if p < 0.001 else _("p = {p:.3f}").format(p=p)  # noqa: PLR2004 -- three digits tell enough


def _effect(row: SharesCompared) -> float:
    return row.effect or 0.0
