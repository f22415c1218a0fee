"""The database behind the store: SQLite in a folder, or PostgreSQL by URL; checked and brought up to date."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import StaticPool

from salesopt_kit.errors import InputError
from salesopt_kit.locale import _
from salesopt_kit.records.schema import REVISIONS

FILE = "records.sqlite"
PATIENCE = 15
"""Seconds that a writer waits for another one."""
MEMORY = ":memory:"
OTHER = "other"
"""In place of a revision: the tables of another program."""


def address(place: str | Path) -> str:
    """Return what `create_engine` takes: a URL as it is, else that of a file, or of records.sqlite in a folder."""
    if "://" in str(place):
        return str(place).replace("postgresql://", "postgresql+psycopg://", 1)
    if str(place) == MEMORY:
        return "sqlite://"
    path = Path(place)
    return URL.create("sqlite", database=str(path / FILE if path.is_dir() else path)).render_as_string()


def shown(engine: Engine) -> str:
    """Return where a store is, without a password."""
    url = engine.url
    return (url.database or MEMORY) if engine.dialect.name == "sqlite" else url.render_as_string(hide_password=True)


def connected(place: str | Path, *, read_only: bool = False) -> Engine:
    """Return the engine of a store whose tables are those of this version of the kit.

    A store that is not there yet is made, one of an older kit is brought up to date, unless `read_only`. InputError
    for a file that is no database, somebody else's database, a store of a newer kit, or a server that does not answer.
    """
    engine = _engine(address(place), read_only=read_only)
    with told(engine):
        try:
            _stop_or_bring_up_to_date(engine, read_only=read_only)
        except BaseException:
            engine.dispose()
            raise
    return engine


@contextmanager
def told(engine: Engine) -> Iterator[None]:
    """Turn what a database refuses into an InputError that says what to do."""
    try:
        yield
    except DBAPIError as wrong:
        said = " ".join(str(wrong.orig).split())
        raise InputError(shown(engine), said, expected=_("a store of records"), remedy=_remedy(said)) from wrong


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection in a transaction that no other writer works beside; committed at the end, or nothing is."""
    with told(engine), engine.connect().execution_options(writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(
                text("SELECT pg_advisory_xact_lock(hashtext('salesopt-records'), hashtext(current_schema()))")
            )
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection whose queries all see the store at one moment."""
    options = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with told(engine), engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def revision(connection: Connection) -> str:
    """Return the state that the tables are in, "" for an empty database."""
    tables = set(inspect(connection).get_table_names())
    if not {"alembic_version", "history"} <= tables:
        return OTHER if tables else ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar())


def upgrade(connection: Connection, target: str = "head") -> None:
    """Bring the tables to a state, in the transaction of `connection`."""
    from alembic import command  # noqa: PLC0415 -- takes longer to import than everything else here
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, target)


def is_sound(path: Path) -> bool:
    """Return whether a file passes SQLite's own check of every page and index."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        return bool(connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)])
    except sqlite3.DatabaseError:
        return False
    finally:
        connection.close()


def _engine(url: str, *, read_only: bool) -> Engine:
    try:
        if not url.startswith("sqlite"):
            return create_engine(url, connect_args={"connect_timeout": PATIENCE})
        path = make_url(url).database
        engine = (
            create_engine(url, poolclass=StaticPool, connect_args={"isolation_level": None})
            if path is None
            else create_engine(url, creator=lambda: _file(Path(path), read_only=read_only))
        )
    except (ArgumentError, NoSuchModuleError, ImportError) as wrong:
        raise InputError(
            _("address of the records"),
            url.rpartition("@")[2],
            expected=_("a folder, a file or postgresql://..."),
            remedy=_("PostgreSQL needs `pip install 'salesopt-kit[postgres]'` ({said}).").format(said=wrong),
        ) from None
    event.listen(engine, "begin", _begin)
    return engine


def _file(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """Return a connection on which what was committed stays, even if the machine stops at once."""
    mode = "ro" if read_only else "rwc"
    if read_only and not os.access(path.parent, os.W_OK) and not Path(f"{path}-wal").exists():
        mode = "ro&immutable=1"  # a reader of the log has to write beside it, which it may not here
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}",
        uri=True,
        timeout=PATIENCE,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        if not read_only and (not names or "history" in names):  # another program's file is not touched
            _use_log(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _use_log(connection: sqlite3.Connection) -> None:
    """Switch to a write-ahead log, so that readers need not wait for writers; another process may be doing it too."""
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as wrong:
            if "locked" not in str(wrong) or time.monotonic() > give_up:
                raise
            time.sleep(0.02)
        else:
            return


def _begin(connection: Connection) -> None:
    """A writer takes the lock at once: one that began as a reader is refused where another wrote meanwhile."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _stop_or_bring_up_to_date(engine: Engine, *, read_only: bool) -> None:
    with engine.connect() as connection, connection.begin():
        found = revision(connection)
    if found == REVISIONS[-1]:
        return
    if found not in ("", *REVISIONS):
        raise InputError(
            shown(engine),
            _("the tables of another program") if found == OTHER else found,
            expected=_("a store of records of this version of the kit"),
            remedy=_("Nothing was written; name another file or database.")
            if found == OTHER
            else _("A newer version of the kit has made it: update salesopt-kit. Nothing was written."),
        )
    if read_only:
        raise InputError(
            shown(engine),
            found or _("no records"),
            expected=_("a store of records of this version of the kit"),
            remedy=_("Open it once with the right to write."),
        )
    with writing(engine) as connection:
        if revision(connection) != REVISIONS[-1]:
            upgrade(connection)


def _remedy(said: str) -> str:
    """Return what to do about the words of a database."""
    remedies = {
        "not a database": _(
            "The file is damaged or no store: restore a backup with `salesopt restore`. Nothing was written."
        ),
        "malformed": _("The file is damaged: restore a backup with `salesopt restore`. Nothing was written."),
        "locked": _("Another program keeps it locked: close that program and try again."),
        "readonly": _("Get the right to write to the file and its folder."),
        "unable to open": _("Check that the folder is there and that you may write to it."),
        "full": _("Make room on the disk and try again."),
    }
    return next((remedy for words, remedy in remedies.items() if words in said), _("Check the address and try again."))
