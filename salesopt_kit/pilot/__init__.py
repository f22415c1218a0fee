"""Step 4 of the method: does the new process work? Everything workbook 4 shows."""

from salesopt_kit.pilot import app
from salesopt_kit.pilot.baseline_guard import baseline_guard
from salesopt_kit.pilot.candidates import candidates
from salesopt_kit.pilot.controls import with_controls
from salesopt_kit.pilot.daily_gaps import daily_gaps
from salesopt_kit.pilot.evaluation import evaluation
from salesopt_kit.pilot.figures import before_after_chart, pilot_timeline
from salesopt_kit.pilot.frozen import signed_plan
from salesopt_kit.pilot.guardrails import guardrails
from salesopt_kit.pilot.main_effect import main_effects
from salesopt_kit.pilot.monitoring import monitoring
from salesopt_kit.pilot.plan import balance, plan, targets
from salesopt_kit.pilot.plan_figures import candidates_chart, power_chart
from salesopt_kit.pilot.power import power
from salesopt_kit.pilot.predicted import held_against_pilot
from salesopt_kit.pilot.recorded import recorded
from salesopt_kit.pilot.verdict_figures import verdict_chart
from salesopt_kit.pilot.verdicts import pilot_verdict, verdict_checks, verdicts
from salesopt_kit.pilot.watch_figures import daily_heat_map, z_chart
from salesopt_kit.pilot.weekly_reviews import weekly_reviews

__all__ = [
    "app",
    "balance",
    "baseline_guard",
    "before_after_chart",
    "candidates",
    "candidates_chart",
    "daily_gaps",
    "daily_heat_map",
    "evaluation",
    "guardrails",
    "held_against_pilot",
    "main_effects",
    "monitoring",
    "pilot_timeline",
    "pilot_verdict",
    "plan",
    "power",
    "power_chart",
    "recorded",
    "signed_plan",
    "targets",
    "verdict_chart",
    "verdict_checks",
    "verdicts",
    "weekly_reviews",
    "with_controls",
    "z_chart",
]
