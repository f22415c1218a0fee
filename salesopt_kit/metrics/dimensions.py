"""What a metric can be broken down by, and the columns that tell it."""

import difflib
from typing import Literal, get_args

from salesopt_kit.engagement import Dimension
from salesopt_kit.errors import InputError, MissingDataError
from salesopt_kit.locale import N_, _
from salesopt_kit.tables.store import Tables

Grouping = Literal["team", "owner", "product", "segment", "source", "month"]
"""What a metric can be broken down by: a dimension, or the calendar month of the metric's own clock."""

BLANK = "(blank)"
"""How rows without a name in a dimension are called in `Selection.names` and in `Estimate.group`."""

PILOT_DIMENSIONS: dict[str, Dimension] = {"team": "team", "segment": "segment", "person": "owner"}
"""The dimension behind each `pilot.unit` of engagement.yml."""

DIMENSION_NAMES = {
    "team": N_("team"),
    "owner": N_("owner"),
    "product": N_("product"),
    "segment": N_("segment"),
    "source": N_("source"),
    "month": N_("month"),
}

SUPPLIES: dict[str, dict[str, tuple[tuple[str, ...], ...]]] = {
    "opportunities": {
        "team": (("opportunities.team",), ("opportunities.owner", "people.team")),
        "owner": (("opportunities.owner",),),
        "product": (("opportunities.product",),),
        "segment": (
            ("opportunities.segment",),
            ("opportunities.lead_id", "leads.segment"),
            ("opportunities.account", "accounts.segment"),
        ),
        "source": (("opportunities.source",), ("opportunities.lead_id", "leads.source")),
    },
    "leads": {
        "team": (("leads.team",), ("leads.owner", "people.team")),
        "owner": (("leads.owner",),),
        "product": (("leads.product",),),
        "segment": (("leads.segment",), ("leads.account", "accounts.segment")),
        "source": (("leads.source",),),
    },
    "people": {"team": (("people.team",),), "owner": (("people.person",),)},
}
"""The columns that each dimension can come from; all of one tuple are needed."""


def need_dimension(tables: Tables, by: str, table: str = "opportunities") -> None:
    """Raise MissingDataError unless the exports supply the dimension `by` for the rows of `table`.

    A name that is no dimension at all is an InputError that suggests the nearest one.
    """
    if by not in get_args(Grouping):
        known = get_args(Grouping)
        near = difflib.get_close_matches(by, known, 1, 0.5)
        remedy = _("Did you mean {near}?").format(near=near[0]) if near else _("Choose one of them.")
        raise InputError("by", by, expected=_("one of {names}").format(names=", ".join(known)), remedy=remedy)
    if by == "month" or any(set(columns) <= tables.supplied for columns in SUPPLIES[table][by]):
        return
    message = _("no column tells the {dimension}")
    ways = [", ".join(f"sources.{_mapping(column)}" for column in columns) for columns in SUPPLIES[table][by]]
    raise MissingDataError(
        message.format(dimension=dimension_label(by)),
        remedy=_("Map it in engagement.yml: {ways}.").format(ways=_(" or ").join(ways)),
    )


def dimension_label(dimension: str) -> str:
    """Return the name of a dimension in the reader's language."""
    return _(DIMENSION_NAMES[dimension])


def _mapping(column: str) -> str:
    table, _dot, name = column.partition(".")
    return f"{table}.columns.{name}"
