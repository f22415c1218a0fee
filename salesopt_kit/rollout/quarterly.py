"""R3: the quarterly review: what moved, which alarms, which measures faded, what next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _, sentences
from salesopt_kit.numbers import bare, shown
from salesopt_kit.records import load_records
from salesopt_kit.results import Answers, Estimate, Missing, Result, Table, explains_missing
from salesopt_kit.results import with_interval as cell
from salesopt_kit.rollout.feedback import feedback
from salesopt_kit.rollout.quarter_figures import CoreFigure, Window, core_figures
from salesopt_kit.rollout.waves import wave_plan
from salesopt_kit.stats.clustered import Clustered
from salesopt_kit.tables.store import Tables

FEWEST_DAYS = 27
"""Days after the first that a comparison with the pilot needs: four whole weeks."""


@dataclass(frozen=True, slots=True)
class Move:
    """One figure this quarter against the last and against the same months of last year; None for unknown."""

    figure: CoreFigure
    now: Estimate
    last: Estimate | None
    year_ago: Estimate | None
    since_last: Clustered | None
    since_year: Clustered | None


@dataclass(frozen=True, slots=True)
class Moves(Result):
    """What moved, figure by figure."""

    moves: tuple[Move, ...]
    absent: tuple[str, ...]

    def sentence(self) -> str:
        """Say which figures moved beyond chance against the last quarter."""
        told = [
            _("{label} {what}").format(label=move.figure.label, what=what)
            for move in self.moves
            if (what := _moved(move.since_last, move.figure)) in (_("better"), _("worse"))
        ]
        if not told:
            return _("Against the last quarter no core figure moved by more than chance explains.")
        return _("Against the last quarter, beyond chance: {told}.").format(told=_("; ").join(told))

    def methods(self) -> Iterable[str]:
        """Return how the differences are bounded."""
        return ("cluster_robust", "student_t", "follow_up")

    def estimates(self) -> tuple[Estimate, ...]:
        """Return every reading."""
        return tuple(one for move in self.moves for one in (move.now, move.last, move.year_ago) if one)

    def table(self) -> pd.DataFrame:
        """Return one row per figure."""
        return pd.DataFrame(
            {
                _("Figure"): move.figure.label,
                _("This quarter"): _reading(move.now),
                _("Last quarter"): _reading(move.last),
                _("Same time last year"): _reading(move.year_ago),
                _("Against last quarter"): _difference(move.since_last, move.figure),
                _("Against last year"): _difference(move.since_year, move.figure),
            }
            for move in self.moves
        )

    def caveats(self) -> tuple[str, ...]:
        """Return which days count and what the comparison cannot tell."""
        spans = [(move.figure.label, *move.now.window) for move in self.moves if move.now.window]
        message = _("{label} {first} to {last}")
        days = _("; ").join(message.format(label=label, first=first, last=last) for label, first, last in spans)
        return (
            _("Days that can be judged: {days}. Younger leads and deals are left out.").format(days=days),
            _("A comparison with the last quarter holds the season too; that with last year holds a year's changes."),
            *self.absent,
        )


@dataclass(frozen=True, slots=True)
class Fade:
    """A measure's figure in the pilot and now, of the pilot's units."""

    measure: str
    figure: CoreFigure
    pilot: Estimate | None
    now: Estimate | None
    change: Clustered | None


@dataclass(frozen=True, slots=True)
class Fades(Result):
    """Which measures still hold."""

    fades: tuple[Fade, ...]

    def sentence(self) -> str:
        """Say how many faded and which cannot be told."""
        states = [_state(one) for one in self.fades]
        message = _("{faded} of {n} measured effects faded since the pilot, {unknown} cannot be told yet.")
        unknown = sum(one.change is None for one in self.fades)
        return message.format(faded=states.count(_("faded")), n=len(states), unknown=unknown)

    def methods(self) -> Iterable[str]:
        """Return how fading is told."""
        return ("fade", "cluster_robust", "student_t")

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the readings."""
        return tuple(one for fade in self.fades for one in (fade.pilot, fade.now) if one)

    def table(self) -> pd.DataFrame:
        """Return one row per measure and figure."""
        return pd.DataFrame(
            {
                _("Measure"): one.measure,
                _("Figure"): one.figure.label,
                _("In the pilot"): _reading(one.pilot),
                _("Since then"): _reading(one.now),
                _("Difference (95% interval)"): _difference(one.change, one.figure, worded=False),
                _("Verdict"): _state(one),
            }
            for one in self.fades
        )

    def caveats(self) -> tuple[str, ...]:
        """Return what the comparison can show."""
        return (
            _(
                "Pilot units alone: the days of the pilot against the days since then that can be judged. Faded means "
                "that the whole interval lies on the worse side; the season is in it."
            ),
            _("Measures that work for the same figure share its verdict: their parts cannot be told apart."),
        )


