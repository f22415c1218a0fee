"""What the executed notebooks showed: their numbers, their first findings, and their figures."""

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from salesopt_kit import __version__
from salesopt_kit.results import MIME
from salesopt_kit.runner.outcome import Figure, Order, Outcome

HEADLINES = 2
"""Sentences of a workbook that the index shows, unless its cells tagged `headline` say which."""
LONGEST_HEADLINE = 280
MISSING = 'class="answer missing"'
"""How the HTML of an answer begins that says what is missing."""


def results(order: Order, outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """Return the content of results.json: every estimate shown, in the order of the pages, with where it stands."""
    config, tables = order.engagement.config, order.tables
    return {
        "client": config.client,
        "slug": config.slug,
        "locale": config.locale,
        "as_of": tables.as_of.isoformat(),
        "window": [day.isoformat() for day in tables.window],
        "currency": config.currency,
        "kit_version": __version__,
        "estimates": [
            {"workbook": outcome.workbook.name, "cell": cell.id, **estimate}
            for outcome in outcomes
            for cell, output in answers(outcome.notebook)
            for estimate in output.data[MIME]
        ],
    }


def answers(notebook: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 -- a NotebookNode has no types
    """Yield (cell, output) for each answer that a notebook shows."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if MIME in output.get("data", {}):
                yield cell, output


def headlines(notebook: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Return the sentences that the index shows of a workbook.

    They are those of its cells tagged `headline`; without any, the first findings that rest on numbers; without these,
    the first answers at all. What could not be answered is no headline.
    """
    found = [(cell, output) for cell, output in answers(notebook) if MISSING not in output.data.get("text/html", "")]
    telling = [(cell, output) for cell, output in found if any(map(_is_finding, output.data[MIME]))]
    tagged = [
        (cell, output) for cell, output in found if "headline" in cell.metadata.get("tags", []) and _tells(output)
    ]
    return tuple(_sentence(output) for _cell, output in tagged or (telling or found)[:HEADLINES])


def with_figures(outcome: Outcome) -> Outcome:
    """Return `outcome` with the figures of its notebook, each file named for the workbook and the chart."""
    taken: set[str] = set()
    figures = []
    for cell in outcome.notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" not in output.get("data", {}):
                continue
            told = output.metadata.get("image/png", {})
            name = _free(f"{outcome.workbook.name}-{_safe(told.get('name') or cell.id)}", taken)
            png = base64.b64decode("".join(output.data["image/png"]))
            figures.append(Figure(f"{name}.png", told.get("alt") or output.data.get("text/plain", name), png))
    return replace(outcome, figures=tuple(figures))


def _is_finding(estimate: dict[str, Any]) -> bool:
    """Return whether an estimate is about the client's process as a whole."""
    is_about_data = estimate["id"].startswith("quality.")
    return estimate["value"] is not None and not estimate["group"] and not is_about_data


def _tells(output: Any) -> bool:  # noqa: ANN401
    """Return whether an answer has a number to show, or is one in words."""
    estimates = output.data[MIME]
    return not estimates or any(estimate["value"] is not None for estimate in estimates)


def _sentence(output: Any) -> str:  # noqa: ANN401
    text = " ".join("".join(output.data.get("text/plain", "")).split())
    return text if len(text) <= LONGEST_HEADLINE else text[: LONGEST_HEADLINE - 1].rstrip() + "…"


def _safe(name: str) -> str:
    return re.sub(r"[^\w.-]+", "_", name).strip("._") or "figure"


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free.lower() in taken:
        number += 1
        free = f"{name}-{number}"
    taken.add(free.lower())
    return free
