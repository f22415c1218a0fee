"""Step 3 of the method: what changes, who does it, what will it bring? Everything workbook 3 shows."""

from salesopt_kit.design import app
from salesopt_kit.design.approvals import relief, replay_approvals
from salesopt_kit.design.chain import chain_chart
from salesopt_kit.design.changes import stage_changes
from salesopt_kit.design.decision_rights import decision_rights
from salesopt_kit.design.figures import timeline
from salesopt_kit.design.nodes import old_and_new
from salesopt_kit.design.principle_checks import principle_checks
from salesopt_kit.design.principles import principles
from salesopt_kit.design.queue import approval_queue
from salesopt_kit.design.resources import resources
from salesopt_kit.design.responsibilities import responsibilities
from salesopt_kit.design.risks import missing_links, risks
from salesopt_kit.design.sops import sops
from salesopt_kit.design.targets import targets
from salesopt_kit.design.threshold_figures import thresholds_chart
from salesopt_kit.design.thresholds import thresholds
from salesopt_kit.design.to_be import to_be_changes, to_be_files, to_be_map
from salesopt_kit.design.trace import answers_root_causes
from salesopt_kit.design.what_if import what_if, what_if_workload
from salesopt_kit.design.what_if_answers import what_if_assumptions, what_if_calibration
from salesopt_kit.design.what_if_change import ExpectedChange
from salesopt_kit.design.what_if_figures import what_if_calibration_chart, what_if_chart, what_if_workload_chart
from salesopt_kit.design.what_if_record import expected_effect, keep_predictions
from salesopt_kit.design.where_from import where_measures_come_from

__all__ = [
    "ExpectedChange",
    "answers_root_causes",
    "app",
    "approval_queue",
    "chain_chart",
    "decision_rights",
    "expected_effect",
    "keep_predictions",
    "missing_links",
    "old_and_new",
    "principle_checks",
    "principles",
    "relief",
    "replay_approvals",
    "resources",
    "responsibilities",
    "risks",
    "sops",
    "stage_changes",
    "targets",
    "thresholds",
    "thresholds_chart",
    "timeline",
    "to_be_changes",
    "to_be_files",
    "to_be_map",
    "what_if",
    "what_if_assumptions",
    "what_if_calibration",
    "what_if_calibration_chart",
    "what_if_chart",
    "what_if_workload",
    "what_if_workload_chart",
    "where_measures_come_from",
]
