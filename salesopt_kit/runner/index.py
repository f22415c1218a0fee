"""The page that leads through a run: each phase with its first findings, the quality of the data, the figures."""

import base64
from collections.abc import Sequence
from typing import Any

from jinja2 import Environment, FileSystemLoader

from salesopt_kit.locale import _
from salesopt_kit.runner.collect import headlines
from salesopt_kit.runner.outcome import Order, Outcome
from salesopt_kit.runner.pages import TEMPLATE, frame, title_of
from salesopt_kit.runner.process_files import ProcessFiles, not_drawn
from salesopt_kit.tables.quality import QualityReport
from salesopt_kit.terms import Severity, table_label


def index_html(order: Order, outcomes: Sequence[Outcome], process: ProcessFiles) -> str:
    """Return the index page of a run, which holds all it shows and links to the files beside it."""
    page = {
        **frame(order),
        "title": _("Overview"),
        "failure": _failure(outcomes),
        "phases": [_phase(outcome) for outcome in outcomes],
        "quality": _quality(order.tables.quality),
        "figures": [
            {"file": f"figures/{figure.file}", "alt": figure.alt, "png": base64.b64encode(figure.png).decode()}
            for outcome in outcomes
            for figure in outcome.figures
        ],
        "files": [
            *({"name": name, "said": said} for name, said in process.entries()),
            {"name": "results.json", "said": _("every number shown, with its n, interval, method and caveats")},
            {"name": "manifest.json", "said": _("what this run was made from: inputs, settings, versions, times")},
        ],
        "not_drawn": not_drawn(process.reason) if process.reason else "",
        "words": _words(),
    }
    environment = Environment(loader=FileSystemLoader(TEMPLATE), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    html = environment.get_template("index.html.j2").render(page=page)
    return "\n".join(line for line in html.splitlines() if line.strip()) + "\n"


def _words() -> dict[str, str]:
    return {
        "report": _("Sales process review"),
        "open": _("Open"),
        "notebook": _("Notebook"),
        "stopped": _("The workbook stopped early"),
        "no_headline": _("Nothing could be answered yet; the page says what is missing."),
        "quality": _("Can the data be trusted?"),
        "figures": _("Figures"),
        "files": _("Files"),
    }


def _failure(outcomes: Sequence[Outcome]) -> str:
    failed = [outcome.workbook.phase for outcome in outcomes if outcome.reason]
    if not failed:
        return ""
    message = _("{failed} of {all} workbooks stopped early: {names}. What they had shown until then is kept.")
    return message.format(failed=len(failed), all=len(outcomes), names=_(", ").join(failed))


def _phase(outcome: Outcome) -> dict[str, Any]:
    name = outcome.workbook.name
    number = name.partition("_")[0]
    return {
        "number": number if number.isdigit() else "·",
        "title": outcome.workbook.phase,
        "question": title_of(outcome.notebook),
        "status": outcome.status,
        "status_label": _("stopped early") if outcome.reason else _("complete"),
        "reason": outcome.reason,
        "headlines": headlines(outcome.notebook),
        "file": f"{name}.html",
        "notebook": f"{name}.ipynb",
    }


def _quality(report: QualityReport) -> dict[str, Any]:
    warnings = report.of(Severity.WARNING)
    return {
        "sentence": report.sentence(),
        "headings": [_("Table"), _("Check"), _("Set aside"), _("What to do")],
        "findings": [
            (table_label(finding.table), finding.said, f"{finding.set_aside:,}", finding.remedy) for finding in warnings
        ],
    }
