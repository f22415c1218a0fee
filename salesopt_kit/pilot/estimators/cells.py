"""A panel as arrays: total and n before and during the pilot, by unit and by seller, made once for many analyses."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.pilot.contrast import Arms, Window
from salesopt_kit.pilot.panel import Panel
from salesopt_kit.pilot.setting import need_controls

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Cells:
    """Totals and counts, shape (2, n): baseline, then pilot; only units with cases in both are in it."""

    units: tuple[str, ...]
    """The pilot's first."""
    is_treated: Flags
    totals: Numbers
    """By unit, shape (2, units)."""
    n: Numbers
    seller_unit: Places
    """By seller: the place of the unit; who moved from one unit to another counts in each."""
    seller_totals: Numbers
    """By seller, shape (2, sellers); some have cases in one of the two periods only."""
    seller_n: Numbers
    left_out: tuple[str, ...]
    """Controls without cases in one of the two periods."""

    @property
    def changes(self) -> Numbers:
        """Return the change of the figure by unit."""
        found: Numbers = self.totals[1] / self.n[1] - self.totals[0] / self.n[0]
        return found

    @property
    def arms(self) -> tuple[int, int]:
        """Return how many units of the pilot and how many controls there are."""
        treated = int(self.is_treated.sum())
        return treated, len(self.units) - treated

    @property
    def cases(self) -> int:
        """Return the cases of both periods."""
        return round(float(self.n.sum()))

    def says(self) -> tuple[str, ...]:
        """Return what was left out, in words."""
        if not self.left_out:
            return ()
        return (_("without {names}: no cases in one of the two periods").format(names=_(", ").join(self.left_out)),)


def cells(panel: Panel, arms: Arms) -> Cells:
    """Return the arrays of `panel` for `arms`.

    MissingDataError where no unit is left as a control or a unit of the pilot has no case in one of the two periods.
    """
    days = panel.rows["day"].to_numpy()
    is_later = within(days, arms.period)
    chosen = np.flatnonzero(within(days, arms.baseline) | is_later)
    rows = panel.rows.take(chosen)
    unit = pd.Index(arms.units).get_indexer(pd.Index(rows["unit"]))
    kept = np.flatnonzero(unit >= 0)
    unit, later = unit[kept], is_later[chosen][kept].astype(np.int64)
    total, n = (rows[name].to_numpy(float)[kept] for name in ("total", "n"))
    seller, names = pd.factorize(rows["cluster"].to_numpy()[kept])
    pairs, pair = np.unique(unit * max(len(names), 1) + seller, return_inverse=True)
    of_unit = pairs // max(len(names), 1)
    totals, counts = (_summed(later, pair, values, len(pairs)) for values in (total, n))
    unit_totals, unit_n = (
        np.stack([_summed_by(of_unit, values[k], len(arms.units)) for k in (0, 1)]) for values in (totals, counts)
    )
    return _known(arms, (unit_totals, unit_n), of_unit, (totals, counts))


def within(days: npt.NDArray[np.datetime64], window: Window) -> Flags:
    """Return which days lie in `window`."""
    first, last = (np.datetime64(day) for day in window)
    return (days >= first) & (days <= last)


def _summed(later: Places, place: Places, values: Numbers, length: int) -> Numbers:
    return _summed_by(later * length + place, values, 2 * length).reshape(2, length)


def _summed_by(place: Places, values: Numbers, length: int) -> Numbers:
    return np.bincount(place, values, length).astype(np.float64)


def _known(arms: Arms, by_unit: tuple[Numbers, Numbers], of_unit: Places, by_seller: tuple[Numbers, Numbers]) -> Cells:
    totals, n = by_unit
    is_known: Flags = np.all(n > 0, axis=0, keepdims=True)[0]
    k = len(arms.treated)
    if not is_known[:k].all():
        raise MissingDataError(
            _("some unit has no data in the baseline or in the pilot"), remedy=_("Check the pilot's dates and names.")
        )
    need_controls(tuple(name for name, known in zip(arms.controls, is_known[k:], strict=True) if known))
    seller = is_known[of_unit]
    return Cells(
        tuple(name for name, known in zip(arms.units, is_known, strict=True) if known),
        (np.arange(len(arms.units)) < k)[is_known],
        totals[:, is_known],
        n[:, is_known],
        (np.cumsum(is_known) - 1)[of_unit[seller]],
        by_seller[0][:, seller],
        by_seller[1][:, seller],
        tuple(name for name, known in zip(arms.units, is_known, strict=True) if not known),
    )
