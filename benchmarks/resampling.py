"""Time 10,000 draws on 20,000 deals beside SciPy and arch, and compare what they find.

`python benchmarks/resampling.py [--repeat N]`: deals of 240 sellers in 24 units, before and during; half of them pilot.
Three questions, each from the deals on: the difference-in-differences with whole sellers drawn anew (SciPy: paired
bootstrap of the sellers' sums; arch: its IIDBootstrap of the same), the permutation of the units (SciPy:
permutation_test of the units' changes), and the wild bootstrap over sellers (nobody beside it: SciPy and arch have
none). Of several repeats the quickest counts, as the machine may do other things.
"""

import argparse
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from salesopt_kit.stats.cluster_regression import regression
from salesopt_kit.stats.clustered import difference_in_differences, ratio
from salesopt_kit.stats.permutation import permutation_of_units
from salesopt_kit.stats.wild_bootstrap import wild_bootstrap

DEALS, SELLERS, UNITS, DRAWS = 20_000, 240, 24, 10_000
CLOSE = 0.05
"""By how much two bootstraps of as many draws may differ in their error, as a share of it."""
CLOSE_P = 0.02
AIM = 2.0
"""Seconds."""
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Deals:
    """One entry a deal: its seller, whether it was opened in the pilot's period, and its days."""

    seller: npt.NDArray[np.int64]
    after: npt.NDArray[np.int64]
    days: Numbers

    def sums(self) -> tuple[Numbers, Numbers]:
        """Return days and deals by period and seller, shape (2, sellers)."""
        place = self.after * SELLERS + self.seller
        return tuple(np.bincount(place, values, 2 * SELLERS).reshape(2, -1) for values in (self.days, np.ones(DEALS)))


UNIT = np.arange(SELLERS) % UNITS
PILOTED = UNIT < UNITS // 2


def deals(seed: int = 1) -> Deals:
    """Return deals of 20 to 80 days whose sellers and units differ; the pilot takes off two days."""
    rng = np.random.default_rng(seed)
    seller, after = rng.integers(0, SELLERS, DEALS), rng.integers(0, 2, DEALS)
    mean = 45 + rng.normal(0, 4, SELLERS)[seller] + rng.normal(0, 1.5, (2, UNITS))[after, UNIT[seller]]
    days = mean - 2 * (PILOTED[seller] & (after == 1)) + rng.normal(0, 12, DEALS)
    return Deals(seller, after, np.round(np.clip(days, 1, 90)))


def kit_clusters(made: Deals) -> tuple[float, float]:
    """Return the difference-in-differences and its error, by the kit."""
    days, n = made.sums()
    arms = [(ratio(days[1, arm], n[1, arm]), ratio(days[0, arm], n[0, arm])) for arm in (PILOTED, ~PILOTED)]
    found = difference_in_differences(*arms, int(PILOTED.sum()), int((~PILOTED).sum()), draws=DRAWS)
    return found.value, found.error or 0.0


def change(a: Numbers, b: Numbers, c: Numbers, d: Numbers, axis: int = -1) -> Numbers:
    """Return a / b - c / d of sums."""
    return a.sum(axis=axis) / b.sum(axis=axis) - c.sum(axis=axis) / d.sum(axis=axis)


def arms_of(made: Deals) -> list[tuple[Numbers, ...]]:
    """Return by arm days and deals after, then before, by seller."""
    days, n = made.sums()
    return [(days[1, arm], n[1, arm], days[0, arm], n[0, arm]) for arm in (PILOTED, ~PILOTED)]


def scipy_clusters(made: Deals) -> tuple[float, float]:
    """Return the same by SciPy."""
    value, square = 0.0, 0.0
    for sign, sums in zip((1, -1), arms_of(made), strict=True):
        drawn = stats.bootstrap(
            sums, change, n_resamples=DRAWS, paired=True, vectorized=True, method="percentile", rng=2, batch=1_000
        )
        value += sign * float(change(*sums))
        square += float(drawn.standard_error) ** 2 * len(sums[0]) / (len(sums[0]) - 1)
    return value, square**0.5


def arch_clusters(made: Deals) -> tuple[float, float]:
    """Return the same by arch."""
    from arch.bootstrap import IIDBootstrap  # noqa: PLC0415 -- comes with the extra `benchmark` only

    value, square = 0.0, 0.0
    for sign, sums in zip((1, -1), arms_of(made), strict=True):
        drawn = IIDBootstrap(*sums, seed=2).var(change, reps=DRAWS)
        value += sign * float(change(*sums))
        square += float(np.squeeze(drawn)) * len(sums[0]) / (len(sums[0]) - 1)
    return value, square**0.5


