"""How a run goes on: one bar on a terminal, one line per workbook elsewhere."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from salesopt_kit.locale import _
from salesopt_kit.runner.outcome import Order, Outcome, Watcher
from salesopt_kit.runner.workbooks import Workbook


class TerminalWatcher(Watcher):
    """Shows a bar of all cells where `console` is a terminal, and a line for each workbook that ended."""

    def __init__(self, console: Console) -> None:
        self._console = console
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
        self._bar = Progress(
            *columns, TimeElapsedColumn(), console=console, transient=True, disable=not console.is_terminal
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def began(self, order: Order, n_cells: int) -> None:
        """Say what is run, and on which data."""
        n = len(order.workbooks)
        message = _("{client}: {n} workbooks, as of {day}").format(
            client=order.engagement.config.client, n=n, day=order.tables.as_of.isoformat()
        )
        self._console.print(Text(message, style="bold"))
        self._console.print(Text(order.tables.quality.sentence()))
        self._task = self._bar.add_task(_("Running"), total=n_cells)

    def ran_cell(self, workbook: Workbook) -> None:
        """Move the bar by one cell."""
        if self._task is not None:
            self._bar.update(self._task, advance=1, description=workbook.phase)

    def finished(self, outcome: Outcome) -> None:
        """Print how the workbook ended."""
        seconds = _("{n:.1f} s").format(n=outcome.seconds)
        line = Text(f"{'✗' if outcome.reason else '✓'} {outcome.workbook.phase}", "red" if outcome.reason else "green")
        self._console.print(line + Text(f" {seconds}", style="dim"))
        for reason in outcome.reason.splitlines():
            self._console.print(Text(f"    {reason}"))

    def noticed(self, trouble: str) -> None:
        """Print what the run has to do without."""
        first, *rest = trouble.splitlines()
        self._console.print(Text(f"! {first}", "yellow"))
        for line in rest:
            self._console.print(Text(f"    {line}"))
