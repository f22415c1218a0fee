"""Two people changed one record: both versions field by field, and what each of them started from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from salesopt_kit.records.changes import Saved, fields
from salesopt_kit.records.rows import Record


@dataclass(frozen=True, slots=True)
class Clash:
    """`yours` was not saved, `theirs` is in the store, `base` is what you had loaded."""

    base: Record
    yours: Record
    theirs: Saved[Record]

    def differences(self) -> list[dict[str, Any]]:
        """Return a row per field in which the two differ; `pick` is the side that changed it, "" where both did."""
        base, mine, other = fields(self.base), fields(self.yours), fields(self.theirs.record)
        return [
            {"name": name, "mine": mine[name], "theirs": other[name], "pick": _changed(base, mine, other, name)}
            for name in mine
            if mine[name] != other[name]
        ]

    def merged(self, picks: Mapping[str, str]) -> dict[str, Any]:
        """Return the fields of the store's version, with yours where `picks` says "mine"."""
        mine = fields(self.yours)
        return fields(self.theirs.record) | {name: mine[name] for name, side in picks.items() if side == "mine"}

    def to_dict(self) -> dict[str, Any]:
        """Return the clash as the page gets it."""
        return {
            "id": self.yours.id,
            "version": self.theirs.version,
            "who": self.theirs.changed_by,
            "at": self.theirs.changed_at,
            "deleted": self.theirs.deleted,
            "fields": self.differences(),
        }


def _changed(base: Mapping[str, Any], mine: Mapping[str, Any], other: Mapping[str, Any], name: str) -> str:
    if mine[name] == base[name]:
        return "theirs"
    return "mine" if other[name] == base[name] else ""
