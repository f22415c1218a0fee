"""What all tests share."""

import hashlib
import json
import subprocess
import sys
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


@pytest.fixture(scope="session")
def samples() -> Path:
    """Folder of the sample engagements, with the exports of the generated ones in place and up to date.

    The generator puts every file into its place whole and the same, so parallel workers may both run it.
    """
    folder = ROOT / "data_samples"
    if not all(_is_made(folder / name) for name in ("huaxin", "alder")):
        subprocess.run([sys.executable, folder / "generate.py"], check=True, capture_output=True)
    return folder


def _is_made(sample: Path) -> bool:
    """Return whether the exports are there and, as far as bytes tell, those of truth.json."""
    known = json.loads((sample / "truth.json").read_text(encoding="utf-8"))["exports_sha256"]
    files = {name: sample / "exports" / name for name in known}
    return all(path.is_file() for path in files.values()) and all(
        hashlib.sha256(files[name].read_bytes()).hexdigest() == digest
        for name, digest in known.items()
        if not name.endswith(".parquet")
    )
