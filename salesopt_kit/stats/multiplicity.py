"""Several figures judged at once: how small must each p be so that luck alone does not win one?"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Rule = Literal["holm", "benjamini_hochberg"]
NAMES: dict[Rule, str] = {"holm": "holm", "benjamini_hochberg": "fdr_bh"}


@dataclass(frozen=True, slots=True)
class Adjusted:
    """One adjusted p per figure, in the order given, and which of them still count at 5 %."""

    p: npt.NDArray[np.float64]
    counts: npt.NDArray[np.bool_]


def adjusted(p: npt.ArrayLike, rule: Rule = "holm") -> Adjusted:
    """Return p values adjusted for their number.

    "holm" (1979) keeps the chance of even one false win at 5 %, whatever hangs together: the default for goals.
    "benjamini_hochberg" (1995) keeps the share of false ones among the wins at 5 %: for looking around.
    """
    from statsmodels.stats.multitest import multipletests  # noqa: PLC0415 -- loaded only when asked for

    values = np.asarray(p, float)
    if not len(values):
        return Adjusted(values, np.zeros(0, bool))
    counts, found = multipletests(values, alpha=0.05, method=NAMES[rule])[:2]
    return Adjusted(np.asarray(found, float), np.asarray(counts, bool))
