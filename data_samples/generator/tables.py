"""What the firm's systems would hold of a run: canonical tables, still clean; times are local timestamps."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from generator.process import Run
from generator.staff import Staff
from generator.world import World


@dataclass(frozen=True)
class Words:
    """What differs by language: names of people and customers, reasons, texts."""

    names: list[str]
    accounts: list[str]
    lost_reasons: tuple[str, ...]
    complaints: dict[str, tuple[str, float, tuple[str, ...]]]
    interviews: tuple[tuple[str, str, str], ...]
    feedback: dict[str, dict[str, tuple[str, ...]]]
    titles: tuple[str, str]


def crm(world: World, staff: Staff, words: Words, run: Run, number: int = 0) -> dict[str, pd.DataFrame]:
    """Return leads, opportunities, stage_events, accounts and people as known at the end of as_of."""
    rng = np.random.default_rng([world.seed, 3, number])
    deals = _deals(world, staff, words, run.deals, rng)
    events = _events(world, staff, deals, run.visits, rng)
    last = events.groupby("opportunity_id")["stage"].last()
    opportunities = deals.assign(stage=deals["opportunity_id"].map(last))
    leads = _leads(world, staff, words, run.leads, opportunities, rng)
    columns = "opportunity_id lead_id account owner team segment product source amount created_at first_contact_at"
    return {
        "leads": leads,
        "opportunities": opportunities[[*columns.split(), "closed_at", "stage", "status", "lost_reason"]],
        "stage_events": events,
        "accounts": _accounts(world, opportunities, rng),
        "people": staff.people,
    }


def _names(table: dict[str, object], numbers: pd.Series) -> np.ndarray:
    return np.array(list(table), dtype=object)[numbers.to_numpy()]


def _deals(world: World, staff: Staff, words: Words, deals: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    n = len(deals)
    is_closed = world.clock(deals["closed"].to_numpy()) < world.n_days
    people = staff.people["person"].to_numpy()
    status = np.where(~is_closed, "open", np.where(deals["won"], "won", "lost"))
    closed_at = pd.Series(world.stamps(deals["closed"].to_numpy()), index=deals.index).where(is_closed)
    heir = _heirs(world, staff, deals, rng)
    accounts = np.array(words.accounts, dtype=object)
    reasons = np.array(words.lost_reasons, dtype=object)[rng.integers(0, len(words.lost_reasons), n)]
    return pd.DataFrame(
        {
            "opportunity_id": [f"D{number:05d}" for number in range(1, n + 1)],
            "lead_id": [f"L{number + 1:05d}" for number in deals.index],
            # Few firms buy often: the square of a uniform number favours the first names of the list.
            "account": accounts[(rng.random(n) ** 1.3 * len(accounts)).astype(int)],
            "first_owner": people[deals["owner"]],
            "owner": people[heir],
            "team": np.array([team.name for team in world.teams], dtype=object)[deals["team"]],
            "segment": _names(world.segments, deals["segment"]),
            "product": _names(world.products, deals["product"]),
            "source": _names(world.sources, deals["source"]),
            "amount": deals["amount"],
            "created_at": world.stamps(deals["created"].to_numpy()),
            "first_contact_at": world.stamps(deals["contact"].to_numpy()),
            "closed_at": closed_at,
            "status": status,
            "lost_reason": np.where(status == "lost", reasons, None),
        },
        index=deals.index,
    )


def _heirs(world: World, staff: Staff, deals: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Return who owns each deal in the end: a team mate where the first owner left before it was closed."""
    left = pd.to_datetime(staff.people["left_on"].iloc[: staff.n])
    gone = (left - pd.Timestamp(world.first_day)).dt.days.fillna(10**6).to_numpy()
    owner = deals["owner"].to_numpy().copy()
    end = np.minimum(deals["closed"].to_numpy(), world.n_days)
    for place in np.flatnonzero(gone[owner] < end):
        day = int(min(gone[owner[place]], world.n_days - 1))
        mates = np.flatnonzero((staff.team == staff.team[owner[place]]) & (staff.capacity[day] == 1.0))
        owner[place] = rng.choice(mates) if len(mates) else owner[place]
    return owner


