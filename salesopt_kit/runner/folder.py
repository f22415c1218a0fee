"""The folder of a run: prepared out of sight, shown whole, and `latest`, which points at the newest complete one."""

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

PART = ".part"
ATTEMPTS = 10
ABANDONED = 24 * 3600
"""Seconds after which a prepared folder that nothing touches is one whose process was ended."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """A run in the making: where its files are for now, and where they will be."""

    part: Path
    final: Path

    @property
    def name(self) -> str:
        """Name of the run: when it began in UTC, such as 20241124T130501Z."""
        return self.final.name


@contextmanager
def prepared_folder(client_folder: Path) -> Iterator[RunFolder]:
    """Give a hidden folder to fill; it takes its name when the block ends, and vanishes when the block fails.

    The name is unlike that of any other run, also of those that begin in the same second in another process.
    """
    client_folder.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(client_folder)
    run = _claimed(client_folder, datetime.now(UTC))
    try:
        yield run
        run.part.rename(run.final)
    except BaseException:
        shutil.rmtree(run.part, ignore_errors=True)
        raise


def point_at_newest(client_folder: Path) -> None:
    """Make `latest` point at the newest complete run; at nothing where there is none.

    Two runs that end together may both get here: each looks again after its own change, so the newer one stays.
    """
    for _attempt in range(ATTEMPTS):
        newest = newest_complete(client_folder)
        if newest is None or _pointed_at(client_folder) == newest:
            return
        _point(client_folder, newest)


def newest_complete(client_folder: Path) -> str | None:
    """Return the name of the newest run whose manifest says that it is complete."""
    runs = (
        path for path in client_folder.iterdir() if path.is_dir() and not path.is_symlink() and path.name[0].isdigit()
    )
    for run in sorted(runs, key=lambda path: _order(path.name), reverse=True):
        with suppress(OSError, ValueError):
            if json.loads((run / "manifest.json").read_text(encoding="utf-8"))["status"] == "complete":
                return run.name
    return None


def latest(client_folder: Path) -> Path | None:
    """Return the folder that `latest` points at."""
    name = _pointed_at(client_folder)
    return client_folder / name if name else None


def _claimed(client_folder: Path, now: datetime) -> RunFolder:
    stamp, number = now.strftime("%Y%m%dT%H%M%SZ"), 1
    while True:
        name = stamp if number == 1 else f"{stamp}-{number}"
        number += 1
        run = RunFolder(client_folder / f".{name}{PART}", client_folder / name)
        try:
            run.part.mkdir()
        except FileExistsError:
            continue
        if not run.final.exists():
            return run
        run.part.rmdir()


def _order(name: str) -> tuple[str, int]:
    stamp, _line, number = name.partition("-")
    return stamp, int(number) if number.isdigit() else 1


def _point(client_folder: Path, name: str) -> None:
    """Swap the link in one step; where links are refused (Windows without the right), write the name to a file."""
    new = client_folder / f".latest-{os.getpid()}-{time.monotonic_ns()}"
    try:
        new.symlink_to(name, target_is_directory=True)
        new.replace(client_folder / "latest")
    except OSError:
        new.unlink(missing_ok=True)
        new.write_text(name + "\n", encoding="utf-8")
        new.replace(client_folder / "latest.txt")


def _pointed_at(client_folder: Path) -> str | None:
    with suppress(OSError):
        return (client_folder / "latest").readlink().name
    with suppress(OSError):
        return (client_folder / "latest.txt").read_text(encoding="utf-8").strip()
    return None


def _remove_abandoned(client_folder: Path) -> None:
    for part in client_folder.glob(f".*{PART}"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > ABANDONED:
                shutil.rmtree(part, ignore_errors=True)
