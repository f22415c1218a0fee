"""Several figures of one pilot that nothing changes: how often is the whole called a success, or harm?

The figures come from the same sellers at the same times: who is slow wins less and converts fewer leads. A deal is won
the less likely the slower its seller was at the time; a lead is converted likewise.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd
from simulated_pilots import Arms, Deals, Numbers, panel_of, rows_of

from salesopt_kit.engagement import Bound
from salesopt_kit.pilot.check import Rules
from salesopt_kit.pilot.guardrails import USUAL, guardrail
from salesopt_kit.pilot.judge import Judged, judge
from salesopt_kit.pilot.overall import holm_factors, overall
from salesopt_kit.pilot.panel import Panel
from salesopt_kit.terms import GuardrailVerdict, HonestVerdict

LEADS_A_DEAL = 3.0
WIN_RATE, CONVERSION = 0.45, 0.30
PACE_COUNTS = 2.0
"""How strongly a slow pace lowers the chance to win or convert, on its logit."""
HOURS, HOURS_SD = 8.5, 1.0
SCORE, SCORE_SD = 3.8, 0.8
WISHED = 0.1
"""The target is as much better than the figure before."""


@dataclass(frozen=True)
class Firm:
    """The figures of one simulated firm: four that have targets, the primary one first, and two guardrails."""

    panels: tuple[Panel, ...]
    rails: tuple[Panel, ...]


def firm_of(deals: Deals, rng: np.random.Generator) -> Firm:
    """Return all figures of the firm whose deals these are."""
    return Firm(figures_of(deals, rng), rails_of(deals, rng))


def figures_of(deals: Deals, rng: np.random.Generator) -> tuple[Panel, ...]:
    """Return cycle (the primary one), won in time, lead conversion and win rate of the same firm."""
    world, horizon = deals.world, deals.world.horizon
    won = rng.random(len(deals.day)) < _chance(WIN_RATE, deals.climate.pace(deals.seller, deals.day))
    n_sellers = world.teams * world.sellers
    n = rng.poisson(LEADS_A_DEAL * len(deals.day))
    seller, day = rng.integers(0, n_sellers, n), rng.integers(-7 * world.history_weeks, 7 * world.pilot_weeks, n)
    is_converted = rng.random(n) < _chance(CONVERSION, deals.climate.pace(seller, day))
    closed = deals.day + deals.days.astype(int)
    is_known = closed < 7 * world.pilot_weeks + horizon
    own = (world, deals.team, deals.seller)
    closings = (world, deals.team[is_known], deals.seller[is_known], closed[is_known], won[is_known].astype(float))
    return (
        panel_of(deals),
        _share("won_in_time", rows_of(*own, deals.day, (won & (deals.days <= horizon)).astype(float)), horizon),
        _share("lead_conversion", rows_of(world, seller // world.sellers, seller, day, is_converted * 1.0), horizon),
        _share("win_rate", rows_of(*closings), None),
    )


def _chance(usual: float, pace: Numbers) -> Numbers:
    found: Numbers = 1 / (1 + np.exp(-(np.log(usual / (1 - usual)) - PACE_COUNTS * pace)))
    return found


def _share(metric: str, rows: pd.DataFrame, horizon: int | None) -> Panel:
    return Panel(metric, metric, "share", "", rows, horizon, "sellers", lower_is_better=False)


def rails_of(deals: Deals, rng: np.random.Generator) -> tuple[Panel, ...]:
    """Return working hours and satisfaction, one entry a seller and working day or week, as firms keep them."""
    return (
        _entries(deals, rng, "daily_hours", (HOURS, HOURS_SD), 1),
        _entries(deals, rng, "satisfaction", (SCORE, SCORE_SD), 7),
    )


def _entries(deals: Deals, rng: np.random.Generator, metric: str, usual: tuple[float, float], every: int) -> Panel:
    """Return a figure whose team and seller means are near its usual one, and which follows the pace."""
    world = deals.world
    days = np.arange(-7 * world.history_weeks, 7 * world.pilot_weeks, every)
    n_sellers = world.teams * world.sellers
    seller, day = np.repeat(np.arange(n_sellers), len(days)), np.tile(days, n_sellers)
    is_kept = (day % 7 < 5) | (every > 1)  # noqa: PLR2004 -- working days
    seller, day = seller[is_kept], day[is_kept]
    is_worse_high = metric == "daily_hours"
    pace = deals.climate.pace(seller, day) * (1 if is_worse_high else -1)
    values = usual[0] + usual[1] * pace + rng.normal(0, usual[1], len(day))
    sums = np.zeros((world.teams, int(days[-1] - days[0]) + 1)), np.zeros((world.teams, int(days[-1] - days[0]) + 1))
    for one, weight in zip(sums, (values, np.ones(len(day))), strict=True):
        np.add.at(one, (seller // world.sellers, day - days[0]), weight)
    team, place = np.nonzero(sums[1])
    rows = rows_of(world, team, team, place + days[0], sums[0][team, place])
    rows["n"] = sums[1][team, place]
    return Panel(metric, metric, "", "", rows, None, "units", lower_is_better=is_worse_high)


def judge_all(panels: tuple[Panel, ...], arms: Arms, rules: Rules) -> tuple[Judged, ...]:
    """Return the verdicts as `judged_pilot` comes to them: the others' p values by Holm."""
    targets = [target_of(panel, arms) for panel in panels]
    cases = list(zip(panels, targets, strict=True))
    found = [judge(panel, arms, target, rules) for panel, target in cases]
    ps = [one.change.p for one in found]
    factors = zip(holm_factors(ps), holm_factors(ps, is_first_apart=False), strict=True)
    return tuple(
        one if pair == (1, 1) else judge(panel, arms, target, rules, p_factor=pair[0], harm_factor=pair[1])
        for one, pair, (panel, target) in zip(found, factors, cases, strict=True)
    )


def target_of(panel: Panel, arms: Arms) -> Bound:
    """Return the target that is set by the figure before."""
    before = panel.value(arms.treated, arms.baseline)
    return Bound(at_most=(1 - WISHED) * before) if panel.lower_is_better else Bound(at_least=(1 + WISHED) * before)


def said_of(firm: Firm, arms: Arms) -> Iterator[str]:
    """Yield what is said of a pilot that is judged by several figures at once, after the follow-up."""
    horizon = firm.panels[0].horizon or 0
    found = judge_all(firm.panels, arms, Rules(arms.period[1] + timedelta(days=horizon), horizon))
    rails = [guardrail(rail, arms, USUAL[rail.metric]) for rail in firm.rails]
    broken = tuple(rail.metric for rail in rails if rail.verdict is GuardrailVerdict.BROKEN)
    harmed = [
        one.metric for one in found if one.change.high is not None and one.change.high < 0 and one.change.is_extreme
    ]
    yield from (f"{name}: harm by its own p" for name in harmed)
    if harmed:
        yield "any of four figures: harm by its own p"
    if any(one.verdict is HonestVerdict.WITH_EVIDENCE for one in found):
        yield "any of four figures: met_with_evidence"
    yield f"four figures, overall: {overall(found).verdict.value}"
    yield from (f"guardrail broken: {name}" for name in broken)
    yield f"four figures and two guardrails, overall: {overall(found, broken).verdict.value}"
