"""R3: was the process reviewed in every quarter?"""

from datetime import date

import pandas as pd

from salesopt_kit.engagement import Engagement
from salesopt_kit.locale import _
from salesopt_kit.records import Review, load_records, needed
from salesopt_kit.results import Result, Table, explains_missing
from salesopt_kit.tables.store import Tables


@explains_missing
def reviews(tables: Tables) -> Result:
    """Return per quarter since the pilot (or the first review): whether its review was held, and its decisions.

    MissingDataError with a record to copy where no review was entered.
    """
    records = load_records(tables.engagement)
    needed(records, "reviews")
    quarters = _quarters(tables.engagement, records.reviews, tables.as_of)
    held = {review.quarter: review for review in records.reviews if review.held_on and review.held_on <= tables.as_of}
    planned = {review.quarter: review for review in records.reviews}
    cells = pd.DataFrame(
        {
            _("Quarter"): quarter,
            _("Review"): str(held[quarter].held_on) if quarter in held else _missing(quarter, tables.as_of),
            _("Decisions"): _("; ").join(planned[quarter].decisions) if quarter in planned else "–",
        }
        for quarter in quarters
    )
    due = [quarter for quarter in quarters if quarter in held or _is_over(quarter, tables.as_of)]
    message = _("{held} of {due} quarters that are due have had their review.")
    return Table(message.format(held=sum(quarter in held for quarter in due), due=len(due)), cells)


def _quarters(engagement: Engagement, entered: tuple[Review, ...], as_of: date) -> list[str]:
    pilot = engagement.config.pilot
    starts = [pd.Period(review.quarter) for review in entered]
    if pilot:
        starts.append(pd.Period(pilot.period[1], freq="Q"))
    last = max(pd.Period(as_of, freq="Q"), *(pd.Period(review.quarter) for review in entered))
    return [str(quarter) for quarter in pd.period_range(min(starts), last, freq="Q")]


def _is_over(quarter: str, as_of: date) -> bool:
    return bool(pd.Period(quarter).end_time.date() <= as_of)


def _missing(quarter: str, as_of: date) -> str:
    return _("missing") if _is_over(quarter, as_of) else _("not due yet")
