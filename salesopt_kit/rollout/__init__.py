"""Step 5 of the method: does it last? Everything workbook 5 shows."""

from salesopt_kit.rollout import app
from salesopt_kit.rollout.alarms import alarms, loose_ends, open_alarms
from salesopt_kit.rollout.control_charts import control_charts
from salesopt_kit.rollout.dashboard import dashboard
from salesopt_kit.rollout.feedback import feedback
from salesopt_kit.rollout.figures import dashboard_chart
from salesopt_kit.rollout.quarterly import alarms_of_quarter, quarterly, what_faded, what_moved, what_next
from salesopt_kit.rollout.reviews import reviews
from salesopt_kit.rollout.rule_updates import rule_updates
from salesopt_kit.rollout.trained_people import trained_people
from salesopt_kit.rollout.training import training
from salesopt_kit.rollout.watch_figure import watch_chart
from salesopt_kit.rollout.wave_effect import wave_effect
from salesopt_kit.rollout.wave_figures import wave_chart
from salesopt_kit.rollout.waves import waves

__all__ = [
    "alarms",
    "alarms_of_quarter",
    "app",
    "control_charts",
    "dashboard",
    "dashboard_chart",
    "feedback",
    "loose_ends",
    "open_alarms",
    "quarterly",
    "reviews",
    "rule_updates",
    "trained_people",
    "training",
    "watch_chart",
    "wave_chart",
    "wave_effect",
    "waves",
    "what_faded",
    "what_moved",
    "what_next",
]
