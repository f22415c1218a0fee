"""Step 4 of the method: does the new process work? Everything workbook 4 shows."""

from salesopt_kit.pilot import app
from salesopt_kit.pilot.baseline_guard import baseline_guard
from salesopt_kit.pilot.by_type.cycle import cycle
from salesopt_kit.pilot.by_type.figures import forest_plot, survival_curves
from salesopt_kit.pilot.by_type.goals import all_goals
from salesopt_kit.pilot.by_type.mix import mix_shift
from salesopt_kit.pilot.by_type.scores import hours_and_scores
from salesopt_kit.pilot.by_type.shares import shares
from salesopt_kit.pilot.candidates import candidates
from salesopt_kit.pilot.controls import with_controls
from salesopt_kit.pilot.daily_gaps import daily_gaps
from salesopt_kit.pilot.estimators.figures import effect_by_week
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
from salesopt_kit.pilot.sensitivity.curve import specification_curve
from salesopt_kit.pilot.sensitivity.figures import placebo_chart, specification_chart
from salesopt_kit.pilot.sensitivity.placebo import placebo_pilots
from salesopt_kit.pilot.sensitivity.without import leave_one_out, other_windows
from salesopt_kit.pilot.verdict_figures import verdict_chart
from salesopt_kit.pilot.verdicts import pilot_verdict, verdict_checks, verdicts
from salesopt_kit.pilot.watch_figures import daily_heat_map, z_chart
from salesopt_kit.pilot.weekly_reviews import weekly_reviews

__all__ = [
    "all_goals",
    "app",
    "balance",
    "baseline_guard",
    "before_after_chart",
    "candidates",
    "candidates_chart",
    "cycle",
    "daily_gaps",
    "daily_heat_map",
    "effect_by_week",
    "evaluation",
    "forest_plot",
    "guardrails",
    "held_against_pilot",
    "hours_and_scores",
    "leave_one_out",
    "main_effects",
    "mix_shift",
    "monitoring",
    "other_windows",
    "pilot_timeline",
    "pilot_verdict",
    "placebo_chart",
    "placebo_pilots",
    "plan",
    "power",
    "power_chart",
    "recorded",
    "shares",
    "signed_plan",
    "specification_chart",
    "specification_curve",
    "survival_curves",
    "targets",
    "verdict_chart",
    "verdict_checks",
    "verdicts",
    "weekly_reviews",
    "with_controls",
    "z_chart",
]
