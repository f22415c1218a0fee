"""The same accounts asked before and after, yes or no: did more change one way than the other?"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FEWEST_CHANGED = 25
"""Cases that changed below which the exact binomial test is taken (McNemar 1947 as usually taught)."""


@dataclass(frozen=True, slots=True)
class McNemar:
    """The chi-square (None where the test is exact), the p, and how many changed from yes to no and from no to yes."""

    statistic: float | None
    p: float
    given_up: int
    won_over: int


def mcnemar(table: npt.ArrayLike, *, corrected: bool = False) -> McNemar:
    """Return the test of [[yes yes, yes no], [no yes, no no]], before by row and after by column.

    Only those who changed count. Exact for fewer than 25 of them, else chi-square, with Edwards' continuity correction
    if asked. Assumes independent accounts.
    """
    from statsmodels.stats.contingency_tables import mcnemar as test  # noqa: PLC0415 -- loaded only when asked for

    cells = np.asarray(table, float)
    given_up, won_over = int(cells[0, 1]), int(cells[1, 0])
    is_exact = given_up + won_over < FEWEST_CHANGED
    found = test(cells, exact=is_exact, correction=corrected)
    return McNemar(None if is_exact else float(found.statistic), float(found.pvalue), given_up, won_over)
