"""Which analysis answers first, by a rule that was fixed before any figure is seen, and the naive one beside it."""

from dataclasses import replace

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.pilot.contrast import Arms, Contrast
from salesopt_kit.pilot.estimators.interrupted import interrupted
from salesopt_kit.pilot.estimators.synthetic import synthetic, synthetic_placebos
from salesopt_kit.pilot.estimators.unit_changes import unit_permutation, unit_t
from salesopt_kit.pilot.panel import Panel
from salesopt_kit.stats.permutation import smallest_p

MANY_CONTROLS = 10
"""From so many controls on a mix that follows the pilot's units is to be preferred to all of them alike."""
LEVEL = 0.05


def main_contrast(panel: Panel, arms: Arms) -> Contrast:
    """Return the effect by the analysis that goes first; MissingDataError where none can be made.

    Without controls the interrupted time series; with ten or more the synthetic control, if a mix of them follows the
    pilot's units; else the difference of the units' changes, by permutation where so few units can reach p <= 0.05,
    by t where they cannot.
    """
    if not arms.controls:
        return interrupted(panel, arms)
    if len(arms.controls) >= MANY_CONTROLS:
        try:
            return synthetic(panel, arms)
        except MissingDataError:
            pass  # nothing follows them: all controls alike are what is left
    can_tell = smallest_p(len(arms.units), len(arms.treated)) <= LEVEL
    return (unit_permutation if can_tell else unit_t)(panel, arms)


def cautious_contrast(panel: Panel, arms: Arms, main: Contrast) -> Contrast | None:
    """Return the harder test to hold beside `main`: other units as placebo pilots of a synthetic control, or None."""
    return synthetic_placebos(panel, arms) if main.method == "synthetic_control" else None


def naive_contrast(panel: Panel, arms: Arms) -> Contrast:
    """Return the plain difference-in-differences, every unit counting alike, without interval or p: for show alone."""
    found = unit_t(panel, arms)
    label = _("naive: difference of the changes, every unit alike however unlike they are")
    assumes = (_("all units would have changed by the same amount, large or small"),)
    return replace(found, method="naive", label=label, low=None, high=None, p=None, assumes=assumes)
