"""The tables of one engagement, ready for questions: canonical names, UTC times, local dates, bad rows set aside."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import ibis.expr.types as ir
import pandas as pd
from ibis.backends.duckdb import Backend

from salesopt_kit.engagement import Engagement
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.tables.quality import QualityReport
from salesopt_kit.tables.schema import TABLES


@dataclass(frozen=True, slots=True)
class Tables:
    """What an engagement's exports hold.

    Every table named in `present` has all columns of its schema, typed: text as string, money and number as float64,
    time as UTC timestamp, and for each time column `x_at` a local calendar date `x_on`. A column that the export lacks
    is all null. Stages are stage ids. `source_file` and `source_row` (as the spreadsheet numbers rows) say where a row
    is from. `day_grain` holds "table.column" for time columns that came without a time of day.
    """

    engagement: Engagement
    backend: Backend
    present: frozenset[str]
    supplied: frozenset[str]
    """"table.column" of every column that the exports really have."""
    as_of: date
    window: tuple[date, date]
    """First and last day that the figures cover."""
    quality: QualityReport
    day_grain: frozenset[str] = field(default=frozenset())
    headings: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What the exports call each "table.column"; the canonical name where it is not told."""
    thinned: frozenset[str] = field(default=frozenset())
    """Tables that the quality gate took rows out of; the database holds what is left as `<name>_kept`."""
    history: str = ""
    """The kit's own table of the stage history in order (`tables.history`); "" where the database has none."""
    answers: dict[object, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What metrics remember of these very tables; a changed copy starts with none."""

    def __contains__(self, name: str) -> bool:
        """Return whether there is a table `name`, or a column "table.column" that the exports supplied."""
        return name in self.supplied if "." in name else name in self.present

    def table(self, name: str) -> ir.Table:
        """Return a canonical table as an Ibis expression; MissingDataError where the engagement has none."""
        if name not in self.present:
            raise MissingDataError(
                _("no table `{table}`").format(table=name),
                remedy=_("Add an export with the columns {columns} to `sources.{table}` in engagement.yml.").format(
                    table=name, columns=", ".join(column.name for column in TABLES[name] if column.required)
                ),
            )
        return self.backend.table(f"{name}_kept" if name in self.thinned else name)

    def with_quality(self, quality: QualityReport) -> "Tables":
        """Return the same tables with another quality report."""
        return replace(self, quality=quality)

    def need(self, *columns: str) -> None:
        """Raise MissingDataError unless the exports supplied every "table.column" named."""
        for column in columns:
            table, _dot, name = column.partition(".")
            self.table(table)
            if column not in self.supplied:
                raise MissingDataError(
                    _("no column `{column}` in `{table}`").format(column=name, table=table),
                    remedy=_("Map it in engagement.yml: sources.{table}.columns.{column}.").format(
                        table=table, column=name
                    ),
                )

    def to_frame(self, expression: ir.Table) -> pd.DataFrame:
        """Return the rows of `expression`; meant for aggregates, which are small."""
        rows: pd.DataFrame = self.backend.to_pandas(expression)
        return rows


def months_before(day: date, months: int) -> date:
    """Return the first day of the window of `months` months that ends with `day`, both days inside it."""
    start = pd.Timestamp(day) + pd.Timedelta(days=1) - pd.DateOffset(months=months)
    return start.date()
