"""What a run was made from: the hash of every input, the parameters, the versions, and how each workbook ended."""

import hashlib
import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from salesopt_kit import __version__
from salesopt_kit.engagement import Engagement
from salesopt_kit.records.load import content_hash
from salesopt_kit.runner.outcome import Order, Outcome
from salesopt_kit.runner.process_files import ProcessFiles
from salesopt_kit.tables.sources import source_files

LIBRARIES = (
    "duckdb",
    "ibis-framework",
    "ipykernel",
    "matplotlib",
    "nbconvert",
    "numpy",
    "pandas",
    "papermill",
    "pyarrow",
    "scipy",
    "statsmodels",
)
"""The libraries whose version can change a figure or a page."""


def manifest(
    order: Order,
    outcomes: Iterable[Outcome],
    process: ProcessFiles,
    parameters: Mapping[str, str],
    inputs: list[dict[str, Any]],
    began: datetime,
) -> dict[str, Any]:
    """Return the content of manifest.json; `inputs` are taken before the workbooks run."""
    outcomes = list(outcomes)
    return {
        "client": order.engagement.config.client,
        "status": "failed" if any(outcome.reason for outcome in outcomes) else "complete",
        "began": began.isoformat(timespec="seconds"),
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "parameters": dict(parameters),
        "inputs": inputs,
        "versions": {"salesopt-kit": __version__, "python": platform.python_version(), **_libraries()},
        "workbooks": [
            {
                "name": outcome.workbook.name,
                "sha256": sha256(outcome.workbook.path),
                "status": outcome.status,
                "seconds": round(outcome.seconds, 2),
                "error": outcome.reason or None,
                "cell": outcome.failed_cell or None,
                "figures": [figure.file for figure in outcome.figures],
            }
            for outcome in outcomes
        ],
        "process_map": {"files": list(process.names), "error": process.reason or None},
    }


def inputs(engagement: Engagement) -> list[dict[str, Any]]:
    """Return name, size and SHA-256 of engagement.yml, of every export that it names and of the records.

    Those of records.sqlite are of what it holds, as JSON: the file itself changes with every look into it.
    """
    found = {"engagement.yml": engagement.folder / "engagement.yml"}
    for name, source in engagement.config.sources.items():
        found.update(source_files(engagement, name, source))
    found |= {f"records/{path.name}": path for path in sorted((engagement.folder / "records").glob("*.yml"))}
    files = [{"file": file, "bytes": path.stat().st_size, "sha256": sha256(path)} for file, path in found.items()]
    store = content_hash(engagement)
    return [*files, {"file": "records.sqlite", "bytes": store[0], "sha256": store[1]}] if store else files


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, read piece by piece."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _libraries() -> dict[str, str]:
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
