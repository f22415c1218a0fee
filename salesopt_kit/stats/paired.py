"""The same cases measured twice: did they change on average?"""

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.difference import Difference
from salesopt_kit.stats.mean import mean


def paired_difference(first: npt.ArrayLike, second: npt.ArrayLike) -> Difference:
    """Return mean(first - second) of pairs with Student's t on pairs - 1 degrees of freedom (Student 1908).

    Arrays of one length, the same case at the same place. Assumes independent pairs whose differences are about normal
    or many. ValueError for fewer than two pairs.
    """
    gaps = np.asarray(first, float) - np.asarray(second, float)
    if len(gaps) < 2:  # noqa: PLR2004 -- a variance needs two
        message = "a paired comparison needs two pairs"
        raise ValueError(message)
    found = mean(gaps)
    return Difference(found.value, found.error, len(gaps) - 1.0)
