"""The sales process as a semi-Markov model: leads arrive, some become deals, deals move from stage to stage.

Every draw is made for every lead, whether it is used or not, so that two runs with one seed differ only by what the
pilot does (common random numbers).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from generator.staff import Staff
from generator.world import World

MOST_VISITS = 16
SHORTEST = 0.06
"""Days; half an hour on the clock, so that no true visit looks like a click-through."""
MOST_RETURNS = 2


@dataclass(frozen=True)
class Run:
    """One history of the firm, followed to the end of every deal.

    `leads`: one row a lead, times as model times. `deals`: one row a deal, index = its lead's. `visits`: one row a
    visit, in order per deal.
    """

    leads: pd.DataFrame
    deals: pd.DataFrame
    visits: pd.DataFrame


def simulate(world: World, staff: Staff, seed: int, *, with_pilot: bool = True, exact: bool = False) -> Run:
    """Return one run of the model; `exact` takes just as many deals as the world says, else their number is random."""
    rng = np.random.default_rng([world.seed, 2, seed])
    leads = _leads(world, staff, rng)
    deals = _deals(world, leads, rng, with_pilot=with_pilot, exact=exact)
    visits, ends = _visits(world, staff, deals, rng, with_pilot=with_pilot)
    deals = deals.join(ends)
    won = deals["won"].reindex(leads.index, fill_value=False)
    return Run(leads.assign(is_deal=leads.index.isin(deals.index), won=won), deals, visits)


def _leads(world: World, staff: Staff, rng: np.random.Generator) -> pd.DataFrame:
    n = world.n_leads
    days = world.days[: world.n_days]
    weights = np.where(world.is_workday[: world.n_days], 1.0, 0.25) * np.array([world.busy[m] for m in days.month])
    day = np.sort(rng.choice(world.n_days, n, p=weights / weights.sum()))
    created = np.sort(day + rng.random(n))
    day = np.floor(created).astype(int)
    owner = _pick(staff.capacity[day], rng.random(n))
    progress = created / world.n_days
    starts, ends = (np.array([shares[end] for shares in world.segments.values()]) for end in (0, 1))
    return pd.DataFrame(
        {
            "created": created,
            "owner": owner,
            "team": staff.team[owner],
            "source": _choice(rng, [source.share for source in world.sources.values()], n),
            "segment": _pick(starts + progress[:, None] * (ends - starts), rng.random(n)),
            "product": _choice(rng, [product.share for product in world.products.values()], n),
        }
    )


def _choice(rng: np.random.Generator, shares: list[float], n: int) -> np.ndarray:
    return np.minimum(np.searchsorted(np.cumsum(shares), rng.random(n) * sum(shares)), len(shares) - 1)


def _pick(weights: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Return one column number a row, with the chances that the row's weights give."""
    reached = weights.cumsum(axis=1)
    return np.asarray((reached <= (u * reached[:, -1])[:, None]).sum(axis=1)).clip(max=weights.shape[1] - 1)


def _deals(
    world: World, leads: pd.DataFrame, rng: np.random.Generator, *, with_pilot: bool, exact: bool
) -> pd.DataFrame:
    n = len(leads)
    delay = rng.lognormal(-0.4, 0.8, n)
    created = world.to_workday(leads["created"].to_numpy() + delay)
    chance = np.array([source.qualify for source in world.sources.values()])[leads["source"]]
    if with_pilot:
        chance = np.where(_treated(world, leads["team"].to_numpy(), created), chance * world.effect.qualify, chance)
    score = rng.random(n) / chance
    amounts = rng.lognormal(0, 0.8, n) * np.array([p.median_amount for p in world.products.values()])[leads["product"]]
    amounts *= np.array([factor for _s, _e, factor in world.segments.values()])[leads["segment"]]
    seen = world.clock(created) < world.n_days
    limit = np.partition(score[seen], world.n_deals - 1)[world.n_deals - 1] if exact else 1.0
    contact = leads["created"].to_numpy() + delay * rng.random(n) * 0.8
    deals = leads.assign(created=created, contact=contact, amount=np.round(amounts, -2).clip(min=500))
    return deals[(score <= limit) & seen]


def _treated(world: World, team: np.ndarray, times: np.ndarray) -> np.ndarray:
    treated = [place for place, known in enumerate(world.teams) if known.name in world.treated]
    return np.isin(team, treated) & (times >= world.number_of(world.pilot[0]))


