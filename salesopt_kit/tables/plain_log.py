"""A plain stage history in CSV, read straight into numbers: what puts it in order needs no copy of it.

Most exports of a stage history are plain: a line is a row, and quotes, where there are any, hold no delimiter; UTF-8; ISO
times; ids without spaces; few different stages and people. Such a file is read in pieces, without heed of quotes, which
are taken off afterwards. Anything else is `NotPlain` and left to the general reading, which also says what is wrong with
it. A plain file is read the same by both ways.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
from numpy.typing import NDArray

from salesopt_kit.tables.dates import Reading
from salesopt_kit.tables.export import Export
from salesopt_kit.tables.history_parts import Log, Numbers
from salesopt_kit.tables.scan import quoted
from salesopt_kit.tables.schema import TABLES
from salesopt_kit.tables.select_sql import value_of

WORKERS = 2
PIECE = 4 << 20
"""Bytes of the file that are read at a time."""
BLOCK = 1 << 20
"""Bytes that are taken apart at a time: they fit the processor's cache."""
MOST_TEXTS = 1 << 15
"""Different texts of a column up to which they are counted in 16 bits."""
MOST_ID_BYTES = 256 << 20
"""Of all ids, which are held in memory."""
LEAST_ROW = 15
"""Bytes of a row at least: an id, a stage, a date, their delimiters and the end of the line."""
ISO_LENGTHS = (10, 19)
"""Of 2024-03-05 and 2024-03-05 10:00:00."""
FIRST = np.datetime64("1000-01-01", "us").astype(np.int64)
"""Earlier times are slips of the pen, which the general reading names."""
DAY = 86_400_000_000
FIXED = ("opportunity_id", "entered_at")


class NotPlain(Exception):  # noqa: N818 -- nothing is wrong, the file is only read another way
    """The file holds something that the general reading has to judge."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows in turn: keys and ids of their deals, their times, and the number of each text."""

    keys: NDArray[np.uint64]
    ids: list[pa.Array]
    entered_at: Numbers
    entered_on: Numbers
    codes: dict[str, Numbers]
    is_timed: bool


@dataclass(frozen=True, slots=True)
class PlainLog:
    """A whole history as numbers, and whether any of its times has a time of day."""

    log: Log
    is_timed: bool


