"""Open the tables of an engagement: read and normalise the exports once, keep them as Parquet, run the quality gate."""

import atexit
import difflib
import functools
import itertools
import json
import os
import shutil
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pandas as pd
from ibis.backends.duckdb import Backend

from salesopt_kit.engagement import Config, Engagement
from salesopt_kit.errors import InputError, InputErrors, SalesOptError
from salesopt_kit.locale import _
from salesopt_kit.tables.cache import cache, reading_name, readings, settle
from salesopt_kit.tables.gate import gate
from salesopt_kit.tables.history import events_from, with_history
from salesopt_kit.tables.normalise import Normalised, normalise
from salesopt_kit.tables.plain import read_plainly
from salesopt_kit.tables.quality import Finding, QualityReport
from salesopt_kit.tables.scan import literal, located
from salesopt_kit.tables.schema import TABLES, typed
from salesopt_kit.tables.sources import open_file, source_files
from salesopt_kit.tables.store import Tables, months_before
from salesopt_kit.terms import Severity

MEMORY = "448MB"
THREADS = 2
CLOCKS = (
    "opportunities.created_on",
    "opportunities.closed_on",
    "stage_events.entered_on",
    "leads.created_on",
    "activities.started_on",
)
"""Dates whose newest one is the day all figures are frozen at, where engagement.yml names none."""


class QualityError(SalesOptError):
    """The exports hold errors that make figures wrong; `report` tells all of them."""

    def __init__(self, report: QualityReport) -> None:
        self.report = report
        lines = [
            "\n".join((finding.said, *finding.examples, finding.remedy)).strip()
            for finding in report.of(Severity.ERROR)
        ]
        super().__init__("\n".join(lines))


@dataclass(frozen=True, slots=True)
class Reading:
    """All sources of an engagement after reading: their Parquet files, and what was wrong with them."""

    parts: dict[str, list[Normalised]]
    errors: dict[str, list[SalesOptError]]


def open_tables(engagement: Engagement) -> Tables:
    """Return the engagement's tables, ready for questions.

    Raises QualityError with the whole report where the exports hold errors.
    """
    tables, report = _open(engagement)
    if tables is None or report.of(Severity.ERROR):
        raise QualityError(report)
    return tables


def check_tables(engagement: Engagement) -> QualityReport:
    """Return what the quality gate finds in the exports, errors included; raises for nothing that is in the data."""
    return _open(engagement)[1]


def _open(engagement: Engagement) -> tuple[Tables | None, QualityReport]:
    found, absent = _found(engagement)
    parent = cache(engagement)
    with ThreadPoolExecutor(1) as worker:
        # Where nothing was read before, there is no reading to look for, and both can be done at once.
        name = worker.submit(reading_name, engagement, found)
        if absent or not any(readings(parent)) or not (parent / name.result() / "meta.json").is_file():
            reading = _read(engagement, found, parent, name, absent)
            if reading.errors:
                return None, _report([], reading.errors)
    folder = parent / name.result()
    os.utime(folder)  # what was opened last is kept longest
    return _opened(engagement, folder)


def _found(engagement: Engagement) -> tuple[dict[str, list[tuple[str, Path]]], dict[str, list[SalesOptError]]]:
    """Return the files of each source, and an error for each source that is no table or has no file."""
    found: dict[str, list[tuple[str, Path]]] = {}
    absent: dict[str, list[SalesOptError]] = {}
    for name, source in engagement.config.sources.items():
        try:
            if name not in TABLES:
                raise _unknown_table(name)
            found[name] = source_files(engagement, name, source)
        except SalesOptError as wrong:
            absent.setdefault("sources", []).append(wrong)
    return found, absent


def _unknown_table(name: str) -> InputError:
    near = difflib.get_close_matches(name, TABLES, 1, 0.5)
    return InputError(
        "engagement.yml, sources",
        name,
        expected=_("one of {names}").format(names=", ".join(TABLES)),
        remedy=_("Did you mean {near}?").format(near=near[0]) if near else _("Remove the key."),
    )


def _read(
    engagement: Engagement,
    found: dict[str, list[tuple[str, Path]]],
    parent: Path,
    name: "Future[str]",
    absent: dict[str, list[SalesOptError]],
) -> Reading:
    """Read every source into a folder of its own that takes its place in the cache only when all went well."""
    work = Path(tempfile.mkdtemp(prefix=".part-", dir=parent))
    try:
        reading = _read_all(engagement, found, work)
        reading.errors.update(absent)
        if not reading.errors:
            _write_meta(work, reading)
            settle(work, parent / name.result())
        return reading
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _read_all(engagement: Engagement, found: dict[str, list[tuple[str, Path]]], work: Path) -> Reading:
    parts: dict[str, list[Normalised]] = {}
    errors: dict[str, list[SalesOptError]] = {}
    counter = itertools.count()
    with _database(work) as connection:
        for name, files in found.items():
            for file, path in files:
                plainly = (
                    read_plainly(connection, engagement.config, name, file, path, work) if len(files) == 1 else None
                )
                part = plainly or _read_one(connection, engagement, name, file, path, work, counter)
                parts.setdefault(name, []).append(part)
                if part.errors:
                    errors.setdefault(name, []).extend(part.errors)
    return Reading(parts, errors)


