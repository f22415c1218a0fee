"""Plain tallies of working hours and of complaints."""

from dataclasses import dataclass

import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.exact import exact_sum
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.tables.store import Tables


@dataclass(frozen=True, slots=True)
class Tally(Result):
    """A total split into parts: what each part is called, its amount and its share."""

    said: str
    heading: str
    total: Estimate
    parts: tuple[Estimate, ...]
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Return the finding."""
        return self.said

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the total and its parts."""
        return (self.total, *self.parts)

    def caveats(self) -> tuple[str, ...]:
        """Return what the tally leaves out."""
        return self.remarks

    def table(self) -> pd.DataFrame:
        """Return one row per part with its share of the total."""
        return pd.DataFrame(
            {
                self.heading: part.label,
                _("Amount"): shown(part.value, part.unit),
                _("Share"): shown((part.value or 0.0) / (self.total.value or 1.0), "fraction"),
                _("Entries"): f"{part.n:,}",
            }
            for part in self.parts
        )


def hours_by_kind(tables: Tables) -> Tally:
    """Return the logged hours of the window by kind of activity; a census of what was logged, so no interval.

    Entries without hours, or with none or over 24 in one entry, are left out and counted.
    """
    tables.need("activities.hours", "activities.kind")
    rows = tables.table("activities")
    rows = rows.filter(rows.started_on.between(*tables.window))
    good = (rows.hours > 0) & (rows.hours <= 24)  # noqa: PLR2004 -- hours of a day
    counted = tables.to_frame(
        rows.group_by("kind").aggregate(hours=exact_sum(rows.hours, good), n=good.sum(), odd=rows.count() - good.sum())
    ).sort_values("hours", ascending=False)
    if not len(counted):
        raise MissingDataError(
            _("no activity was logged between {first} and {last}").format(
                first=tables.window[0], last=tables.window[1]
            ),
            remedy=_("Export a longer period, or set as_of to the end of the time sheets."),
        )
    odd = int(counted["odd"].fillna(0).sum())
    return _tally(
        tables,
        "working_hours",
        "hours",
        counted.assign(part=counted["kind"], value=counted["hours"].fillna(0.0)),
        heading=_("Activity"),
        remarks=(_("{odd:,} entries without plausible hours are left out.").format(odd=odd),) if odd else (),
    )


def _tally(
    tables: Tables, name: str, unit: str, counted: pd.DataFrame, *, heading: str, remarks: tuple[str, ...]
) -> Tally:
    rows = zip(counted["part"], counted["value"].astype(float), counted["n"].astype(int), strict=True)
    parts = tuple(
        Estimate(f"{name}.part", str(part), float(value), unit, int(n), window=tables.window, group=f"part={part}")
        for part, value, n in rows
    )
    entries = sum(part.n for part in parts)
    total = Estimate(f"{name}.total", _("Total"), float(counted["value"].sum()), unit, entries, window=tables.window)
    said = _("{first} comes first: {amount} of {total} ({share}).").format(
        first=parts[0].label,
        amount=shown(parts[0].value, unit),
        total=shown(total.value, unit),
        share=shown((parts[0].value or 0.0) / (total.value or 1.0), "fraction"),
    )
    return Tally(said, heading, total, parts, remarks)
