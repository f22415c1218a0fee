"""Sums and differences of clustered shares or means without a bootstrap, so that thousands of them take a moment."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from salesopt_kit.stats.clustered import Clustered, Numbers


@dataclass(frozen=True, slots=True)
class Group:
    """Clusters that are independent of all other groups': totals and counts, one row a cluster and one column a cell.

    A cell is a period, say, whose figure is the sum of its totals over the sum of its counts; `signs` says how each
    counts in the contrast. A cluster without a case in a cell has zeros there.
    """

    totals: Numbers
    counts: Numbers
    signs: tuple[float, ...]

    @property
    def figures(self) -> Numbers:
        """The figure of each cell; NaN for one without a case."""
        whole = self.counts.sum(axis=0)
        found: Numbers = np.divide(self.totals.sum(axis=0), whole, out=np.full(len(whole), np.nan), where=whole > 0)
        return found

    @property
    def value(self) -> float:
        """What the group adds to the contrast."""
        return float((self.figures * np.array(self.signs)).sum())

    @property
    def clusters(self) -> int:
        """How many clusters have a case in any cell."""
        return int((self.counts.sum(axis=1) > 0).sum())

    @property
    def variance(self) -> float:
        """Its variance, whole clusters taken as independent; NaN for fewer than two."""
        if (k := self.clusters) < 2:  # noqa: PLR2004 -- one cluster shows no spread
            return math.nan
        influence = (self.totals - self.figures * self.counts) / self.counts.sum(axis=0)
        return k / (k - 1) * float(((influence * np.array(self.signs)).sum(axis=1) ** 2).sum())


def clustered_contrast(groups: Sequence[Group]) -> Clustered:
    """Return the sum of the groups' signed figures, with the interval that takes clusters, not cases, as independent.

    Linearised ratio estimators (Cochran 1977, section 6.4): each cluster's influence on its group's part is summed over
    the cells, so that sellers who are seen in both periods are their own control; Student's t with Welch's degrees of
    freedom over the groups. None for the bounds where a group has fewer than two clusters or a cell has no case.
    """
    value, variances = sum(group.value for group in groups), [group.variance for group in groups]
    variance = sum(variances)
    if math.isnan(value) or math.isnan(variance):
        return Clustered(value, None, None, None, 0.0)
    squares = sum(one**2 / (group.clusters - 1) for one, group in zip(variances, groups, strict=True))
    freedom = variance**2 / squares if squares > 0 else float(sum(group.clusters - 1 for group in groups))
    step = _quantile(freedom) * math.sqrt(variance)
    return Clustered(value, value - step, value + step, math.sqrt(variance), freedom)


def design_effect(groups: Sequence[Group]) -> float | None:
    """Return by how much clustering widens the variance of a contrast of shares over that of independent cases.

    2 says that the cases are worth half their number. Totals count cases, so that a cell's own variance is p (1 - p) /
    n; None where it is 0 or a group has fewer than two clusters.
    """
    clustered = sum(group.variance for group in groups)
    plain = sum(
        float((np.array(group.signs) ** 2 * group.figures * (1 - group.figures) / group.counts.sum(axis=0)).sum())
        for group in groups
    )
    return clustered / plain if plain > 0 and not math.isnan(clustered) else None


def _quantile(freedom: float) -> float:
    from scipy.special import stdtrit  # noqa: PLC0415 -- SciPy is loaded only when asked for

    return float(stdtrit(freedom, 0.975))
