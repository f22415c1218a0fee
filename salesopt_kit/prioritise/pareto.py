"""The Pareto order of the quantified pain points: which few hold most of the days, hours or complaints."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _, sentences
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.numbers import shown
from salesopt_kit.prioritise.quantities import Quantified, quantified
from salesopt_kit.prioritise.quantity import SUMMED, Kind, Quantity
from salesopt_kit.results import Answers, Estimate, Result, explains_missing
from salesopt_kit.stats.interval import Z
from salesopt_kit.stats.places import Place, places_of_normals
from salesopt_kit.tables.store import Tables

FEWEST = 2
"""Amounts below which there is nothing to put in order."""
MOST = 0.8
"""The share that the vital few hold together."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One amount, the pain points that it is of, its share with all before it, and how firm its place is."""

    records: tuple[str, ...]
    problems: tuple[str, ...]
    estimate: Estimate
    cumulative: float
    place: Place | None
    """None where the amount has no interval."""


@dataclass(frozen=True, slots=True)
class Pareto(Result):
    """The amounts of one kind, the largest first; several pain points with one amount are one bar."""

    kind: Kind
    bars: tuple[Bar, ...]
    left_out: tuple[str, ...]
    """Amounts that may hold the same days or hours once more, as words."""

    @property
    def total(self) -> float:
        """All bars together."""
        return sum(bar.estimate.value or 0.0 for bar in self.bars)

    def sentence(self) -> str:
        """Say how many bars hold most, and how sure the first place is."""
        few = next(n for n, bar in enumerate(self.bars, 1) if bar.cumulative >= MOST - 1e-9)
        message = _("{kind}: {few} of {n} amounts hold {share} of {total}.")
        if few == len(self.bars):
            few, message = 1, _("{kind}: the first of {n} amounts holds {share} of {total}; no few hold most.")
        first = self.bars[0]
        said = message.format(
            kind=self.kind.label,
            few=few,
            n=len(self.bars),
            share=shown(self.bars[few - 1].cumulative, "fraction"),
            total=shown(self.total, first.estimate.unit),
        )
        message = _("{ids} comes first; the chance that it really does is {chance}.")
        sure = shown(first.place.first, "chance") if first.place else _("unknown")
        return sentences(said, message.format(ids=_(", ").join(first.records), chance=sure))

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the cumulative share of each bar, in the order of the bars."""
        return tuple(
            Estimate(
                "pareto.cumulative_share",
                _("Share with all before it: {label}").format(label=bar.estimate.label),
                bar.cumulative,
                "fraction",
                len(self.bars),
                method=_("sum of the amounts in their order; its uncertainty is that of the order"),
                window=bar.estimate.window,
                group=f"quantity={self.kind.value}/pain_point={'+'.join(bar.records)}/{bar.estimate.group}",
            )
            for bar in self.bars
        )

    def caveats(self) -> tuple[str, ...]:
        """Say what one bar is and what was left out."""
        said = [
            _("A bar is one amount: pain points that share it stand on one bar, so that nothing is counted twice."),
            _("Places and chances take the amounts as normal and independent: 10,000 draws."),
        ]
        if self.kind is Kind.COMPLAINTS:
            said.append(_("A complaint that has two topics counts in both."))
        if self.left_out:
            message = _("Left out, because cut in another way they may hold the same once more: {amounts}.")
            said.append(message.format(amounts=_("; ").join(self.left_out)))
        return tuple(said)

    def table(self) -> pd.DataFrame:
        """Return one row per bar."""
        return pd.DataFrame(
            {
                _("Record"): _(", ").join(bar.records),
                _("Problem in detail"): _("; ").join(bar.problems),
                _("Counted is"): bar.estimate.label,
                self.kind.label: with_interval(bar.estimate),
                _("Share"): shown((bar.estimate.value or 0.0) / self.total, "fraction"),
                _("Cumulative share"): shown(bar.cumulative, "fraction"),
                _("Place (95 %)"): _places(bar.place),
            }
            for bar in self.bars
        )


@explains_missing
def pareto(tables: Tables) -> Answers:
    """Return a Pareto order per kind of amount that at least two pain points differ in; MissingData where none is."""
    found = paretos(tables)
    message = _("{n} Pareto orders: {kinds}.")
    said = message.format(n=len(found), kinds=_(", ").join(one.kind.label for one in found))
    return Answers(said, found)


def paretos(tables: Tables) -> tuple[Pareto, ...]:
    """Return the Pareto orders, in the order of the kinds; MissingDataError where there is none."""
    rows = quantified(tables)
    found = tuple(one for kind in SUMMED if (one := _pareto(kind, rows)))
    if not found:
        raise MissingDataError(
            _("fewer than two pain points have an amount of one kind that can be put in order"),
            remedy=_(
                "Cite figures under `evidence`, such as metric:time_in_stage.total_days/stage=ID or "
                "metric:complaints.topic_count/topic=ID."
            ),
        )
    return found


def _pareto(kind: Kind, rows: tuple[Quantified, ...]) -> Pareto | None:
    """Return the order of the amounts that stand side by side: those of the cut that has most of them."""
    amounts: dict[str, Quantity] = {}
    holders: dict[str, list[Quantified]] = {}
    for row in rows:
        for one in row.quantities:
            if one.kind is kind and one.source and (one.estimate.value or 0.0) > 0:
                amounts[one.source] = one
                holders.setdefault(one.source, []).append(row)
    cuts = [one.cut for one in amounts.values()]
    cut = max(dict.fromkeys(cuts), key=cuts.count, default="")
    chosen = [source for source, one in amounts.items() if one.cut == cut]
    if len(chosen) < FEWEST:
        return None
    chosen.sort(key=lambda source: -(amounts[source].estimate.value or 0.0))
    estimates = [replace(amounts[source].estimate, group=source) for source in chosen]
    left_out = tuple(one.estimate.label for source, one in amounts.items() if source not in chosen)
    return Pareto(kind, _bars(estimates, [holders[source] for source in chosen]), left_out)


def _bars(estimates: list[Estimate], holders: list[list[Quantified]]) -> tuple[Bar, ...]:
    values = np.array([one.value or 0.0 for one in estimates])
    cumulative = np.cumsum(values) / values.sum()
    cumulative[-1] = 1.0
    places: tuple[Place | None, ...] = (None,) * len(estimates)
    if all(one.low is not None and one.high is not None for one in estimates):
        errors = np.array([((one.high or 0.0) - (one.low or 0.0)) / (2 * Z) for one in estimates])
        places = places_of_normals(values, errors)
    return tuple(
        Bar(
            tuple(row.point.id for row in rows),
            tuple(row.point.problem for row in rows),
            estimate,
            float(share),
            place,
        )
        for estimate, rows, share, place in zip(estimates, holders, cumulative, places, strict=True)
    )


def _places(place: Place | None) -> str:
    if place is None:
        return "–"
    return str(place.low) if place.low == place.high else f"{place.low}–{place.high}"
