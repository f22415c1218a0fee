"""Random numbers by address: the same number for the same place, in whatever order the places are asked for.

Two runs that differ in one stage then share the luck of all the others (common random numbers), though a deal that is
faster in one run comes to its stages at other moments and in other steps.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.life_table import Numbers

Words = npt.NDArray[np.uint64]
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
STEP = 2.0**-32


def words(seed: int, address: npt.NDArray[np.integer[Any]]) -> Words:
    """Return the number `address` (from 1 on) of the stream `seed` of SplitMix64 (Steele, Lea and Flood 2014)."""
    z = np.uint64(seed) + address.astype(np.uint64) * GOLDEN
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    found: Words = z ^ (z >> np.uint64(31))
    return found


def two_uniforms(seed: int, address: npt.NDArray[np.integer[Any]]) -> tuple[Numbers, Numbers]:
    """Return two numbers in [0, 1) per address, the halves of one word: 32 bits each."""
    word = words(seed, address)
    return (word >> HALF).astype(np.float64) * STEP, (word & LOW).astype(np.float64) * STEP
