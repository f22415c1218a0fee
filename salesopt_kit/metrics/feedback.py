"""What the front line says: feedback by month, and how much of it calls the process cumbersome or repetitive."""

from datetime import date

import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.exact import exact_sum
from salesopt_kit.tables.store import Tables

CUMBERSOME = (
    "繁琐|繁瑣|重复劳动|重复录入|重复填|重复工作|cumbersome|repetitive|red tape|duplicate (entry|work)|same data twice"
)
"""What the words of a feedback must contain to count, in either language; letters in any case (an RE2 pattern)."""


def feedback_by_month(tables: Tables, window: tuple[date, date]) -> pd.DataFrame:
    """Return one row per month of `window` with feedback: month ("2024-01"), n, worded, cumbersome, scored, score.

    `worded` counts answers that name a topic or hold text, `cumbersome` those of them whose words match CUMBERSOME,
    `scored` those with a score, `score` is their sum. Raises MissingDataError where there is no feedback in the window.
    """
    tables.need("feedback.submitted_at")
    rows = tables.table("feedback")
    rows = rows.filter(rows.submitted_on.between(*window))
    words = _words(rows)
    found = tables.to_frame(
        rows.group_by(month=rows.submitted_on.strftime("%Y-%m")).aggregate(
            n=rows.count(),
            worded=(words != "").sum(),
            cumbersome=words.re_search(CUMBERSOME).sum(),
            scored=rows.score.count(),
            score=exact_sum(rows.score),
        )
    )
    if not len(found):
        raise MissingDataError(
            _("no feedback came from {first} to {last}").format(first=window[0], last=window[1]),
            remedy=_("Open an anonymous channel, and export its answers with the day, the topic and the text."),
        )
    return found.fillna(0).sort_values("month", ignore_index=True)


def feedback_by_day(tables: Tables, window: tuple[date, date], units: tuple[str, ...]) -> pd.DataFrame:
    """Return the answers of some units in `window`: day (Timestamp), topic ("" for none), n, scored, score (their sum).

    Empty where there is none. Raises MissingDataError where the data hold no feedback by unit. Whoever shows this
    groups it until no group is so small that somebody could be recognised.
    """
    tables.need("feedback.submitted_at", "feedback.unit")
    rows = tables.table("feedback")
    rows = rows.filter(rows.submitted_on.between(*window) & rows.unit.isin(units))
    found = tables.to_frame(
        rows.group_by(day=rows.submitted_on, topic=rows["item"].fill_null("").strip()).aggregate(
            n=rows.count(), scored=rows.score.count(), score=exact_sum(rows.score)
        )
    )
    found["day"] = pd.to_datetime(found["day"])
    return found.fillna({"score": 0.0}).sort_values(["day", "topic"], ignore_index=True)


def _words(rows: ir.Table) -> ir.StringValue:
    return (rows["item"].fill_null("") + " " + rows.text.fill_null("")).strip().lower()
