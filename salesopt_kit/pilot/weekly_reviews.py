"""X2: the weekly review: what ran, what the figures say so far, what people say, what is missing, what to do next."""

import html
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.feedback import feedback_by_day
from salesopt_kit.pilot.contrast import Window
from salesopt_kit.pilot.daily_gaps import DailyGaps, daily_gaps
from salesopt_kit.pilot.guardrails import margins
from salesopt_kit.pilot.monitoring import primary_of
from salesopt_kit.pilot.panel import Panel, panel
from salesopt_kit.pilot.setting import Setting, setting
from salesopt_kit.pilot.weekly_runs import Runs, runs
from salesopt_kit.pilot.weekly_section import Figure, Heard, Section
from salesopt_kit.records import Records, load_records
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables

FEWEST_ANSWERS = 5
"""Answers below which a week's feedback stays hidden, lest somebody be recognised."""
OF_PEOPLE = ("satisfaction",)
"""Figures that are answers of people, and hidden as feedback is."""
TOPICS = 3


@dataclass(frozen=True, slots=True)
class WeeklyReviews(Result):
    """One section for every week of the pilot so far."""

    card: ClassVar[str] = "weekly_reviews"

    sections: tuple[Section, ...]
    n_weeks: int
    """Weeks that the pilot has in all."""

    def sentence(self) -> str:
        """Say how many weeks are over, and what the last one asks for."""
        message = _("{n} of {all} weeks of the pilot are on record. To do after the last one: {what}")
        last = self.sections[-1]
        return message.format(n=len(self.sections), all=self.n_weeks, what=" ".join(last.advice()))

    def estimates(self) -> tuple[Estimate, ...]:
        """Return every number of every week."""
        return tuple(estimate for section in self.sections for estimate in section.estimates())

    def tabled(self) -> tuple[Estimate, ...]:
        """Return no estimates: the table shows counts alone."""
        return ()

    def table(self) -> pd.DataFrame:
        """Return one row a week."""
        return pd.DataFrame([section.row() for section in self.sections])

    def caveats(self) -> tuple[str, ...]:
        """Return how the page is to be read."""
        return (
            _("One week says little: the figures are for noticing what goes wrong, not for judging the effect."),
            _(
                "Usual pace: deals that the pilot's units opened per working day of the baseline, times the working "
                "days of the week."
            ),
            _("Feedback is shown from {few} answers up, so that nobody can be recognised.").format(few=FEWEST_ANSWERS),
        )

    def _repr_html_(self) -> str:
        sections = "".join(
            f"<details><summary>{html.escape(section.sentence())}</summary>{section._repr_html_()}</details>"
            for section in self.sections
        )
        return Result._repr_html_(self) + f'<div class="answer">{sections}</div>'


@explains_missing
def weekly_reviews(tables: Tables) -> Result:
    """Return the review of every week of the pilot that has begun by `as_of`, the pilot's first week first.

    MissingDataError without a pilot, or before its first day.
    """
    chosen, records = setting(tables), load_records(tables.engagement)
    weeks = weeks_of(chosen.pilot.period, tables.as_of)
    if not weeks:
        message = _("the pilot begins on {first}, and the data end on {as_of}")
        raise MissingDataError(
            message.format(first=chosen.pilot.period[0], as_of=tables.as_of),
            remedy=_("Review the first week when it is over."),
        )
    panels = _panels(tables, chosen)
    gaps = daily_gaps(tables)
    ran, heard = runs(tables, chosen, records, weeks), _heard(tables, chosen, weeks)
    sections = tuple(
        _section(number, week, (ran[number], heard[number], records), (panels, chosen, gaps), tables.as_of)
        for number, week in enumerate(weeks)
    )
    return WeeklyReviews(sections, len(weeks_of(chosen.pilot.period, chosen.pilot.period[1])))