def plain_log(connection: duckdb.DuckDBPyConnection, export: Export, delimiter: str) -> PlainLog:
    """Return the stage history `export` as a log in the order of the file; NotPlain where it is not that plain."""
    texts = [name for name in export.mapped if name not in FIXED]
    reader = _Reader(connection, export, delimiter, {name: _Counter() for name in texts})
    rows = _Rows(export.scan.path.stat().st_size // LEAST_ROW + 1)
    with ThreadPoolExecutor(WORKERS) as workers:
        for piece in workers.map(reader.read, _pieces(export.scan.path)):
            rows.add(piece)
    if not rows.n:
        raise NotPlain
    pa.default_memory_pool().release_unused()
    columns = rows.columns()
    named = {name: _named(connection, export, name, reader.counters[name].texts) for name in texts}
    keys, stage = columns.pop("key").view(np.uint64), columns.pop("stage")
    first = export.scan.first_row
    log = Log(keys, {}, {"source_file": pa.array([export.scan.file])}, len(export.config.stages), rows.ids())
    log.columns["source_row"] = np.arange(first, first + rows.n, dtype=np.int32)
    log.columns["place"] = _places(export, named.pop("stage"))[stage]
    who = next((name for name in ("department", "actor") if name in named), None)
    for name, values in named.items():
        kept = "who" if name == who else name
        log.names[kept] = pa.array(sorted({value for value in values if value is not None}), pa.string())
        columns[kept] = _numbered(log.names[kept], values)[columns.pop(name)]
    log.columns.update(columns)
    return PlainLog(log, rows.is_timed)


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
        found = {"key": piece.keys, "entered_at": piece.entered_at, "entered_on": piece.entered_on, **piece.codes}
        for name, values in found.items():
            room = self._columns.setdefault(name, np.empty(self._most, values.dtype))
            room[self.n : self.n + len(values)] = values
        for chunk in piece.ids:
            self._add_ids(chunk)
        self.is_timed |= piece.is_timed

    def _add_ids(self, chunk: pa.Array) -> None:
        offsets, data = _content(chunk)
        begin = int(self._ends[self.n])
        if begin + len(data) > MOST_ID_BYTES:
            raise NotPlain
        self._ids[begin : begin + len(data)] = np.frombuffer(data, np.uint8)
        self._ends[self.n + 1 : self.n + 1 + len(chunk)] = offsets[1:] + begin
        self.n += len(chunk)

    def columns(self) -> dict[str, Numbers]:
        """Return the numbers of all rows."""
        return {name: values[: self.n] for name, values in self._columns.items()}

    def ids(self) -> pa.Array:
        """Return the ids of all rows, as one array, which is quick to take from."""
        return pa.StringArray.from_buffers(self.n, pa.py_buffer(self._ends[: self.n + 1]), pa.py_buffer(self._ids))


class _Counter:
    """Different texts, numbered as they come."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._lock = Lock()

    @property
    def texts(self) -> list[str]:
        """Return the texts without their quotes; NotPlain where a text has others."""
        return [_bare(text) for text in self._numbers]

    def count(self, column: pa.ChunkedArray) -> Numbers:
        """Return the number of each text of a column with dictionaries."""
        found = [np.empty(0, np.int16)]
        for chunk in column.chunks:
            with self._lock:
                numbers = [self._numbers.setdefault(text, len(self._numbers)) for text in chunk.dictionary.to_pylist()]
            if len(self._numbers) > MOST_TEXTS:
                raise NotPlain
            found.append(np.array(numbers, np.int16)[chunk.indices.to_numpy()])
        return np.concatenate(found)


class _Reader:
    """Reads pieces of one file."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, export: Export, delimiter: str, counters: dict[str, _Counter]
    ) -> None:
        self._connection, self._path, self.counters = connection, export.scan.path, counters
        self._headings = {name: export.mapped[name] for name in (*FIXED, *counters)}
        kinds = {heading: pa.string() for heading in export.scan.headings}
        kinds |= {self._headings[name]: pa.dictionary(pa.int32(), pa.string()) for name in counters}
        self._others = [heading for heading in export.scan.headings if heading not in self._headings.values()]
        self._options = {
            "read_options": pc.ReadOptions(
                use_threads=False, block_size=BLOCK, column_names=list(export.scan.headings)
            ),
            "parse_options": pc.ParseOptions(delimiter=delimiter, quote_char=False, ignore_empty_lines=False),
            "convert_options": pc.ConvertOptions(check_utf8=False, column_types=kinds, strings_can_be_null=False),
        }
        self._is_utc = export.config.timezone == "UTC"
        utc, local = Reading().sql("local", export.config.timezone)
        times = f"epoch_us({utc}) as entered_at, (cast({local} as date) - date '1970-01-01')::int as entered_on"
        self._query = f"select hash(id) as key{'' if self._is_utc else f', {times}'} from piece"

    def read(self, span: tuple[int, int]) -> Piece:
        """Return the rows between two places in the file; NotPlain, or what the readers say, where it is not plain."""
        table = pc.read_csv(pa.py_buffer(_checked(_bytes(self._path, *span))), **self._options)
        ids, local = (_unquoted(table[self._headings[name]]) for name in FIXED)
        for heading in self._others:
            _unquoted(table[heading])
        for chunk in ids.chunks:
            _check_ids(chunk)
        local = _times(local)
        codes = {name: counter.count(table[self._headings[name]]) for name, counter in self.counters.items()}
        said = np.concatenate([chunk.view(pa.int64()).to_numpy() for chunk in local.chunks])
        with self._connection.cursor() as cursor:
            cursor.register("piece", pa.table({"id": ids, "local": local}))
            found = cursor.sql(self._query).to_arrow_table()
        times = (said, (said // DAY).astype(np.int32)) if self._is_utc else _numbers(found, "entered_at", "entered_on")
        return Piece(*_numbers(found, "key"), ids.chunks, *times, codes, is_timed=bool((said % DAY).any()))


def _numbers(table: pa.Table, *names: str) -> tuple[Numbers, ...]:
    return tuple(table[name].to_numpy() for name in names)


def _pieces(path: Path) -> Iterator[tuple[int, int]]:
    """Yield the places of whole lines below the first one, from and to."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        stream.readline()
        at = stream.tell()
        while at < size:
            stream.seek(min(at + PIECE, size))
            stream.readline(BLOCK)
            end = stream.tell()
            yield at, end
            at = end


def _bytes(path: Path, start: int, end: int) -> bytes:
    with path.open("rb") as stream:
        stream.seek(start)
        return stream.read(end - start)


def _checked(text: bytes) -> bytes:
    """Return the text; NotPlain for zero bytes and lone returns, UnicodeDecodeError where it is not UTF-8."""
    if b"\x00" in text:
        raise NotPlain
    if b"\r" in text and not text.count(b"\r\n") == text.count(b"\r") == text.count(b"\n"):
        raise NotPlain
    if not text.isascii():
        text.decode("utf-8")
    return text


def _bare(text: str) -> str:
    bare = text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
    if '"' in bare:
        raise NotPlain
    return bare


def _unquoted(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column of texts without their quotes; NotPlain unless none of them or all are in quotes, and hold none."""
    return pa.chunked_array([_unquoted_chunk(chunk) for chunk in column.chunks], pa.string())


def _unquoted_chunk(texts: pa.Array) -> pa.Array:
    offsets, data = _content(texts)
    if b'"' not in data:
        return texts
    if (np.diff(offsets) < len('""')).any():
        raise NotPlain
    is_quote = np.frombuffer(data, np.uint8) == ord('"')
    bare = data.translate(None, b'"')
    # With a quote at both ends of each text, and two for each in all, none holds a third one.
    if not (is_quote[offsets[:-1]] & is_quote[offsets[1:] - 1]).all() or len(bare) != len(data) - 2 * len(texts):
        raise NotPlain
    shorter = offsets - 2 * np.arange(len(offsets), dtype=np.int32)
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(shorter), pa.py_buffer(bare))


def _content(texts: pa.Array) -> tuple[NDArray[np.int32], bytes]:
    """Return where each text begins and the last one ends, and all of them in one."""
    _valid, offsets, data = texts.buffers()
    return np.frombuffer(offsets, np.int32)[: len(texts) + 1], data.to_pybytes() if data else b""


def _check_ids(ids: pa.Array) -> None:
    """Raise NotPlain unless every id is one word of ASCII, which there is nothing to clean off."""
    offsets, text = _content(ids)
    if not np.diff(offsets).all() or not text.isascii() or b" " in text or b"\t" in text:
        raise NotPlain


def _times(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return ISO texts as times; NotPlain for other lengths and early years, ArrowInvalid for what is no time."""
    for chunk in column.chunks:
        lengths = np.diff(np.frombuffer(chunk.buffers()[1], np.int32)[: len(chunk) + 1])
        if not ((lengths == ISO_LENGTHS[0]) | (lengths == ISO_LENGTHS[1])).all():
            raise NotPlain
    times = column.cast(pa.timestamp("us"))
    if any((chunk.view(pa.int64()).to_numpy() < FIRST).any() for chunk in times.chunks):
        raise NotPlain
    return times


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
