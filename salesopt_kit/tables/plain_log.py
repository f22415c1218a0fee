"""A plain stage history in CSV, read straight into numbers: what puts it in order needs no copy of it.

Most exports of a stage history are plain: a line is a row, and quotes, where there are any, hold no delimiter; UTF-8;
ISO times; ids without spaces; few different stages and people. Such a file is read in pieces, each column as what it
is. Anything else is `NotPlain` and left to the general reading, which also says what is wrong with it. Both ways read
the same.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from salesopt_kit.tables.export import Export
from salesopt_kit.tables.history_parts import Log, Numbers
from salesopt_kit.tables.plain_pieces import NotPlain, Piece, Reader, content, pieces
from salesopt_kit.tables.scan import quoted
from salesopt_kit.tables.schema import TABLES
from salesopt_kit.tables.select_sql import value_of

WORKERS = 2
"""Pieces that are read at a time."""
MOST_ID_BYTES = 256 << 20
"""Of all ids, which are held in memory."""
LEAST_ROW = 12
"""Bytes of a row at least: an id, a date and two delimiters make thirteen."""


@dataclass(frozen=True, slots=True)
class PlainLog:
    """A whole history as numbers, and whether any of its times has a time of day."""

    log: Log
    is_timed: bool


def plain_log(connection: duckdb.DuckDBPyConnection, export: Export, delimiter: str) -> PlainLog:
    """Return the stage history `export` as a log; NotPlain, or what the readers say, where it is not that plain."""
    reader = Reader(connection, export, delimiter)
    rows = _Rows(export.scan.path.stat().st_size // LEAST_ROW + 1)
    with ThreadPoolExecutor(WORKERS) as workers:
        for piece in workers.map(reader.read, pieces(export.scan.path)):
            rows.add(piece)
    if not rows.n:
        raise NotPlain
    pa.default_memory_pool().release_unused()
    named = {name: _named(connection, export, name, counter.texts) for name, counter in reader.counters.items()}
    return PlainLog(_log(export, rows, named), rows.is_timed)


def _log(export: Export, rows: "_Rows", named: dict[str, list[str | None]]) -> Log:
    """Return the log of the rows; `named` is what each text of a column stands for. The rows are used up."""
    found, first = rows.taken(), export.scan.first_row
    keys = found.pop("key").view(np.uint64)
    files = {"source_file": pa.array([export.scan.file])}
    log = Log(keys, {}, files, len(export.config.stages), rows.ids(), first)
    log.columns["source_row"] = np.add(found["source_row"], first, out=found.pop("source_row"))
    log.columns["place"] = _places(export, named["stage"])[found.pop("stage")]
    log.columns.update({name: found.pop(name) for name in ("entered_at", "entered_on")})
    who = next((name for name in ("department", "actor") if name in named), None)
    for name in [*found]:
        kept = "who" if name == who else name
        log.names[kept] = pa.array(sorted({value for value in named[name] if value is not None}), pa.string())
        log.columns[kept] = _numbered(log.names[kept], named[name])[found.pop(name)]
    return log


class _Rows:
    """The rows that were read so far, in arrays with room for all: memory is taken only where they are written to."""

    def __init__(self, most: int) -> None:
        self.n, self.is_timed = 0, False
        self._most = most
        self._columns: dict[str, Numbers] = {}
        self._ends = np.zeros(most + 1, np.int32)
        self._ids = np.empty(MOST_ID_BYTES, np.uint8)

    def add(self, piece: Piece) -> None:
        """Take the rows of a piece; NotPlain where the ids become too much to hold."""
        for name, values in piece.columns.items():
            room = self._columns.setdefault(name, np.empty(self._most, values.dtype))
            room[self.n : self.n + len(values)] = values + np.int32(self.n) if name == "source_row" else values
        for chunk in piece.ids:
            self._add_ids(chunk)
        self.is_timed |= piece.is_timed

    def _add_ids(self, chunk: pa.Array) -> None:
        offsets, data = content(chunk)
        begin = int(self._ends[self.n])
        if begin + len(data) > MOST_ID_BYTES:
            raise NotPlain
        self._ids[begin : begin + len(data)] = np.frombuffer(data, np.uint8)
        self._ends[self.n + 1 : self.n + 1 + len(chunk)] = offsets[1:] + begin
        self.n += len(chunk)

    def taken(self) -> dict[str, Numbers]:
        """Return the numbers of all rows, which are kept here no longer."""
        columns, self._columns = self._columns, {}
        return {name: values[: self.n] for name, values in columns.items()}

    def ids(self) -> pa.Array:
        """Return the ids of all rows, as one array, which is quick to take from."""
        return pa.StringArray.from_buffers(self.n, pa.py_buffer(self._ends[: self.n + 1]), pa.py_buffer(self._ids))


def _named(connection: duckdb.DuckDBPyConnection, export: Export, name: str, texts: list[str]) -> list[str | None]:
    """Return what each text of a column stands for: without stray spaces, with `values:` applied, stages by id."""
    column = next(column for column in TABLES[export.name] if column.name == name)
    heading = quoted(export.mapped[name])
    query = f"select {heading}, {value_of(export, column)} from (select unnest(?::varchar[]) as {heading})"
    found = dict(connection.execute(query, [texts]).fetchall())
    return [found[text] for text in texts]


def _places(export: Export, stages: list[str | None]) -> NDArray[np.int8]:
    """Return the place of each stage in the process; NotPlain where a stage is blank or not known."""
    ids = [stage.id for stage in export.config.stages]
    if None in stages:
        raise NotPlain
    return np.array([ids.index(str(stage)) for stage in stages], np.int8)


def _numbered(names: pa.Array, values: list[str | None]) -> NDArray[np.int16]:
    """Return the place of each value among the names, -1 for none."""
    places: dict[str | None, int] = {name: place for place, name in enumerate(names.to_pylist())}
    return np.array([places.get(value, -1) for value in values], np.int16)
