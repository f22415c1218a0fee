"""The metrics give the same numbers on PostgreSQL, where a client's data may already live, as in the kit's own.

A server of Debian's package `postgresql` is started in a folder of its own, reached by a socket in it alone.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import ibis
import pytest
from moved import differences, moved, rows_of
from pandas.testing import assert_frame_equal
from questions import QUESTIONS, TABLES

from salesopt_kit.metrics.churn import churn
from salesopt_kit.tables.store import Tables


def programs() -> Path | None:
    """Return the folder of the newest server's programs."""
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None, key=lambda path: int(path.parent.name))


@pytest.fixture(scope="module")
def server() -> Iterator[Path]:
    """The folder of a running server, which is also that of its socket."""
    pytest.importorskip("psycopg", reason="psycopg is not installed (pip install 'salesopt-kit[postgres]')")
    tools = programs()
    if tools is None:
        pytest.skip("there is no PostgreSQL server (Debian's package postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="salesopt-pg-", dir="/tmp"))
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if user:
        shutil.chown(folder, "postgres")

    def run(program: str, *options: str) -> None:
        subprocess.run(
            [*user, str(tools / program), "-D", f"{folder}/data", *options], check=True, stdout=subprocess.DEVNULL
        )

    run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    sockets = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
    run("pg_ctl", "-w", "-l", f"{folder}/log", "-o", sockets, "start")
    yield folder
    run("pg_ctl", "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def there(sample: Tables, server: Path) -> Iterator[Tables]:
    backend = ibis.postgres.connect(host=str(server), user="postgres", database="postgres")
    tables = moved(sample, backend)
    backend.raw_sql("ANALYZE").close()  # as a server does by itself before long
    yield tables
    backend.disconnect()


@pytest.fixture
def renewing_there(renewing: Tables, server: Path) -> Iterator[Tables]:
    backend = ibis.postgres.connect(host=str(server), user="postgres", database="template1")  # the other one it has
    yield moved(renewing, backend, one_in=1)
    backend.disconnect()


@pytest.mark.postgres
@pytest.mark.xdist_group("postgres")
def test_the_tables_hold_the_same_rows_on_postgresql(here: Tables, there: Tables) -> None:
    for name in sorted(here.present):
        assert_frame_equal(rows_of(there, there.table(name)), rows_of(here, here.table(name)), check_dtype=False)


@pytest.mark.postgres
@pytest.mark.xdist_group("postgres")
@pytest.mark.parametrize("name", TABLES)
def test_a_derived_table_has_the_same_rows_on_postgresql(here: Tables, there: Tables, name: str) -> None:
    assert_frame_equal(rows_of(there, TABLES[name](there)), rows_of(here, TABLES[name](here)), check_dtype=False)


@pytest.mark.postgres
@pytest.mark.xdist_group("postgres")
@pytest.mark.parametrize("name", QUESTIONS)
def test_a_metric_says_the_same_on_postgresql(here: Tables, there: Tables, name: str) -> None:
    assert differences(QUESTIONS[name](here), QUESTIONS[name](there)) == []


@pytest.mark.postgres
@pytest.mark.xdist_group("postgres")
def test_churn_of_revenue_is_the_same_on_postgresql(renewing: Tables, renewing_there: Tables) -> None:
    told = churn(renewing)
    assert {"churn.gross_revenue_churn", "churn.net_retention"} <= {each.id for each in told.estimates()}
    assert differences(told, churn(renewing_there)) == []
