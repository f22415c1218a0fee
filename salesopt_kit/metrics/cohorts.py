"""Cohort triangle: of the deals created in a month, the share won (or come to a stage) by each later month."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

import ibis
import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.errors import InputError, MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.deals import deals
from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.metrics.sequence import runs
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.stats.proportion import wilson
from salesopt_kit.tables.store import Tables, months_before
from salesopt_kit.terms import StageKind

COHORTS = 12
"""Months of creation that the triangle shows, where no window is asked for."""
ENOUGH = 10
"""Deals of a cohort below which its cells are hidden."""
TOLD_AGE = 2
"""Months after creation at which the sentence compares the oldest cohort with the newest that is as old."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """The deals created in one month: how many, and the share that got there by the end of month 0, 1, 2, ... after.

    `cells` ends where the months are not over yet (immature), and is empty for a cohort that is too small to show.
    """

    month: str
    deals: int
    cells: tuple[Estimate, ...]


@dataclass(frozen=True, slots=True)
class CohortTriangle(Result):
    """The cohorts in order of time; `reached` is the name of what is counted."""

    card: ClassVar[str] = "cohorts"

    cohorts: tuple[Cohort, ...]
    reached: str
    least: int
    undated: int

    def sentence(self) -> str:
        """Compare the first and the last cohort at the age that both have reached."""
        grown = [cohort for cohort in self.cohorts if cohort.cells]
        if len(grown) < 2:  # noqa: PLR2004 -- a comparison needs two
            return _("Too few cohorts are large and old enough to compare.")
        age = min(TOLD_AGE, len(grown[1].cells) - 1)
        old, new = grown[0], next(cohort for cohort in reversed(grown) if len(cohort.cells) > age)
        first, last = old.cells[age], new.cells[age]
        message = _("{reached} by the end of month {age} after creation: {first} of {old}, {last} of {new}. {apart}")
        return message.format(
            reached=self.reached,
            age=age,
            first=shown(first.value, "fraction"),
            old=old.month,
            last=shown(last.value, "fraction"),
            new=new.month,
            apart=_apart(first, last),
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return every cell that is shown."""
        return tuple(cell for cohort in self.cohorts for cell in cohort.cells)

    def caveats(self) -> tuple[str, ...]:
        """Return what is masked and why."""
        said = [_("Cells of months that are not over yet are left blank: those deals may still get there.")]
        if small := [cohort.month for cohort in self.cohorts if cohort.deals < self.least]:
            message = _("Cohorts of fewer than {least} deals are hidden: {months}.")
            said.append(message.format(least=self.least, months=", ".join(small)))
        if self.undated:
            message = _("{n:,} deals got there on an unknown day and count as not there.")
            said.append(message.format(n=self.undated))
        return tuple(said)

    def table(self) -> pd.DataFrame:
        """Return one row per month of creation and one column per month since."""
        width = max((len(cohort.cells) for cohort in self.cohorts), default=0)
        return pd.DataFrame(
            {_("Created in"): cohort.month, _("Deals"): f"{cohort.deals:,}"}
            | {_("Month {age}").format(age=age): _cell(cohort, age) for age in range(width)}
            for cohort in self.cohorts
        )