def _read_one(
    connection: duckdb.DuckDBPyConnection,
    engagement: Engagement,
    name: str,
    file: str,
    path: Path,
    work: Path,
    counter: "itertools.count[int]",
) -> Normalised:
    source = engagement.config.sources[name]
    try:
        scan = open_file(connection, file, path, source, work, counter)
        target = work / f"{name}-{next(counter)}.parquet"
        return normalise(connection, name, scan, source, engagement.config, target)
    except InputErrors as wrong:
        return Normalised(None, errors=wrong.errors)
    except SalesOptError as wrong:
        return Normalised(None, errors=(wrong,))
    except OSError as wrong:
        error = InputError(file, str(wrong), expected=_("a file that can be read"), remedy=_("Check its permissions."))
        return Normalised(None, errors=(error,))


def _database(work: Path) -> duckdb.DuckDBPyConnection:
    options: dict[str, str | bool | int | float | list[str]] = {
        "threads": THREADS,
        "memory_limit": MEMORY,
        "temp_directory": str(work / "spill"),
    }
    connection = duckdb.connect(":memory:", config=options)
    connection.execute("set TimeZone = 'UTC'")
    return connection


def _write_meta(work: Path, reading: Reading) -> None:
    meta = {
        "tables": {
            name: [_part(part.path, part) for part in parts if part.path] for name, parts in reading.parts.items()
        },
        "supplied": sorted(set().union(*(part.supplied for parts in reading.parts.values() for part in parts))),
        "day_grain": sorted(
            set().union(*(part.day_grain for parts in reading.parts.values() for part in parts))
            - set().union(*(part.timed for parts in reading.parts.values() for part in parts))
        ),
        "headings": {
            column: heading
            for parts in reading.parts.values()
            for part in parts
            for column, heading in part.headings.items()
        },
        "findings": [
            finding.to_dict() for parts in reading.parts.values() for part in parts for finding in part.findings
        ],
    }
    (work / "meta.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")


def _part(path: Path, part: Normalised) -> dict[str, object]:
    """Return what has to be known of one Parquet file to make its table of it again."""
    return {
        "path": path.name,
        "file": part.file,
        "columns": sorted(column.partition(".")[2] for column in part.supplied),
        "first_row": part.first_row,
        "has_rows": part.has_rows,
        "is_ordered": part.is_ordered,
        "blank_where": part.blank_where,
    }


def _opened(engagement: Engagement, folder: Path) -> tuple[Tables, QualityReport]:
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    spill = tempfile.mkdtemp(prefix="salesopt-spill-")
    atexit.register(shutil.rmtree, spill, ignore_errors=True)
    # A database on disk keeps sorted copies compressed; in memory they would not fit beside a long history.
    backend = ibis.duckdb.connect(
        str(Path(spill) / "work.duckdb"), threads=THREADS, memory_limit=MEMORY, temp_directory=spill
    )
    backend.raw_sql("set TimeZone = 'UTC'")
    for name, files in meta["tables"].items():
        parts = " union all ".join(_select(engagement.config, name, folder, part) for part in files)
        backend.raw_sql(f"create or replace view {name} as {parts}")
    as_of = engagement.config.as_of or _newest(backend, meta)
    tables = Tables(
        engagement,
        backend,
        frozenset(meta["tables"]),
        frozenset(meta["supplied"]),
        as_of,
        (months_before(as_of, engagement.config.window_months), as_of),
        QualityReport(()),
        frozenset(meta["day_grain"]),
        headings=meta.get("headings", {}),
    )
    tables, findings = gate(tables, functools.partial(_in_order, folder))
    kept = [Finding.from_dict(finding) for finding in meta["findings"]]
    report = _report([*kept, *findings], {})
    return tables.with_quality(report), report


def _in_order(folder: Path, tables: Tables) -> Tables:
    """Return the tables with their history in order, which is kept beside the reading, by what rows it holds."""
    return with_history(tables, folder / ("history_kept" if "stage_events" in tables.thinned else "history"))


def _select(config: Config, name: str, folder: Path, part: dict[str, Any]) -> str:
    """Return SQL for the canonical table `name` from one Parquet file; what the export does not have is null."""
    if part["is_ordered"]:
        return events_from(folder / part["path"], config, part["file"], part["columns"])
    columns = [
        f"{known} as {known}" if column.name in part["columns"] else f"cast(null as {kind}) as {known}"
        for column in TABLES[name]
        for known, kind in typed(column)
    ]
    number = f"file_row_number + {part['first_row']}"
    row = f"coalesce(given_row, {number})" if part["has_rows"] else number
    places = f"{literal(part['file'])} as source_file, {row} as source_row"
    blank = " or ".join(f"{column} is not null" for column in part["blank_where"])
    where = f" where {blank}" if blank else ""
    source = f"read_parquet({located(folder / part['path'])}, file_row_number=true)"
    return f"select {', '.join(columns)}, {places} from {source}{where}"


def _newest(backend: Backend, meta: dict[str, object]) -> date:
    today = datetime.now(UTC).date()
    tables = meta["tables"]
    newest = []
    for clock in CLOCKS:
        name, _dot, column = clock.partition(".")
        if isinstance(tables, dict) and name in tables:
            query = f"select max({column}) from {name} where {column} <= date '{today}'"
            newest += [pd.Timestamp(day).date() for (day,) in backend.raw_sql(query).fetchall() if day]
    return max(newest, default=today)


def _report(findings: list[Finding], errors: dict[str, list[SalesOptError]]) -> QualityReport:
    """Return the report of findings and reading errors, errors first, then warnings."""
    broken = [
        Finding(
            "reading",
            Severity.ERROR,
            name,
            _("The export cannot be read as it is."),
            len(wrong),
            examples=tuple(str(error) for error in wrong),
        )
        for name, wrong in errors.items()
    ]
    order = list(Severity)
    return QualityReport(tuple(sorted([*broken, *findings], key=lambda finding: order.index(finding.severity))))
