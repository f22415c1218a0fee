"""What the suspect rows do to the core figures: each one with all rows and without the suspect ones."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from salesopt_kit.errors import InputError, MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.metrics.deal_cycle import deal_cycle
from salesopt_kit.metrics.handoffs import handoffs
from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.metrics.stage_conversion import stage_conversion
from salesopt_kit.metrics.suspect_rows import SIGN_NAMES, Sign, signs
from salesopt_kit.metrics.time_in_stage import time_in_stage
from salesopt_kit.metrics.trusted import trusted
from salesopt_kit.metrics.win_rate import win_rate
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.tables.store import Tables

Metric = Callable[[Tables, Selection], Result]
CORE: dict[Metric, tuple[str, ...]] = {
    win_rate: ("win_rate.count", "win_rate.value"),
    deal_cycle: ("deal_cycle.won_mean", "deal_cycle.won_median", "deal_cycle.median_to_win"),
    stage_conversion: ("stage_conversion.reached",),
    time_in_stage: ("time_in_stage.median",),
    handoffs: ("handoffs.count", "handoffs.median_wait_days", "handoffs.late_share"),
}
"""The core metrics and the ids, or the beginnings of ids, of their figures that are compared."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure with all rows and without the suspect ones."""

    all_rows: Estimate
    without: Estimate

    @property
    def difference(self) -> float | None:
        """The figure without suspect rows less the one with all."""
        if self.all_rows.value is None or self.without.value is None:
            return None
        return self.without.value - self.all_rows.value

    @property
    def is_moved(self) -> bool:
        """Whether the figure without suspect rows lies outside the interval of the one with all."""
        low, high, value = self.all_rows.low, self.all_rows.high, self.without.value
        if low is None or high is None or value is None:
            return False
        return not low <= value <= high


@dataclass(frozen=True, slots=True)
class FidelityEffect(Result):
    """The core figures that could be computed both ways."""

    card: ClassVar[str] = "crm_fidelity"

    compared: tuple[Compared, ...]
    left_out: tuple[str, ...]
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Say how many figures the suspect rows move further than chance does."""
        moved = [pair for pair in self.compared if pair.is_moved]
        if not moved:
            message = _(
                "Without the suspect rows ({signs}) each of the {n} core figures stays within its 95% interval."
            )
            return message.format(signs=_listed(self.left_out), n=len(self.compared))
        message = _(
            "Without the suspect rows ({signs}) {moved} of the {n} core figures leave their 95% interval: {names}."
        )
        names = _listed([pair.all_rows.label for pair in moved])
        return message.format(signs=_listed(self.left_out), moved=len(moved), n=len(self.compared), names=names)

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the difference of each figure; n is that without the suspect rows."""
        return tuple(
            Estimate(
                "fidelity_effect.difference",
                _("{figure}: without suspect rows less with all").format(figure=pair.all_rows.label),
                pair.difference,
                pair.all_rows.unit,
                pair.without.n,
                method=_("same metric on both sets of rows; no sampling interval"),
                window=pair.all_rows.window,
                group=", ".join(part for part in (f"figure={pair.all_rows.id}", pair.all_rows.group) if part),
            )
            for pair in self.compared
        )

    def caveats(self) -> tuple[str, ...]:
        """Return what was left out and how to read the difference."""
        return self.remarks

    def tabled(self) -> tuple[Estimate, ...]:
        """Return each figure with all rows and without the suspect ones."""
        return tuple(figure for pair in self.compared for figure in (pair.all_rows, pair.without))

    def table(self) -> pd.DataFrame:
        """Return one row per figure."""
        return pd.DataFrame(
            {
                _("Figure"): pair.all_rows.label,
                _("All rows"): with_interval(pair.all_rows),
                _("Without suspect rows"): with_interval(pair.without),
                _("Difference"): _signed(pair.difference, pair.all_rows.unit),
                _("n with all, without"): f"{pair.all_rows.n:,} / {pair.without.n:,}",
                _("Outside the interval"): _("yes") if pair.is_moved else "–",
            }
            for pair in self.compared
        )


@once
def fidelity_effect(tables: Tables, selection: Selection | None = None, only: tuple[str, ...] = ()) -> FidelityEffect:
    """Return the core figures with all rows and without the suspect ones of all signs, or of those named in `only`.

    Bulk-edited deals, deals closed together at the end of a quarter and those whose expected date was pushed are left
    out whole, for their end is in doubt; of the other signs the one row is left out. Both figures come from the same
    metric. The difference has no interval: the two share nearly all rows. Raises MissingDataError where no sign or no
    core metric can be had.
    """
    selection = selection or EVERYTHING
    if unknown := sorted(set(only) - set(SIGN_NAMES)):
        known = ", ".join(SIGN_NAMES)
        raise InputError("only", unknown, expected=_("one of {names}").format(names=known), remedy="")
    wanted = [sign for sign in signs(tables) if not only or sign.id in only]
    usable = [sign for sign in wanted if sign.rows is not None]
    if not usable:
        raise MissingDataError(
            _("no sign of suspect rows can be looked for"),
            remedy=_("Export the stage history with times of day and the person who made each entry."),
        )
    clean = trusted(tables, usable)
    pairs = [pair for metric, ids in CORE.items() for pair in _compared(metric, ids, tables, clean, selection)]
    if not pairs:
        raise MissingDataError(
            _("no core figure can be had from these data"), remedy=_("Map opportunities or their stage history.")
        )
    return FidelityEffect(tuple(pairs), tuple(_(SIGN_NAMES[sign.id]) for sign in usable), _remarks(wanted))


def _compared(
    metric: Metric, ids: tuple[str, ...], tables: Tables, clean: Tables, selection: Selection
) -> list[Compared]:
    try:
        before, after = metric(tables, selection), metric(clean, selection)
    except MissingDataError:
        return []
    found = {(figure.id, figure.group): figure for figure in after.estimates()}
    return [
        Compared(figure, found[figure.id, figure.group])
        for figure in before.estimates()
        if f"{figure.id}.".startswith(tuple(f"{id_}." for id_ in ids)) and (figure.id, figure.group) in found
    ]


def _remarks(wanted: list[Sign]) -> tuple[str, ...]:
    said = [
        _(
            "The difference shows how far a figure leans on suspect rows, not which of the two is right: a clean-up "
            "of dead deals is suspect in its day and right in its content."
        )
    ]
    missing = [f"{sign.title}: {sign.why}" for sign in wanted if sign.rows is None]
    if missing:
        said.append(_("Not looked for: {signs}.").format(signs="; ".join(missing)))
    return tuple(said)


def _signed(value: float | None, unit: str) -> str:
    if value is not None and unit == "fraction":
        text = _("{number} points").format(number=f"{100 * value:.1f}")
    else:
        text = shown(value, unit)
    return f"+{text}" if value is not None and value > 0 else text


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return _(", ").join(names)
