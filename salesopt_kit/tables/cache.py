"""Readings of exports that are kept: where they are, what they are called, and how a new one takes its place."""

import atexit
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from salesopt_kit import __version__
from salesopt_kit.engagement import Engagement, config_hash

LAYOUT = 4
"""Of the cache; a reading of another layout is not used."""
KEPT = 2
"""Cached readings that are kept; older ones are removed."""


def cache(engagement: Engagement) -> Path:
    """Return the folder that holds the readings: of the engagement, or a passing one where that cannot be written."""
    parent = engagement.cache / "tables"
    try:
        parent.mkdir(parents=True, exist_ok=True)
        if not os.access(parent, os.W_OK):
            raise PermissionError
    except OSError:
        parent = Path(tempfile.mkdtemp(prefix="salesopt-"))
        atexit.register(shutil.rmtree, parent, ignore_errors=True)
    return parent


def readings(parent: Path) -> list[Path]:
    """Return the folders of whole readings that are kept."""
    return [path for path in parent.iterdir() if (path / "meta.json").is_file()]


def reading_name(engagement: Engagement, found: dict[str, list[tuple[str, Path]]]) -> str:
    """Return the name of the folder of a reading, by all that it depends on."""
    digest = hashlib.sha256(f"{__version__} {LAYOUT} {config_hash(engagement)}".encode())
    for name, files in sorted(found.items()):
        for file, path in files:
            digest.update(f"{name} {file} ".encode())
            with path.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()[:20]


def settle(work: Path, folder: Path) -> None:
    """Move a finished reading to its place; another process may have been first with the same one."""
    shutil.rmtree(work / "spill", ignore_errors=True)
    for leftover in work.glob("*.csv"):
        leftover.unlink(missing_ok=True)
    try:
        work.rename(folder)
    except OSError:
        if not (folder / "meta.json").is_file():
            raise
    others = sorted((path for path in readings(folder.parent) if path != folder), key=lambda path: path.stat().st_mtime)
    for path in others[: max(0, len(others) - (KEPT - 1))]:
        shutil.rmtree(path, ignore_errors=True)
