"""A store to write to: in a file, and in a schema of its own on a PostgreSQL server."""

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "backends"))

from test_postgres import server  # noqa: F401 -- the fixture

NUMBERS = itertools.count()
ON_SERVER = pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.xdist_group("postgres")])


@pytest.fixture(params=["sqlite", ON_SERVER])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return where a store can be made."""
    if request.param == "sqlite":
        yield str(tmp_path / "records.sqlite")
        return
    folder, schema = request.getfixturevalue("server"), f"records_{next(NUMBERS)}"
    import psycopg  # noqa: PLC0415 -- the server's fixture has skipped where it is not installed

    with psycopg.connect(host=str(folder), user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        yield f"postgresql://postgres@/postgres?host={folder}&options=-csearch_path%3D{schema}"
        connection.execute(f"DROP SCHEMA {schema} CASCADE")
