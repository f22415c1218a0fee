"""CRM fidelity: how many entries are suspect, by sign, and which share of the deals is free of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import ibis
import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _, sentences
from salesopt_kit.metrics.breakdown import Breakdown, Group, breakdown, groups, whole, with_interval
from salesopt_kit.metrics.deals import deals
from salesopt_kit.metrics.dimensions import Grouping
from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.pushed_dates import days_pushed
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.metrics.suspect_rows import Sign, signs
from salesopt_kit.results import Estimate, Result
from salesopt_kit.stats.proportion import wilson
from salesopt_kit.tables.store import Tables


@dataclass(frozen=True, slots=True)
class CrmFidelity(Result):
    """The share of the deals of the window without a suspect row, and the suspect rows by sign."""

    card: ClassVar[str] = "crm_fidelity"

    score: Estimate
    suspect: tuple[Estimate, ...]
    remarks: tuple[str, ...] = ()
    days_pushed: Estimate | None = None
    """By how much pushed deals were moved later; None where it was not looked for."""

    def sentence(self) -> str:
        """Say the score and the most frequent sign."""
        if self.score.value is None:
            return _("No deal was touched in the period.")
        message = _("{score} of the {n:,} deals touched in the period carry no suspect row.")
        said = message.format(score=with_interval(self.score), n=self.score.n)
        found = [sign for sign in self.suspect if sign.value]
        if not found:
            return said
        first = max(found, key=lambda sign: (sign.value or 0.0) * sign.n)
        rest = _("Most frequent: {sign} ({share} of {n:,}).")
        return sentences(said, rest.format(sign=first.label, share=with_interval(first), n=first.n))

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the score, the share of suspect rows of each sign, and how far dates were pushed."""
        return (self.score, *self.suspect, *((self.days_pushed,) if self.days_pushed else ()))

    def caveats(self) -> tuple[str, ...]:
        """Return how far dates were pushed, the signs that could not be looked for, and what suspect means."""
        if self.days_pushed is None or self.days_pushed.value is None:
            return self.remarks
        pushed = _("The {n:,} deals with pushed close dates were moved later by {days} in the median.")
        return (pushed.format(n=self.days_pushed.n, days=with_interval(self.days_pushed)), *self.remarks)

    def table(self) -> pd.DataFrame:
        """Return one row per sign: how many rows are suspect, of how many."""
        return pd.DataFrame(
            {
                _("Sign"): sign.label,
                _("Suspect rows"): f"{round((sign.value or 0.0) * sign.n):,}",
                _("of"): f"{sign.n:,}",
                _("Share"): with_interval(sign),
            }
            for sign in self.suspect
        )


@once
def crm_fidelity(tables: Tables, selection: Selection | None = None) -> CrmFidelity:
    """Return how far the entries of the window can be trusted: share of suspect rows by sign, and of clean deals.

    A deal counts where it was created, closed, or changed stage in the window, and is clean where none of its own rows
    or of the activities that name it, dated in the window, is suspect. Wilson intervals take rows and deals as
    independent; rows of one bulk edit are not, so the interval of that sign is too narrow. Raises MissingDataError
    without deals, or where no sign can be looked for.
    """
    selection = selection or EVERYTHING
    window = selection.days(tables)
    all_signs = signs(tables)
    usable = _usable(all_signs)
    rows = _judged(tables, selection, usable)
    group = whole(tables, rows, _measures(rows))
    found = tuple(_share(tables, sign, rows, window, every=selection.dimension is None) for sign in usable)
    is_pushing_known = any(sign.id == "pushed_dates" for sign in usable)
    pushed = days_pushed(tables, window, rows if selection.dimension else None) if is_pushing_known else None
    return CrmFidelity(_score(group, window), found, _remarks(all_signs), pushed)


@once
def crm_fidelity_by(tables: Tables, by: Grouping, selection: Selection | None = None) -> Breakdown:
    """Return the share of clean deals for each group of `by`, such as team or owner."""
    selection = selection or EVERYTHING
    all_signs = signs(tables)
    rows = _judged(tables, selection, _usable(all_signs))
    window, remarks = selection.days(tables), _remarks(all_signs)
    found = groups(tables, rows, by, _measures(rows), clock="created_on")
    return breakdown(by, [(group.name, CrmFidelity(_score(group, window), (), remarks)) for group in found])


