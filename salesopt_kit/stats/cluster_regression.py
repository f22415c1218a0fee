"""One coefficient of a linear regression whose cases come in clusters: robust errors that hold with few clusters."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from salesopt_kit.stats.clustered import Clustered, bounded

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Regression:
    """A weighted regression, ready for the error of one coefficient; rows are cells, scaled by the root of weight."""

    basis: Numbers
    """Orthonormal columns that span all regressors, shape (rows, rank)."""
    others: Numbers
    """The same without the coefficient in question."""
    part: Numbers
    """That regressor without what the others tell of it, r."""
    y: Numbers
    clusters: Places
    """0 to clusters - 1 by row."""
    cases: float
    """How many cases the rows stand for."""

    @property
    def n_clusters(self) -> int:
        """Return how many clusters there are."""
        return int(self.clusters.max()) + 1

    @property
    def lever(self) -> Numbers:
        """Return by row what a unit of y adds to the coefficient: r / r'r."""
        return self.part / float(self.part @ self.part)

    @property
    def value(self) -> float:
        """Return the coefficient."""
        return float(self.lever @ self.y)

    @property
    def residuals(self) -> Numbers:
        """Return what the regression leaves of y."""
        return self.y - self.basis @ (self.basis.T @ self.y)

    def by_cluster(self, rows: Numbers) -> Numbers:
        """Return the sums of `rows` by cluster; shape (clusters,) or (clusters, columns)."""
        found = np.zeros((self.n_clusters, *rows.shape[1:]))
        np.add.at(found, self.clusters, rows)
        return found


def regression(x: Numbers, y: Numbers, weights: Numbers, clusters: Places) -> Regression:
    """Return the regression of `y` on `x` (full rank), for the error of the coefficient of the last column.

    A row may stand for `weights` cases of equal regressors whose mean is y: estimate and robust errors are then those
    of the single cases, for what differs within a cell is at right angles to all regressors.
    """
    root = np.sqrt(weights)
    scaled = x * root[:, None]
    others, _ = np.linalg.qr(scaled[:, :-1])
    part = scaled[:, -1] - others @ (others.T @ scaled[:, -1])
    basis = np.column_stack([others, part / np.linalg.norm(part)])
    return Regression(basis, others, part, y * root, clusters, float(weights.sum()))


def cluster_robust(model: Regression) -> Clustered:
    """Return the coefficient with the usual cluster-robust error (CR1; Liang and Zeger 1986) and t on clusters - 1.

    As statsmodels' cov_type "cluster" on the single cases. Too narrow with few clusters: see `bias_reduced`.
    """
    g, rank = model.n_clusters, model.basis.shape[1]
    if g < 2:  # noqa: PLR2004 -- one cluster shows no spread
        return Clustered(model.value, None, None, None, 0.0)
    scores = model.by_cluster(model.lever * model.residuals)
    factor = g / (g - 1) * (model.cases - 1) / (model.cases - rank)
    return bounded(model.value, math.sqrt(factor * float(scores @ scores)), g - 1.0)


def bias_reduced(model: Regression) -> Clustered:
    """Return the coefficient with the bias-reduced error CR2 and Satterthwaite's degrees of freedom.

    Bell and McCaffrey (2002), as clubSandwich in R; the working model is independent cases of equal variance.
    """
    lever, residuals = model.lever, model.residuals
    order = np.argsort(model.clusters, kind="stable")
    square, spread = 0.0, []
    for rows in np.split(order, np.cumsum(np.bincount(model.clusters))[:-1]):
        inside = model.basis[rows]
        adjusted = _inverse_root(np.eye(len(rows)) - inside @ inside.T) @ lever[rows]
        square += float(adjusted @ residuals[rows]) ** 2
        column = -model.basis @ (inside.T @ adjusted)
        column[rows] += adjusted
        spread.append(column)
    inner = np.array(spread) @ np.array(spread).T
    if square <= 0:
        return Clustered(model.value, None, None, None, 0.0)
    return bounded(model.value, math.sqrt(square), float(np.trace(inner)) ** 2 / float((inner**2).sum()))


def _inverse_root(matrix: Numbers) -> Numbers:
    values, vectors = np.linalg.eigh(matrix)
    is_there = values > 1e-10  # noqa: PLR2004 -- what a fixed effect takes away entirely has no inverse
    root = np.divide(1.0, np.sqrt(np.maximum(values, 0.0)), out=np.zeros_like(values), where=is_there)
    found: Numbers = (vectors * root) @ vectors.T
    return found
