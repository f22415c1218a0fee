"""Figures of the comparisons of two groups: shares, means, scores, strata."""

import numpy as np
from matplotlib.axes import Axes

from salesopt_kit.charts import ACCENT, INK, MUTED, WARN
from salesopt_kit.locale import _
from salesopt_kit.methods.figures.parts import frame, generator, intervals, legend, percent


def difference_of_shares(axes: Axes) -> None:
    """Draw the difference 15 % against 10 % with ever more leads."""
    names = [_("{n:,} leads a side").format(n=n) for n in (100, 400, 1600)]
    steps = np.array([0.093, 0.046, 0.023])
    intervals(axes, names, np.array([0.05] * 3), steps, [WARN, ACCENT, ACCENT])
    axes.axvline(0, color=INK, linewidth=1)
    percent(axes, "x")
    axes.set_xticks(np.arange(-0.05, 0.151, 0.05))
    frame(
        axes,
        _("The same 5 points: with 100 leads a side zero is still possible"),
        _("difference of conversion (points)"),
        "",
    )


def exact_tests(axes: Axes) -> None:
    """Draw how eight wins can fall on two groups of eight by chance."""
    from scipy.stats import hypergeom  # noqa: PLC0415 -- SciPy is loaded only when asked for

    wins = np.arange(9)
    chance = hypergeom.pmf(wins, 16, 8, 8)
    extreme = chance <= hypergeom.pmf(6, 16, 8, 8) + 1e-9
    axes.bar(wins, chance, color=np.where(extreme, WARN, MUTED).tolist())
    percent(axes)
    frame(
        axes,
        _("6 of 8 against 2 of 8: as uneven or more in 13 of 100 shuffles (red)"),
        _("wins of the first group, of 8 wins in 16 deals"),
        _("chance"),
    )


def non_inferiority(axes: Axes) -> None:
    """Draw three intervals against a margin."""
    names = [_("not worse: shown"), _("cannot tell"), _("worse than bearable")]
    intervals(axes, names, np.array([0.05, -0.35, -0.95]), np.array([0.35, 0.5, 0.35]), [ACCENT, MUTED, WARN])
    axes.axvline(-0.5, color=WARN, linestyle="--", linewidth=1.5, label=_("margin fixed beforehand"))
    axes.axvline(0, color=INK, linewidth=1)
    axes.set_xlim(-1.5, 1.1)
    frame(axes, _("Only an interval wholly right of the margin clears the guardrail"), _("change of satisfaction"), "")
    legend(axes, "lower right")


def welch(axes: Axes) -> None:
    """Draw two groups that scatter differently, with their means."""
    rng = generator(44)
    groups = ((_("controls"), rng.normal(9.4, 0.5, 30), MUTED), (_("pilot team"), rng.normal(8.6, 1.1, 18), ACCENT))
    for place, (_label, values, colour) in enumerate(groups):
        axes.scatter(values, place + rng.uniform(-0.18, 0.18, len(values)), color=colour, s=18)
        axes.plot([values.mean()] * 2, [place - 0.32, place + 0.32], color=WARN, linewidth=2.5)
    axes.set_ylim(1.6, -0.6)
    frame(axes, _("The means (red) against the scatter of each group"), _("working hours per day"), "")
    axes.set_yticks([0, 1], [label for label, _values, _colour in groups])


def brunner_munzel(axes: Axes) -> None:
    """Draw the scores of two groups and the share of pairs that the pilot wins."""
    scores = np.arange(4, 11)
    before, after = np.array([2, 5, 9, 8, 4, 2, 0]), np.array([0, 1, 4, 8, 9, 6, 2])
    axes.bar(scores - 0.2, before, width=0.4, color=MUTED, label=_("controls"))
    axes.bar(scores + 0.2, after, width=0.4, color=ACCENT, label=_("pilot team"))
    pairs = np.outer(after, before)
    higher = (np.tril(pairs, -1).sum() + np.trace(pairs) / 2) / pairs.sum()
    title = _("In {share:.0%} of all pairs the pilot scores higher (ties count half)").format(share=higher)
    frame(axes, title, _("satisfaction, points"), _("answers"))
    legend(axes, "upper left")


def hodges_lehmann(axes: Axes) -> None:
    """Draw two groups with an extreme deal; the mean follows it, the middle of the differences does not."""
    rng = generator(46)
    before, after = rng.gamma(20, 2.2, 25), np.append(rng.gamma(20, 1.8, 24), 190.0)
    for place, (values, colour) in enumerate(((before, MUTED), (after, ACCENT))):
        axes.scatter(values, place + rng.uniform(-0.15, 0.15, 25), color=colour, s=18)
    middle = float(np.median(np.subtract.outer(after, before)))
    mean = float(after.mean() - before.mean())
    axes.set_ylim(1.6, -0.6)
    title = _("One deal of 190 days: the mean moves by {mean:+.0f} days, the typical deal by {middle:+.0f}")
    frame(axes, title.format(mean=mean, middle=middle), _("cycle, days"), "")
    axes.set_yticks([0, 1], [_("before"), _("after")])


def mantel_haenszel(axes: Axes) -> None:
    """Draw conversion by segment and overall when only the mix changes."""
    places = np.arange(3)
    axes.bar(places - 0.2, [0.20, 0.05, 0.095], width=0.4, color=MUTED, label=_("before"))
    axes.bar(places + 0.2, [0.20, 0.05, 0.155], width=0.4, color=ACCENT, label=_("after"))
    axes.set_ylim(0, 0.27)
    percent(axes)
    frame(
        axes,
        _("Overall 6 points better, in no segment better: there were only more easy leads"),
        "",
        _("conversion"),
    )
    axes.set_xticks(places, [_("small customers"), _("large customers"), _("all leads")])
    for place, colour in ((2, WARN),):
        axes.axvspan(place - 0.5, place + 0.5, color=colour, alpha=0.08, linewidth=0)
    legend(axes, "upper right", 2)
