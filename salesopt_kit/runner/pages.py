"""The page of one workbook: self-contained HTML that fetches nothing and runs nothing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from nbconvert import HTMLExporter
from nbconvert.filters.ansi import strip_ansi
from traitlets.config import Config

from salesopt_kit import __version__
from salesopt_kit.locale import _, language
from salesopt_kit.runner.execute import error_of, is_deliberate, readable
from salesopt_kit.runner.outcome import Order, Outcome
from salesopt_kit.runner.workbooks import Workbook

TEMPLATE = Path(str(files("salesopt_kit.runner"))) / "template"
SETTINGS = {"parameters", "injected-parameters"}
"""Tags of the cells that only set a run up; a page shows them at its end."""


@dataclass(slots=True)
class Output:
    """One thing a cell showed: "html", "png", "text", "messages" or "failure"."""

    kind: str
    text: str
    alt: str = ""
    trace: str = ""


@dataclass(slots=True)
class Part:
    """A cell on the page: its prose, or its code with what it showed."""

    markdown: str = ""
    code: str = ""
    outputs: list[Output] = field(default_factory=list)
    not_run: bool = False


@dataclass(slots=True)
class Section:
    """A question with its answers: what stands below one heading of the second level."""

    id: str
    title: str
    parts: list[Part] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether the workbook stopped here."""
        return any(output.kind == "failure" for part in self.parts for output in part.outputs)


def page_html(order: Order, outcome: Outcome, neighbours: tuple[Workbook | None, Workbook | None]) -> str:
    """Return the page of a workbook; `neighbours` are the workbooks before and after it in this run."""
    before, after = neighbours
    page = {
        **frame(order),
        "title": title_of(outcome.notebook) or outcome.workbook.phase,
        "phase": outcome.workbook.phase,
        "failure": _("This workbook stopped early: {reason}").format(reason=outcome.reason) if outcome.reason else "",
        "sections": list(sections(outcome)),
        "settings": [cell.source for cell in outcome.notebook.cells if _is_setting(cell)],
        "previous": _link(before),
        "next": _link(after),
        "words": {
            "overview": _("Overview"),
            "contents": _("Contents"),
            "turn": _("Other workbooks"),
            "previous": _("Previous"),
            "next": _("Next"),
            "code": _("How this was computed"),
            "settings": _("How this workbook was set up"),
            "messages": _("Messages of the program"),
            "not_run": _("Not run, because the workbook stopped above."),
            "stopped": _("The workbook stopped here"),
            "trace": _("Full trace"),
        },
    }
    html, _resources = _exporter().from_notebook_node(outcome.notebook, resources={"page": page})
    return "\n".join(line for line in html.splitlines() if line.strip()) + "\n"


def frame(order: Order) -> dict[str, str]:
    """Return what every page of a run shows around its content."""
    config, tables = order.engagement.config, order.tables
    first, last = (day.isoformat() for day in tables.window)
    return {
        "client": config.client,
        "locale": language(),
        "as_of": _("As of {day}").format(day=tables.as_of.isoformat()),
        "window": _("Figures cover {first} to {last}").format(first=first, last=last),
        "style": (TEMPLATE / "style.css").read_text(encoding="utf-8"),
        "footer": _("Made with salesopt-kit {version}. Works offline; nothing is fetched or sent.").format(
            version=__version__
        ),
    }


def title_of(notebook: Any) -> str:  # noqa: ANN401 -- a NotebookNode has no types
    """Return the first heading of a notebook, as plain text."""
    found = (re.match(r"#\s+(.+)", cell.source) for cell in notebook.cells if cell.cell_type == "markdown")
    return next((_unmarked(match[1]) for match in found if match), "")


def sections(outcome: Outcome) -> Iterator[Section]:
    """Yield the sections of a workbook's page, cut at its headings of the second level."""
    section = Section("top", "")
    for cell in outcome.notebook.cells:
        heading = re.match(r"##\s+(.+)", cell.source) if cell.cell_type == "markdown" else None
        if heading:
            yield section
            section = Section(cell.id, _unmarked(heading[1]))
        if cell.cell_type == "markdown":
            section.parts.append(Part(markdown=cell.source))
        elif not _is_setting(cell):
            outputs = list(_outputs(cell, f"{outcome.workbook.name}.ipynb"))
            not_run = bool(outcome.reason) and cell.execution_count is None
            section.parts.append(Part(code=cell.source, outputs=outputs, not_run=not_run))
    yield section


def _outputs(cell: Any, file: str) -> Iterator[Output]:  # noqa: ANN401
    if streams := [output for output in cell.outputs if output.output_type == "stream"]:
        yield Output("messages", strip_ansi("".join(output.text for output in streams)).strip())
    for output in cell.outputs:
        data = output.get("data", {})
        if "text/html" in data:
            yield Output("html", data["text/html"])
        elif "image/png" in data:
            told = output.metadata.get("image/png", {})
            yield Output("png", "".join(data["image/png"].split()), told.get("alt") or data.get("text/plain", ""))
        elif "text/plain" in data:
            yield Output("text", strip_ansi(data["text/plain"]))
    if error := error_of(cell):
        trace = "" if is_deliberate(error) else strip_ansi("\n".join(error.traceback))
        yield Output("failure", readable(error, file, cell.id), trace=trace)


def _is_setting(cell: Any) -> bool:  # noqa: ANN401
    """Return whether a cell belongs to the end of the page: it sets up, and had nothing to show."""
    if cell.cell_type != "code" or cell.outputs:
        return False
    return bool(SETTINGS & set(cell.metadata.get("tags", []))) or cell.execution_count is not None


def _link(workbook: Workbook | None) -> dict[str, str] | None:
    return {"file": f"{workbook.name}.html", "title": workbook.phase} if workbook else None


def _unmarked(heading: str) -> str:
    return re.sub(r"[`*_]{1,2}(\S.*?\S|\S)[`*_]{1,2}", r"\1", heading).strip()


@cache
def _exporter() -> HTMLExporter:
    config = Config()
    config.HTMLExporter.exclude_anchor_links = True
    return HTMLExporter(
        config=config,
        template_name=TEMPLATE.name,
        template_file="workbook.html.j2",
        extra_template_basedirs=[str(TEMPLATE.parent)],
    )


def neighbours_of(workbook: Workbook, order: Sequence[Workbook]) -> tuple[Workbook | None, Workbook | None]:
    """Return the workbooks before and after `workbook` in the order of a run."""
    place = order.index(workbook)
    return (order[place - 1] if place else None, order[place + 1] if place + 1 < len(order) else None)
