"""What is known of each CRM's exports: headings, which rows count, and how a set of headings is recognised."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

from salesopt_kit.tables.schema import TABLES, normal_heading


@dataclass(frozen=True, slots=True)
class Proposal:
    """The heading proposed for a canonical column; `is_certain` where a preset or an exact alias says so."""

    heading: str
    is_certain: bool


@cache
def presets() -> dict[str, dict[str, Any]]:
    """Return preset -> table -> columns, when, wide, beside."""
    text = files("salesopt_kit.tables").joinpath("presets.yml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, Any]] = YAML(typ="safe").load(text)
    return loaded


def preset_columns(preset: str, table: str) -> Mapping[str, list[str]]:
    """Return canonical column -> candidate headings, empty where the preset knows nothing of the table."""
    found: Mapping[str, list[str]] = presets().get(preset, {}).get(table, {}).get("columns", {})
    return found


def preset_filter(preset: str, table: str) -> list[Mapping[str, list[str]]]:
    """Return the conditions of which a row that counts meets one: heading -> values. Empty for all rows."""
    found: list[Mapping[str, list[str]]] = presets().get(preset, {}).get(table, {}).get("when", [])
    return found


def wide_stages(preset: str, table: str, headings: Iterable[str]) -> dict[str, str]:
    """Return heading -> stage of the columns that hold the time at which each stage was entered."""
    pattern = presets().get(preset, {}).get(table, {}).get("wide", "")
    found = ((heading, re.fullmatch(pattern, heading, re.IGNORECASE)) for heading in headings if pattern)
    return {heading: match["stage"] for heading, match in found if match}


def recognise(headings: Iterable[str]) -> list[tuple[str, str, float]]:
    """Return (preset, table, score) that the headings may be of, the best first; "" is the preset of no CRM.

    The score is the share of the required columns found, plus a little for each further column, and is 0 where a
    required column has no heading. A table that comes in the same export as another one is not recognised by itself.
    """
    given = {normal_heading(heading) for heading in headings}
    scored = []
    for preset, tables in {"": TABLES, **presets()}.items():
        for table in (name for name in tables if not _comes_beside_another(preset, name)):
            candidates = preset_columns(preset, table) or {c.name: [c.name, *c.aliases] for c in TABLES[table]}
            hits = {
                name for name, names in candidates.items() if any(normal_heading(heading) in given for heading in names)
            }
            needed = {column.name for column in TABLES[table] if column.required}
            if needed <= hits:
                own = 0.0 if preset else -0.5
                scored.append((preset, table, len(hits) + own + _exact(candidates, headings)))
    return sorted(scored, key=lambda found: -found[2])


def propose_mapping(headings: Iterable[str], table: str, preset: str = "") -> dict[str, Proposal]:
    """Return canonical column -> proposed heading; each heading is proposed once, certain ones first."""
    free = {normal_heading(heading): heading for heading in headings}
    proposed: dict[str, Proposal] = {}
    for column in TABLES[table]:
        names = [*preset_columns(preset, table).get(column.name, []), column.name, *column.aliases]
        hit = next((key for name in names if (key := normal_heading(name)) in free), None)
        if hit is not None:
            proposed[column.name] = Proposal(free.pop(hit), is_certain=True)
    for column in TABLES[table]:
        names = [normal_heading(name) for name in (column.name, *column.aliases)]
        near = [hit for name in names for hit in difflib.get_close_matches(name, list(free), 1, 0.8)]
        if column.name not in proposed and near:
            proposed[column.name] = Proposal(free.pop(near[0]), is_certain=False)
    return proposed


def _comes_beside_another(preset: str, table: str) -> bool:
    return "beside" in presets().get(preset, {}).get(table, {})


def _exact(candidates: Mapping[str, list[str]], headings: Iterable[str]) -> float:
    """Return a tenth for each heading that is spelt as the CRM spells it, case and all."""
    spelt = {name for names in candidates.values() for name in names}
    return 0.1 * sum(heading in spelt for heading in headings)
