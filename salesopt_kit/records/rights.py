"""What the person in front of the page may do with the records of an engagement.

A consultant on a machine of their own may do everything. Where a server shows the workbooks, it says for each kernel
whose it is and in which role, by environment variables that nobody at the page can reach.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from salesopt_kit.errors import SalesOptError
from salesopt_kit.locale import _
from salesopt_kit.records.kinds import BY_KEY, EVERY

WHO = "SALESOPT_USER"
"""Environment variable with the name that stands in the history; a server sets it to whoever signed in."""
ROLE = "SALESOPT_ROLE"
"""Environment variable with the role; a server always sets it, and anything it does not know may only look."""


class Role(StrEnum):
    """What somebody is to an engagement."""

    CONSULTANT = "consultant"
    CONTRIBUTOR = "contributor"
    VIEWER = "viewer"
    FEEDBACK = "feedback"
    """The anonymous feedback link: it sees nothing and can add feedback."""


WRITABLE: Mapping[Role, frozenset[str]] = MappingProxyType(
    {
        Role.CONSULTANT: frozenset(EVERY),
        Role.CONTRIBUTOR: frozenset(
            {
                *("sponsors", "pain_points", "why_chains", "whys", "root_causes", "observations", "responsibilities"),
                *("feedback", "pilot_notes", "daily_entries", "reviews"),
            }
        ),
        Role.VIEWER: frozenset(),
        Role.FEEDBACK: frozenset({"feedback"}),
    }
)
"""Kinds of record that each role may add to and change."""


@dataclass(frozen=True, slots=True)
class Rights:
    """Who is at the page, and in which role."""

    who: str
    role: Role

    def may_write(self, kind: str) -> bool:
        """Return whether records of a kind (a key of KINDS) may be added and changed."""
        return kind in WRITABLE[self.role]

    def need(self, kind: str) -> None:
        """Raise SalesOptError where records of a kind may not be written."""
        if not self.may_write(kind):
            message = _("You may look at this but not change it ({kind}); ask the consultant for the right to.")
            raise SalesOptError(message.format(kind=BY_KEY[kind].label))


def rights() -> Rights:
    """Return the rights of this process; outside a server those of a consultant."""
    said = os.environ.get(ROLE)
    if said is None:
        return Rights(os.environ.get(WHO, ""), Role.CONSULTANT)
    role = Role(said) if said in set(Role) else Role.VIEWER
    return Rights(os.environ.get(WHO, ""), role)
