"""Step 5 of the method: does it last? Everything workbook 5 shows."""

from salesopt_kit.rollout import app
from salesopt_kit.rollout.control_chart import control_chart
from salesopt_kit.rollout.dashboard import dashboard
from salesopt_kit.rollout.feedback import feedback
from salesopt_kit.rollout.figures import control_chart_figure, dashboard_chart
from salesopt_kit.rollout.quarterly import alarms_of_quarter, quarterly, what_faded, what_moved, what_next
from salesopt_kit.rollout.reviews import reviews
from salesopt_kit.rollout.training import training
from salesopt_kit.rollout.wave_effect import wave_effect
from salesopt_kit.rollout.wave_figures import wave_chart
from salesopt_kit.rollout.waves import waves

__all__ = [
    "alarms_of_quarter",
    "app",
    "control_chart",
    "control_chart_figure",
    "dashboard",
    "dashboard_chart",
    "feedback",
    "quarterly",
    "reviews",
    "training",
    "wave_chart",
    "wave_effect",
    "waves",
    "what_faded",
    "what_moved",
    "what_next",
]
