"""Workbooks for sales-process consulting: from the client's exports to an honest verdict."""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from salesopt_kit.engagement import open_engagement as open_engagement
    from salesopt_kit.tables import open_tables as open_tables

__version__ = "0.1.0"
__all__ = ["open_engagement", "open_tables"]
_HOMES = {"open_engagement": "salesopt_kit.engagement", "open_tables": "salesopt_kit.tables"}


def __getattr__(name: str) -> object:
    """Import a public function when it is first asked for, which keeps `import salesopt_kit` fast."""
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    message = f"module 'salesopt_kit' has no attribute {name!r}"
    raise AttributeError(message)