def _visits(
    world: World, staff: Staff, deals: pd.DataFrame, rng: np.random.Generator, *, with_pilot: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    n = world.n_leads
    z = rng.standard_normal((MOST_VISITS, n))[:, deals.index]
    u = rng.random((MOST_VISITS, n))[:, deals.index]
    hop = rng.random((MOST_VISITS, n))[:, deals.index]
    model = _Model(world, staff, deals, with_pilot=with_pilot)
    stage = np.zeros(len(deals), dtype=int)
    entered = deals["created"].to_numpy().copy()
    returns = np.zeros(len(deals), dtype=int)
    live = np.arange(len(deals))
    parts = []
    closed, won = np.full(len(deals), np.nan), np.zeros(len(deals), dtype=bool)
    for step in range(MOST_VISITS):
        now, at = stage[live], entered[live]
        left = world.to_workday(at + model.days(live, now, at, z[step, live]))
        following = model.next_stage(live, now, at, u[step, live], hop[step, live], returns[live])
        parts.append(
            pd.DataFrame({"deal": live, "step": step, "stage": now, "entered": at, "left": left, "to": following})
        )
        returns[live] += (following >= 0) & (following < now)
        is_over = (following == model.won) | (following < 0)
        closed[live[is_over]], won[live[is_over]] = left[is_over], following[is_over] == model.won
        stage[live], entered[live] = following, left
        live = live[~is_over]
    visits = pd.concat(parts).sort_values(["deal", "step"], kind="stable", ignore_index=True)
    visits["deal"] = deals.index.to_numpy()[visits["deal"]]
    return visits, pd.DataFrame({"closed": closed, "won": won}, index=deals.index)


class _Model:
    """How long a visit takes and where it leads, for many deals at once; lost is -1, won is one past the stages."""

    def __init__(self, world: World, staff: Staff, deals: pd.DataFrame, *, with_pilot: bool) -> None:
        steps = world.steps
        self.world, self.with_pilot, self.won = world, with_pilot, len(steps)
        self.ids = [step.id for step in steps]
        self.mean, self.spread, self.lose, self.back, self.skip = (
            np.array([getattr(step, name) for step in steps])
            for name in ("mean_days", "spread", "lose", "back", "skip")
        )
        self.back_to = self.ids.index(world.back_to)
        owner = deals["owner"].to_numpy()
        self.team, self.amount = deals["team"].to_numpy(), deals["amount"].to_numpy()
        self.pace = staff.slowness[owner] * np.array([team.slowness for team in world.teams])[self.team]
        self.luck = staff.luck[owner]
        self.month_factor = np.array([world.slow[month] for month in world.days.month])

    def days(self, live: np.ndarray, stage: np.ndarray, at: np.ndarray, z: np.ndarray) -> np.ndarray:
        spread = self.spread[stage]
        mean = self.mean[stage] * self.pace[live] * self.month_factor[np.floor(at).astype(int)]
        effect, is_treated = self.world.effect, self._is_treated(live, at)
        faster = np.array([effect.faster.get(name, 1.0) for name in self.ids])[stage]
        is_small = (stage == self.ids.index(effect.stage)) & (self.amount[live] < self.world.tier)
        mean = np.where(is_treated, mean * faster * np.where(is_small, effect.duration, 1.0), mean)
        return np.maximum(mean * np.exp(spread * z - spread**2 / 2), SHORTEST)

    def next_stage(
        self, live: np.ndarray, stage: np.ndarray, at: np.ndarray, u: np.ndarray, hop: np.ndarray, returns: np.ndarray
    ) -> np.ndarray:
        odds = self.lose[stage] / (1 - self.lose[stage]) * self.luck[live]
        lose = odds / (1 + odds)
        relief = np.array([self.world.effect.lose.get(name, 1.0) for name in self.ids])
        lose = np.where(self._is_treated(live, at), lose * relief[stage], lose)
        back = np.where(returns < MOST_RETURNS, self.back[stage], 0.0)
        forward = np.where(hop < self.skip[stage], stage + 2, stage + 1)
        return np.where(u < lose, -1, np.where(u < lose + back, self.back_to, forward))

    def _is_treated(self, live: np.ndarray, at: np.ndarray) -> np.ndarray:
        if not self.with_pilot:
            return np.zeros(len(live), dtype=bool)
        return _treated(self.world, self.team[live], at)