def _events(
    world: World, staff: Staff, deals: pd.DataFrame, visits: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Return one row per entry into a stage, with the entry that closes the deal."""
    share = np.array([step.work_share for step in world.steps])[visits["stage"]]
    done = visits["entered"] + (visits["left"] - visits["entered"]) * (
        share * rng.uniform(0.6, 1.15, len(visits))
    ).clip(0.02, 1)
    stages = pd.DataFrame(
        {
            "deal": visits["deal"],
            "at": visits["entered"],
            "done": done,
            "stage": np.array([step.id for step in world.steps], dtype=object)[visits["stage"]],
            "department": np.array([step.department for step in world.steps], dtype=object)[visits["stage"]],
        }
    )
    last = visits.groupby("deal", sort=False).last()
    won = last["to"] == len(world.steps)
    endings = pd.DataFrame({"deal": last.index, "at": last["left"].to_numpy(), "done": last["left"].to_numpy()})
    endings["stage"] = np.where(won, "won", "lost")
    endings["department"] = np.where(won, world.departments["won"], world.departments["sales"])
    events = pd.concat([stages, endings]).sort_values(["deal", "at"], kind="stable", ignore_index=True)
    events = events[world.clock(events["at"].to_numpy()) < world.n_days].reset_index(drop=True)
    entered = pd.Series(world.stamps(events["at"].to_numpy()))
    is_done = world.clock(events["done"].to_numpy()) < world.n_days
    return pd.DataFrame(
        {
            "opportunity_id": deals["opportunity_id"].loc[events["deal"]].to_numpy(),
            "stage": events["stage"],
            "entered_at": entered,
            "completed_at": pd.Series(world.stamps(events["done"].to_numpy())).where(is_done),
            "actor": _actors(world, staff, deals, events, entered, rng),
            "department": events["department"],
        }
    )


def _actors(
    world: World,
    staff: Staff,
    deals: pd.DataFrame,
    events: pd.DataFrame,
    entered: pd.Series,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return who made each entry: the owner of the day in sales, anybody of the department elsewhere."""
    left = staff.people.set_index("person")["left_on"]
    row = deals.loc[events["deal"]]
    has_left = pd.to_datetime(row["first_owner"].map(left)).to_numpy() <= entered.to_numpy()
    actor = np.where(has_left, row["owner"], row["first_owner"]).astype(object)
    for department, _title, _heads in world.support:
        there = staff.people.loc[staff.people["department"] == department, "person"].to_numpy()
        is_theirs = (events["department"] == department).to_numpy()
        actor[is_theirs] = there[rng.integers(0, len(there), is_theirs.sum())]
    return actor


def _leads(
    world: World,
    staff: Staff,
    words: Words,
    leads: pd.DataFrame,
    deals: pd.DataFrame,
    rng: np.random.Generator,
) -> pd.DataFrame:
    n = len(leads)
    accounts = pd.Series(
        np.array(words.accounts, dtype=object)[rng.integers(0, len(words.accounts), n)], index=leads.index
    )
    accounts.update(deals["account"])
    return pd.DataFrame(
        {
            "lead_id": [f"L{number + 1:05d}" for number in leads.index],
            "created_at": world.stamps(leads["created"].to_numpy()),
            "owner": staff.people["person"].to_numpy()[leads["owner"]],
            "source": _names(world.sources, leads["source"]),
            "segment": _names(world.segments, leads["segment"]),
            "account": accounts,
            "status": np.where(leads["is_deal"], "converted", "disqualified"),
        }
    )


def _accounts(world: World, deals: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return everybody a deal was tried with; customers since their first won deal, some of whom left later."""
    known = deals.sort_values("created_at", kind="stable").groupby("account", sort=True)["segment"].first()
    won = deals[deals["status"] == "won"].groupby("account")["closed_at"].min().dt.normalize().reindex(known.index)
    stay = rng.exponential(2_200, len(known)).astype(int) + 60
    ended = won + pd.to_timedelta(stay, unit="D")
    return pd.DataFrame(
        {
            "account": known.index,
            "started_at": won.to_numpy(),
            "ended_at": ended.where(ended <= pd.Timestamp(world.as_of)).to_numpy(),
            "segment": known.to_numpy(),
        }
    )
