"""A first look into an export: its headings and what stands below them, as text."""

import itertools
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from salesopt_kit.engagement import Source
from salesopt_kit.errors import InputError
from salesopt_kit.locale import _
from salesopt_kit.tables.dates import Reading, reading
from salesopt_kit.tables.scan import Scan, quoted
from salesopt_kit.tables.sources import open_file


@dataclass(frozen=True, slots=True)
class Look:
    """An opened export; `file` is what engagement.yml will call it."""

    file: str
    path: Path
    scan: Scan
    connection: duckdb.DuckDBPyConnection

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings in their order."""
        return self.scan.headings

    def values(self, heading: str, most: int) -> list[str]:
        """Return the different texts below `heading`, in the order of their first rows; at most `most` of them."""
        return self._texts(
            f"select v from (select trim({quoted(heading)}) as v, row_number() over () as r from ({self.scan.sql})) "  # noqa: S608
            f"where v <> '' group by v order by min(r) limit {most}"
        )

    def values_by_place(self, case: str, time: str, heading: str) -> list[str]:
        """Return the different texts below `heading` by their mean place within a case, the earliest first."""
        return self._texts(
            f"with rows as (select {quoted(case)} as c, trim({quoted(heading)}) as v, "  # noqa: S608
            f"{self._moment(time)} as t, row_number() over () as r from ({self.scan.sql})), "
            "placed as (select v, percent_rank() over (partition by c order by t nulls last, r) as place "
            "from rows where v <> '') select v from placed group by v order by avg(place), v"
        )

    def _moment(self, heading: str) -> str:
        """Return SQL for the time below `heading`, as far as its form can be told."""
        relation = f"(select trim({quoted(heading)}) as v, row_number() over () as source_row from ({self.scan.sql}))"  # noqa: S608
        try:
            how = reading(self.connection, "v", relation, heading)
        except (InputError, duckdb.Error):
            how = Reading()
        return how.sql(f"trim({quoted(heading)})", "UTC")[0]

    def _texts(self, sql: str) -> list[str]:
        try:
            return [str(row[0]) for row in self.connection.execute(sql).fetchall()]
        except duckdb.Error as wrong:
            raise InputError(
                self.file,
                str(wrong).splitlines()[0][:120],
                expected=_("a table that can be read"),
                remedy=_("Export the table again, or write engagement.yml without --from and run `salesopt check`."),
            ) from None


@contextmanager
def looked_into(paths: Sequence[Path]) -> Iterator[list[Look]]:
    """Give a look into each of the files; they are closed when the block ends. Raises InputError as the readers do."""
    counter = itertools.count()
    with tempfile.TemporaryDirectory(prefix="salesopt-init-") as workspace, duckdb.connect() as connection:
        looks = []
        for path in paths:
            file = f"exports/{path.name}"
            if not path.is_file():
                raise InputError(
                    str(path), _("no such file"), expected=_("an export"), remedy=_("Correct the path after --from.")
                )
            scan = open_file(connection, file, path, Source(file=file), Path(workspace), counter)
            looks.append(Look(file, path, scan, connection))
        yield looks
