"""Step 5 of the method: does it last? Everything workbook 5 shows."""

from salesopt_kit.rollout import app
from salesopt_kit.rollout.alarms import alarms, loose_ends, open_alarms
from salesopt_kit.rollout.control_chart import control_chart
from salesopt_kit.rollout.control_charts import control_charts
from salesopt_kit.rollout.dashboard import dashboard
from salesopt_kit.rollout.feedback import feedback
from salesopt_kit.rollout.figures import control_chart_figure, dashboard_chart
from salesopt_kit.rollout.reviews import reviews
from salesopt_kit.rollout.rule_updates import rule_updates
from salesopt_kit.rollout.trained_people import trained_people
from salesopt_kit.rollout.training import training
from salesopt_kit.rollout.watch_figure import watch_chart

__all__ = [
    "alarms",
    "app",
    "control_chart",
    "control_chart_figure",
    "control_charts",
    "dashboard",
    "dashboard_chart",
    "feedback",
    "loose_ends",
    "open_alarms",
    "reviews",
    "rule_updates",
    "trained_people",
    "training",
    "watch_chart",
]
