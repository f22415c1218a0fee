"""What every editor does: carries out what the page asks, tells what went wrong, and notices the work of others."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from salesopt_kit.errors import SalesOptError
from salesopt_kit.locale import _
from salesopt_kit.widgets.session import Session


class Desk(ABC):
    """The state of an editor without any widget; `view()` is what the page draws.

    `problem` says why the last thing asked for was not done, "" where it was; `saved_at` is UTC.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.problem = ""
        self.saved_at = ""
        self._seen = -1
        self.poll()

    @abstractmethod
    def load(self) -> None:
        """Read the records anew."""

    @abstractmethod
    def actions(self) -> Mapping[str, Callable[..., None]]:
        """Return what the page may ask for, by name."""

    @abstractmethod
    def view(self) -> dict[str, Any]:
        """Return all that the page draws, as JSON has it."""

    def do(self, message: Mapping[str, Any]) -> bool:
        """Carry out a message of the page: {"do": name, argument: value, ...}; whatever fails is told in `problem`.

        Returns whether there may be anything new to see.
        """
        arguments = dict(message)
        name = str(arguments.pop("do", ""))
        if name == "poll":
            return self.poll()
        self.problem = ""
        self.poll()
        before = self.session.store.newest()
        try:
            self.actions()[name](**arguments)
        except SalesOptError as refused:
            self.problem = str(refused)
        except Exception as unexpected:  # noqa: BLE001 -- a page that hears nothing would believe that it was saved
            self.problem = _("Not saved: {reason}").format(reason=f"{type(unexpected).__name__}: {unexpected}")
        if self.session.store.newest() != before and not self.problem:
            self.saved_at = datetime.now(UTC).isoformat(timespec="seconds")
        self.poll()
        return True

    def poll(self) -> bool:
        """Read the records anew where anybody has changed one since the last time; return whether that was so."""
        newest = self.session.store.newest()
        if newest == self._seen:
            return False
        self._seen = newest
        self.load()
        return True

    def undo(self) -> None:
        """Take back this editor's newest step."""
        self.session.undo()

    def state(self) -> dict[str, Any]:
        """Return the part of a view that all editors have."""
        return {
            "saved_at": self.saved_at,
            "problem": self.problem,
            "can_undo": self.session.can_undo,
            "who": self.session.who,
        }
