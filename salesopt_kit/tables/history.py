"""The stage history in order, each event with its neighbours in the same deal: made once, when the exports are read."""

import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from salesopt_kit.engagement import Config
from salesopt_kit.tables.crowded import CROWDED, crowded_minutes
from salesopt_kit.tables.history_files import HistoryFiles
from salesopt_kit.tables.history_parts import Log, Numbers, Part, events_and_stays, part_of, paths_of, stays_of
from salesopt_kit.tables.order import Places, parts
from salesopt_kit.tables.scan import literal, located
from salesopt_kit.tables.schema import TABLES, typed
from salesopt_kit.tables.store import Tables

HISTORY = "stage_history"
STAYS = f"{HISTORY}_stays"
PATHS = f"{HISTORY}_paths"
DEALS = f"{HISTORY}_deals"
WORKERS = 2
"""Parts that are put in order at a time; the arrays are freed for others while they are sorted."""
FILES = 8
"""Files of a kept history, at most."""
MANY = 1 << 15
"""Names that no longer fit into a number of 16 bits."""
ROWS = 1 << 17
"""Rows that are fetched at a time."""


def with_history(tables: Tables, folder: Path | None = None) -> Tables:
    """Return the tables with their stage history in order as `tables.history`; as they are where they have none.

    The history is one row per event with a deal, a known stage and a time, in order of deal, time and place in the
    exports. Columns: deal_key (a number; the table <history>_deals tells its opportunity_id), source_file, source_row,
    place (of the stage in the process, from 0), who (the department that the history names, else the actor),
    entered_at, entered_on, ended_at and ended_on where the exports tell completion, position (in the deal, from 0),
    and of the neighbours previous_place, previous_who, previous_at, previous_ended_at, next_place, next_at, next_on.

    <history>_stays holds the first event of each stay in a stage, as the same stage may be written again, and there
    next_place, next_at and next_on are of the next stay; it names no place in the exports. <history>_paths is one row
    per deal (see `paths_of`).

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
        _offer(tables, folder)
    return replace(tables, history=HISTORY)


def _offer(tables: Tables, folder: Path) -> None:
    """Make the kept files readable; where no stage was written again, the events are the stays."""
    kept = {name: sorted(folder.glob(f"{name}-*.parquet")) for name in (HISTORY, STAYS, PATHS, DEALS)}
    more = ", ".join(literal(name) for name in ("opportunity_id", "actor", "is_bulk"))  # of `events_from`
    for name, files in kept.items():
        columns = f"columns(lambda c: c not in ({more}))" if name in (HISTORY, STAYS) else "*"
        source = _scan(files) if files else HISTORY
        if name == DEALS and not files:
            columns, source = "deal_key, opportunity_id", _scan(kept[PATHS])
        tables.backend.raw_sql(f"create or replace view {name} as select {columns} from {source}")
    if crowded := sorted(folder.glob(f"{CROWDED}-*.parquet")):  # rows taken out since then only make it too long
        tables.backend.raw_sql(f"create or replace view {CROWDED} as select * from {_scan(crowded)}")


def _scan(files: list[Path]) -> str:
    return f"read_parquet([{', '.join(map(located, files))}])"


def events_from(folder: Path, config: Config, file: str, columns: list[str]) -> str:
    """Return SQL for the stage events of one export out of its kept history, which `write_history` made of all of them.

    `columns` are those that the export has. Their order is not that of the export; source_row tells it.
    """
    stages = " ".join(f"when {place} then {literal(stage.id)}" for place, stage in enumerate(config.stages))
    who = "department" if "department" in columns else "actor"
    given = {
        **{name: name for name in ("opportunity_id", "entered_at", "entered_on", *columns)},
        "stage": f"case place {stages} end",
        who: "who",
    }
    selected = [
        f"{given[known] if column.name in columns else f'cast(null as {kind})'} as {known}"
        for column in TABLES["stage_events"]
        for known, kind in typed(column)
    ]
    place = f"{literal(file)} as source_file, cast(source_row as bigint) as source_row"
    return f"select {', '.join(selected)}, {place} from {_scan(sorted(folder.glob(f'{HISTORY}-*.parquet')))}"


def _remember(tables: Tables) -> None:
    rows = _events(tables)
    log = _log(tables, rows)
    deals = np.full(len(log.keys), -1, np.int32)
    found = [part_of(log, places, base) for places, base in _based(log)]
    for part in found:
        _note_deals(part, deals)
    made = [events_and_stays(part) for part in found]
    tables.backend.create_table(HISTORY, pa.concat_tables(events for events, _stays in made), overwrite=True)
    stays = pa.concat_tables(stays_of(events) if stays is None else stays for events, stays in made)
    tables.backend.create_table(STAYS, stays, overwrite=True)
    tables.backend.create_table(PATHS, pa.concat_tables(map(paths_of, found)), overwrite=True)
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


def write_history(log: Log, folder: Path) -> None:
    """Write the history of a log that knows the names of its deals into a new folder, its own events with it."""
    folder.mkdir()
    _write_parts(log, folder)
    if (crowded := crowded_minutes(log.columns["entered_at"])) is not None:
        with HistoryFiles(folder, 0) as files:
            files.write(CROWDED, crowded)


def _write(tables: Tables, work: Path) -> None:
    rows = _events(tables)
    log = _log(tables, rows)
    deals = _write_parts(log, work)
    del log
    with HistoryFiles(work, 0) as files:
        for table in _named(tables, rows, deals):
            files.write(DEALS, table)


def _write_parts(log: Log, work: Path) -> NDArray[np.int32]:
    """Write the history as a few files at a time; return the deal that begins at each event of the exports, else -1.

    Nothing is returned of a log that has the names of its deals.
    """
    based = list(_based(log))
    deals = np.full(len(log.keys) if log.ids is None else 0, -1, np.int32)

    def write(number: int, *, has_repeats: bool) -> bool:
        """Write a file of each kind; return whether a part held a repeat after others without stays were written."""
        with HistoryFiles(work, number) as files:
            for at, (rows, base) in enumerate(based[number::FILES]):
                part = part_of(log, rows, base)
                if log.ids is None:
                    _note_deals(part, deals)
                events, stays = events_and_stays(part)
                files.write(HISTORY, events)
                files.write(PATHS, paths_of(part))
                if stays is not None or has_repeats:
                    if at and not has_repeats:
                        return True
                    has_repeats = True
                    files.write(STAYS, stays_of(events) if stays is None else stays)
        return False

    numbers = range(min(FILES, len(based)))
    with ThreadPoolExecutor(WORKERS) as workers:
        late = list(workers.map(lambda number: write(number, has_repeats=False), numbers))
        # Repeats are mostly everywhere or nowhere; where they are not, a file is written again with all its stays.
        if any((work / f"{STAYS}-{number}.parquet").is_file() for number in numbers) or any(late):
            again = [n for n in numbers if late[n] or not (work / f"{STAYS}-{n}.parquet").is_file()]
            list(workers.map(lambda number: write(number, has_repeats=True), again))
    return deals


def _based(log: Log) -> Iterator[tuple[Places, int]]:
    """Yield the rows of each part with the number its deals are counted from, which no two deals share."""
    base = 0
    for rows in parts(log.keys) or [np.arange(0)]:
        yield rows, base
        base += len(rows)


def _note_deals(part: Part, deals: NDArray[np.int32]) -> None:
    """Note in `deals`, by row of the log, the number of the deal that begins there."""
    deals[part.rows[part.firsts]] = part.keys


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
    stages = tables.engagement.config.stages
    return Log(found.pop("key").view(np.uint64), found, names, len(stages))


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
