"""The stage history in order, each event with its neighbours in the same deal: made once, when the exports are read."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from salesopt_kit.tables.order import Keys, Places, in_order, parts
from salesopt_kit.tables.scan import literal, located
from salesopt_kit.tables.store import Tables

HISTORY = "stage_history"
DEALS = "stage_history_deals"
WORKERS = 2
"""Parts that are put in order at a time; the arrays are freed for others while they are sorted."""
FILES = 8
"""Files of a kept history, at most."""
MANY = 1 << 15
"""Names that no longer fit into a number of 16 bits."""
ROWS = 1 << 17
"""Rows that are fetched at a time."""
Numbers = NDArray[np.signedinteger]
KINDS: dict[str, pa.DataType] = {
    "source_row": pa.int32(),
    "place": pa.int8(),
    "entered_at": pa.timestamp("us"),
    "entered_on": pa.date32(),
    "ended_at": pa.timestamp("us"),
    "ended_on": pa.date32(),
}
"""What the fetched numbers stand for."""


@dataclass(frozen=True, slots=True)
class Log:
    """The events as the exports have them: `keys` of their deals, `columns` of numbers, `names` of what is counted."""

    keys: Keys
    columns: dict[str, Numbers]
    names: dict[str, pa.Array]


def with_history(tables: Tables, folder: Path | None = None) -> Tables:
    """Return the tables with their stage history in order as `tables.history`; as they are where they have none.

    The history is one row per event with a deal, a known stage and a time, in order of deal, time and place in the
    exports. Columns: deal_key (a number; the table <history>_deals tells its opportunity_id), source_file, source_row,
    place (of the stage in the process, from 0), who (the department that the history names, else the actor),
    entered_at, entered_on, ended_at and ended_on where the exports tell completion, position (in the deal, from 0),
    and of the neighbours previous_place, previous_who, previous_at, previous_ended_at, next_place, next_at, next_on.

    It is kept in `folder` as Parquet files, and taken from there if it is there already; without a folder in memory.
    Deals are told apart by a hash of 64 bits: among two million, two share one once in ten million exports.
    """
    if "stage_events" not in tables:
        return tables
    if folder is None:
        _remember(tables)
    else:
        if not folder.is_dir():
            _keep(tables, folder)
        for name in (HISTORY, DEALS):
            files = ", ".join(located(path) for path in sorted(folder.glob(f"{name}-*.parquet")))
            tables.backend.raw_sql(f"create or replace view {name} as select * from read_parquet([{files}])")
    return replace(tables, history=HISTORY)


def _remember(tables: Tables) -> None:
    rows = _events(tables)
    log = _log(tables, rows)
    groups = parts(log.keys)
    deals = np.full(len(log.keys), -1, np.int32)
    made = [_part(log, places, base, deals) for places, base in _based(groups)]
    history = pa.concat_tables(made) if made else _part(log, np.arange(0), 0, deals)
    tables.backend.create_table(HISTORY, history, overwrite=True)
    tables.backend.create_table(DEALS, pa.concat_tables(_named(tables, rows, deals)), overwrite=True)


def _keep(tables: Tables, folder: Path) -> None:
    """Write the history into a folder of its own that takes its place only when it is whole."""
    work = Path(tempfile.mkdtemp(prefix=".part-", dir=folder.parent))
    try:
        _write(tables, work)
        work.rename(folder)
    except OSError:
        if not folder.is_dir():  # else another process was first with the same one
            raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _write(tables: Tables, work: Path) -> None:
    rows = _events(tables)
    deals = _write_parts(_log(tables, rows), work)
    path = work / f"{DEALS}-0.parquet"
    _write_all(path, iter(_named(tables, rows, deals)))


def _write_parts(log: Log, work: Path) -> NDArray[np.int32]:
    """Write the history as a few files at a time; return the deal that begins at each event of the exports, else -1."""
    based = list(_based(parts(log.keys))) or [(np.arange(0), 0)]
    deals = np.full(len(log.keys), -1, np.int32)

    def write(number: int) -> None:
        made = (_part(log, rows, base, deals) for rows, base in based[number::FILES])
        _write_all(work / f"{HISTORY}-{number}.parquet", made)

    with ThreadPoolExecutor(WORKERS) as workers:
        list(workers.map(write, range(min(FILES, len(based)))))
    return deals


def _write_all(path: Path, made: Iterator[pa.Table]) -> None:
    first = next(made)
    with pq.ParquetWriter(
        path, first.schema, compression="lz4", use_dictionary=_counted(first), write_statistics=False
    ) as file:
        for table in itertools.chain([first], made):
            file.write_table(table)


def _counted(table: pa.Table) -> list[str]:
    """Return the columns with few different values, which are worth a dictionary in the file."""
    few = ("source_file", "who", "previous_who", "place", "previous_place", "next_place")
    return [name for name in few if name in table.column_names]


def _based(groups: Sequence[Places]) -> Iterator[tuple[Places, int]]:
    """Yield each part with the number its deals are counted from, which no two deals share."""
    base = 0
    for rows in groups:
        yield rows, base
        base += len(rows)


def _log(tables: Tables, rows: str) -> Log:
    """Fetch the events as numbers, in the order of the exports."""
    columns = {
        "key": "hash(opportunity_id)",
        "source_row": "source_row::int",
        "place": f"{_place(tables)}::tinyint",
        "entered_at": "epoch_us(entered_at)",
        "entered_on": "(entered_on - date '1970-01-01')::int",
    }
    if "stage_events.completed_at" in tables:
        columns["ended_at"] = "epoch_us(coalesce(completed_at, entered_at))"
        columns["ended_on"] = "(coalesce(completed_on, entered_on) - date '1970-01-01')::int"
    names = {}
    for name, column in _few(tables).items():
        names[name] = _values(tables, rows, column, name)
        if len(names[name]) > (name == "source_file"):  # no need to count where all events are of one file
            kind = "smallint" if len(names[name]) < MANY else "int"
            columns[name] = f"coalesce(enum_code({column}::few_{name}), -1)::{kind}"
    found = _fetched(tables, columns, rows)
    return Log(found.pop("key").view(np.uint64), found, names)


def _few(tables: Tables) -> dict[str, str]:
    """Return the columns of texts of which there are few, with the column of the exports that holds each."""
    who = next((name for name in ("department", "actor") if f"stage_events.{name}" in tables), None)
    return {"source_file": "source_file"} | ({"who": who} if who else {})


def _events(tables: Tables) -> str:
    """Return SQL for the events that can be put in order, as they stand in the exports."""
    name = "stage_events_kept" if "stage_events" in tables.thinned else "stage_events"
    known = f"opportunity_id is not null and entered_at is not null and {_place(tables)} is not null"
    files = _one(tables, f"select count(distinct source_file) from {name}")
    # A scan of one export keeps its order; where rows were taken out or put together, it has to be made.
    as_exported = name == "stage_events" and files <= 1
    order = "" if as_exported else " order by source_file, source_row, opportunity_id, stage, entered_at"
    return f"from {name} where {known}{order}"


def _place(tables: Tables) -> str:
    """Return SQL for the place of an event's stage in the process, from 0; null for a stage that is not known."""
    stages = tables.engagement.config.stages
    return "(case stage " + " ".join(f"when {literal(s.id)} then {place}" for place, s in enumerate(stages)) + " end)"


