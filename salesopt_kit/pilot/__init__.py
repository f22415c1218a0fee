"""Step 4 of the method: does the new process work? Everything workbook 4 shows."""

from salesopt_kit.pilot import app
from salesopt_kit.pilot.baseline_guard import baseline_guard
from salesopt_kit.pilot.candidates import candidates
from salesopt_kit.pilot.controls import with_controls
from salesopt_kit.pilot.evaluation import evaluation
from salesopt_kit.pilot.figures import before_after_chart, pilot_timeline
from salesopt_kit.pilot.frozen import signed_plan
from salesopt_kit.pilot.main_effect import main_effects
from salesopt_kit.pilot.plan import balance, plan, targets
from salesopt_kit.pilot.plan_figures import candidates_chart, power_chart
from salesopt_kit.pilot.power import power
from salesopt_kit.pilot.predicted import held_against_pilot
from salesopt_kit.pilot.recorded import recorded

__all__ = [
    "app",
    "balance",
    "baseline_guard",
    "before_after_chart",
    "candidates",
    "candidates_chart",
    "evaluation",
    "held_against_pilot",
    "main_effects",
    "pilot_timeline",
    "plan",
    "power",
    "power_chart",
    "recorded",
    "signed_plan",
    "targets",
    "with_controls",
]