def changes_of_units(made: Deals) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """Return the change of each unit, and which of them piloted."""
    days, n = (np.stack([np.bincount(UNIT, row, UNITS) for row in sums]) for sums in made.sums())
    return days[1] / n[1] - days[0] / n[0], np.arange(UNITS) < UNITS // 2


def kit_units(made: Deals) -> tuple[float, float]:
    """Return the difference of the units' changes and its permutation p (19,999 draws), by the kit."""
    changes, is_treated = changes_of_units(made)
    value = float(changes[is_treated].mean() - changes[~is_treated].mean())
    return value, permutation_of_units(changes, is_treated).p


def scipy_units(made: Deals) -> tuple[float, float]:
    """Return the same by SciPy, with 10,000 draws."""
    changes, is_treated = changes_of_units(made)

    def distance(x: Numbers, y: Numbers, axis: int = -1) -> Numbers:
        return np.abs(x.mean(axis=axis) - y.mean(axis=axis))

    found = stats.permutation_test(
        (changes[is_treated], changes[~is_treated]),
        distance,
        n_resamples=DRAWS,
        vectorized=True,
        alternative="greater",
        rng=2,
    )
    return float(changes[is_treated].mean() - changes[~is_treated].mean()), float(found.pvalue)


def kit_wild(made: Deals) -> tuple[float, float]:
    """Return the difference-in-differences by regression on units and period, and its wild bootstrap p."""
    days, n = made.sums()
    after, seller = np.nonzero(n > 0)
    piloted = PILOTED[seller] & (after == 1)
    x = np.column_stack([np.eye(UNITS)[UNIT[seller]], after, piloted]).astype(float)
    found = wild_bootstrap(regression(x, days[after, seller] / n[after, seller], n[after, seller], seller), draws=DRAWS)
    return found.value, found.p


Run = Callable[[Deals], tuple[float, float]]
QUESTIONS: dict[str, tuple[str, dict[str, Run]]] = {
    "sellers drawn anew": ("error", {"kit": kit_clusters, "SciPy": scipy_clusters, "arch": arch_clusters}),
    "units permuted": ("p", {"kit": kit_units, "SciPy": scipy_units}),
    "wild bootstrap over sellers": ("p", {"kit": kit_wild}),
}


def timed(run: Run, made: Deals, repeat: int) -> tuple[float, float, tuple[float, float]]:
    """Return the quickest time in seconds, the peak of memory in MB (of a run of its own), and what was found."""
    found, times = (0.0, 0.0), []
    for _round in range(repeat):
        start = time.perf_counter()
        found = run(made)
        times.append(time.perf_counter() - start)
    tracemalloc.start()
    run(made)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return min(times), peak / 1e6, found


def agree(kind: str, first: tuple[float, float], other: tuple[float, float]) -> bool:
    """Return whether two sides find the same, but for their draws."""
    close = CLOSE_P if kind == "p" else CLOSE * first[1]
    return abs(first[0] - other[0]) < 1e-9 and abs(first[1] - other[1]) <= close  # noqa: PLR2004 -- rounding


def main() -> int:
    """Print times, ratios, memory and figures; return 1 where sides differ or the kit misses its aim."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    repeat = parser.parse_args().repeat
    made, failed = deals(), False
    print(f"{DEALS:,} deals, {SELLERS} sellers, {UNITS} units, {DRAWS:,} draws; the quickest of {repeat}")
    print(
        "| question | side | s | times the kit's | peak MB | effect, days | error or p |\n|---|---|---|---|---|---|---|"
    )
    for question, (kind, sides) in QUESTIONS.items():
        found = {}
        for side, run in sides.items():
            try:
                found[side] = timed(run, made, repeat)
            except ModuleNotFoundError:
                print(f"| {question} | {side} | not installed | – | – | – | – |")
                continue
            seconds, peak, (value, spread) = found[side]
            factor = seconds / found["kit"][0]
            print(f"| {question} | {side} | {seconds:.2f} | {factor:.1f} | {peak:.0f} | {value:.3f} | {spread:.4f} |")
            failed |= not agree(kind, found["kit"][2], found[side][2]) or (side == "kit" and seconds > AIM)
    print(
        "sides differ, or the kit misses its aim"
        if failed
        else f"all sides find the same; the aim of {AIM:.0f} s is met"
    )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
