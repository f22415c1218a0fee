"""Did the shares change, or only the mix? Crude against stratified, by product, segment and source."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.core_figures import metric_label
from salesopt_kit.metrics.dimensions import BLANK, dimension_label
from salesopt_kit.numbers import shown
from salesopt_kit.pilot.by_type.shares import p_shown, question_label, share_figures
from salesopt_kit.pilot.by_type.strata import STRATA, Stratum, stratified_counts
from salesopt_kit.pilot.setting import Setting, setting
from salesopt_kit.results import Estimate, Result, explains_missing, with_interval
from salesopt_kit.stats.difference import Difference
from salesopt_kit.stats.stratified_table import Stratified, stratified, stratified_difference
from salesopt_kit.stats.two_proportions import wald_difference
from salesopt_kit.tables.store import Tables

SIDES = {
    "before_after": (("treated", "after"), ("treated", "before")),
    "side_by_side": (("treated", "after"), ("controls", "after")),
}
NOTABLE = 0.01
"""Points of a difference that the mix must explain before it is worth a sentence."""


@dataclass(frozen=True, slots=True)
class MixShift:
    """One share by one dimension and comparison: the crude difference and the one at one mix."""

    metric: str
    label: str
    by: Stratum
    question: str
    crude: float
    bounds: tuple[float, float]
    """Of the crude difference."""
    same_mix: Difference
    odds: Stratified
    moved: tuple[str, float, float]
    """The stratum whose part of the cases changed most, and its part on the other side and on this one."""
    n: int

    @property
    def of_mix(self) -> float:
        """How many points of the crude difference come from the mix."""
        return self.crude - self.same_mix.value

    @property
    def raw(self) -> Estimate:
        """The crude difference."""
        return self._estimate("crude", self.crude, self.bounds, _("crude"))

    @property
    def fair(self) -> Estimate:
        """The difference at one mix."""
        interval = self.same_mix.interval
        method = _("Mantel-Haenszel, stratified by {by}").format(by=dimension_label(self.by))
        return self._estimate("same_mix", self.same_mix.value, (interval.low, interval.high), method)

    def _estimate(self, key: str, value: float, bounds: tuple[float, float], method: str) -> Estimate:
        id_ = f"pilot.{self.metric}.{self.question}.{self.by}.{key}"
        label = f"{self.label}, {question_label(self.question)}"
        return Estimate(id_, label, value, "points", self.n, *bounds, method)


@dataclass(frozen=True, slots=True)
class MixShifts(Result):
    """All shares by all dimensions that the exports tell."""

    rows: tuple[MixShift, ...]

    def sentence(self) -> str:
        """Say where the mix explains most of a change, or that it explains little everywhere."""
        worst = max(self.rows, key=lambda row: abs(row.of_mix))
        if abs(worst.of_mix) < NOTABLE:
            message = _("The mix explains little: at most {points} of any difference ({label} by {by}).")
            return message.format(
                points=shown(abs(worst.of_mix), "points"), label=worst.label, by=dimension_label(worst.by)
            )
        name, before, after = worst.moved
        message = _(
            "The mix changed: {name} makes up {after} of the cases instead of {before}, which together with the other "
            "shifts by {by} explains {points} of the {crude} in {label} ({question})."
        )
        return message.format(
            name=_stratum(name),
            before=shown(before, "fraction"),
            after=shown(after, "fraction"),
            by=dimension_label(worst.by),
            points=shown(worst.of_mix, "points"),
            crude=shown(worst.crude, "points"),
            label=worst.label,
            question=question_label(worst.question),
        )

    def methods(self) -> Iterable[str]:
        """Return the comparison within strata."""
        return ("mantel_haenszel",)

    def estimates(self) -> tuple[Estimate, ...]:
        """Return crude and stratified difference of every row."""
        return tuple(estimate for row in self.rows for estimate in (row.raw, row.fair))

    def caveats(self) -> tuple[str, ...]:
        """Return where strata disagree, and what is assumed."""
        uneven = [row for row in self.rows if row.odds.homogeneity_p is not None and row.odds.homogeneity_p < 0.05]  # noqa: PLR2004 -- the usual level
        said = [
            _("{label} by {by}: the groups tell different stories ({p}), so one figure for all hides them.").format(
                label=row.label, by=dimension_label(row.by), p=p_shown(row.odds.homogeneity_p)
            )
            for row in uneven
        ]
        return (*said, _("Cases are taken as independent here; the level of sellers is in the answer on shares."))

    def table(self) -> pd.DataFrame:
        """Return one row per share, comparison and dimension."""
        return pd.DataFrame(
            {
                _("Figure"): row.label,
                _("Comparison"): question_label(row.question),
                _("Divided by"): dimension_label(row.by),
                _("Crude difference"): with_interval(row.raw),
                _("At the same mix"): with_interval(row.fair),
                _("Due to the mix"): shown(row.of_mix, "points"),
                _("Odds ratio, crude and stratified"): _odds(row.odds),
                _("Cochran-Mantel-Haenszel"): p_shown(row.odds.p),
            }
            for row in self.rows
        )


@explains_missing
def mix_shift(tables: Tables) -> Result:
    """Return every share of the pilot crude and at the same mix of products, segments and sources.

    Cochran-Mantel-Haenszel test, Mantel-Haenszel difference and odds ratio. MissingDataError without a pilot or where
    the exports tell no dimension.
    """
    chosen = setting(tables)
    rows = [row for metric in share_figures(chosen) for by in STRATA for row in _rows(tables, chosen, metric, by)]
    if not rows:
        raise MissingDataError(
            _("nothing tells product, segment or source of the cases"),
            remedy=_("Map one of these columns in engagement.yml."),
        )
    return MixShifts(tuple(rows))


def _rows(tables: Tables, chosen: Setting, metric: str, by: Stratum) -> list[MixShift]:
    try:
        counts = stratified_counts(tables, chosen, metric, by)
    except MissingDataError:
        return []
    found = (mix_of(counts, metric, by, question) for question in SIDES)
    return [row for row in found if row is not None]


def mix_of(counts: pd.DataFrame, metric: str, by: Stratum, question: str) -> MixShift | None:
    """Return one comparison of counts by side, period and stratum; None where a side is empty or nothing is in both."""
    first, second = (_side(counts, key) for key in SIDES[question])
    strata = first.index.union(second.index)
    first, second = (side.reindex(strata, fill_value=0.0) for side in (first, second))
    if not ((first["n"] > 0) & (second["n"] > 0)).any() or len(strata) == 1:
        return None
    columns = [side[name].to_numpy(float) for side in (first, second) for name in ("count", "n")]
    totals = [float(column.sum()) for column in columns]
    bounds = wald_difference(totals[0], totals[1], totals[2], totals[3])
    parts = first["n"] / totals[1], second["n"] / totals[3]
    moved = str((parts[0] - parts[1]).abs().idxmax())
    return MixShift(
        metric,
        metric_label(metric),
        by,
        question,
        totals[0] / totals[1] - totals[2] / totals[3],
        (bounds.low, bounds.high),
        stratified_difference(*columns),
        stratified(*columns),
        (moved, float(parts[1][moved]), float(parts[0][moved])),
        round(totals[1] + totals[3]),
    )


def _side(counts: pd.DataFrame, key: tuple[str, str]) -> pd.DataFrame:
    side, period = key
    chosen = counts.reset_index()
    chosen = chosen[(chosen["side"] == side) & (chosen["period"] == period)]
    return chosen.set_index("stratum")[["count", "n"]]


def _stratum(name: str) -> str:
    return _("(blank)") if name == BLANK else name


def _odds(odds: Stratified) -> str:
    crude, fair = ("–" if ratio is None else f"{ratio:.2f}" for ratio in (odds.crude, odds.ratio))
    return _("{crude} and {fair}").format(crude=crude, fair=fair)
