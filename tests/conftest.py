"""What all tests share."""

from pathlib import Path

import pytest

from salesopt_kit.locale import use_language

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def in_the_source_language() -> None:
    """Start each test in the source language."""
    use_language("en")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of the public data and oracles beside the project; skips where it is absent."""
    folder = ROOT.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip(f"the public data are not at {folder}")
    return folder
