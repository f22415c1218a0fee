"""Pieces of a plain stage history in CSV, read as numbers: keys of deals, times, and which of a few texts a cell holds.

A line is taken for a row and every delimiter for one, without heed of quotes: they are taken off afterwards, from whole
columns at once. Where that, or anything else, is not so, the piece is `NotPlain`.
"""

from collections.abc import Iterator
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
from salesopt_kit.tables.history_parts import Numbers

PIECE = 4 << 20
"""Bytes of the file that are read at a time."""
BLOCK = 1 << 20
"""Bytes that are taken apart at a time: they fit the processor's cache."""
DEALT = 8
"""Bits of the keys by which the rows of a piece are dealt out."""
MOST_TEXTS = 1 << 15
"""Different texts of a column up to which they are counted in 16 bits."""
ISO_LENGTHS = (10, 19)
"""Of 2024-03-05 and 2024-03-05 10:00:00."""
FIRST = np.datetime64("1000-01-01", "us").astype(np.int64)
"""Earlier times are slips of the pen, which the general reading names."""
DAY = 86_400_000_000
FIXED = ("opportunity_id", "entered_at")
"""Columns that are not counted text by text."""


class NotPlain(Exception):  # noqa: N818 -- nothing is wrong, the file is only read another way
    """The file holds something that the general reading has to judge."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows: the ids of their deals as they come, and all else as `columns`, dealt out by the key of the deal.

    Rows that will be sorted together stand together, so that little memory is touched to fetch them; those of one deal
    keep their order. The column source_row is the place of each row in the piece, from 0.
    """

    ids: list[pa.Array]
    columns: dict[str, Numbers]
    is_timed: bool


class Counter:
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


class Reader:
    """Reads pieces of one file."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, export: Export, delimiter: str) -> None:
        self._connection, self._path = connection, export.scan.path
        self.counters = {name: Counter() for name in export.mapped if name not in FIXED}
        self._headings = {name: export.mapped[name] for name in (*FIXED, *self.counters)}
        kinds = {heading: pa.string() for heading in export.scan.headings}
        kinds |= {self._headings[name]: pa.dictionary(pa.int32(), pa.string()) for name in self.counters}
        self._others = [heading for heading in export.scan.headings if heading not in self._headings.values()]
        self._options = {
            "read_options": pc.ReadOptions(
                use_threads=False, block_size=BLOCK, column_names=list(export.scan.headings)
            ),
            "parse_options": pc.ParseOptions(delimiter=delimiter, quote_char=False, ignore_empty_lines=False),
            "convert_options": pc.ConvertOptions(check_utf8=False, column_types=kinds, strings_can_be_null=False),
        }
        self._is_utc = export.config.timezone == "UTC"
        # What is UTC already needs no calendar.
        utc, local = Reading().sql("local", export.config.timezone)
        times = f"epoch_us({utc}) as entered_at, (cast({local} as date) - date '1970-01-01')::int as entered_on"
        self._query = f"select hash(id) as key{'' if self._is_utc else f', {times}'} from piece"

    def read(self, span: tuple[int, int]) -> Piece:
        """Return the rows between two places in the file; NotPlain, or what the readers say, where it is not plain."""
        table = pc.read_csv(pa.py_buffer(_checked(_bytes(self._path, *span))), **self._options)
        for heading in self._others:
            _unquoted(table[heading])
        ids, local = (_unquoted(table[self._headings[name]]) for name in FIXED)
        _check_ids(ids)
        columns, is_timed = self._numbers(ids, _times(local))
        columns |= {name: counter.count(table[self._headings[name]]) for name, counter in self.counters.items()}
        order = np.argsort((columns["key"] >> np.uint64(64 - DEALT)).astype(np.uint8), kind="stable")
        dealt = {name: values[order] for name, values in columns.items()}
        return Piece(ids.chunks, {"source_row": order.astype(np.int32), **dealt}, is_timed)

    def _numbers(self, ids: pa.ChunkedArray, local: pa.ChunkedArray) -> tuple[dict[str, Numbers], bool]:
        """Return keys, UTC times and days of the rows, as the database has them, and whether any has a clock."""
        with self._connection.cursor() as cursor:
            cursor.register("piece", pa.table({"id": ids, "local": local}))
            found = cursor.sql(self._query).to_arrow_table()
        columns: dict[str, Numbers] = {name: found[name].to_numpy() for name in found.column_names}
        said = np.concatenate([chunk.view(pa.int64()).to_numpy() for chunk in local.chunks])
        if self._is_utc:
            columns |= {"entered_at": said, "entered_on": (said // DAY).astype(np.int32)}
        return columns, bool((said % DAY).any())


def pieces(path: Path) -> Iterator[tuple[int, int]]:
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
    """Return a column of texts without their quotes; NotPlain unless all or none are in quotes, and hold none."""
    return pa.chunked_array([_unquoted_chunk(chunk) for chunk in column.chunks], pa.string())


def _unquoted_chunk(texts: pa.Array) -> pa.Array:
    offsets, data = content(texts)
    if b'"' not in data:
        return texts
    if (np.diff(offsets) < len('""')).any():
        raise NotPlain
    signs = np.frombuffer(data, np.uint8)
    is_quote = signs == ord('"')
    bare = signs[~is_quote]
    # With a quote at both ends of each text, and two for each in all, none holds a third one.
    if not (is_quote[offsets[:-1]] & is_quote[offsets[1:] - 1]).all() or len(bare) != len(data) - 2 * len(texts):
        raise NotPlain
    shorter = offsets - 2 * np.arange(len(offsets), dtype=np.int32)
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(shorter), pa.py_buffer(bare))


def content(texts: pa.Array) -> tuple[NDArray[np.int32], bytes]:
    """Return where each text begins and the last one ends, and all of them in one."""
    _valid, offsets, data = texts.buffers()
    return np.frombuffer(offsets, np.int32)[: len(texts) + 1], data.to_pybytes() if data else b""


def _check_ids(ids: pa.ChunkedArray) -> None:
    """Raise NotPlain unless every id is one word of ASCII, which there is nothing to clean off."""
    for chunk in ids.chunks:
        offsets, text = content(chunk)
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
