"""The metrics give the same numbers on Spark (in local mode) as in the kit's own database."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import ibis
import pyarrow as pa
import pytest
from ibis.backends import BaseBackend
from moved import differences, moved, rows_of
from pandas.testing import assert_frame_equal
from pyarrow import parquet
from questions import QUESTIONS, TABLES

from salesopt_kit.metrics.churn import churn
from salesopt_kit.tables.store import Tables

OLDEST_JAVA = 17
"""Spark 4 runs on this and later ones."""
SETTINGS = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "false",  # times as most tables in Spark have them
    # What makes many rows fast makes few rows slow: compiling a query takes longer than these tests' rows.
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}


def java() -> int:
    """Return the main version of the machine's Java; 0 where there is none."""
    if shutil.which("java") is None:
        return 0
    told = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', told)
    return int(found[1]) if found else 0


def put(folder: Path, backend: BaseBackend, name: str, rows: pa.Table) -> None:
    """Make `rows` the table `name` by way of a file: `create_table` goes through pandas and makes nulls texts "NaN"."""
    path = folder / f"{name}.parquet"
    parquet.write_table(rows, path)
    backend.read_parquet(path, table_name=name)


@pytest.fixture(scope="module")
def there(sample: Tables, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tables]:
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed (pip install 'salesopt-kit[spark]')")
    if java() < OLDEST_JAVA:
        pytest.skip(f"there is no Java {OLDEST_JAVA} or later for Spark to run on (Debian: default-jre-headless)")
    folder = tmp_path_factory.mktemp("spark")
    builder = sql.SparkSession.builder.master("local[2]").config("spark.sql.warehouse.dir", str(folder / "warehouse"))
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield moved(sample, ibis.pyspark.connect(session), partial(put, folder))
    session.stop()


@pytest.fixture
def renewing_there(renewing: Tables, there: Tables, tmp_path: Path) -> Tables:
    session = there.backend._session.newSession()  # which does not see the tables of the other
    return moved(renewing, ibis.pyspark.connect(session), partial(put, tmp_path), one_in=1)


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore")  # Spark's own Python code
@pytest.mark.xdist_group("spark")
def test_the_tables_hold_the_same_rows_on_spark(here: Tables, there: Tables) -> None:
    for name in sorted(here.present):
        assert_frame_equal(rows_of(there, there.table(name)), rows_of(here, here.table(name)), check_dtype=False)


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore")  # Spark's own Python code
@pytest.mark.xdist_group("spark")
@pytest.mark.parametrize("name", TABLES)
def test_a_derived_table_has_the_same_rows_on_spark(here: Tables, there: Tables, name: str) -> None:
    assert_frame_equal(rows_of(there, TABLES[name](there)), rows_of(here, TABLES[name](here)), check_dtype=False)


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore")  # Spark's own Python code
@pytest.mark.xdist_group("spark")
@pytest.mark.parametrize("name", QUESTIONS)
def test_a_metric_says_the_same_on_spark(here: Tables, there: Tables, name: str) -> None:
    assert differences(QUESTIONS[name](here), QUESTIONS[name](there)) == []


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore")  # Spark's own Python code
@pytest.mark.xdist_group("spark")
def test_churn_of_revenue_is_the_same_on_spark(renewing: Tables, renewing_there: Tables) -> None:
    told = churn(renewing)
    assert {"churn.gross_revenue_churn", "churn.net_retention"} <= {each.id for each in told.estimates()}
    assert differences(told, churn(renewing_there)) == []
