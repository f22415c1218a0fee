"""A part of a sample in the kit's own database."""

from pathlib import Path

import ibis
import pytest
from moved import moved

from salesopt_kit import open_engagement, open_tables
from salesopt_kit.tables.store import Tables


@pytest.fixture(scope="session")
def sample(samples: Path) -> Tables:
    """The whole sample."""
    return open_tables(open_engagement(samples / "huaxin"))


@pytest.fixture(scope="session")
def here(sample: Tables) -> Tables:
    """Some of its deals in DuckDB."""
    return moved(sample, ibis.duckdb.connect())
