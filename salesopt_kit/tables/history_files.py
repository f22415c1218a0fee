"""The Parquet files that a stage history in order is kept in."""

from contextlib import ExitStack
from pathlib import Path
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq


class HistoryFiles:
    """The Parquet files of one number in a folder, one for each kind of table, opened when first written to."""

    def __init__(self, work: Path, number: int) -> None:
        self._work, self._number = work, number
        self._open: dict[str, pq.ParquetWriter] = {}
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._closing.close()

    def write(self, name: str, table: pa.Table) -> None:
        """Add the rows of a table to the file of its kind."""
        if name not in self._open:
            path = self._work / f"{name}-{self._number}.parquet"
            self._open[name] = self._closing.enter_context(
                pq.ParquetWriter(
                    path,
                    table.schema,
                    compression=_compressions(table),
                    use_dictionary=_counted(table),
                    write_statistics=False,
                    # The ids of a part's deals are one dictionary, which would be cut off at a megabyte.
                    dictionary_pagesize_limit=1 << 24,
                )
            )
        self._open[name].write_table(table)


def _compressions(table: pa.Table) -> dict[str, str]:
    """Return how each column is packed: times and rows of the export hardly get smaller, so they are left alone."""
    as_they_are = {field.name for field in table.schema if pa.types.is_temporal(field.type)} | {"source_row"}
    return {name: "none" if name in as_they_are else "lz4" for name in table.column_names}


def _counted(table: pa.Table) -> list[str]:
    """Return the columns with few different values, which are worth a dictionary in the file."""
    few = ("source_file", "who", "previous_who", "place", "previous_place", "next_place", "last_place")
    return [
        name
        for name, kind in zip(table.column_names, table.schema.types, strict=True)
        if name in few or name.startswith("at_") or pa.types.is_dictionary(kind)
    ]
