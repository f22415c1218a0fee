"""The questions that stand beside the what-if, each answered or told what is missing for it."""

from salesopt_kit.design import what_if_assumptions as assumptions
from salesopt_kit.design import what_if_calibration as held_out
from salesopt_kit.results import Result, explains_missing
from salesopt_kit.tables.store import Tables


@explains_missing
def what_if_calibration(tables: Tables) -> Result:
    """Return how the simulator predicted the last weeks before the change, without having seen them."""
    return held_out.what_if_calibration(tables)


@explains_missing
def what_if_assumptions(tables: Tables) -> Result:
    """Return whether the log speaks against what the simulator takes for granted."""
    return assumptions.what_if_assumptions(tables)
