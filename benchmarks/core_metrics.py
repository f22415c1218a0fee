"""Time `salesopt check` and the core metrics beside the same figures in plain pandas, in one run.

`python benchmarks/core_metrics.py [--kind csv|parquet] [SIZE ...]`, sizes in millions of stage events (default 1 5 10).
Each side runs in a process of its own; time includes starting Python, memory is the peak of the process. The two sides'
figures are compared, and a difference fails the run.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from apart import write_apart
from generated import write_engagement

HERE = Path(__file__).parent
MINUTE = 1 / 1440


@dataclass(frozen=True)
class Run:
    """What one process took and found."""

    seconds: float
    peak_mb: float
    figures: dict[str, float]


def run(script: str, argument: Path) -> Run:
    """Run a script of this folder in a process of its own and measure it."""
    began = time.perf_counter()
    with subprocess.Popen([sys.executable, HERE / script, argument], stdout=subprocess.PIPE, text=True) as process:
        printed = process.stdout.read() if process.stdout else ""
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{script} failed with exit code {process.returncode}")
    return Run(time.perf_counter() - began, usage.ru_maxrss / 1024, json.loads(printed))


def differences(kit: Run, pandas: Run) -> list[str]:
    """Return the figures of both sides that differ by more than a part in a million, and those that one side lacks.

    Medians and 90th percentiles may differ by a minute: that is how the kit takes durations of very many rows.
    """
    both = sorted(kit.figures.keys() & pandas.figures.keys())
    return [
        f"{name}: kit {kit.figures[name]}, pandas {pandas.figures[name]}"
        for name in both
        if not math.isclose(kit.figures[name], pandas.figures[name], rel_tol=1e-6, abs_tol=tolerance(name))
    ] + [f"{name}: only in pandas" for name in sorted(pandas.figures.keys() - kit.figures.keys())]


def tolerance(name: str) -> float:
    """Return how far a figure may be off, as the kit takes durations of very many rows to the minute.

    Medians and 90th percentiles, by a minute; a share won by some day, by the few deals that a minute moves over it.
    """
    if "won_within" in name:
        return 1e-5
    return MINUTE if "median" in name or ".p90" in name else 0.0


def compare(millions: float, kind: str) -> list[str]:
    """Print one row of the table; return the figures that differ."""
    with tempfile.TemporaryDirectory() as folder:
        engagement = Path(folder)
        write_apart(write_engagement, engagement, int(millions * 1_000_000), kind)
        kit = run("kit.py", engagement)
        again = run("kit.py", engagement)
        pandas = run("plain_pandas.py", engagement / "exports" / f"stage_events.{kind}")
    print(
        f"| {millions:g} | {kind} | {pandas.seconds:.1f} | {kit.seconds:.1f} | {pandas.seconds / kit.seconds:.1f} | "
        f"{again.seconds:.1f} | {pandas.peak_mb:,.0f} | {kit.peak_mb:,.0f} | {kit.peak_mb / pandas.peak_mb:.2f} |",
        flush=True,
    )
    return differences(kit, pandas)


def main() -> int:
    """Run all sizes; return 1 if any figure differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=float, default=[1, 5, 10])
    parser.add_argument("--kind", choices=["csv", "parquet"], default="csv")
    options = parser.parse_args()
    print("| million events | export | pandas s | kit s | times faster | kit again s | pandas MB | kit MB | ratio |")
    print("|---|---|---|---|---|---|---|---|---|")
    wrong = [line for millions in options.sizes for line in compare(millions, options.kind)]
    print("\n".join(wrong) or "All figures that both sides compute agree.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
