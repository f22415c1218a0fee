"""Tables over frames in memory, for callers that hold data under canonical names already."""

from collections.abc import Mapping
from datetime import date

import ibis
import pandas as pd

from salesopt_kit.engagement import Engagement
from salesopt_kit.tables.history import with_history
from salesopt_kit.tables.quality import QualityReport
from salesopt_kit.tables.schema import TABLES
from salesopt_kit.tables.store import Tables, months_before


def tables_from_frames(
    engagement: Engagement, frames: Mapping[str, pd.DataFrame], *, as_of: date, quality: QualityReport | None = None
) -> Tables:
    """Return Tables over frames that already have canonical names, for callers that hold data in memory.

    Time columns may be dates, naive or aware timestamps (naive ones are local); missing columns become null.
    """
    backend = ibis.duckdb.connect()
    zone = engagement.config.timezone
    supplied: set[str] = set()
    day_grain: set[str] = set()
    for name, frame in frames.items():
        ready: dict[str, pd.Series] = {}
        for column in TABLES[name]:
            given = frame[column.name] if column.name in frame else pd.Series([None] * len(frame), index=frame.index)
            if column.name in frame:
                supplied.add(f"{name}.{column.name}")
            if column.kind == "time":
                times = pd.to_datetime(given)
                local = (
                    times.dt.tz_localize(zone, nonexistent="shift_forward")
                    if times.dt.tz is None
                    else times.dt.tz_convert(zone)
                )
                if times.dt.tz is None and (times.dropna() == times.dropna().dt.normalize()).all():
                    day_grain.add(f"{name}.{column.name}")
                ready[column.name] = local.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]")
                ready[column.date_name] = local.dt.tz_localize(None).dt.normalize().astype("datetime64[us]")
            elif column.kind == "text":
                ready[column.name] = given.astype("string")
            else:
                ready[column.name] = given.astype("float64")
        ready["source_file"] = pd.Series(name, index=frame.index, dtype="string")
        ready["source_row"] = pd.Series(range(2, len(frame) + 2), index=frame.index, dtype="int64")
        table = ibis.memtable(pd.DataFrame(ready))
        dates = {c.date_name: table[c.date_name].date() for c in TABLES[name] if c.kind == "time"}
        backend.create_table(name, table.mutate(**dates))
    window = (months_before(as_of, engagement.config.window_months), as_of)
    tables = Tables(
        engagement,
        backend,
        frozenset(frames),
        frozenset(supplied),
        as_of,
        window,
        quality or QualityReport(()),
        frozenset(day_grain),
    )
    return with_history(tables)
