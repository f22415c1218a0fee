"""What clustering costs: deals of one seller or team resemble one another, so many deals are few facts."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Likeness:
    """Intraclass correlation of the cases of a cluster, with what it was estimated from."""

    icc: float
    """Not below 0: a negative estimate is chance, for no cause makes cases of one seller unlike."""
    sd: float
    """Standard deviation of one case, between and within clusters together."""
    size: float
    """Cases per cluster, as the design effect needs it (weighted by size, so unequal clusters count as they cost)."""
    clusters: int
    n: int

    @property
    def factor(self) -> float:
        """The design effect at the clusters' own size."""
        return design_effect(self.size, self.icc)


def design_effect(size: float, icc: float) -> float:
    """Return by how much clusters of `size` cases inflate the number of cases needed: 1 + (size - 1) icc.

    Donner and Klar (2000), Design and analysis of cluster randomization trials, section 5.2.

    >>> design_effect(20, 0.05)
    1.95
    """
    return 1 + (size - 1) * icc


def likeness(totals: npt.ArrayLike, counts: npt.ArrayLike, clusters: npt.ArrayLike) -> Likeness | None:
    """Return the intraclass correlation of cells with a total over `counts` cases each, by cluster.

    One-way analysis of variance with unequal clusters (Donner 1986, International Statistical Review 54:67-82); a cell
    is weighted by its cases, so that cells of one case give the usual estimate. None with fewer than two clusters,
    or where no cluster has two cells.
    """
    n = np.asarray(counts, float)
    y = np.divide(np.asarray(totals, float), n, out=np.zeros(len(n)), where=n > 0)
    _names, place = np.unique(np.asarray(clusters), return_inverse=True)
    size = np.bincount(place, weights=n)
    k, cases, cells = len(size), float(n.sum()), int((n > 0).sum())
    if k < 2 or cells <= k or cases <= 0:  # noqa: PLR2004 -- a variance needs two
        return None
    means = np.bincount(place, weights=n * y) / size
    within = float((n * (y - means[place]) ** 2).sum()) / (cells - k)
    between = float((size * (means - (n * y).sum() / cases) ** 2).sum()) / (k - 1)
    usual = (cases - float((size**2).sum()) / cases) / (k - 1)
    across = max(0.0, (between - within) / usual)
    total = across + within
    return Likeness(across / total if total > 0 else 0.0, total**0.5, float((size**2).sum() / cases), k, round(cases))
