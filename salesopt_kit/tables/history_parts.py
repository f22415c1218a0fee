"""One part of a stage history put in order: each event with its neighbours, each stay, each deal's path."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from salesopt_kit.tables.order import Keys, Places, in_order

Numbers = NDArray[np.signedinteger]
Flags = NDArray[np.bool_]
KINDS: dict[str, pa.DataType] = {
    "source_row": pa.int32(),
    "place": pa.int8(),
    "entered_at": pa.timestamp("us"),
    "entered_on": pa.date32(),
    "ended_at": pa.timestamp("us"),
    "ended_on": pa.date32(),
}
"""What the fetched numbers stand for."""
AFTER = {"place": "next_place", "entered_at": "next_at", "entered_on": "next_on"}
"""What is told of the event, or stay, that follows."""
SECONDS_PER_DAY = 86_400
BILLION = 1e9
EXPORTED = ("source_file", "source_row", "opportunity_id", "actor", "is_bulk")
"""What is told of an event but not of a stay: where it stands in the exports, and what they say of it besides."""


@dataclass(frozen=True, slots=True)
class Log:
    """The events that the exports have: `keys` of their deals, `columns` of numbers, `names` of what is counted.

    `places` is the number of stages of the process; `ids` are the names of the deals by row of the export, of which the
    first is numbered `first_row`, where they are at hand. Rows of one deal stand in the order of the exports.
    """

    keys: Keys
    columns: dict[str, Numbers]
    names: dict[str, pa.Array]
    places: int
    ids: pa.Array | None = None
    first_row: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """The events of some deals in order of deal and time."""

    log: Log
    rows: Places
    """Of the log, in order."""
    starts: Flags
    """Whether each event is the first of its deal."""
    entries: Flags
    """Whether a stay in a stage begins with each event; the others write the same stage again."""
    firsts: Places
    """The place in the part of each deal's first event."""
    numbers: NDArray[np.int32]
    """Of the deals, from 0, by event."""
    positions: NDArray[np.int32]
    """Of each event in its deal, from 0."""
    base: int
    """What is added to the numbers, so that no two deals of the whole log share one."""
    ids: pa.Array | None
    """The name of each deal, where the log has it."""

    @property
    def keys(self) -> NDArray[np.int32]:
        """Return the key of each deal."""
        return np.arange(self.base, self.base + len(self.firsts), dtype=np.int32)

    def values(self, name: str) -> Numbers:
        """Return a column of the log in the order of the part."""
        if name in self.log.columns:
            return self.log.columns[name][self.rows]
        # All events have the one name there is, or none.
        return np.full(len(self.rows), len(self.log.names[name]) - 1, np.int8)


def part_of(log: Log, rows: Places, base: int) -> Part:
    """Return some rows of the log, all events of their deals among them, in order."""
    order, starts = in_order(log.keys[rows], log.columns["entered_at"][rows].astype(np.int64))
    rows = rows[order]
    place = log.columns["place"][rows]
    entries = starts.copy()
    entries[1:] |= place[1:] != place[:-1]
    firsts, numbers = np.flatnonzero(starts), np.cumsum(starts, dtype=np.int32) - 1
    positions = np.arange(len(rows), dtype=np.int32) - firsts.astype(np.int32)[numbers]
    ids = None
    if log.ids is not None:
        ids = log.ids.take(pa.array(log.columns["source_row"][rows[firsts]] - log.first_row))
    return Part(log, rows, starts, entries, firsts, numbers, positions, base, ids)


def events_and_stays(part: Part) -> tuple[pa.Table, pa.Table | None]:
    """Return the part's events with their neighbours, and its stays likewise: None where each event is one."""
    log, starts = part.log, part.starts
    has_end = "ended_at" in log.columns
    before = {"place": "place", "who": "who", "entered_at": "at", **({"ended_at": "ended_at"} if has_end else {})}
    first = None if part.entries.all() else np.flatnonzero(part.entries)
    events = {"deal_key": pa.array(part.numbers + np.int32(part.base)), "position": pa.array(part.positions)}
    after_stay: dict[str, pa.Array] = {}
    ends = _ends(starts)
    for name in (*log.columns, *(name for name in log.names if name not in log.columns)):
        values = part.values(name)
        events[name] = _typed(log, name, values)
        if name in before:
            events[f"previous_{before[name]}"] = _typed(log, name, np.roll(values, 1), starts)
        if name in AFTER:
            events[AFTER[name]] = _typed(log, name, np.roll(values, -1), ends)
            if first is not None:
                after_stay[AFTER[name]] = _typed(log, name, np.roll(values[first], -1), _ends(starts[first]))
    if part.ids is not None:
        events["opportunity_id"] = pa.DictionaryArray.from_arrays(pa.array(part.numbers), part.ids)
    table = pa.table(events)
    return table, None if first is None else _stays(table, first, after_stay)


