"""The metrics give the same numbers on Spark (in local mode) as in the kit's own database."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import ibis
import pytest
from moved import METRICS, differences, moved

from salesopt_kit.metrics.complaints import complaints
from salesopt_kit.results import Result
from salesopt_kit.tables.store import Tables


@pytest.fixture(scope="module")
def there(sample: Tables, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tables]:
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed (pip install 'salesopt-kit[spark]')")
    if shutil.which("java") is None:
        pytest.skip("there is no Java for Spark to run on (Debian's package default-jre-headless)")
    folder: Path = tmp_path_factory.mktemp("spark")
    session = (
        sql.SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    yield moved(sample, ibis.pyspark.connect(session))
    session.stop()


SAME = [
    pytest.param(metric, marks=pytest.mark.xfail(strict=True, reason="Spark finds one topic more; not yet explained"))
    if metric is complaints
    else metric
    for metric in METRICS
]


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore")  # Spark's own Python code
@pytest.mark.xdist_group("spark")
@pytest.mark.parametrize("metric", SAME, ids=lambda metric: metric.__name__)
def test_a_metric_says_the_same_on_spark(here: Tables, there: Tables, metric: Callable[[Tables], Result]) -> None:
    assert differences(metric(here), metric(there)) == []
