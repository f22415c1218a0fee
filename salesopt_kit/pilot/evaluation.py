"""X3, the handbook's question: the pilot's figures before and after, against the targets fixed beforehand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from salesopt_kit.engagement import Bound
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.metrics.core_figures import metric_label, metric_unit
from salesopt_kit.pilot.setting import Setting, setting
from salesopt_kit.pilot.template import Row, honest_verdict, template_3
from salesopt_kit.pilot.totals import totals
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.stats.clustered import clustered_ratio
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import Verdict


@dataclass(frozen=True, slots=True)
class Evaluation(Result):
    """Template 3 from the data, with the interval of the figure after the pilot and what it allows to say."""

    rows: tuple[Row, ...]
    baseline: tuple[date, date]
    period: tuple[date, date]

    def sentence(self) -> str:
        """Say how many targets are met by the handbook's rule, and how many beyond chance."""
        message = _(
            "Before ({b0} to {b1}) and after ({p0} to {p1}): {points} of {n} targets are met by the figure alone, "
            "{sure} of them with their whole interval."
        )
        (b0, b1), (p0, p1) = self.baseline, self.period
        points = sum(row.by_point is Verdict.MET for row in self.rows)
        sure = sum(row.verdict is Verdict.MET for row in self.rows)
        return message.format(b0=b0, b1=b1, p0=p0, p1=p1, points=points, n=len(self.rows), sure=sure)

    def methods(self) -> Iterable[str]:
        """Return the handbook's comparison and the interval beside it."""
        return ("before_after", "student_t")

    def estimates(self) -> tuple[Estimate, ...]:
        """Return before, after and relative change of every figure."""
        found = []
        for row in self.rows:
            found += [estimate for estimate in (row.before, row.after) if estimate]
            if row.change is not None and row.after is not None:
                label = _("{label}, relative change").format(label=row.label)
                found.append(Estimate(f"pilot.{row.metric}.change", label, row.change, "fraction", row.after.n))
        return tuple(found)

    def caveats(self) -> tuple[str, ...]:
        """Return the reasons of each row and what a comparison of before and after cannot show."""
        reasons = tuple(_("{label}: {why}").format(label=row.label, why=row.reason) for row in self.rows if row.reason)
        return (
            *reasons,
            _(
                "Before and after alone cannot tell the pilot from the season, from chance and from a bad "
                "start: see the controls."
            ),
        )

    def table(self) -> pd.DataFrame:
        """Return template 3 and, beside it, the interval after the pilot and the verdict that respects it."""
        cells = template_3(self.rows)
        cells[_("95% interval after")] = [with_interval(row.after) if row.after else "–" for row in self.rows]
        cells[_("Verdict with its uncertainty")] = [row.verdict.label for row in self.rows]
        return cells


@explains_missing
def evaluation(tables: Tables) -> Result:
    """Return template 3 for the units of the pilot, one row per target of engagement.yml.

    Intervals take sellers (deals, leads), weeks (daily figures) or months (output) as independent, not single deals.
    MissingDataError without a pilot or without targets; a figure that the data lack keeps its row and says why.
    """
    chosen = setting(tables)
    if not chosen.targets:
        raise MissingDataError(
            _("no targets are set"), remedy=_("Write them in engagement.yml under `targets`, before the pilot begins.")
        )
    rows = tuple(_row(tables, chosen, metric, target) for metric, target in chosen.targets.items())
    return Evaluation(rows, chosen.pilot.baseline, chosen.pilot.period)


def reading(tables: Tables, chosen: Setting, metric: str, window: tuple[date, date], what: str) -> Estimate:
    """Return the figure of the pilot's units in `window`; `what` ("before" or "after") ends its id."""
    found = totals(tables, chosen, metric, window)
    clusters = found.of(chosen.treated)
    if not len(clusters) or not clusters["n"].sum():
        raise MissingDataError(
            _("nothing is known of the pilot's units from {first} to {last}").format(first=window[0], last=window[1]),
            remedy=_("Check the pilot's dates and names."),
        )
    ratio = clustered_ratio(clusters["total"].to_numpy(float), clusters["n"].to_numpy(float))
    unit = metric_unit(metric, tables.engagement.config.currency)
    floor, ceiling = (0.0, 1.0) if unit == "fraction" else (0.0, float("inf"))
    return Estimate(
        f"pilot.{metric}.{what}",
        _("{label}, {said}").format(label=metric_label(metric), said=found.said),
        ratio.value,
        unit,
        int(clusters["n"].sum()),
        None if ratio.low is None else max(ratio.low, floor),
        None if ratio.high is None else min(ratio.high, ceiling),
        _("t interval over {n} {clusters}").format(n=len(clusters), clusters=found.clusters_label),
        window,
    )


def _row(tables: Tables, chosen: Setting, metric: str, target: Bound) -> Row:
    label = metric_label(metric)
    try:
        before = reading(tables, chosen, metric, chosen.pilot.baseline, "before")
        after = reading(tables, chosen, metric, chosen.pilot.period, "after")
    except MissingDataError as missing:
        return Row(metric, label, None, None, target, reason=f"{missing.what}. {missing.remedy}")
    verdict, reason = honest_verdict(after, target), ""
    needed = max(chosen.pilot.follow_up_days, target.at_most or 0.0)
    if metric == "cycle_days" and chosen.followed_days < needed:
        verdict = Verdict.CANNOT_TELL
        message = _("the pilot's deals were followed for {days} days after its end, and {needed:.0f} are needed.")
        reason = message.format(days=max(chosen.followed_days, 0), needed=needed)
    elif verdict is Verdict.CANNOT_TELL:
        reason = _("the interval holds values on both sides of the target.")
    return Row(metric, label, before, after, target, verdict, reason)