@once
def cohort_triangle(
    tables: Tables, selection: Selection | None = None, *, stage: str = "", least: int = ENOUGH
) -> CohortTriangle:
    """Return, by month of creation, the cumulative share of deals won, or that came to `stage` or beyond.

    The cell for age k is the share by the end of the k-th calendar month after that of creation, so age 0 is the month
    itself; it is shown once that month is over at `as_of`, and only for cohorts of `least` deals or more; Wilson
    intervals. Without a window in `selection` the cohorts are those of the last 12 months, whatever `window_months`.
    InputError for a stage that is not an open one, MissingDataError without stage history for a stage or without deals.
    """
    selection = selection or EVERYTHING
    first, last = selection.window or (months_before(tables.as_of, COHORTS).replace(day=1), tables.as_of)
    rows = selection.of(tables, deals(tables))
    rows = rows.filter(rows.created_on.between(first, min(last, tables.as_of)))
    there = _won(rows) if not stage else _came_to(tables, rows, stage)
    months = tables.to_frame(
        there.group_by(born=_month(there.created_on), age=_month(there.there_on) - _month(there.created_on)).aggregate(
            n=there.count(), undated=(there.is_there & there.there_on.isnull()).sum()
        )
    )
    if not len(months):
        raise MissingDataError(
            _("no deal was created from {first} to {last}").format(first=first, last=last),
            remedy=_("Take a longer period, or map `created_at` of the opportunities."),
        )
    names = {known.id: known.name for known in tables.engagement.config.stages}
    reached = _("Came to {stage} or beyond").format(stage=names[stage]) if stage else _("Won")
    cohorts = tuple(
        _cohort(int(str(born)), part, tables.as_of, reached, least) for born, part in months.groupby("born")
    )
    return CohortTriangle(cohorts, reached, least, int(months["undated"].sum()))


def _won(rows: ir.Table) -> ir.Table:
    is_won = ibis.coalesce(rows.status == "won", ibis.literal(value=False))
    return rows.select("created_on", is_there=is_won, there_on=ibis.ifelse(is_won, rows.closed_on, ibis.null("date")))


def _came_to(tables: Tables, rows: ir.Table, stage: str) -> ir.Table:
    """Return the deals with the day on which they first came to the stage, a later open one, or were won."""
    stages = tables.engagement.config.stages
    ids = [known.id for known in tables.engagement.open_stages]
    if stage not in ids:
        raise InputError("stage", stage, expected=", ".join(ids), remedy=_("Choose one of them."))
    later = ids[ids.index(stage) :]
    counted = [place for place, known in enumerate(stages) if known.id in later or known.kind is StageKind.WON]
    stays = runs(tables)
    firsts = stays.filter(stays.place.isin(counted)).group_by(deal=stays.opportunity_id)
    came = firsts.aggregate(came_on=stays.entered_on.min())
    joined = rows.left_join(came, rows.opportunity_id == came.deal)
    is_there = joined.came_on.notnull() | ibis.coalesce(joined.status == "won", ibis.literal(value=False))
    won_on = ibis.ifelse(joined.status == "won", joined.closed_on, ibis.null("date"))
    return joined.select("created_on", is_there=is_there, there_on=ibis.coalesce(joined.came_on, won_on))


def _month(day: ir.DateValue) -> ir.IntegerValue:
    """Return the number of the calendar month of a date, counted from the year 0."""
    return day.year().cast("int64") * 12 + day.month().cast("int64") - 1


def _cohort(born: int, part: pd.DataFrame, as_of: date, reached: str, least: int) -> Cohort:
    month, n = f"{born // 12:04d}-{born % 12 + 1:02d}", int(part["n"].sum())
    tomorrow = as_of + timedelta(days=1)
    full = tomorrow.year * 12 + tomorrow.month - 1 - born
    # A deal that got there before it was created counts from its creation on.
    counts = [int(part.loc[part["age"] <= age, "n"].sum()) for age in range(full)]
    cells = [_estimate(month, age, count, n, reached) for age, count in enumerate(counts)]
    return Cohort(month, n, tuple(cells) if n >= least else ())


def _estimate(month: str, age: int, count: int, n: int, reached: str) -> Estimate:
    label = _("{reached} by month {age}").format(reached=reached, age=age)
    around = wilson(count, n)
    method = _("Wilson score interval")
    group = f"month={month}, age={age}"
    return Estimate("cohorts.share", label, count / n, "fraction", n, around.low, around.high, method, None, group)


def _cell(cohort: Cohort, age: int) -> str:
    return shown(cohort.cells[age].value, "fraction") if age < len(cohort.cells) else ""


def _apart(first: Estimate, last: Estimate) -> str:
    if first.low is None or last.low is None or first.high is None or last.high is None:
        return ""
    if first.high < last.low or last.high < first.low:
        return _("Their 95% intervals do not overlap.")
    return _("Their 95% intervals overlap, so the order may be chance.")
