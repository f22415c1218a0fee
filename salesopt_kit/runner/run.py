"""Run the workbooks of an engagement into a folder of their own."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from salesopt_kit.engagement import open_engagement
from salesopt_kit.locale import language, use_language
from salesopt_kit.runner.collect import results, with_figures
from salesopt_kit.runner.execute import execute
from salesopt_kit.runner.folder import RunFolder, point_at_newest, prepared_folder
from salesopt_kit.runner.font import with_font
from salesopt_kit.runner.index import index_html
from salesopt_kit.runner.kernel import end_all_kernels
from salesopt_kit.runner.manifest import inputs, manifest
from salesopt_kit.runner.outcome import Order, Outcome, Run, Watcher
from salesopt_kit.runner.pages import neighbours_of, page_html
from salesopt_kit.runner.prepare import parameters, prepared
from salesopt_kit.runner.process_files import ProcessFiles, not_drawn, write_process
from salesopt_kit.runner.workbooks import Workbook, workbooks
from salesopt_kit.tables import open_tables

MOST_JOBS = 2
"""Kernels at a time unless told otherwise: each holds a few hundred megabytes."""


def run_engagement(
    folder: str | Path,
    *,
    only: Sequence[str] = (),
    out: str | Path = "outputs",
    exports: str | Path = "",
    locale: str = "",
    as_of: str = "",
    jobs: int = 0,
    watcher: Watcher | None = None,
    workbooks_in: Path | None = None,
) -> Run:
    """Run the workbooks on the engagement in `folder` into `out/<slug>/<run>/` and return how that went.

    The quality gate comes first: QualityError, like every other error of the input, is raised before anything is
    written. A workbook that fails does not stop the others; `latest` points at the newest run in which none failed.
    `only` picks workbooks by name, `jobs` is how many run at a time (0: up to two).
    """
    before = language()
    try:
        engagement = open_engagement(folder, locale=locale, as_of=as_of, exports=exports)
        chosen = workbooks(only, workbooks_in)
        notebooks = {workbook: prepared(workbook) for workbook in chosen}
        order = Order(engagement, open_tables(engagement), chosen, {"locale": locale, "as_of": as_of})
        return _run(order, notebooks, Path(out), jobs or min(MOST_JOBS, os.cpu_count() or 1), watcher or Watcher())
    finally:
        use_language(before)


def _run(order: Order, notebooks: dict[Workbook, Any], out: Path, jobs: int, watcher: Watcher) -> Run:
    began = datetime.now(UTC)
    taken = inputs(order.engagement)
    watcher.began(order, sum(cell.cell_type == "code" for book in notebooks.values() for cell in book.cells))
    client_folder = out / order.engagement.config.slug
    with prepared_folder(client_folder) as folder:
        given = parameters(order, folder.part)
        outcomes = _executed(notebooks, given, folder, jobs, watcher)
        _write_pages(order, outcomes, folder.part)
        process = write_process(order.tables, folder.part)
        if process.reason:
            watcher.noticed(not_drawn(process.reason))
        _write_index(order, outcomes, process, folder.part)
        _write_json(folder.part / "results.json", results(order, outcomes))
        _write_json(folder.part / "manifest.json", manifest(order, outcomes, process, given, taken, began))
    point_at_newest(client_folder)
    return Run(folder.final, outcomes)


def _executed(
    notebooks: dict[Workbook, Any],
    given: Mapping[str, str],
    folder: RunFolder,
    jobs: int,
    watcher: Watcher,
) -> tuple[Outcome, ...]:
    """Run all notebooks, `jobs` at a time; an interrupt ends every kernel before it goes on its way."""

    def one(workbook: Workbook) -> Outcome:
        ran_cell: Callable[[], None] = lambda: watcher.ran_cell(workbook)  # noqa: E731 -- a callback of one line
        outcome = with_figures(execute(workbook, notebooks[workbook], given, folder.part.resolve(), ran_cell))
        watcher.finished(outcome)
        return outcome

    executor = ThreadPoolExecutor(jobs)
    try:
        return tuple(executor.map(one, notebooks))
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        end_all_kernels()
        raise
    finally:
        executor.shutdown()


def _write_pages(order: Order, outcomes: Sequence[Outcome], folder: Path) -> None:
    (folder / "figures").mkdir()
    for outcome in outcomes:
        for figure in outcome.figures:
            (folder / "figures" / figure.file).write_bytes(figure.png)
        html = page_html(order, outcome, neighbours_of(outcome.workbook, order.workbooks))
        (folder / f"{outcome.workbook.name}.html").write_text(with_font(html), encoding="utf-8")


def _write_index(order: Order, outcomes: Sequence[Outcome], process: ProcessFiles, folder: Path) -> None:
    (folder / "index.html").write_text(with_font(index_html(order, outcomes, process)), encoding="utf-8")


def _write_json(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
