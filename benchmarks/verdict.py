"""How often a pilot that changes nothing is called a success, and how often one that works: by the kit and by others.

`python benchmarks/verdict.py [--pilots N]` (default 2,000) simulates pilots whose truth is known (simulated_pilots.py):
the two worst of six teams by their last eight weeks, a season, sellers and teams that move together, weekly looks.
The target is 10 % below the figure before. Prints one line per rule and, with an effect, coverage and power.
"""

import argparse
import math
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from scipy import stats
from several_figures import said_of
from simulated_pilots import Deals, World, arms_of, panel_of, simulate
from weekly_looks import look_every_week

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


@dataclass(frozen=True)
class Found:
    """What the kit says of one pilot, and by how much its units truly gained."""

    judged: Judged
    truth: float


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


def false_alarms(pilots: int, *, first: int = 0) -> Counter[str]:
    """Return how many pilots without any effect each rule calls a success; `first` is the number of the first pilot."""
    found: Counter[str] = Counter()
    for number in range(first, first + pilots):
        deals = simulate(World(), np.random.default_rng([SEED, number]))
        found.update(other_rules(deals))
        for name, baseline in BASELINES.items():
            found.update(f"kit, {name}: {said}" for said in _said_at_the_end(deals, baseline))
            weekly = look_every_week(deals, baseline, target_of(deals, baseline))
            found.update(f"kit, {name}: {said}" for said in weekly)
            rng = np.random.default_rng([SEED, 2, number])
            found.update(f"kit, {name}: {said}" for said in said_of(deals, baseline, rng))
    return found


def _said_at_the_end(deals: Deals, baseline: tuple[int, int]) -> Iterator[str]:
    judged = verdict_of(deals, baseline)
    yield judged.verdict.value
    if judged.changed is PilotAnswer.YES and judged.change.gain > 0:
        yield "changed because of the pilot, whatever the target"


def with_effect(pilots: int) -> list[Found]:
    """Return the verdicts on pilots that make deals quicker by 30 %, drawn by lot."""
    world = World(effect=EFFECT, picks_worst=False)
    drawn = (simulate(world, np.random.default_rng([SEED, 1, number])) for number in range(pilots))
    return [Found(verdict_of(deals, LONG), truth_of(deals)) for deals in drawn]


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
    n = parser.parse_args().pilots
    began = time.perf_counter()
    print(f"No effect, {n} pilots:")
    for name, count in sorted(false_alarms(n).items(), key=lambda one: -one[1]):
        print(f"  {count / n:7.1%}  {name}")
    found = with_effect(n)
    said = Counter(one.judged.verdict for one in found)
    print(f"Deals 30 % quicker, {n} pilots drawn by lot:")
    print(f"  {coverage(found):7.1%}  95 % intervals that hold the true gain")
    alone = np.mean([(one.judged.change.low or 0) > 0 for one in found])
    print(f"  {alone:7.1%}  intervals above 0; noncentral t predicts {predicted_power(found):.1%}")
    for verdict in HonestVerdict:
        print(f"  {said[verdict] / n:7.1%}  {verdict.value}")
    print(f"{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
