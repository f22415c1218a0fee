"""The pilot's units against the mix of controls that moved as they did before: the answer where controls are many."""

from dataclasses import dataclass

import numpy as np

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.pilot.contrast import Arms, Contrast
from salesopt_kit.pilot.estimators.series import Numbers, Series, full_series
from salesopt_kit.pilot.panel import Panel
from salesopt_kit.stats.clustered import two_sided_p
from salesopt_kit.stats.synthetic_control import (
    Conformal,
    Placebos,
    Synthetic,
    conformal_test,
    placebos,
    stretches_test,
    synthetic_control,
)

FEWEST_CONTROLS = 5
"""Fewer leave nothing to mix, and no placebo worth its name."""
FEWEST_BEFORE = 8
"""Times before the pilot: with fewer, a good fit says nothing."""
LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Mix:
    """Which controls make up the comparison, and how well it followed the pilot's units before."""

    series: Series
    fit: Synthetic

    @property
    def weights(self) -> tuple[tuple[str, float], ...]:
        """Return the controls that count at least one percent, the heaviest first."""
        controls = self.series.units[self.series.n_treated :]
        found = sorted(zip(controls, self.fit.weights.tolist(), strict=True), key=lambda each: -each[1])
        return tuple(each for each in found if each[1] >= 0.01)  # noqa: PLR2004 -- a percent


def mix_of_controls(panel: Panel, arms: Arms) -> Mix:
    """Return the mix; MissingDataError with fewer than five controls, too short a baseline, or where none fits."""
    series = full_series(panel, arms)
    n_controls = len(series.units) - series.n_treated
    if n_controls < FEWEST_CONTROLS:
        raise MissingDataError(
            _("{n} controls with figures throughout are too few to mix a comparison from").format(n=n_controls),
            remedy=_("It takes {n}; read the difference of the units' changes instead.").format(n=FEWEST_CONTROLS),
        )
    if series.n_before < FEWEST_BEFORE or series.n_before == len(series.steps):
        raise MissingDataError(
            _("{n} days or weeks before the pilot are too few to fit a comparison to").format(n=series.n_before),
            remedy=_("Take a longer baseline: {n} whole weeks at least.").format(n=FEWEST_BEFORE),
        )
    target = series.figures[:, : series.n_treated].mean(axis=1)
    fit = synthetic_control(target, series.figures[:, series.n_treated :], series.n_before)
    if not 0 < fit.error_before < float(np.std(target[: series.n_before])):
        raise MissingDataError(
            _("no mix of controls follows the pilot's units before the pilot any better than their mean does"),
            remedy=_("Read the difference of the units' changes instead, or find controls that are more alike."),
        )
    return Mix(series, fit)


def synthetic(panel: Panel, arms: Arms) -> Contrast:
    """Return the effect against the mix of controls, with the conformal test over time.

    Its p is that of no effect on any day. Bounds are None where no equal effect a day fits: the days of the pilot then
    scatter more than those before, which is not the same as a shift.
    """
    mix = mix_of_controls(panel, arms)
    found = conformal_test(*_split(mix), mix.series.n_before)
    label = _("synthetic control, every stretch of time as a placebo pilot")
    assumes = (
        *_assumes(mix, arms),
        _("gaps to the mix come and go in the same way at any time"),
        *(
            (_("no equal effect a day fits the pilot's days, which scatter more than before: its size is unsure"),)
            if found.low is None and found.high is None and found.smallest <= LEVEL
            else ()
        ),
    )
    return _tested(mix, "synthetic_control", label, found, assumes)


def synthetic_stretches(panel: Panel, arms: Arms) -> Contrast:
    """Return the effect, free of overfit, with the t interval over stretches of the baseline left out of the fit.

    Too sure of itself where the mix drifts away from the pilot's units over time.
    """
    mix = mix_of_controls(panel, arms)
    found = stretches_test(*_split(mix), mix.series.n_before)
    label = _("synthetic control, stretches of the baseline left out, t interval")
    p = two_sided_p(found)
    assumes = (*_assumes(mix, arms), _("what held between them in every stretch of the baseline would have held on"))
    return Contrast(
        "synthetic_stretches", label, found.value, found.low, found.high, p, None, mix.series.cases, _arms(mix), assumes
    )


def synthetic_placebos(panel: Panel, arms: Arms) -> Contrast:
    """Return the effect against the mix of controls with the placebo test in space.

    Its p is how often controls that did nothing show as large a gap for their error before; p never falls below one
    in the groups tried.
    """
    mix = mix_of_controls(panel, arms)
    found = placebo_test(mix)
    label = _("synthetic control, other units as placebo pilots")
    assumes = (*_assumes(mix, arms), _("any other group of units could have piloted as well"))
    return _tested(mix, "synthetic_placebos", label, found, assumes)


def _tested(mix: Mix, method: str, label: str, found: Conformal | Placebos, assumes: tuple[str, ...]) -> Contrast:
    """Return the gap to the mix with what a test says of it."""
    return Contrast(
        method,
        label,
        mix.fit.value,
        found.low,
        found.high,
        found.p,
        found.smallest,
        mix.series.cases,
        _arms(mix),
        assumes,
    )


def placebo_test(mix: Mix) -> Placebos:
    """Return the placebo test in space, with the ratio of errors after and before."""
    return placebos(mix.series.figures, mix.series.n_treated, mix.series.n_before)


def _split(mix: Mix) -> tuple[Numbers, Numbers]:
    """Return the mean of the pilot's units, shape (times,), and the controls, shape (times, units)."""
    values, k = mix.series.figures, mix.series.n_treated
    target: Numbers = values[:, :k].mean(axis=1)
    return target, values[:, k:]


def _arms(mix: Mix) -> tuple[int, int]:
    return mix.series.n_treated, len(mix.series.units) - mix.series.n_treated


def _assumes(mix: Mix, arms: Arms) -> tuple[str, ...]:
    left_out = [name for name in arms.controls if name not in mix.series.units]
    said = _("the mix of controls that followed the pilot's units before would have followed them on")
    gaps = _("without {names}: not every day or week has a figure").format(names=_(", ").join(left_out))
    return (said, gaps) if left_out else (said,)
