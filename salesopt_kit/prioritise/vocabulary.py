"""The stages and departments of an engagement, and which of them a text names."""

import re
from dataclasses import dataclass

from salesopt_kit.records import PainPoint
from salesopt_kit.tables.store import Tables

SALES = ("销售", "sales")
"""The department that all of it is about: naming it is no jump."""
SUFFIXES = ("部门", "部", "中心", " department", " team", " desk")
SHORTEST = 2
"""Signs that a name must have to be looked for in a text."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names of stages and departments, each with all its spellings, and which of them each stage stands for."""

    spellings: dict[str, tuple[str, ...]]
    of_stage: dict[str, frozenset[str]]

    def named_in(self, text: str) -> frozenset[str]:
        """Return the stages and departments that a text names."""
        return frozenset(name for name, spelt in self.spellings.items() if any(_is_in(one, text) for one in spelt))

    def of_point(self, point: PainPoint) -> frozenset[str]:
        """Return the stages and departments that a pain point names, with its stage and the owner of that."""
        said = f"{point.problem} / {point.step} / {point.departments} / {point.stage}"
        return self.named_in(said) | self.of_stage.get(point.stage, frozenset())


def vocabulary(tables: Tables) -> Vocabulary:
    """Return the names in the stages of engagement.yml and the departments of the people, the sales department not."""
    spellings: dict[str, tuple[str, ...]] = {}
    of_stage: dict[str, frozenset[str]] = {}
    for stage in tables.engagement.config.stages:
        spellings[stage.name] = tuple(dict.fromkeys((stage.name, *stage.values)))
        of_stage[stage.id] = frozenset({stage.name, *([stage.owner] if stage.owner else [])})
    owners = (stage.owner for stage in tables.engagement.config.stages if stage.owner)
    for department in dict.fromkeys((*owners, *_departments(tables))):
        if _short(department).casefold() not in SALES:
            spellings.setdefault(department, tuple(dict.fromkeys((department, _short(department)))))
    return Vocabulary(spellings, of_stage)


def _departments(tables: Tables) -> list[str]:
    if "people.department" not in tables:
        return []
    rows = tables.table("people").select("department").distinct()
    found = tables.to_frame(rows)["department"].dropna()
    return sorted(str(name).strip() for name in found if str(name).strip())


def _short(department: str) -> str:
    """Return a department's name without the word for department, where enough of it is left."""
    for suffix in SUFFIXES:
        if department.casefold().endswith(suffix) and len(department) - len(suffix) >= SHORTEST:
            return department[: -len(suffix)].strip()
    return department


def _is_in(name: str, text: str) -> bool:
    """Return whether a text names it: Latin names as whole words, also in the plural, Chinese ones anywhere."""
    if len(name) < SHORTEST:
        return False
    if name.isascii():
        return re.search(rf"\b{re.escape(name)}s?\b", text, re.IGNORECASE) is not None
    return name.casefold() in text.casefold()
