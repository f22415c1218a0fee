"""One person's work on the records of an engagement: each step is one transaction, and can be taken back as one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from salesopt_kit.engagement import Engagement
from salesopt_kit.errors import SalesOptError
from salesopt_kit.locale import _
from salesopt_kit.records import open_store
from salesopt_kit.records.changes import Conflict
from salesopt_kit.records.rights import WHO
from salesopt_kit.records.rows import Record

if TYPE_CHECKING:
    from salesopt_kit.records.writer import Writer


class Session:
    """The store of an engagement, opened for one person, and the steps that they took through it so far."""

    def __init__(self, place: Engagement | str | Path, *, who: str = "") -> None:
        self.engagement = place if isinstance(place, Engagement) else None
        self.store = open_store(place, who=who or os.environ.get(WHO, ""))
        self._steps: list[range] = []
        self._is_in_step = False
        self._own: dict[tuple[str, int], int] = {}

    @property
    def who(self) -> str:
        """The name that stands in the history."""
        return self.store.who

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._steps)

    @contextmanager
    def step(self) -> Iterator["Writer"]:
        """Make all changes inside it one step; an error undoes them all. A step inside a step is a part of it."""
        with self.store.together() as writer:
            if self._is_in_step:
                yield writer
                return
            before = self.store.newest()
            self._is_in_step = True
            try:
                yield writer
            finally:
                self._is_in_step = False
            written = range(before + 1, self.store.newest() + 1)
        if written:
            self._steps.append(written)

    def own(self, id_: str, version: int) -> int:
        """Return the version that this session itself made of one: whoever types on need not wait for the page."""
        while (id_, version) in self._own:
            version = self._own[id_, version]
        return version

    def save(self, record: Record, version: int) -> None:
        """Keep a change to a record that was shown as `version`; Conflict where somebody else was faster."""
        with self.step():
            self._own[record.id, version] = self.store.save(record, version).version

    def undo(self) -> None:
        """Take back the newest step; SalesOptError where there is none, or somebody changed the same record since."""
        if not self._steps:
            raise SalesOptError(_("There is nothing to undo in this session; earlier versions stand under History."))
        lines = self._steps.pop()
        try:
            with self.store.together():
                for line in reversed(lines):
                    self.store.undo(line)
        except Conflict as met:
            message = _("{who} has changed {id} since your last step, so that step is not undone.")
            raise SalesOptError(message.format(who=met.theirs.changed_by, id=met.yours.id)) from None
