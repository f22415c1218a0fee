"""X2: one week of a pilot as a section of the weekly review."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd

from salesopt_kit.locale import _
from salesopt_kit.numbers import shown
from salesopt_kit.pilot.contrast import Window
from salesopt_kit.pilot.weekly_runs import Pace, Runs
from salesopt_kit.records.models import PilotNote
from salesopt_kit.results import Estimate, Result
from salesopt_kit.terms import NoteKind

FEW_OPENED = 0.5
"""Share of the usual pace below which somebody should ask why."""
USUAL_P = 0.05
"""Chance of so few in time, were half of them expected, below which somebody should ask why."""
WHOLE_DAYS = 4
"""Days after its first from which a week is long enough to ask for feedback."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of one week for the pilot and the controls; not shown before `ripe_on`.

    None without a case, and for answers of people that are too few to be shown.
    """

    metric: str
    label: str
    unit: str
    treated: float | None
    controls: float | None
    n_treated: int
    n_controls: int
    ripe_on: date | None


@dataclass(frozen=True, slots=True)
class Heard:
    """A week's feedback: how many answers (None: there is no channel), mean score, topics with their counts.

    Score and topics are None and empty where the answers are too few to be shown.
    """

    n: int | None
    score: float | None
    topics: tuple[tuple[str, int], ...]

    @property
    def is_hidden(self) -> bool:
        """Whether there are answers, but too few to show."""
        return bool(self.n) and self.score is None and not self.topics


@dataclass(frozen=True, slots=True)
class Section(Result):
    """One week; `missing` has figure and unit of every daily value that is not there."""

    number: int
    week: Window
    runs: Runs
    figures: tuple[Figure, ...]
    heard: Heard
    notes: tuple[PilotNote, ...]
    missing: tuple[tuple[str, str], ...]

    def sentence(self) -> str:
        """Say which week it is, and what to do next."""
        message = _("Week {number} ({first} to {last}): {what}")
        return message.format(number=self.number, first=self.week[0], last=self.week[1], what=" ".join(self.advice()))

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the deals opened, the score and the figures of the pilot's units."""
        group = f"week={self.week[0]}"
        found = [
            Estimate(
                "pilot.week.opened",
                _("Deals opened"),
                self.runs.opened,
                "deals",
                self.runs.opened,
                window=self.week,
                group=group,
            )
        ]
        if self.heard.score is not None:
            found.append(
                Estimate(
                    "pilot.week.score",
                    _("Mean score"),
                    self.heard.score,
                    "score",
                    self.heard.n or 0,
                    window=self.week,
                    group=group,
                )
            )
        for figure in self.figures:
            for arm, value, n in (
                ("treated", figure.treated, figure.n_treated),
                ("controls", figure.controls, figure.n_controls),
            ):
                if value is not None:
                    key = f"pilot.week.{figure.metric}.{arm}"
                    found.append(Estimate(key, figure.label, value, figure.unit, n, window=self.week, group=group))
        return tuple(found)

    def table(self) -> pd.DataFrame:
        """Return the figures of the week, those that are not ripe yet masked."""
        return pd.DataFrame(
            {
                _("Figure"): figure.label,
                _("Pilot"): _cell(figure, figure.treated, figure.n_treated),
                _("Controls"): _cell(figure, figure.controls, figure.n_controls),
            }
            for figure in self.figures
        )

    def caveats(self) -> tuple[str, ...]:
        """Return what ran, what was said, noted and missed, line by line."""
        return (*self._ran(), self._said(), *self._noted(), *self._gaps())

    def row(self) -> dict[str, str]:
        """Return the week as a row of the compact table."""
        kinds = Counter(note.kind for note in self.notes)
        notes = [f"{kind.label} {kinds[kind]}" for kind in NoteKind if kinds[kind]]
        ended, in_time = (sum(getattr(pace, name) for pace in self.runs.paces) for name in ("ended", "in_time"))
        heard = self.heard
        answers = "–" if heard.n is None else _("{n} (hidden)").format(n=heard.n) if heard.is_hidden else str(heard.n)
        if heard.score is not None:
            answers = _("{n}, score {score}").format(n=heard.n, score=shown(heard.score, "score"))
        return {
            _("Week"): f"{self.week[0]} – {self.week[1]:%m-%d}",
            _("Deals opened / usual pace"): f"{self.runs.opened} / {self.runs.usual:.0f}",
            _("Won / lost"): f"{self.runs.won} / {self.runs.lost}",
            _("Steps done in the expected days"): f"{in_time} / {ended}" if self.runs.paces else "–",
            _("Approvals left to one person / all"): (
                "–" if self.runs.approved is None else f"{self.runs.by_one} / {self.runs.approved}"
            ),
            _("Feedback"): answers,
            _("Pilot notes"): _(", ").join(notes) or "–",
            _("Daily values missing"): str(len(self.missing)),
            _("What to do next"): " ".join(self.advice()),
        }

    def advice(self) -> tuple[str, ...]:
        """Return what to do next, in plain words."""
        return tuple(self._advice()) or (_("Go on; nothing special to do."),)

    def _advice(self) -> Iterator[str]:
        kinds = Counter(note.kind for note in self.notes)
        if kinds[NoteKind.INCIDENT]:
            yield _("Make sure that the incident is settled and say so in the notes.")
        if kinds[NoteKind.ADJUSTMENT]:
            yield _("The process was adjusted: tell all pilot units, and add it to the plan's changes.")
        if self.runs.usual >= 1 and self.runs.opened < FEW_OPENED * self.runs.usual:
            yield _("Far fewer deals than usual were opened: ask whether some run outside the new process.")
        if slow := [pace.stage for pace in self.runs.paces if _is_slow(pace)]:
            message = _("Clearly slower than designed: {stages}. Ask what holds the deals up.")
            yield message.format(stages=_(", ").join(slow))
        is_whole = (self.week[1] - self.week[0]).days >= WHOLE_DAYS
        if is_whole and (self.heard.is_hidden or self.heard.n == 0):
            yield _("Ask for more feedback; too few answers came to show them.")
        if self.missing:
            yield _("Enter or export the {n} daily values that are missing.").format(n=len(self.missing))

    def _ran(self) -> Iterator[str]:
        runs = self.runs
        message = _("Ran: {opened} deals opened (usual pace: {usual:.0f}), {won} won, {lost} lost.")
        yield message.format(opened=runs.opened, usual=runs.usual, won=runs.won, lost=runs.lost)
        for pace in runs.paces:
            message = _("{stage}: {in_time} of {ended} done within the expected {days:g} days.")
            yield message.format(stage=pace.stage, in_time=pace.in_time, ended=pace.ended, days=pace.expected_days)
        if runs.approved is not None:
            message = _("Approvals: {n} deals left the step, {by_one} of them within the limits of one person.")
            yield message.format(n=runs.approved, by_one=runs.by_one)

    def _said(self) -> str:
        heard = self.heard
        if heard.n is None:
            return _("Feedback: no channel in the data.")
        if heard.n == 0 or heard.is_hidden:
            return _("Feedback: {n} answers, too few to be shown.").format(n=heard.n)
        topics = _(", ").join(f"{topic} {count}" for topic, count in heard.topics)
        message = _("Feedback: {n} answers, mean score {score}. Topics: {topics}.")
        return message.format(n=heard.n, score=shown(heard.score, "score"), topics=topics or "–")

    def _noted(self) -> Iterator[str]:
        for note in self.notes:
            yield _("{kind}, {day}, {unit}: {text}").format(
                kind=note.kind.label, day=note.noted_on, unit=note.unit or _("all units"), text=note.text
            )

    def _gaps(self) -> Iterator[str]:
        for (label, name), count in Counter(self.missing).items():
            yield _("Missing: {figure}, {unit}, {n} times.").format(figure=label, unit=name, n=count)


def _is_slow(pace: Pace) -> bool:
    """Whether so few in time are hardly chance; the design's days are a median, which half of the deals keep."""
    chances = (math.comb(pace.ended, done) for done in range(pace.in_time + 1))
    return pace.ended > 0 and sum(chances) / 2**pace.ended < USUAL_P


def _cell(figure: Figure, value: float | None, n: int) -> str:
    if figure.ripe_on is not None:
        return _("not ripe before {day}").format(day=figure.ripe_on)
    if value is None:
        return _("too few answers to be shown") if n else "–"
    return _("{value} (n={n:,})").format(value=shown(value, figure.unit), n=n)
