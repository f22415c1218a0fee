"""A plain stage history becomes its history in order at once, without a copy of the export in between."""

import shutil
from pathlib import Path

import duckdb
import pyarrow as pa

from salesopt_kit.engagement import Config
from salesopt_kit.errors import InputError
from salesopt_kit.tables.export import Export, reshaped
from salesopt_kit.tables.history import write_history
from salesopt_kit.tables.mapping import CONSTANT, columns_of, mapping_errors
from salesopt_kit.tables.normalise import Normalised
from salesopt_kit.tables.plain_log import plain_log
from salesopt_kit.tables.plain_pieces import FIXED, NotPlain
from salesopt_kit.tables.read_csv import scan_plain
from salesopt_kit.tables.sources import TEXT
from salesopt_kit.tables.unmapped import unmapped_damage

NAME = "stage_events"


def read_plainly(
    connection: duckdb.DuckDBPyConnection, config: Config, name: str, file: str, path: Path, work: Path
) -> Normalised | None:
    """Return what became of the only export of `name`, kept as a history in order; None where it is not plain enough.

    Then nothing of it is left in `work`, and the general reading says what there is to say. See `plain_log`.
    """
    if name != NAME or not path.name.lower().endswith(TEXT):
        return None
    folder = work / "history"
    try:
        export, delimiter = _export(config, file, path)
        found = plain_log(connection, export, delimiter)
        write_history(found.log, folder)
        damage = unmapped_damage(connection, name, export.scan, export.mapped.values())
    except (NotPlain, InputError, UnicodeError, OSError, pa.ArrowException, duckdb.Error):
        shutil.rmtree(folder, ignore_errors=True)
        return None
    clock = frozenset({f"{name}.entered_at"})
    return Normalised(
        folder,
        frozenset(f"{name}.{column}" for column in export.mapped),
        frozenset() if found.is_timed else clock,
        clock if found.is_timed else frozenset(),
        damage,
        first_row=export.scan.first_row,
        headings={f"{name}.{column}": heading for column, heading in export.mapped.items()},
        file=file,
        is_ordered=True,
    )


def _export(config: Config, file: str, path: Path) -> tuple[Export, str]:
    """Return the export and its delimiter; NotPlain where engagement.yml asks for more than plain columns."""
    source = config.sources[NAME]
    begun = scan_plain(path, file, source)
    if begun is None or source.dates:
        raise NotPlain
    scan, delimiter = begun
    mapped = columns_of(NAME, source, scan.headings)
    is_reshaped = reshaped(NAME, scan, source) is not scan
    if is_reshaped or mapping_errors(NAME, source, scan.headings, mapped, file) or "completed_at" in mapped:
        raise NotPlain
    texts = [heading for column, heading in mapped.items() if column not in FIXED]
    fixed = [mapped[column] for column in FIXED]
    if any(source.values.get(column) for column in FIXED) or any(each.startswith(CONSTANT) for each in mapped.values()):
        raise NotPlain
    if len({*texts, *fixed}) < len(texts) + len(fixed):  # one heading for two columns
        raise NotPlain
    return Export(NAME, scan, source, config, mapped), delimiter
