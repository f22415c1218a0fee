"""How often a pilot that changes nothing is called a success, and how often one that works: by the kit and by others.

`python benchmarks/verdict.py [--pilots N] [--processes N]` (2,000 and 2) simulates pilots whose truth is known, see
simulated_pilots.py: the two worst of six teams by their last eight weeks, a season, sellers and teams that move
together. The kit is asked at the end, at the end of every week (weekly_looks.py), and of four figures and two
guardrails (several_figures.py). The target is 10 % better than before. Prints each rule's share and, with an effect,
coverage and power.
"""

import argparse
import math
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from scipy import stats
from several_figures import firm_of, said_of
from simulated_pilots import Deals, World, arms_of, panel_of, simulate
from weekly_looks import LINE, SAID_WEEKLY, SUCCESS, look_every_week, planned_looks

from salesopt_kit.engagement import Bound
from salesopt_kit.pilot.check import Rules
from salesopt_kit.pilot.judge import Judged, judge
from salesopt_kit.stats.clustered import difference_of_changes
from salesopt_kit.terms import HonestVerdict, PilotAnswer

RECENT = (-56, -1)
"""The two months before the pilot, which gave the reason to start."""
LONG = (-7 * 34, -57)
"""Half a year that ends before them."""
BASELINES = {"long baseline": LONG, "two months before": RECENT}
SEED = 20240630
WISHED = 0.9
EFFECT = 0.7
LEVEL = 0.05
PART = 25
"""Pilots that a process takes at once."""


NEVER = tuple(f"kit, {name}: {said}" for name in BASELINES for said in (*SAID_WEEKLY, "met_with_evidence"))
"""What is printed though it never happened."""


@dataclass(frozen=True)
class Found:
    """What the kit says of one pilot, at its end and at the planned looks, and by how much its units truly gained."""

    judged: Judged
    truth: float
    looks: frozenset[str]


def verdict_of(deals: Deals, baseline: tuple[int, int]) -> Judged:
    """Return the kit's verdict after the follow-up."""
    arms = arms_of(deals, baseline)
    rules = Rules(arms.period[1] + timedelta(days=deals.world.horizon), deals.world.horizon)
    return judge(panel_of(deals), arms, target_of(deals, baseline), rules)


def target_of(deals: Deals, baseline: tuple[int, int]) -> Bound:
    """Return the target that is set by the figure before."""
    return Bound(at_most=WISHED * float(_days(deals, baseline).mean()))


def truth_of(deals: Deals) -> float:
    """Return by how much the same deals of the pilot's teams were quicker, each team alike."""
    cut = deals.world.horizon
    gained = np.minimum(deals.without, cut) - np.minimum(deals.days, cut)
    return float(np.mean([gained[(deals.team == place) & (deals.day >= 0)].mean() for place in deals.treated]))


def _days(deals: Deals, window: tuple[int, int], *, pilot: bool = True) -> np.ndarray:
    inside = (deals.day >= window[0]) & (deals.day <= window[1])
    return np.minimum(deals.days, deals.world.horizon)[inside & (np.isin(deals.team, deals.treated) == pilot)]


def other_rules(deals: Deals) -> Iterator[str]:
    """Yield the name of every other rule that calls the pilot a success, all with the two months before as baseline."""
    last = 7 * deals.world.pilot_weeks - 1
    bound = target_of(deals, RECENT).at_most or 0.0
    before, after = _days(deals, RECENT), _days(deals, (0, last))
    if after.mean() <= bound:
        yield "table: before and after against the target"
    closed = (deals.day >= 0) & (deals.day + deals.days <= last) & np.isin(deals.team, deals.treated)
    if deals.days[closed].mean() <= bound:
        yield "table, closed deals on the pilot's last day"
    if _is_quicker(before, after):
        yield "t test before and after, deals as independent"
    if any(_is_quicker(before, _days(deals, (0, 7 * week - 1))) for week in range(1, deals.world.pilot_weeks + 1)):
        yield "the same, looked at every week"
    if _did_of_deals(deals, last):
        yield "controls too, deals as independent"
    if any(_did_of_deals(deals, 7 * week - 1) for week in range(1, deals.world.pilot_weeks + 1)):
        yield "the same with controls, looked at every week"
    if _did_of_teams(deals, RECENT, last):
        yield "controls too, teams as the cases"
    if any(_did_of_teams(deals, LONG, 7 * week - 1) for week in range(1, deals.world.pilot_weeks + 1)):
        yield "teams as the cases, long baseline, looked at every week"
    if _did_of_teams(deals, LONG, last):
        yield "teams as the cases, long baseline"


def _is_quicker(before: np.ndarray, after: np.ndarray) -> bool:
    if len(after) < 3:  # noqa: PLR2004 -- a spread needs some
        return False
    found = stats.ttest_ind(after, before, equal_var=False)
    return bool(found.pvalue < LEVEL and found.statistic < 0)


def _did_of_deals(deals: Deals, last: int) -> bool:
    parts = [_days(deals, window, pilot=pilot) for pilot in (True, False) for window in ((0, last), RECENT)]
    change = (parts[0].mean() - parts[1].mean()) - (parts[2].mean() - parts[3].mean())
    error = math.sqrt(sum(part.var(ddof=1) / len(part) for part in parts))
    return bool(change < -float(stats.norm.ppf(1 - LEVEL / 2)) * error)


