"""The quality report on the terminal, coloured by severity."""

from rich.console import Console
from rich.text import Text

from salesopt_kit.tables.quality import QualityReport
from salesopt_kit.terms import Severity

STYLES = {
    Severity.NOT_CHECKED: "dim",
    Severity.OK: "green",
    Severity.WARNING: "bold yellow",
    Severity.ERROR: "bold red",
}
"""In the order of printing: what comes last is still in view."""


def print_report(report: QualityReport, console: Console) -> None:
    """Print every check of `report`, errors last, then the sentence; nothing in it is taken for markup."""
    for severity, style in STYLES.items():
        for place, line in enumerate(report.part_lines(severity)):
            is_quiet = place and severity in (Severity.ERROR, Severity.WARNING)
            console.print(Text(line, style="default" if is_quiet else style))
    console.print(Text(report.sentence(), style="bold"))
