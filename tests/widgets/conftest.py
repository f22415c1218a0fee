"""An engagement to edit, as two people see it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))

from handbook_example import written

from salesopt_kit import open_engagement
from salesopt_kit.engagement import Engagement
from salesopt_kit.widgets.session import Session


@pytest.fixture
def client(tmp_path: Path) -> Engagement:
    """Return the handbook's example, in English."""
    return open_engagement(written(tmp_path), locale="en")


@pytest.fixture
def ann(client: Engagement) -> Iterator[Session]:
    """Give the session of one person."""
    session = Session(client, who="Ann")
    yield session
    session.store.close()


@pytest.fixture
def ben(client: Engagement) -> Iterator[Session]:
    """Give the session of another person on the same records."""
    session = Session(client, who="Ben")
    yield session
    session.store.close()