@explains_missing
def what_moved(tables: Tables) -> Result:
    """Return each core figure in the latest quarter that can be judged, against the last and the year before."""
    found, absent = core_figures(tables)
    moves = tuple(move for figure in found if (move := _move(figure)) is not None)
    if not moves:
        raise MissingDataError(_("none of the core figures"), remedy=sentences(*absent))
    return Moves(moves, absent)


@explains_missing
def what_faded(tables: Tables) -> Result:
    """Return for each measure whether its figures still are where the pilot had brought them."""
    pilot = tables.engagement.config.pilot
    records = load_records(tables.engagement)
    if pilot is None or not records.measures:
        raise MissingDataError(
            _("no pilot or no measure to look back on"), remedy=_("Enter measures with their targets, and a pilot.")
        )
    figures = {figure.metric: figure for figure in core_figures(tables)[0]}
    fades = tuple(
        _fade(f"{one.id} {one.measure}", figures[key], pilot.period, pilot.treated)
        for one in records.measures
        for key in one.targets
        if key in figures
    )
    if not fades:
        raise MissingDataError(
            _("no measure works for a core figure"), remedy=_("Write in each measure which target it works for.")
        )
    return Fades(fades)


@explains_missing
def alarms_of_quarter(tables: Tables) -> Result:
    """Return the alarms that are open or were closed in the quarter."""
    found = [one for one in load_records(tables.engagement).alarms if one.week <= tables.as_of]
    first = quarter_of(tables.as_of)[0]
    shown_ = [one for one in found if one.closed_on is None or one.closed_on >= first]
    cells = pd.DataFrame([_alarm(one) for one in shown_])
    if not found:
        raise MissingDataError(
            _("no alarm of a control chart was recorded"),
            remedy=_("Look at the control charts; record each alarm with its cause."),
        )
    message = _("Alarms of the control charts in this quarter: {n}, of them without a cause yet: {open}.")
    return Table(message.format(n=len(shown_), open=sum(one.closed_on is None for one in shown_)), cells)


@explains_missing
def what_next(tables: Tables) -> Result:
    """Return what was decided in the quarter and what is open: waves, trainings, measures."""
    records, as_of = load_records(tables.engagement), tables.as_of
    first, last = quarter_of(as_of)
    if not (records.reviews or records.decisions or records.trainings or records.measures or records.waves):
        raise MissingDataError(
            _("no review, decision, training, measure or wave was entered"),
            remedy=_("Enter them in the editors of the workbooks."),
        )
    rows = [
        (_("Decided"), text, str(one.held_on))
        for one in records.reviews
        if one.held_on and first <= one.held_on <= as_of
        for text in one.decisions
    ]
    rows += [
        (_("Decided"), one.text, str(one.decided_on))
        for one in records.decisions
        if one.decided_on and first <= one.decided_on <= as_of
    ]
    rows += [
        (_("Training"), _("{unit}: {n} to train").format(unit=one.unit, n=one.people - one.trained), "–")
        for one in records.trainings
        if one.trained < one.people
    ]
    rows += [(_("Wave"), _("{unit} begins").format(unit=unit), str(day)) for unit, day in _coming(tables)]
    due = [one for one in records.measures if one.due and one.due > as_of]
    rows += [(_("Measure"), f"{one.id} {one.measure}", str(one.due)) for one in due]
    if not any(one.held_on and first <= one.held_on <= last for one in records.reviews):
        rows.append((_("Review"), _("hold the review of this quarter"), str(last)))
    cells = pd.DataFrame(rows, columns=[_("Kind"), _("What is to be done"), _("When")])
    decided = sum(kind == _("Decided") for kind, _what, _when in rows)
    message = _("Decisions of this quarter: {decided}. To do next: {open}.")
    return Table(message.format(decided=decided, open=len(rows) - decided), cells)


def quarterly_parts(tables: Tables) -> tuple[tuple[str, Result], ...]:
    """Return the review's headings with their answers, in the order in which it is held."""
    return (
        (_("What moved?"), what_moved(tables)),
        (_("Which alarms?"), alarms_of_quarter(tables)),
        (_("Which measures faded?"), what_faded(tables)),
        (_("What does the front line say?"), feedback(tables)),
        (_("What comes next?"), what_next(tables)),
    )