def _usable(all_signs: Sequence[Sign]) -> list[Sign]:
    usable = [sign for sign in all_signs if sign.rows is not None]
    if not usable:
        raise MissingDataError(
            _("no sign of suspect rows can be looked for"),
            remedy=_("Export the stage history with times of day and the person who made each entry."),
        )
    return usable


def _judged(tables: Tables, selection: Selection, usable: Sequence[Sign]) -> ir.Table:
    """Return the deals touched in the window, with is_clean."""
    window = selection.days(tables)
    rows = selection.of(tables, deals(tables))
    suspects = [
        sign.rows.filter(sign.rows.is_suspect & sign.rows.on.between(*window)).select("opportunity_id")
        for sign in usable
        if sign.rows is not None
    ]
    flagged = ibis.union(*suspects, distinct=True) if len(suspects) > 1 else suspects[0].distinct()
    flagged = flagged.filter(flagged.opportunity_id.notnull()).select(flagged_id="opportunity_id")
    is_touched = rows.created_on.between(*window) | rows.closed_on.between(*window)
    rows = rows.mutate(is_touched=is_touched.fill_null(False))  # noqa: FBT003
    if "stage_events" in tables:
        events = tables.table("stage_events")
        changed = events.filter(events.entered_on.between(*window)).select(changed_id="opportunity_id").distinct()
        rows = rows.left_join(changed, rows.opportunity_id == changed.changed_id)
        rows = rows.mutate(is_touched=rows.is_touched | rows.changed_id.notnull()).drop("changed_id")
    rows = rows.filter(rows.is_touched).drop("is_touched")
    joined = rows.left_join(flagged, rows.opportunity_id == flagged.flagged_id)
    return joined.mutate(is_clean=joined.flagged_id.isnull()).drop("flagged_id")


def _measures(rows: ir.Table) -> dict[str, ir.Scalar]:
    return {"n": rows.count(), "clean": rows.is_clean.sum()}


def _score(group: Group, window: tuple[date, date]) -> Estimate:
    n, clean = group.count("n"), group.count("clean")
    label = _("Deals without a suspect row")
    method = _("Wilson score interval")
    if not n:
        return Estimate("crm_fidelity.score", label, None, "fraction", 0, None, None, method, window, group.mark)
    around = wilson(clean, n)
    return Estimate(
        *("crm_fidelity.score", label, clean / n, "fraction", n),
        *(around.low, around.high, method, window, group.mark),
    )


def _share(tables: Tables, sign: Sign, kept: ir.Table, window: tuple[date, date], *, every: bool) -> Estimate:
    """Return the share of suspect rows among the rows of the window in which the sign was looked for."""
    label, method = sign.title, _("Wilson score interval")
    rows = sign.rows
    if rows is None:  # pragma: no cover -- callers have left those out
        return Estimate(f"crm_fidelity.{sign.id}", label, None, "fraction", 0)
    rows = rows.filter(rows.on.between(*window))
    rows = rows if every else rows.semi_join(kept, "opportunity_id")
    found = tables.to_frame(rows.aggregate(n=rows.count(), suspect=rows.is_suspect.sum())).fillna(0).iloc[0]
    n, suspect = int(found["n"]), int(found["suspect"])
    if not n:
        return Estimate(f"crm_fidelity.{sign.id}", label, None, "fraction", 0, method=method, window=window)
    around = wilson(suspect, n)
    return Estimate(
        f"crm_fidelity.{sign.id}", label, suspect / n, "fraction", n, around.low, around.high, method, window
    )


def _remarks(all_signs: Sequence[Sign]) -> tuple[str, ...]:
    said = [
        _("Suspect is not wrong: each sign has honest causes, so look at examples before you say so to anybody."),
        _("The rows of one bulk edit come together, so the interval of their share is too narrow."),
    ]
    missing = [f"{sign.title}: {sign.why}" for sign in all_signs if sign.rows is None]
    if missing:
        said.append(_("Not looked for: {signs}.").format(signs="; ".join(missing)))
    return tuple(said)
