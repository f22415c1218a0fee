"""What stands in place of an editor where nobody can answer one: the records of a kind as a table."""

from typing import Any

import pandas as pd

from salesopt_kit.engagement import Engagement
from salesopt_kit.locale import _
from salesopt_kit.records import load_records
from salesopt_kit.records.changes import fields
from salesopt_kit.records.kinds import BY_KEY
from salesopt_kit.results import Table
from salesopt_kit.widgets.fields import Field, fields_of
from salesopt_kit.widgets.labels import title_of


def records_table(engagement: Engagement, kind: str) -> Table:
    """Return the records of a kind, a row each, with the headings of their form."""
    records = getattr(load_records(engagement), kind)
    shown = [field for field in fields_of(BY_KEY[kind], engagement) if field.shape != "links"]
    cells = pd.DataFrame(
        {_("Record"): record.id} | {field.label: _said(field, values.get(field.name)) for field in shown}
        for record in records
        for values in (fields(record),)
    )
    said = _("{kind}: {n} records.").format(kind=title_of(kind), n=len(records))
    return Table(said, cells)


def _said(field: Field, value: Any) -> str:  # noqa: ANN401 -- a value of a field, as JSON has it
    if value in (None, "", [], False):
        return "–"
    if value is True:
        return _("yes")
    if isinstance(value, dict):
        bound = value.get("at_most")
        return f"≤ {bound:g}" if bound is not None else f"≥ {value.get('at_least'):g}"
    if isinstance(value, list):
        return (_(" to ") if field.shape == "days" else _("; ")).join(map(str, value))
    return dict(field.choices).get(value, f"{value:g}" if isinstance(value, float) else str(value))