@explains_missing
def quarterly(tables: Tables) -> Result:
    """Return the whole review pack of the quarter that `as_of` lies in; MissingDataError without any answer."""
    parts = tuple(answer for _heading, answer in quarterly_parts(tables))
    if all(isinstance(part, Missing) for part in parts):
        raise MissingDataError(
            _("nothing to review yet"), remedy=_("Export deals with their teams, and enter what was decided.")
        )
    said = _("Review of {quarter}, as of {day}.").format(quarter=quarter_name(tables.as_of), day=tables.as_of)
    return Answers(said, parts)


def quarter_of(day: date) -> Window:
    """Return the first and last day of the quarter of `day`."""
    quarter = pd.Period(day, freq="Q")
    return quarter.start_time.date(), quarter.end_time.date()


def quarter_name(day: date) -> str:
    """Return a quarter as the records name it.

    >>> quarter_name(date(2024, 6, 30))
    '2024Q2'
    """
    return str(pd.Period(day, freq="Q"))


def _move(figure: CoreFigure) -> Move | None:
    first, end = quarter_of(figure.last)
    now = (first, min(end, figure.last))
    last = quarter_of(first - timedelta(days=1))
    year_ago = (_year_before(now[0]), _year_before(now[1]))
    readings = [
        figure.reading(f"rollout.quarterly.{figure.metric}.{name}", window)
        for name, window in (("now", now), ("last", last), ("year_ago", year_ago))
    ]
    if readings[0] is None:
        return None
    return Move(figure, readings[0], readings[1], readings[2], figure.change(now, last), figure.change(now, year_ago))


def _fade(measure: str, figure: CoreFigure, period: Window, units: tuple[str, ...]) -> Fade:
    after = (period[1] + timedelta(days=1), figure.last)
    pilot = figure.reading(f"rollout.fade.{figure.metric}.pilot", (period[0], min(period[1], figure.last)), units)
    now = (
        figure.reading(f"rollout.fade.{figure.metric}.now", after, units)
        if (after[1] - after[0]).days >= FEWEST_DAYS
        else None
    )
    change = figure.change(after, period, units) if now else None
    return Fade(measure, figure, pilot, now, change)


def _state(fade: Fade) -> str:
    if fade.change is None or fade.change.low is None:
        return _("cannot tell yet")
    return {_("worse"): _("faded"), _("better"): _("better than in the pilot")}.get(
        _moved(fade.change, fade.figure), _("no fading shown")
    )


def _moved(found: Clustered | None, figure: CoreFigure) -> str:
    if found is None or found.low is None or found.high is None:
        return _("not known")
    if found.low <= 0 <= found.high:
        return _("within chance")
    return _("better") if (found.high < 0) == figure.lower_is_better else _("worse")


def _reading(one: Estimate | None) -> str:
    return "–" if one is None else cell(one)


def _difference(found: Clustered | None, figure: CoreFigure, *, worded: bool = True) -> str:
    if found is None:
        return "–"
    value = _signed(found.value, figure.unit, shown)
    if found.low is None or found.high is None:
        return value
    message = _("{value} ({low} to {high}): {what}") if worded else _("{value} ({low} to {high})")
    return message.format(
        value=value,
        low=_signed(found.low, figure.unit, bare),
        high=_signed(found.high, figure.unit, bare),
        what=_moved(found, figure),
    )


def _signed(value: float, unit: str, written: Any) -> str:  # noqa: ANN401 -- shown or bare
    sign = "−" if value < 0 else "+"
    if unit == "fraction":
        return sign + _("{points:.1f} points").format(points=100 * abs(value))
    return sign + str(written(abs(value), unit))


def _alarm(one: Any) -> dict[str, str]:  # noqa: ANN401 -- a record kind that may not be there yet
    return {
        _("Figure"): str(one.metric),
        _("Week from"): str(one.week),
        _("What was found"): one.cause or _("not found yet"),
        _("Closed on"): str(one.closed_on or "–"),
    }


def _coming(tables: Tables) -> list[tuple[str, date]]:
    try:
        plan = wave_plan(tables)
    except MissingDataError:
        return []
    return [(one.unit, one.starts_on) for one in plan.starts if one.starts_on > tables.as_of and not plan.is_proposed]


def _year_before(day: date) -> date:
    return (pd.Timestamp(day) - pd.DateOffset(years=1)).date()