def _values(tables: Tables, rows: str, column: str, name: str) -> pa.Array:
    """Return the different texts of a column in order, and have the database count them as the type few_<name>."""
    query = f"select distinct {column} as v {rows.partition(' order by ')[0]} and {column} is not null"
    found = sorted(text for (text,) in tables.backend.raw_sql(query).fetchall())
    if found:
        values = ", ".join(map(literal, found))
        tables.backend.raw_sql(f"create or replace type few_{name} as enum ({values})")
    return pa.array(found, pa.string())


def _fetched(tables: Tables, columns: dict[str, str], rows: str) -> dict[str, Numbers]:
    """Return the columns of a query, without nulls, as arrays of numbers."""
    n = _one(tables, f"select count(*) {rows.partition(' order by ')[0]}")
    selected = ", ".join(f"{column} as {name}" for name, column in columns.items())
    found: dict[str, Numbers] = {}
    done = 0
    for batch in tables.backend.con.sql(f"select {selected} {rows}").to_arrow_reader(ROWS):
        for name, values in zip(batch.schema.names, batch.columns, strict=True):
            numbers = values.to_numpy()
            found.setdefault(name, np.empty(n, numbers.dtype))[done : done + len(numbers)] = numbers
        done += batch.num_rows
    return found or {name: np.empty(0, np.uint64 if name == "key" else np.int64) for name in columns}


