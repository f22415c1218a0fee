"""A process as stages with times and exits: how likely a case is won by a day, and what if one stage were another.

A semi-Markov process in whole days: the time in a stage and its exit depend on the stage alone, not on how the case
came there. Arrays carry a leading axis of draws, so that a bootstrap is one computation.
"""

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]


def kernels(counts: Numbers) -> Numbers:
    """Return how likely a stay ends by each exit on each day: the jumps of the Aalen-Johansen estimate.

    `counts` has the shape (..., days, exits + 1): the stays that ended so after that many days (the last day holds all
    longer ones), and in its last column those still going on, which of one day come after the ends. The result has the
    shape (..., days - 1, exits). A day without anybody at risk adds nothing.
    """
    leaving = counts.sum(axis=-1)
    at_risk = leaving[..., ::-1].cumsum(axis=-1)[..., ::-1]
    ended = counts[..., :-1]
    hazard = np.divide(ended, at_risk[..., None], out=np.zeros_like(ended), where=at_risk[..., None] > 0)
    left = np.cumprod(1 - hazard.sum(axis=-1), axis=-1)
    before = np.concatenate([np.ones_like(left[..., :1]), left[..., :-1]], axis=-1)
    jumps: Numbers = (before[..., None] * hazard)[..., :-1, :]
    return jumps


def won_within(kernel: Numbers) -> Numbers:
    """Return the chance to be won within 0, 1, ... days of entering each stage; shape (draws, stages, days).

    `kernel` has the shape (draws, stages, days, stages + 2): the exits are the stages, won, and lost. The renewal
    equation of the semi-Markov process (Pyke 1961) solved day by day, moves within one day by a linear system.
    """
    draws, stages, days, _exits = kernel.shape
    at_once = np.linalg.inv(np.eye(stages) - kernel[:, :, 0, :stages])
    won = kernel[..., stages].cumsum(axis=2)
    # Longest first, so that the days gone by and the days left run along one another.
    moves = np.ascontiguousarray(kernel[:, :, :0:-1, :stages]).reshape(draws, stages, -1)
    chance = np.zeros((draws, days, stages))
    for day in range(days):
        start = (days - 1 - day) * stages
        later = moves[:, :, start:] @ chance[:, :day].reshape(draws, -1, 1) if day else 0.0
        chance[:, day] = (at_once @ (won[:, :, day, None] + later))[..., 0]
    return chance.transpose(0, 2, 1)


def entry_value(kernel: Numbers, chance: Numbers) -> Numbers:
    """Return the chance to be won within the horizon of a case that now enters a stage with its own `kernel`.

    `kernel` (draws, ..., days, stages + 2) is that of one stage for one draw after the other; what comes after that
    stage is as in `chance`, the result of `won_within`.
    """
    stages = chance.shape[1]
    left = chance[:, :, ::-1].transpose(0, 2, 1)
    middle = (1,) * (kernel.ndim - 3)
    left = left.reshape(left.shape[0], *middle, *left.shape[1:])
    value: Numbers = (kernel[..., :stages] * left).sum(axis=(-1, -2)) + kernel[..., stages].sum(axis=-1)
    return value
