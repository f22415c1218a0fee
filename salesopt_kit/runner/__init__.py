"""Running the workbooks: one engagement in, one folder of pages, numbers and figures out."""

from salesopt_kit.runner.outcome import Outcome, Run, Watcher
from salesopt_kit.runner.run import run_engagement

__all__ = ["Outcome", "Run", "Watcher", "run_engagement"]
