"""Time four questions about the flow of deals in the kit, in pandas and in polars, in one run.

`python benchmarks/flow.py [--kind parquet|csv] [--against pandas polars] [SIZE ...]`, sizes in millions of stage events
(default 1 10 50). The questions: how visits end, stage conversion, time in stage, what directly follows what. Each side
runs in a process of its own with two threads and at most 4 GiB; one that would take more is stopped and told of as out
of memory. A figure that differs between two sides by over a part in a million fails the run, a median or 90th
percentile by over a minute, for the kit takes durations of very many rows to the minute.
"""

import argparse
import itertools
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from apart import write_apart
from flow_side import OUT_OF_MEMORY
from long_history import write_engagement

HERE = Path(__file__).parent
CORES = 2
LIMIT_MB = 4096
MINUTE = 1 / 1440
STEPS = ("open", "visits", "conversion", "time in stage", "directly-follows")
THREADS = {name: str(CORES) for name in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
"""Two threads for polars, and for what pandas reads and computes with; the kit takes two of its own accord."""


@dataclass(frozen=True)
class Run:
    """What one side took and found; `steps` and `figures` are empty where it ran out of memory."""

    side: str
    seconds: float
    peak_mb: float
    steps: dict[str, float]
    figures: dict[str, float]

    @property
    def questions(self) -> float:
        """Seconds for the four questions without reading; NaN where they were not answered."""
        return sum(self.steps.values()) - self.steps["open"] if self.steps else math.nan


def run(side: str, folder: Path) -> Run:
    """Put the questions about the engagement in `folder` to one side, in a process of its own."""
    return watched(side, [sys.executable, str(HERE / f"flow_{side}.py"), str(folder)])


def watched(side: str, command: list[str], limit_mb: float = LIMIT_MB) -> Run:
    """Run a command that prints steps and figures; stop it when it takes more than `limit_mb` of memory."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as printed:
        process = subprocess.Popen(command, stdout=printed, env=os.environ | THREADS)
        process.returncode, peak_mb = waited(process, limit_mb)
        seconds = time.perf_counter() - began
        printed.seek(0)
        told = printed.read()
    if process.returncode in {OUT_OF_MEMORY, -signal.SIGKILL} or peak_mb > limit_mb:
        return Run(side, seconds, peak_mb, {}, {})
    if process.returncode:
        sys.exit(f"{side} failed with exit code {process.returncode}")
    found = json.loads(told)
    return Run(side, seconds, peak_mb, found["seconds"], found["figures"])


def waited(process: subprocess.Popen[bytes], limit_mb: float) -> tuple[int, float]:
    """Wait for the end of a process, looking at its memory all the time; return its exit code and its peak in MB."""
    watch = psutil.Process(process.pid)
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status), usage.ru_maxrss / 1024
        if watch.memory_info().rss > limit_mb * 2**20:
            process.kill()
        time.sleep(0.01)


def differences(one: Run, other: Run) -> list[str]:
    """Return the figures of two sides that differ, and those that one of them lacks."""
    if not one.figures or not other.figures:
        return []
    return [
        f"{name}: {one.side} {one.figures.get(name)}, {other.side} {other.figures.get(name)}"
        for name in sorted(one.figures.keys() | other.figures.keys())
        if not is_same(name, one.figures.get(name, math.nan), other.figures.get(name, math.nan))
    ]


def is_same(name: str, one: float, other: float) -> bool:
    """Return whether two values of a figure agree."""
    slack = MINUTE if ".median" in name or ".p90" in name else 0.0
    return math.isclose(one, other, rel_tol=1e-6, abs_tol=slack)


def compare(millions: float, kind: str, sides: list[str]) -> list[Run]:
    """Return one run of each side on the same generated events, and print how long each of its steps took."""
    with tempfile.TemporaryDirectory() as folder:
        write_apart(write_engagement, Path(folder), round(millions * 1_000_000), kind)
        runs = []
        for side in sides:
            runs.append(run(side, Path(folder)))
            print(details(millions, kind, runs[-1]), flush=True)
    return runs


def details(millions: float, kind: str, one: Run) -> str:
    """Return the row of one side: its steps, all of it, and its memory."""
    steps = [f"{one.steps[step]:.1f}" for step in STEPS] if one.steps else ["out of memory"] + ["–"] * 4
    everything = f"{one.seconds:.1f}" if one.steps else "–"
    cells = [f"{millions:g}", kind, one.side, *steps, everything, f"{one.peak_mb:,.0f}"]
    return f"| {' | '.join(cells)} |"


def summary(millions: float, kind: str, runs: list[Run]) -> str:
    """Return the row of one size: seconds and memory of the kit, and how it compares with each other side."""
    kit, *others = runs
    cells = [f"{millions:g}", kind, *(shown(kit, f"{value:.1f}") for value in (kit.questions, kit.seconds))]
    cells.append(f"{kit.peak_mb:,.0f}")
    for other in others:
        pairs = ((other.questions, kit.questions), (other.seconds, kit.seconds), (kit.peak_mb, other.peak_mb))
        cells += [shown(other, shown(kit, f"{above / below:.2f}")) for above, below in pairs]
    return f"| {' | '.join(cells)} |"


def shown(one: Run, text: str) -> str:
    """Return `text`, or that the side ran out of memory."""
    return text if one.steps else "out of memory"


def heading(*names: str) -> str:
    """Return the first two lines of a Markdown table."""
    return f"| {' | '.join(names)} |\n{'|---' * len(names)}|"


def main() -> int:
    """Run all sizes; return 1 if any figure differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=float, default=[1, 10, 50])
    parser.add_argument("--kind", choices=["csv", "parquet"], default="parquet")
    parser.add_argument("--against", nargs="+", choices=["pandas", "polars"], default=["pandas", "polars"])
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    print(heading("million events", "export", "side", *(f"{step} s" for step in STEPS), "everything s", "peak MB"))
    found = {millions: compare(millions, options.kind, ["kit", *options.against]) for millions in options.sizes}
    ratios = [
        name.format(side=side)
        for side in options.against
        for name in ("{side} s / kit s, questions", "{side} s / kit s, everything", "kit MB / {side} MB")
    ]
    print("\n" + heading("million events", "export", "kit: questions s", "everything s", "peak MB", *ratios))
    print("\n".join(summary(millions, options.kind, runs) for millions, runs in found.items()) + "\n")
    pairs = [pair for runs in found.values() for pair in itertools.combinations(runs, 2)]
    wrong = [line for pair in pairs for line in differences(*pair)]
    print("\n".join(wrong) or "All figures of all sides agree.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
