"""Time sheets, anonymous feedback and the daily figures that a firm's own dashboard keeps."""

import numpy as np
import pandas as pd

from generator.staff import Staff
from generator.tables import Words
from generator.world import World

SHEETS_SINCE_DAYS = 366
"""Time sheets, feedback and daily figures exist for so many days up to as_of."""
ANSWERING = 0.4
"""Share of the sellers who answer the poll of a week."""
LINKED = 0.5
"""Share of time-sheet rows that name a deal."""
RIPE_DAYS = 60
"""The dashboard counts a lead as converted when it was won within so many days."""


def activities(world: World, staff: Staff, deals: pd.DataFrame) -> pd.DataFrame:
    """Return one row per seller, working day and kind of work; hours in steps of 0.1."""
    rng = np.random.default_rng([world.seed, 4])
    grid = _seller_days(world, staff)
    kinds = list(world.hours)
    rows = grid.loc[grid.index.repeat(len(kinds))].reset_index(drop=True)
    rows["kind"] = np.tile(np.array(kinds, dtype=object), len(grid))
    mean = rows["kind"].map(world.hours).to_numpy() * _relief(world, rows)
    rows["hours"] = np.round(mean * rng.gamma(9.0, 1 / 9.0, len(rows)), 1)
    rows["opportunity_id"] = _links(rows, deals, rng)
    logged = rows["started_at"] + pd.to_timedelta(18 * 60 + rng.integers(0, 240, len(rows)), unit="m")
    rows["logged_at"] = logged
    return rows[rows["hours"] > 0][["person", "kind", "started_at", "hours", "opportunity_id", "logged_at"]]


def _relief(world: World, rows: pd.DataFrame) -> np.ndarray:
    factor = rows["kind"].map(lambda kind: world.effect.hours.get(kind, 1.0)).to_numpy(float)
    return np.where(_is_treated(world, rows["team"], rows["started_at"]), factor, 1.0)


def _is_treated(world: World, team: pd.Series, at: pd.Series) -> np.ndarray:
    return (team.isin(world.treated) & (at >= pd.Timestamp(world.pilot[0]))).to_numpy()


def _seller_days(world: World, staff: Staff) -> pd.DataFrame:
    """Return one row per seller and working day: person, team, started_at (midnight)."""
    first = world.n_days - SHEETS_SINCE_DAYS
    days = world.days[first : world.n_days][world.is_workday[first : world.n_days]]
    sellers = staff.people.iloc[: staff.n]
    grid = sellers[["person", "team", "hired_on", "left_on"]].merge(pd.DataFrame({"started_at": days}), how="cross")
    there = (pd.to_datetime(grid["hired_on"]) <= grid["started_at"]) & ~(
        pd.to_datetime(grid["left_on"]) < grid["started_at"]
    )
    return grid[there].reset_index(drop=True)[["person", "team", "started_at"]]


def _links(rows: pd.DataFrame, deals: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Return for about half of the rows one of the last twelve deals that the seller was given by then."""
    linked = np.full(len(rows), None, dtype=object)
    u = rng.random((2, len(rows)))
    for person, places in rows.groupby("person", sort=True).indices.items():
        own = deals[deals["owner"] == person].sort_values("created_at", kind="stable")
        known = np.searchsorted(own["created_at"].to_numpy(), rows["started_at"].to_numpy()[places])
        pick = known - 1 - np.floor(u[0, places] * np.minimum(known, 12)).astype(int)
        is_linked = (u[1, places] < LINKED) & (known > 0)
        linked[places[is_linked]] = own["opportunity_id"].to_numpy()[pick[is_linked]]
    return linked


def feedback(world: World, staff: Staff, words: Words) -> pd.DataFrame:
    """Return the answers of a short anonymous poll of each Friday."""
    rng = np.random.default_rng([world.seed, 5])
    grid = _seller_days(world, staff)
    rows = grid[grid["started_at"].dt.day_of_week == 4]  # noqa: PLR2004 -- Friday
    rows = rows[rng.random(len(rows)) < ANSWERING].sort_values(["started_at", "team"], kind="stable", ignore_index=True)
    is_after = _is_treated(world, rows["team"], rows["started_at"])
    is_cumbersome = rng.random(len(rows)) < np.where(is_after, world.cumbersome[1], world.cumbersome[0])
    score = rng.normal(np.where(is_after, world.satisfaction[1], world.satisfaction[0]), 1.1).round(1).clip(0, 10)
    answers = [_answer(words.feedback["cumbersome" if bad else "other"], rng) for bad in is_cumbersome]
    at = rows["started_at"] + pd.to_timedelta(15 * 3600 + rng.integers(0, 3 * 3600, len(rows)), unit="s")
    return pd.DataFrame(
        {
            "submitted_at": at,
            "unit": rows["team"],
            "item": [item for item, _text in answers],
            "score": score,
            "text": [text for _item, text in answers],
        }
    )


def _answer(items: dict[str, tuple[str, ...]], rng: np.random.Generator) -> tuple[str, str]:
    item = list(items)[rng.integers(0, len(items))]
    return item, items[item][rng.integers(0, len(items[item]))]


def kpi_daily(world: World, tables: dict[str, pd.DataFrame], staff: Staff) -> pd.DataFrame:
    """Return date, unit, metric, value, n: hours and satisfaction as reported, cycle and conversion of the CRM."""
    team = staff.people.set_index("person")["team"]
    work = tables["activities"].groupby(["started_at", "person"], as_index=False)["hours"].sum()
    polls = tables["feedback"].assign(date=lambda row: row["submitted_at"].dt.normalize())
    won = tables["opportunities"][tables["opportunities"]["status"] == "won"]
    parts = [
        _daily(work.assign(date=work["started_at"], unit=work["person"].map(team)), "hours", "daily_hours"),
        _daily(polls, "score", "satisfaction"),
        _daily(
            won.assign(date=won["closed_at"].dt.normalize(), unit=won["team"], days=_cycle(won)), "days", "cycle_days"
        ),
        _daily(_ripe_leads(world, tables, team), "is_won", "lead_conversion"),
    ]
    rows = pd.concat(parts, ignore_index=True)
    since = pd.Timestamp(world.as_of) - pd.Timedelta(days=SHEETS_SINCE_DAYS - 1)
    rows = rows[rows["date"] >= since].sort_values(["date", "unit", "metric"], kind="stable", ignore_index=True)
    return rows.assign(date=rows["date"].dt.strftime("%Y-%m-%d"))


def _cycle(won: pd.DataFrame) -> pd.Series:
    return (won["closed_at"] - won["created_at"]).dt.total_seconds() / 86_400


def _ripe_leads(world: World, tables: dict[str, pd.DataFrame], team: pd.Series) -> pd.DataFrame:
    leads, deals = tables["leads"], tables["opportunities"]
    won = deals[deals["status"] == "won"].set_index("lead_id")["closed_at"]
    lag = (leads["lead_id"].map(won) - leads["created_at"]).dt.total_seconds() / 86_400
    rows = leads.assign(
        date=leads["created_at"].dt.normalize(), unit=leads["owner"].map(team), is_won=(lag <= RIPE_DAYS) * 1.0
    )
    return rows[rows["date"] <= pd.Timestamp(world.as_of) - pd.Timedelta(days=RIPE_DAYS)]


def _daily(rows: pd.DataFrame, column: str, metric: str) -> pd.DataFrame:
    grouped = rows.groupby(["date", "unit"], sort=True)[column]
    found = grouped.agg(value="mean", n="count").reset_index()
    return found.assign(metric=metric, value=found["value"].round(4))[["date", "unit", "metric", "value", "n"]]
