"""How one stage runs at its best teams, which one half of the data choose and the other half measure.

The best of a few teams is partly luck: measured on the data that chose it, it looks better than it is and falls back
next time. Choosing on one half and measuring on the other takes that luck out (Efron 1983 on optimism).
"""

import math

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.semi_markov import Numbers, entry_value, kernels

HALVES = 2
Flags = npt.NDArray[np.bool_]


def best_quarter_kernel(counts: Numbers, chance: Numbers) -> tuple[Numbers, Flags]:
    """Return the kernel of one stage at its best quarter of teams, and which teams those are on all data.

    `counts` has the shape (draws, halves, teams, days, exits + 1) as in `kernels`; the best quarter (rounded up) are
    the teams whose entrants are likeliest to be won within the horizon, given `chance` afterwards. The kernel, of shape
    (draws, days - 1, exits), is the mean of two: that of half B for the teams that half A chose, and the other way
    round. The teams come as (draws, teams), true for those chosen.
    """
    value = entry_value(kernels(counts), chance)
    chosen = _best(value)
    measured = np.einsum("dht,dhtxe->dhxe", chosen[:, ::-1].astype(float), counts)
    whole = entry_value(kernels(counts.sum(axis=1)), chance)
    kernel: Numbers = kernels(measured).mean(axis=1)
    return kernel, _best(whole)


def _best(value: Numbers) -> Flags:
    teams = value.shape[-1]
    rank = np.argsort(np.argsort(-value, axis=-1, kind="stable"), axis=-1, kind="stable")
    return np.asarray(rank < math.ceil(teams / 4), dtype=np.bool_)
