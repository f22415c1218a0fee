"""Reads records/*.yml of an engagement folder; everything wrong in all files is told at once."""

import difflib
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from ruamel.yaml.comments import CommentedSeq

from salesopt_kit.engagement import Engagement
from salesopt_kit.errors import InputError, InputErrors, SalesOptError
from salesopt_kit.locale import _
from salesopt_kit.records import models, rows
from salesopt_kit.records.pilot_plan import PilotPlan
from salesopt_kit.records.references import Entry, broken_references
from salesopt_kit.yaml_files import checked, read_yaml

KINDS: dict[str, TypeAdapter[Any]] = {
    "pain_points": TypeAdapter(tuple[models.PainPoint, ...]),
    "why_chains": TypeAdapter(tuple[models.WhyChain, ...]),
    "measures": TypeAdapter(tuple[models.Measure, ...]),
    "risks": TypeAdapter(tuple[models.Risk, ...]),
    "evaluations": TypeAdapter(tuple[rows.Evaluation, ...]),
    "sponsors": TypeAdapter(tuple[models.Sponsor, ...]),
    "trainings": TypeAdapter(tuple[rows.Training, ...]),
    "reviews": TypeAdapter(tuple[rows.Review, ...]),
    "observations": TypeAdapter(tuple[rows.Observation, ...]),
    "targets": TypeAdapter(tuple[models.FixedTarget, ...]),
    "responsibilities": TypeAdapter(tuple[models.Responsibility, ...]),
    "meetings": TypeAdapter(tuple[models.Meeting, ...]),
    "decisions": TypeAdapter(tuple[models.Decision, ...]),
    "feedback": TypeAdapter(tuple[models.Feedback, ...]),
    "node_changes": TypeAdapter(tuple[models.NodeChange, ...]),
    "decision_rights": TypeAdapter(tuple[models.DecisionRight, ...]),
    "sops": TypeAdapter(tuple[models.Sop, ...]),
    "pilot_notes": TypeAdapter(tuple[models.PilotNote, ...]),
    "daily_entries": TypeAdapter(tuple[rows.DailyEntry, ...]),
    "predictions": TypeAdapter(tuple[models.Prediction, ...]),
    "pilot_plans": TypeAdapter(tuple[PilotPlan, ...]),
}
"""The file of each kind of record, without its ending, and what it holds."""


@dataclass(frozen=True, slots=True)
class _Read:
    path: Path
    loaded: object
    records: tuple[Any, ...]


def read_files(engagement: Engagement) -> dict[str, tuple[Any, ...]]:
    """Return the records of records/*.yml by kind; a file that is not there holds none.

    Raises InputErrors that name file, line and key (a record by its id) of every unknown key, wrong value, id used
    twice and reference to a record or target that does not exist.
    """
    folder = engagement.folder / "records"
    errors: list[SalesOptError] = list(_strays(folder))
    read: dict[str, _Read] = {}
    for kind in KINDS:
        try:
            read[kind] = _read(kind, folder / f"{kind}.yml")
        except InputErrors as wrong:
            errors.extend(wrong.errors)
        except InputError as wrong:
            errors.append(wrong)
    if not errors:
        entries = {
            kind: [Entry(one.path, one.loaded, number, record) for number, record in enumerate(one.records)]
            for kind, one in read.items()
        }
        errors.extend(broken_references(entries, engagement.config.targets))
    if errors:
        raise InputErrors(errors)
    return {kind: one.records for kind, one in read.items()}


def files_digest(engagement: Engagement) -> str:
    """Return the SHA-256 of all that `read_files` reads and of the targets of engagement.yml; "" without any file."""
    found = sorted((engagement.folder / "records").glob("*.y*ml"))
    digest = hashlib.sha256(repr(sorted(engagement.config.targets.items())).encode())
    for path in found:
        digest.update(f"\n{path.name}\n".encode() + path.read_bytes())
    return digest.hexdigest() if found else ""


def _read(kind: str, path: Path) -> _Read:
    loaded = read_yaml(path) if path.is_file() else None
    if loaded is None:
        return _Read(path, None, ())
    if not isinstance(loaded, CommentedSeq):
        raise InputError(
            str(path),
            type(loaded).__name__ if isinstance(loaded, dict) else loaded,
            expected=_("a list of records"),
            remedy=_("Begin each record with a hyphen, its keys below one another."),
        )
    return _Read(path, loaded, checked(KINDS[kind], loaded, loaded, path))


def _strays(folder: Path) -> list[InputError]:
    """Return an error per YAML file that no kind of record is read from, such as a misspelt one."""
    known = [f"{kind}.yml" for kind in KINDS]
    found = sorted(path.name for path in folder.glob("*.y*ml")) if folder.is_dir() else []
    errors = []
    for name in (name for name in found if name not in known):
        near = difflib.get_close_matches(name, known, 1)
        errors.append(
            InputError(
                str(folder / name),
                name,
                expected=_("one of {names}").format(names=", ".join(known)),
                remedy=_("Did you mean {near}?").format(near=near[0]) if near else _("Move it out of records/."),
            )
        )
    return errors