def _one(tables: Tables, query: str) -> int:
    ((value,),) = tables.backend.raw_sql(query).fetchall()
    return int(value)


def _part(log: Log, rows: Places, base: int, deals: NDArray[np.int32]) -> pa.Table:
    """Return the rows of one part in order, with their neighbours; note the deal of each first event in `deals`."""
    order, starts = in_order(log.keys[rows], log.columns["entered_at"][rows].astype(np.int64))
    rows = rows[order]
    n = len(rows)
    ends = np.concatenate((starts[1:], [True]))[:n]
    firsts = np.flatnonzero(starts)
    deal = (base + np.cumsum(starts) - 1).astype(np.int32)
    deals[rows[firsts]] = deal[firsts]
    position = np.arange(n) - np.repeat(firsts, np.diff(np.append(firsts, n)))
    table = {"deal_key": pa.array(deal), "position": pa.array(position, pa.int32())}
    has_end = "ended_at" in log.columns
    before = {"place": "place", "who": "who", "entered_at": "at", **({"ended_at": "ended_at"} if has_end else {})}
    after = {"place": "place", "entered_at": "at", "entered_on": "on"}
    for name in (*log.columns, *(name for name in log.names if name not in log.columns)):
        values = log.columns[name][rows] if name in log.columns else np.full(n, _alone(log, name), np.int8)
        table[name] = _typed(log, name, values)
        if name in before:
            table[f"previous_{before[name]}"] = _typed(log, name, np.roll(values, 1), starts)
        if name in after:
            table[f"next_{after[name]}"] = _typed(log, name, np.roll(values, -1), ends)
    return pa.table(table)


def _alone(log: Log, name: str) -> int:
    """Return the number of the one name that all events have; -1 for none."""
    return len(log.names[name]) - 1


def _typed(log: Log, name: str, values: Numbers, absent: NDArray[np.bool_] | None = None) -> pa.Array:
    """Return numbers as what they stand for, null where they are absent."""
    if name in log.names:
        absent = values < 0 if absent is None else absent | (values < 0)
        return pa.DictionaryArray.from_arrays(pa.array(values, mask=absent), log.names[name])
    kind = KINDS[name]
    plain = pa.int32() if pa.types.is_date32(kind) else pa.int64() if pa.types.is_timestamp(kind) else kind
    return pa.array(values, plain, mask=absent).view(kind)


def _named(tables: Tables, rows: str, deals: NDArray[np.int32]) -> list[pa.Table]:
    """Return deal_key and opportunity_id, one row per deal, in batches: the events are fetched again in that order."""
    empty = pa.table({"deal_key": pa.array([], pa.int32()), "opportunity_id": pa.array([], pa.string())})
    made, done = [empty], 0
    for batch in tables.backend.con.sql(f"select opportunity_id {rows}").to_arrow_reader(ROWS):
        here = deals[done : done + batch.num_rows]
        first = np.flatnonzero(here >= 0)
        done += batch.num_rows
        made.append(
            pa.table({"deal_key": pa.array(here[first]), "opportunity_id": batch.column(0).take(pa.array(first))})
        )
    return made
