"""Every deliverable by its format; what cannot be made says why, and the others are made all the same."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from salesopt_kit.deliverables.branding import look_of
from salesopt_kit.deliverables.sources import Sources
from salesopt_kit.deliverables.template_xlsx import write_templates
from salesopt_kit.design import to_be_files
from salesopt_kit.diagnose.map import process_map_files
from salesopt_kit.errors import MissingDataError, SalesOptError
from salesopt_kit.locale import N_, _

Maker = Callable[[Sources, Path], list[Path]]


@dataclass(frozen=True, slots=True)
class Format:
    """A format with the maker that writes its files into a folder, and what they are."""

    key: str
    what: str
    make: Maker


@dataclass(frozen=True, slots=True)
class Made:
    """The files of one format by their names, or why there are none."""

    format: Format
    files: tuple[str, ...] = ()
    reason: str = ""


def export(sources: Sources, formats: Sequence[str], folder: Path) -> tuple[Made, ...]:
    """Write the formats (keys of FORMATS) into `folder` and say of each how that went.

    A branding that cannot be used is an InputError before anything is written.
    """
    look_of(sources.engagement)
    return tuple(_made(FORMATS[key], sources, folder) for key in formats)


def _made(form: Format, sources: Sources, folder: Path) -> Made:
    try:
        files = form.make(sources, folder)
    except SalesOptError as reason:
        return Made(form, reason=str(reason))
    except Exception as unexpected:  # noqa: BLE001 -- the other formats are made all the same
        said = f"{type(unexpected).__name__}: {' '.join(str(unexpected).split())[:300]}"
        return Made(form, reason=_("Unexpected: {said}").format(said=said))
    return Made(form, tuple(path.relative_to(folder).as_posix() for path in files))


def _xlsx(sources: Sources, folder: Path) -> list[Path]:
    path = folder / "templates.xlsx"
    write_templates(sources.engagement, path)
    return [path]


def _docx(sources: Sources, folder: Path) -> list[Path]:
    from salesopt_kit.deliverables.plan_docx import write_plan  # noqa: PLC0415 -- the library costs time

    path = folder / "plan.docx"
    write_plan(sources.tables, path)
    return [path]


def _pptx(sources: Sources, folder: Path) -> list[Path]:
    from salesopt_kit.deliverables.summary_pptx import write_summary  # noqa: PLC0415 -- as above

    path = folder / "summary.pptx"
    write_summary(sources.tables, path)
    return [path]


def _quarterly(sources: Sources, folder: Path) -> list[Path]:
    from salesopt_kit.deliverables.quarterly import write_quarterly  # noqa: PLC0415 -- as above

    return write_quarterly(sources.tables, folder)


def _pdf(sources: Sources, folder: Path) -> list[Path]:
    from salesopt_kit.deliverables.report_pdf import write_report  # noqa: PLC0415 -- as above

    path = folder / "report.pdf"
    write_report(sources, path)
    return [path]


def _bpmn(sources: Sources, folder: Path) -> list[Path]:
    made = []
    for name, content in (process_map_files(sources.tables) | _new_process_files(sources)).items():
        (folder / name).write_bytes(content)
        made.append(folder / name)
    return made


def _new_process_files(sources: Sources) -> dict[str, bytes]:
    """Return the process to be as files; none where nobody entered a change of a node."""
    try:
        return to_be_files(sources.tables)
    except MissingDataError:
        return {}


def _html(sources: Sources, folder: Path) -> list[Path]:
    """Copy the pages of the newest run with what they link to."""
    run, pages = sources.need_run(), folder / "pages"
    shutil.copytree(run, pages)
    return [pages / "index.html"]


FORMATS = {
    form.key: form
    for form in (
        Format("xlsx", N_("the three templates, to be filled in and imported again"), _xlsx),
        Format("docx", N_("the plan description with both flowcharts, SOPs, risks and sign-off"), _docx),
        Format("pptx", N_("the summary as slides with charts that can be edited"), _pptx),
        Format("quarterly", N_("the quarterly review as a document, slides and a page"), _quarterly),
        Format("bpmn", N_("the process of today, and the one to be, for a modeller, with pictures"), _bpmn),
        Format("pdf", N_("the whole newest run as one document"), _pdf),
        Format("html", N_("the pages of the newest run"), _html),
    )
}
