"""Run as a program: processes that write to one store, forked from one that has all imports; some are killed.

`writers.py write PLACE PROCESSES N` lets each process add N records. `writers.py kill PLACE N` starts and kills one
process after the other in the middle of its saves. Both print, as JSON, what was acknowledged: "id version" each.
`writers.py make FOLDER N` kills N processes while each makes a new store. `writers.py load FOLDER N` lets N processes
read the records of one engagement at once and prints how many records each saw.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable

from salesopt_kit.engagement import open_engagement
from salesopt_kit.records import load_records
from salesopt_kit.records.rows import PilotNote
from salesopt_kit.records.store import Store

LONGEST_LIFE = 0.03
"""Seconds after its first acknowledged save at which a process is dead at the latest."""


def die_while_making(folder: str, times: int) -> list[str]:
    """Kill processes in the middle of making a store; return the files."""
    chance, places = random.Random(20240630), [f"{folder}/{number}.sqlite" for number in range(times)]  # noqa: S311
    Store(":memory:").close()  # imports all that is needed
    for place in places:
        child, pipe = forked(place, "maker")
        time.sleep(chance.uniform(0, LONGEST_LIFE * 2))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(pipe)
    return places


def load_together(folder: str, processes: int) -> list[str]:
    """Return how many records each of several processes saw that opened an engagement for the first time at once."""
    engagement, pipes = open_engagement(folder), []
    Store(":memory:").close()
    for _number in range(processes):
        reading, writing = os.pipe()
        if not os.fork():
            try:
                records = load_records(engagement)
                os.write(writing, f"{len(records.pain_points)} {len(records.observations)}\n".encode())
            finally:
                os._exit(0)
        os.close(writing)
        pipes.append(reading)
    told = [line for pipe in pipes for line in read_all(pipe)]
    for _number in range(processes):
        os.wait()
    return told


def write(place: str, who: str, pipe: int, n: int | None = None) -> None:
    """Add records and change each once, telling of each change as soon as it is acknowledged."""
    with Store(place, who=who) as store:
        number = 0
        while n is None or number < n:
            number += 1
            saved = store.add(PilotNote(text=f"{who} 第 {number} 条" + "长" * 500))
            os.write(pipe, f"{saved.record.id} 1\n".encode())
            if n is None:
                store.save(saved.record.model_copy(update={"unit": who}), 1)
                os.write(pipe, f"{saved.record.id} 2\n".encode())


def forked(place: str, who: str, n: int | None = None) -> tuple[int, int]:
    """Return the id of a new process that writes, and the end of the pipe that its acknowledgements come from."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    try:
        os.close(reading)
        write(place, who, writing, n)
    finally:
        os._exit(0)


def read_all(pipe: int) -> list[str]:
    """Return all lines that come from a pipe until it is closed."""
    with os.fdopen(pipe) as stream:
        return [line.strip() for line in stream if line.endswith("\n")]


def write_together(place: str, processes: int, n: int) -> list[str]:
    """Return what several processes that write at once were told."""
    children = [forked(place, f"w{number}", n) for number in range(processes)]
    told = [line for _child, pipe in children for line in read_all(pipe)]
    for child, _pipe in children:
        os.waitpid(child, 0)
    return told


def kill_in_the_middle(place: str, times: int) -> list[str]:
    """Return what processes were told that were killed at a random moment of their saves."""
    chance, told = random.Random(20240630), []  # noqa: S311 -- no secret
    for number in range(times):
        child, pipe = forked(place, f"k{number}")
        first = b""
        while not first.endswith(b"\n"):
            first += os.read(pipe, 1)
        time.sleep(chance.uniform(0, LONGEST_LIFE))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        told += [first.decode().strip(), *read_all(pipe)]
    return told


if __name__ == "__main__":
    order, where, *numbers = sys.argv[1:]
    runs = {
        "write": write_together,
        "kill": kill_in_the_middle,
        "make": die_while_making,
        "load": load_together,
    }
    run: Callable[..., list[str]] = runs[order]
    print(json.dumps(run(where, *map(int, numbers))))  # noqa: T201