def weeks_of(period: Window, until: date) -> tuple[Window, ...]:
    """Return the weeks (Monday to Sunday) of `period` that begin by `until`, cut off at both its ends."""
    first, last = period[0], min(period[1], until)
    found, start = [], first
    while start <= last:
        end = min(start + timedelta(days=6 - start.weekday()), period[1])
        found.append((start, min(end, until)))
        start = end + timedelta(days=1)
    return tuple(found)


def _section(
    number: int,
    week: Window,
    told: tuple[Runs, Heard, Records],
    compared: tuple[list[Panel], Setting, Result],
    as_of: date,
) -> Section:
    ran, heard, records = told
    panels, chosen, gaps = compared
    notes = tuple(note for note in records.pilot_notes if note.noted_on and week[0] <= note.noted_on <= week[1])
    figures = tuple(_figure(found, chosen, week, as_of) for found in panels)
    missing = _missing(gaps, week) if isinstance(gaps, DailyGaps) else ()
    return Section(number + 1, week, ran, figures, heard, notes, missing)


def _panels(tables: Tables, chosen: Setting) -> list[Panel]:
    """Return the primary figure, the targets and the guardrails, as far as data exist."""
    found = []
    for metric in dict.fromkeys((primary_of(chosen), *chosen.targets, *margins(chosen.pilot))):
        try:
            found.append(panel(tables, chosen.dimension, metric, max(chosen.pilot.follow_up_days, 1)))
        except MissingDataError:
            continue  # the evaluation says what is missing for it
    return found


def _figure(found: Panel, chosen: Setting, week: Window, as_of: date) -> Figure:
    ripe_on = week[1] + timedelta(days=found.horizon or 0)
    if ripe_on > as_of:
        return Figure(found.metric, found.label, found.unit, None, None, 0, 0, ripe_on)
    cases = [int(found.within(week, names).rows["n"].sum()) for names in (chosen.treated, chosen.controls)]
    values = [found.value(names, week) for names in (chosen.treated, chosen.controls)]
    fewest = FEWEST_ANSWERS if found.metric in OF_PEOPLE else 1
    treated, controls = (value if n >= fewest else None for value, n in zip(values, cases, strict=True))
    return Figure(found.metric, found.label, found.unit, treated, controls, cases[0], cases[1], None)


def _heard(tables: Tables, chosen: Setting, weeks: tuple[Window, ...]) -> tuple[Heard, ...]:
    try:
        rows = feedback_by_day(tables, (weeks[0][0], weeks[-1][1]), chosen.treated)
    except MissingDataError:
        return (Heard(None, None, ()),) * len(weeks)
    return tuple(_heard_in(rows, week) for week in weeks)


def _heard_in(rows: pd.DataFrame, week: Window) -> Heard:
    rows = rows[rows["day"].between(pd.Timestamp(week[0]), pd.Timestamp(week[1]))]
    n, scored = int(rows["n"].sum()), int(rows["scored"].sum())
    if n < FEWEST_ANSWERS:
        return Heard(n, None, ())
    counts = rows[rows["topic"] != ""].groupby("topic")["n"].sum()
    topics = sorted(((str(topic), int(count)) for topic, count in counts.items()), key=lambda pair: (-pair[1], pair[0]))
    score = float(rows["score"].sum()) / scored if scored >= FEWEST_ANSWERS else None
    return Heard(n, score, tuple(topics[:TOPICS]))


def _missing(gaps: DailyGaps, week: Window) -> tuple[tuple[str, str], ...]:
    """Return figure and unit of every day or week that is missing in a week."""
    monday = week[0] - timedelta(days=week[0].weekday())
    found = []
    for calendar in gaps.calendars:
        first = monday if calendar.rhythm == "week" else week[0]
        cells = calendar.cells[calendar.cells["start"].between(pd.Timestamp(first), pd.Timestamp(week[1]))]
        found += [(calendar.label, str(name)) for name in cells.loc[cells["state"] == "missing", "unit"]]
    return tuple(found)
