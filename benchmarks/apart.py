"""Work done in a process of its own, so that its memory is not counted to those who come after."""

import multiprocessing
import sys
from collections.abc import Callable
from pathlib import Path


def write_apart(write: Callable[[Path, int, str], None], folder: Path, events: int, kind: str) -> None:
    """Have `write` put an engagement of so many events into `folder`; end the program where that fails.

    The peak that the system tells of a process starts at the size of the one that started it, so this one stays small.
    """
    writer = multiprocessing.get_context("spawn").Process(target=write, args=(folder, events, kind))
    writer.start()
    writer.join()
    if writer.exitcode:
        sys.exit(f"generating the events failed with exit code {writer.exitcode}")