def _did_of_teams(deals: Deals, baseline: tuple[int, int], last: int) -> bool:
    days = np.minimum(deals.days, deals.world.horizon)
    inside = [(deals.day >= a) & (deals.day <= b) for a, b in ((0, last), baseline)]
    sums = [
        np.bincount(deals.team[part], days[part], deals.world.teams)
        / np.maximum(np.bincount(deals.team[part], minlength=deals.world.teams), 1)
        for part in inside
    ]
    own = np.isin(np.arange(deals.world.teams), deals.treated)
    found = difference_of_changes((sums[0] - sums[1])[own], (sums[0] - sums[1])[~own])
    return found.high is not None and found.high < 0


def false_alarms(pilots: int, *, first: int = 0, at_the_end_only: bool = False) -> Counter[str]:
    """Return how many pilots without any effect each rule calls a success; `first` is the number of the first pilot.

    `at_the_end_only` leaves out what takes long: the kit's weekly looks, and several figures at once.
    """
    found: Counter[str] = Counter()
    for number in range(first, first + pilots):
        deals = simulate(World(), np.random.default_rng([SEED, number]))
        found.update(other_rules(deals))
        firm = None if at_the_end_only else firm_of(deals, np.random.default_rng([SEED, 2, number]))
        for name, baseline in BASELINES.items():
            said = [*_said_at_the_end(deals, baseline)]
            if firm is not None:
                said += look_every_week(firm.panels[0], arms_of(deals, baseline), target_of(deals, baseline))
                said += said_of(firm, arms_of(deals, baseline))
            found.update(f"kit, {name}: {one}" for one in said)
    return found


def in_parts(pilots: int, processes: int) -> Counter[str]:
    """Return `false_alarms`, by several processes; they do not depend on how many."""
    starts = range(0, pilots, PART)
    found: Counter[str] = Counter()
    with ProcessPoolExecutor(processes) as pool:
        for part in pool.map(_part, [(first, min(PART, pilots - first)) for first in starts]):
            found += part
    return found


def _part(one: tuple[int, int]) -> Counter[str]:
    return false_alarms(one[1], first=one[0])


def _said_at_the_end(deals: Deals, baseline: tuple[int, int]) -> Iterator[str]:
    judged = verdict_of(deals, baseline)
    yield judged.verdict.value
    if judged.changed is PilotAnswer.YES and judged.change.gain > 0:
        yield "changed because of the pilot, whatever the target"


def with_effect(pilots: int) -> list[Found]:
    """Return the verdicts on pilots that make deals quicker by 30 %, drawn by lot."""
    world = World(effect=EFFECT, picks_worst=False)
    drawn = (simulate(world, np.random.default_rng([SEED, 1, number])) for number in range(pilots))
    return [
        Found(verdict_of(deals, LONG), truth_of(deals), frozenset(planned_looks(panel_of(deals), arms_of(deals, LONG))))
        for deals in drawn
    ]


def predicted_power(found: list[Found]) -> float:
    """Return the power that noncentral t gives for the spread of the effect in these pilots."""
    gains = np.array([one.judged.change.gain for one in found])
    truth, error, freedom = np.mean([one.truth for one in found]), gains.std(ddof=1), found[0].judged.change.freedom
    quantile = stats.t.ppf(1 - LEVEL / 2, freedom)
    return float(stats.nct.sf(quantile, freedom, truth / error))


def coverage(found: list[Found]) -> float:
    """Return the share of 95 % intervals that hold the mean true effect."""
    truth = float(np.mean([one.truth for one in found]))
    return float(np.mean([(one.judged.change.low or 0) <= truth <= (one.judged.change.high or 0) for one in found]))


def main() -> None:
    """Print the study."""
    parser = argparse.ArgumentParser(description="How often is a pilot wrongly called a success?")
    parser.add_argument("--pilots", type=int, default=2_000)
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args()
    n = chosen.pilots
    began = time.perf_counter()
    print(f"No effect, {n} pilots (share, with twice its standard error):")
    alarms = in_parts(n, chosen.processes)
    for name in sorted(
        {*alarms, *NEVER}, key=lambda name: (name.startswith("kit"), name.partition(":")[0], -alarms[name])
    ):
        share = alarms[name] / n
        print(f"  {share:7.1%} ± {2 * math.sqrt(share * (1 - share) / n):.1%}  {name}")
    found = with_effect(n)
    said = Counter(one.judged.verdict for one in found)
    print(f"Deals 30 % quicker, {n} pilots drawn by lot:")
    print(f"  {coverage(found):7.1%}  95 % intervals that hold the true gain")
    alone = np.mean([(one.judged.change.low or 0) > 0 for one in found])
    print(f"  {alone:7.1%}  intervals above 0; noncentral t predicts {predicted_power(found):.1%}")
    for verdict in HonestVerdict:
        print(f"  {said[verdict] / n:7.1%}  {verdict.value}")
    for name in (LINE, SUCCESS):
        print(f"  {np.mean([name in one.looks for one in found]):7.1%}  {name}")
    print(f"{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
