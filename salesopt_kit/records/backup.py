"""A whole copy of the store while others work with it, and back."""

import contextlib
import sqlite3
import tempfile
from datetime import datetime
from pathlib import Path

from salesopt_kit.errors import InputError
from salesopt_kit.locale import _
from salesopt_kit.records import database
from salesopt_kit.records.exchange import export_records, import_records
from salesopt_kit.records.store import Store


def back_up(store: Store, path: Path | None = None) -> Path:
    """Write a sound copy of a store and return its file, which must not be there yet.

    A SQLite store becomes another one, a PostgreSQL store a YAML bundle. Without `path` the copy stands beside
    records.sqlite under the time of day.
    """
    is_file = store.engine.dialect.name == "sqlite"
    ending = ".yml" if not is_file else ""
    beside = Path(store.where).parent if is_file else Path()
    target = path or beside / f"{database.FILE}.{datetime.now().astimezone():%Y%m%d-%H%M%S}.backup{ending}"
    if target.exists():
        raise InputError(
            str(target), _("a file"), expected=_("a file that is not there yet"), remedy=_("Name another file.")
        )
    if not is_file:
        export_records(store, target)
        return target
    try:
        with tempfile.TemporaryDirectory(prefix=".part-", dir=target.parent) as folder:
            part = Path(folder) / "copy"
            _copy(Path(store.where), part)
            _stop_at_unsound(part)
            part.replace(target)
    except OSError as wrong:
        raise InputError(
            str(target), wrong.strerror or str(wrong), expected=_("a place to write to"), remedy=_("Name another file.")
        ) from None
    return target


def restore(place: str | Path, path: Path) -> Path | None:
    """Put a backup in the place of a store and return where the store before it was kept, None where there was none.

    The backup is checked first: a damaged one, or one of a newer kit, changes nothing. A bundle (.yml, .xlsx) can be
    brought back into an empty store only.
    """
    if path.suffix.lower() in (".yml", ".yaml", ".xlsx"):
        with Store(place) as store:
            if store.history():
                raise InputError(
                    store.where,
                    _("records"),
                    expected=_("an empty store"),
                    remedy=_("Use `salesopt records import` to bring a file into records that are there."),
                )
            import_records(store, path)
        return None
    if "://" in str(place):
        raise InputError(
            str(path), path.suffix, expected=_("a bundle (.yml)"), remedy=_("PostgreSQL takes bundles only.")
        )
    _stop_at_unsound(path)
    with tempfile.TemporaryDirectory(prefix="salesopt-") as folder:
        part = Path(folder) / "copy"
        _copy(path, part)
        Store(part).close()  # a store of this or an older kit, or an error
        return _put(part, Path(place) / database.FILE if Path(place).is_dir() else Path(place))


def _put(part: Path, target: Path) -> Path | None:
    kept = None
    if target.exists():
        kept = target.with_name(f"{target.name}.{datetime.now().astimezone():%Y%m%d-%H%M%S}.before-restore")
        if database.is_sound(target):
            _copy(target, kept)
        else:
            target.replace(kept)
            for ending in ("-wal", "-shm"):
                with contextlib.suppress(FileNotFoundError):
                    Path(f"{target}{ending}").replace(f"{kept}{ending}")
    _copy(part, target, is_used=True)
    return kept


def _copy(source: Path, target: Path, *, is_used: bool = False) -> None:
    """Copy a database page by page, as of one moment, into another that others may have open."""
    origin = sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, timeout=database.PATIENCE)
    copy = sqlite3.connect(target, timeout=database.PATIENCE)
    try:
        origin.backup(copy)
        if not is_used:
            copy.execute("PRAGMA journal_mode = DELETE")  # one file without a log beside it
    finally:
        copy.close()
        origin.close()


def _stop_at_unsound(path: Path) -> None:
    if not path.is_file():
        raise InputError(
            str(path), _("no such file"), expected=_("a backup"), remedy=_("Name a file that `salesopt backup` wrote.")
        )
    if not database.is_sound(path):
        raise InputError(
            str(path),
            _("a damaged file"),
            expected=_("a backup"),
            remedy=_("Name another backup. Nothing was changed."),
        )
