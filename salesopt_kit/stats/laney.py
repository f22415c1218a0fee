"""Laney's p' and u' charts: shares and rates whose points scatter more (or less) than their cases alone explain."""

from dataclasses import replace

from salesopt_kit.stats.frozen_limits import D2, ChartKind, FrozenLimits, Numbers, mean_range
from salesopt_kit.stats.p_chart import p_chart
from salesopt_kit.stats.u_chart import u_chart

OVER = 0.05
"""A chance below which the scatter of a baseline is more than that of its cases."""


def laney_p(counts: Numbers, sizes: Numbers) -> FrozenLimits:
    """Return the limits of Laney's p' chart: those of the p chart times the scatter of the standardised points.

    The factor is the mean moving range of the z values / 1.128 (Laney 2002, Quality Engineering 14:531-537).
    """
    return _widened(p_chart(counts, sizes), counts, sizes)


def laney_u(counts: Numbers, sizes: Numbers) -> FrozenLimits:
    """Return the limits of Laney's u' chart, made from the u chart as p' is from p."""
    return _widened(u_chart(counts, sizes), counts, sizes)


def is_over_dispersed(limits: FrozenLimits, counts: Numbers, sizes: Numbers) -> bool:
    """Return whether a baseline scatters more than a p or u chart allows.

    Both must say so: the squared z values (chi-squared with n - 1 degrees of freedom, at 5 %), and Laney's factor,
    which a slow drift does not raise.
    """
    from scipy.stats import chi2  # noqa: PLC0415 -- scipy costs time that an import saves

    z = limits.scores(counts / sizes, sizes)
    is_wide = float(chi2.sf((z**2).sum(), len(z) - 1)) < OVER
    return is_wide and mean_range(z) / D2 > 1


def _widened(limits: FrozenLimits, counts: Numbers, sizes: Numbers) -> FrozenLimits:
    z = limits.scores(counts / sizes, sizes)
    kind: ChartKind = "laney_p" if limits.kind == "p" else "laney_u"
    return replace(limits, kind=kind, dispersion=mean_range(z) / D2)
