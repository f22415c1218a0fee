"""Does a weekly figure swing with the year? A straight line and one wave a year, and whether the wave is chance."""

from dataclasses import dataclass

import numpy as np

from salesopt_kit.stats.frozen_limits import Numbers

YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Swing:
    """Half the distance from the wave's top to its bottom, the day of the year of its top, and the p-value."""

    size: float
    top_day: float
    p: float


def yearly_swing(days: Numbers, values: Numbers) -> Swing:
    """Return the yearly wave of `values` at `days` (of any era, 365.25 to the year; day 0 is a 1 January).

    Least squares on a line, a sine and a cosine; F test of the two against none. At least six values, over more than
    a year, for a shorter stretch cannot tell a wave from a line. Takes the values as independent.
    """
    from scipy.stats import f  # noqa: PLC0415 -- scipy costs time that an import saves

    turn = 2 * np.pi * days / YEAR
    line = np.column_stack([np.ones(len(days)), days - days.mean()])
    wave = np.column_stack([line, np.cos(turn), np.sin(turn)])
    (plain, _no_wave), (left, found) = _fitted(line, values), _fitted(wave, values)
    free = len(values) - 4
    p = float(f.sf((plain - left) / 2 / (left / free), 2, free)) if left > 0 else 0.0
    cosine, sine = found[2], found[3]
    return Swing(float(np.hypot(cosine, sine)), float(np.arctan2(sine, cosine) / (2 * np.pi) * YEAR % YEAR), p)


def _fitted(columns: Numbers, values: Numbers) -> tuple[float, Numbers]:
    found = np.asarray(np.linalg.lstsq(columns, values)[0], dtype=np.float64)
    return float(((values - columns @ found) ** 2).sum()), found
