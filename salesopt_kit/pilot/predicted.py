"""X3: the effect that was expected before the pilot, held against what the pilot came to."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import N_, _
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.metrics.core_figures import metric_label
from salesopt_kit.metrics.once import once
from salesopt_kit.numbers import difference_unit
from salesopt_kit.pilot.evaluation import reading
from salesopt_kit.pilot.setting import Setting, setting
from salesopt_kit.pilot.totals import Totals, totals
from salesopt_kit.records import Prediction, load_records
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.stats.clustered import Figure, change, difference_in_differences, ratio
from salesopt_kit.tables.store import Tables

VERDICTS = {
    "inside": N_("as expected"),
    "could_be": N_("not in the expected interval, but chance could explain it"),
    "outside": N_("other than expected"),
    "cannot_tell": N_("cannot tell"),
}
FEWEST = 3
"""Sellers that each arm needs for an interval."""


@dataclass(frozen=True, slots=True)
class Held:
    """One prediction beside the pilot's figure and beside its change, which is against the controls where there are.

    `verdict` is a key of VERDICTS; it judges the change, or the level where no change can be told.
    """

    prediction: Prediction
    measured: Estimate | None
    change: Estimate | None
    verdict: str
    reason: str = ""

    def said(self) -> str:
        """Say what change was expected, what change came, and whether the two agree."""
        if self.change is None:
            return _("expected {expected}; not measured: {why}").format(
                expected=with_interval(_expected_change(self.prediction)), why=self.reason
            )
        message = _("expected {expected}, measured {came}: {verdict}")
        return message.format(
            expected=with_interval(_expected_change(self.prediction)),
            came=with_interval(self.change),
            verdict=_(VERDICTS[self.verdict]),
        )


@dataclass(frozen=True, slots=True)
class HeldAgainst(Result):
    """The predictions and what came of them; `late` are ids of those made after the pilot began."""

    rows: tuple[Held, ...]
    late: tuple[str, ...]
    controls: bool

    def sentence(self) -> str:
        """Say how many predictions came true."""
        message = _(
            "Of {n} predictions {inside} came out as expected, {could_be} differ from it by no more than chance could, "
            "{outside} came out other than expected, and {open} cannot be told."
        )
        kinds = [row.verdict for row in self.rows]
        return message.format(
            n=len(kinds),
            inside=kinds.count("inside"),
            could_be=kinds.count("could_be"),
            outside=kinds.count("outside"),
            open=kinds.count("cannot_tell"),
        )

    def methods(self) -> Iterable[str]:
        """Return how the measured change was found."""
        return ("difference_in_differences" if self.controls else "before_after", "cluster_bootstrap")

    def estimates(self) -> tuple[Estimate, ...]:
        """Return what was expected and what was measured."""
        found = []
        for row in self.rows:
            found += [_expected(row.prediction), _expected_change(row.prediction)]
            found += [one for one in (row.measured, row.change) if one]
        return tuple(found)

    def caveats(self) -> tuple[str, ...]:
        """Return what makes prediction and pilot differ besides the change."""
        said = [
            _("{label}: {why}").format(label=row.prediction.label, why=row.reason) for row in self.rows if row.reason
        ]
        if self.late:
            message = _("{names} were made after the pilot began and predict nothing.")
            said.append(message.format(names=_(", ").join(self.late)))
        doubtful = [row.prediction.id for row in self.rows if row.prediction.calibrated is False]
        if doubtful:
            message = _("{names}: made by a simulator that did not predict held-out weeks.")
            said.append(message.format(names=_(", ").join(doubtful)))
        said.append(
            _(
                "Predicted is the whole firm in the long run; measured are the pilot's units in their first weeks, "
                "with deals that began under the old process. The change is therefore judged, not the level."
            )
        )
        if not self.controls:
            said.append(_("Without controls the change is after minus before, with the season in it."))
        said.append(_("A prediction is people's assumptions worked out; a miss says that one of them does not hold."))
        return tuple(said)

    def table(self) -> pd.DataFrame:
        """Return one row per prediction."""
        return pd.DataFrame(
            {
                _("Record"): row.prediction.id,
                _("Figure"): row.prediction.label,
                _("Expected"): with_interval(_expected(row.prediction)),
                _("Measured in the pilot"): with_interval(row.measured) if row.measured else "–",
                _("Expected change"): with_interval(_expected_change(row.prediction)),
                _("Measured change"): with_interval(row.change) if row.change else "–",
                _("Verdict"): _(VERDICTS[row.verdict]),
            }
            for row in self.rows
        )


@explains_missing
def held_against_pilot(tables: Tables) -> Result:
    """Return each prediction beside the pilot: the level of the pilot's units, and their change against the controls.

    Of several predictions of a figure the newest made before the pilot counts. The change is judged: as expected where
    it is in the predicted interval, other than expected where the two 95 % intervals do not even touch. Difference in
    differences by bootstrap over sellers, from three sellers an arm on. MissingDataError without a pilot or prediction.
    """
    chosen = setting(tables)
    newest, late = _predictions(tables, chosen)
    if not newest:
        raise MissingDataError(
            _("no prediction was kept before the pilot began"),
            remedy=_("Keep the expected effect in workbook 3, before the first day of the pilot."),
        )
    return HeldAgainst(tuple(_held(tables, chosen, one) for one in newest.values()), late, bool(chosen.controls))


def held_predictions(tables: Tables, chosen: Setting, metrics: tuple[str, ...]) -> tuple[Held, ...]:
    """Return what was predicted of some figures before the pilot, each beside what the pilot came to."""
    newest, _late = _predictions(tables, chosen)
    return tuple(_held(tables, chosen, newest[metric]) for metric in metrics if metric in newest)


def _predictions(tables: Tables, chosen: Setting) -> tuple[dict[str, Prediction], tuple[str, ...]]:
    """Return the newest prediction of each figure made before the pilot, and the ids of those made later."""
    known, began = load_records(tables.engagement).predictions, chosen.pilot.period[0]
    late = tuple(one.id for one in known if one.predicted_on and one.predicted_on >= began)
    return {one.metric: one for one in known if one.id not in late}, late


@once
def _held(tables: Tables, chosen: Setting, prediction: Prediction) -> Held:
    try:
        measured = reading(tables, chosen, prediction.metric, chosen.pilot.period, "after")
        moved = _change(tables, chosen, prediction.metric, measured)
    except MissingDataError as missing:
        return Held(prediction, None, None, "cannot_tell", missing.what)
    verdict = judged((prediction.change_low, prediction.change_high), moved)
    reason = "" if verdict != "cannot_tell" else _("too few sellers to know how sure the measured change is.")
    return Held(prediction, measured, moved, verdict, reason)


def judged(expected: tuple[float | None, float | None], measured: Estimate) -> str:
    """Return the key of VERDICTS for a measured figure against the bounds of what was expected."""
    low, high = expected
    if low is None or high is None or measured.value is None:
        return "cannot_tell"
    if low <= measured.value <= high:
        return "inside"
    if measured.low is None or measured.high is None:
        return "cannot_tell"
    return "outside" if measured.low > high or measured.high < low else "could_be"


def _change(tables: Tables, chosen: Setting, metric: str, measured: Estimate) -> Estimate:
    """Return the change of the pilot's units, less that of the controls where there are any."""
    before, after = (totals(tables, chosen, metric, window) for window in (chosen.pilot.baseline, chosen.pilot.period))
    treated, n_treated = _arm(before, after, chosen.treated)
    unit = difference_unit(measured.unit)
    if chosen.controls:
        control, n_control = _arm(before, after, chosen.controls)
        found = difference_in_differences(treated, control, n_treated, n_control)
        is_told = min(n_treated, n_control) >= FEWEST
        method = _("difference-in-differences, bootstrap over {n} sellers").format(n=n_treated + n_control)
    else:
        found, is_told = change(*treated, n_treated), n_treated >= FEWEST
        method = _("after minus before, bootstrap over {n} sellers").format(n=n_treated)
    label = _("{label}, measured change").format(label=metric_label(metric))
    bounds = (found.low, found.high) if is_told else (None, None)
    return Estimate(f"pilot.{metric}.measured_change", label, found.value, unit, measured.n, *bounds, method)


def _arm(before: Totals, after: Totals, names: tuple[str, ...]) -> tuple[tuple[Figure, Figure], int]:
    """Return the figures after and before of some units as functions of cluster weights, and the number of clusters."""
    first, second = (one.of(names).groupby("cluster")[["total", "n"]].sum() for one in (before, after))
    clusters = first.index.union(second.index)
    figures = [
        ratio(*(rows.reindex(clusters, fill_value=0.0)[column].to_numpy(float) for column in ("total", "n")))
        for rows in (second, first)
    ]
    return (figures[0], figures[1]), len(clusters)


def _expected(one: Prediction) -> Estimate:
    label = _("{label}, expected").format(label=one.label)
    figures = (one.expected, one.unit, one.n or 0, one.low, one.high, one.method, one.window)
    return Estimate(f"prediction.{one.metric}.expected", label, *figures)


def _expected_change(one: Prediction) -> Estimate:
    label = _("{label}, expected change").format(label=one.label)
    unit = difference_unit(one.unit)
    figures = (one.change, unit, one.n or 0, one.change_low, one.change_high, one.method, one.window)
    return Estimate(f"prediction.{one.metric}.change", label, *figures)
