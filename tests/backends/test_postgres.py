"""The metrics give the same numbers on PostgreSQL, where a client's data may already live, as in the kit's own.

A server of Debian's package `postgresql` is started in a folder of its own, reached by a socket in it alone.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import ibis
import pytest
from moved import METRICS, differences, moved

from salesopt_kit.results import Result
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
    yield moved(sample, backend)
    backend.disconnect()


@pytest.mark.slow
@pytest.mark.xdist_group("postgres")
@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.__name__)
def test_a_metric_says_the_same_on_postgresql(here: Tables, there: Tables, metric: Callable[[Tables], Result]) -> None:
    assert differences(metric(here), metric(there)) == []