def stays_of(events: pa.Table) -> pa.Table:
    """Return the stays of a part in which each event is one."""
    return events.drop_columns([name for name in EXPORTED if name in events.column_names])


def paths_of(part: Part) -> pa.Table:
    """Return what each deal's events come to.

    Columns: deal_key; first_at and first_on, when it entered its first stage; last_place, last_at and last_on, of its
    last stay the stage, and when its first event ended (was entered, where the exports tell no end); at_0, at_1, ...,
    the position of the first event in each stage of the process, null where the deal was never in it; spent_0,
    spent_1, ..., the time of its ended stays in each stage in billionths of days, each stay rounded to them;
    opportunity_id where the log tells it.
    """
    firsts, place = part.firsts, part.values("place")
    last = np.maximum.reduceat(np.where(part.entries, np.arange(len(place)), 0), firsts) if len(firsts) else firsts
    at, on = ("ended_at", "ended_on") if "ended_at" in part.log.columns else ("entered_at", "entered_on")

    def told(name: str, which: Places) -> pa.Array:
        column = part.log.columns[name]
        return _typed(part.log, name, column[part.rows[which]])

    return pa.table(
        {
            "deal_key": pa.array(part.keys),
            "first_at": told("entered_at", firsts),
            "first_on": told("entered_on", firsts),
            "last_place": told("place", last),
            "last_at": told(at, last),
            "last_on": told(on, last),
            **_first_positions(part, place),
            **_spent(part, place),
            **({} if part.ids is None else {"opportunity_id": part.ids}),
        }
    )


def _first_positions(part: Part, place: Numbers) -> dict[str, pa.Array]:
    steps = part.log.places
    found = np.full(len(part.firsts) * steps, -1, np.int32)
    # Of values for one place, the last one stays: written backwards, that is the first one.
    found[(part.numbers * np.int32(steps) + place)[::-1]] = part.positions[::-1]
    by_step = np.ascontiguousarray(found.reshape(-1, steps).T)
    return {f"at_{step}": pa.array(at, mask=at < 0) for step, at in enumerate(by_step)}


def _spent(part: Part, place: Numbers) -> dict[str, pa.Array]:
    """Return the billionths of days, as exact sums in the database take them, in each stage until it was left."""
    first, steps = np.flatnonzero(part.entries), part.log.places
    seconds = part.values("entered_at")[first] / 1e6
    lasted = (np.roll(seconds, -1) - seconds) / SECONDS_PER_DAY
    billionths = np.where(_ends(part.starts[first]), 0.0, np.trunc(lasted * BILLION + 0.5))
    # Sums of whole numbers are exact below 2^53, which is more than 24,000 years.
    at = part.numbers[first] * np.int32(steps) + place[first]
    found = np.bincount(at, weights=billionths, minlength=len(part.firsts) * steps).astype(np.int64)
    by_step = np.ascontiguousarray(found.reshape(-1, steps).T)
    return {f"spent_{step}": pa.array(spent) for step, spent in enumerate(by_step)}


def _stays(events: pa.Table, first: Places, after: dict[str, pa.Array]) -> pa.Table:
    """Return the first events of stays, each followed by the next stay of its deal."""
    taken = stays_of(events).take(pa.array(first))
    return pa.table({name: after.get(name, taken[name]) for name in taken.column_names})


def _ends(starts: Flags) -> Flags:
    """Return whether each row is the last of its deal, from whether each is the first of one."""
    return np.concatenate((starts[1:], [True]))[: len(starts)]


def _typed(log: Log, name: str, values: Numbers, absent: Flags | None = None) -> pa.Array:
    """Return numbers as what they stand for, null where they are absent."""
    if name in log.names:
        absent = values < 0 if absent is None else absent | (values < 0)
        return pa.DictionaryArray.from_arrays(pa.array(values, mask=absent), log.names[name])
    kind = KINDS[name]
    plain = pa.int32() if pa.types.is_date32(kind) else pa.int64() if pa.types.is_timestamp(kind) else kind
    return pa.array(values, plain, mask=absent).view(kind)
