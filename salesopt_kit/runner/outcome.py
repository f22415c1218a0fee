"""What a run tells: how each workbook ended, how the run ended, and what happens meanwhile."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from salesopt_kit.engagement import Engagement
from salesopt_kit.runner.workbooks import Workbook
from salesopt_kit.tables.store import Tables

Status = Literal["complete", "failed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one workbook ended. `reason` is empty where it is complete; `notebook` is then fully executed."""

    workbook: Workbook
    notebook: Any
    seconds: float
    reason: str = ""
    failed_cell: str = ""
    figures: tuple["Figure", ...] = ()

    @property
    def status(self) -> Status:
        """Whether the workbook ran to its end."""
        return "failed" if self.reason else "complete"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that a workbook showed; `file` is its name in the folder `figures`."""

    file: str
    alt: str
    png: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Order:
    """What a run was asked for, checked: the opened engagement, its tables and the workbooks to run."""

    engagement: Engagement
    tables: Tables
    workbooks: tuple[Workbook, ...]
    overrides: dict[str, str]
    """The parameters `locale` and `as_of`, empty where engagement.yml decides."""


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run: its folder, how each workbook ended, and whether `latest` may point at it."""

    folder: Path
    outcomes: tuple[Outcome, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every workbook ran to its end."""
        return not self.failed

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The workbooks that did not."""
        return tuple(outcome for outcome in self.outcomes if outcome.status == "failed")


class Watcher:
    """Is told how a run goes on; this one keeps silent. Calls come from several threads."""

    def began(self, order: Order, n_cells: int) -> None:
        """Tell that the exports passed the gate and `n_cells` code cells are to be run."""

    def ran_cell(self, workbook: Workbook) -> None:
        """Tell that one more code cell of `workbook` was run."""

    def finished(self, outcome: Outcome) -> None:
        """Tell how a workbook ended."""

    def noticed(self, trouble: str) -> None:
        """Tell of trouble that takes something from a run but does not fail it."""
