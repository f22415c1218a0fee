"""R2: does every core figure still stand where the pilot put it? One control chart per figure, and what to do."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import numpy as np
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _, sentences
from salesopt_kit.metrics.core_figures import metric_label
from salesopt_kit.numbers import bare, difference_unit, shown
from salesopt_kit.records import Records, load_records
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.rollout.figure_chart import Alarm, FigureChart, figure_chart
from salesopt_kit.rollout.rules import chart_label, chosen, rule_label, said_false_alarms, yearly_chance
from salesopt_kit.rollout.scope import ALWAYS, BASELINE, BASELINE_POINTS, scope_of
from salesopt_kit.rollout.verified import verified
from salesopt_kit.rollout.weeks import HORIZON, weeks_of
from salesopt_kit.stats.yearly_swing import yearly_swing
from salesopt_kit.tables.store import Tables

CORE = ("cycle_days", "lead_conversion", "win_rate", "satisfaction", "daily_hours", "complaints")
OTHERWISE_COUNTED = ("cycle_days",)
"""Figures whose chart counts otherwise than their target."""
RESTLESS = 1 / 3
"""Share of signals above which the series does not stand still at all."""
FEWEST_FOR_SEASON = 78
"""Weeks of history, a year and a half, before a wave of the year can be told from a straight line."""
SURE = 0.01
MOST_ALARMS = 3
"""Alarms of one figure that the table names."""


@dataclass(frozen=True, slots=True)
class ControlCharts(Result):
    """A chart per core figure, and why the others are missing."""

    card: ClassVar[str] = "control_charts"

    charts: tuple[FigureChart, ...]
    absent: tuple[str, ...]
    rules: tuple[str, ...]
    verified: frozenset[str] = frozenset()
    """Figures that the pilot has verified."""

    def alarms(self) -> tuple[Alarm, ...]:
        """Return the alarms of all charts, the newest first."""
        found = (alarm for chart in self.charts for alarm in chart.alarms())
        return tuple(sorted(found, key=lambda alarm: alarm.week, reverse=True))

    def sentence(self) -> str:
        """Say which figures raise an alarm and which cannot be judged yet."""
        loud = [chart.label for chart in self.charts if chart.alarms()]
        waiting = [chart.label for chart in self.charts if not chart.is_watched.any()]
        said = [
            _("{n} of {of} core figures raise an alarm: {names}.").format(
                n=len(loud), of=len(self.charts), names=_(", ").join(loud)
            )
            if loud
            else _("None of the {of} core figures raises an alarm.").format(of=len(self.charts))
        ]
        if waiting:
            message = _("No week since their limits were set can be judged yet: {names}.")
            said.append(message.format(names=_(", ").join(waiting)))
        return sentences(*said)

    def methods(self) -> Iterable[str]:
        """Return the kinds of charts drawn, and the rules watched."""
        return ("run_rules", "cusum", *(chart.limits.kind for chart in self.charts))

    def estimates(self) -> tuple[Estimate, ...]:
        """Return per figure the centre with its limits, the number of alarms, and every watched week."""
        return tuple(estimate for chart in self.charts for estimate in _estimates(chart))

    def table(self) -> pd.DataFrame:
        """Return one row per figure."""
        return pd.DataFrame(
            {
                _("Figure"): _("{label} ({kind})").format(label=chart.label, kind=chart_label(chart.limits.kind)),
                _("Limits set by"): said_basis(chart),
                _("Limits"): said_limits(chart),
                _("Latest week"): _latest(chart),
                _("Alarms"): said_alarms(chart),
                _("What to do"): what_to_do(chart),
            }
            for chart in self.charts
        )

    def caveats(self) -> tuple[str, ...]:
        """Return the price of the rules, what is too young, what each chart rests on, and what is missing."""
        of_all = (
            *_unverified(self),
            *_few_points(self),
            *_joined(self),
            *_young(self.charts),
            *_otherwise_counted(self.charts),
        )
        of_all += tuple(_frozen(self.charts))
        of_one = [said for chart in self.charts for said in _caveats(chart)]
        return (said_false_alarms(self.rules, len(self.charts)), *of_all, *of_one, *self.absent)


@explains_missing
def control_charts(tables: Tables, rules: Sequence[str] = ()) -> Result:
    """Return the control chart of each core figure and target, as `charted` does, or what is missing for them."""
    return charted(tables, rules)


def charted(
    tables: Tables, rules: Sequence[str] = (), *, horizon: int = HORIZON, records: Records | None = None
) -> ControlCharts:
    """Return a control chart of each core figure and target by week, over 18 months, with limits that stay as set.

    `rules` are keys of stats.run_rules.RULES; none: a point outside the limits or eight in a row on one side. The
    limits are those kept as records; where none are, they come from a pilot that has verified the figure (its verdict
    is met with evidence), else from the weeks before it. Deals and leads count over their first `horizon` days, and
    weeks not followed as long are left out. MissingDataError where no figure has eight weeks to set limits.
    """
    wanted = chosen(rules)
    config = tables.engagement.config
    records = records or load_records(tables.engagement)
    proven = verified(tables, records)
    charts, absent = [], []
    for metric in dict.fromkeys((*CORE, *config.targets)):
        kept = next((one for one in records.charts if one.metric == metric), None)
        scope = scope_of(records, config.pilot, is_verified=metric in proven, basis=kept.basis if kept else "")
        try:
            source = weeks_of(tables, metric, scope, horizon)
            target = None if metric in OTHERWISE_COUNTED else config.targets.get(metric)
            charts.append(
                figure_chart(metric, source, scope, wanted, target=target, currency=config.currency, kept=kept)
            )
        except MissingDataError as missing:
            absent.append(
                _("{label}: {why}").format(label=metric_label(metric), why=f"{missing.what}. {missing.remedy}")
            )
    if not charts:
        raise MissingDataError(_("none of the core figures"), remedy=sentences(*absent))
    return ControlCharts(tuple(charts), tuple(absent), wanted, proven)


def said_basis(chart: FigureChart) -> str:
    """Return which weeks set the limits, and how many they are."""
    return _("{basis}, {n} weeks").format(basis=chart.scope.said(), n=chart.limits.n)


def _frozen(charts: Sequence[FigureChart]) -> Iterator[str]:
    """Say since when the limits are kept."""
    for day in sorted({chart.frozen_on for chart in charts if chart.frozen_on}):
        names = _(", ").join(chart.label for chart in charts if chart.frozen_on == day)
        yield _("Limits frozen on {day}: {names}.").format(day=day, names=names)


def said_limits(chart: FigureChart) -> str:
    """Return the centre and the limits of the latest week."""
    return _("{value} ({low} to {high})").format(
        value=shown(chart.limits.center, chart.unit),
        low=bare(float(chart.low[-1]), chart.unit),
        high=bare(float(chart.high[-1]), chart.unit),
    )


def said_alarm(alarm: Alarm) -> str:
    """Return an alarm as the week and what was seen."""
    return _("{week} {rule}").format(week=alarm.week, rule=rule_label(alarm.rule))


def said_alarms(chart: FigureChart) -> str:
    """Return the newest alarms and how many came before them."""
    alarms = chart.alarms()
    said = [said_alarm(alarm) for alarm in reversed(alarms[-MOST_ALARMS:])]
    if len(alarms) > MOST_ALARMS:
        said.append(_("{n} before").format(n=len(alarms) - MOST_ALARMS))
    return _("; ").join(said) or _("none")


def what_to_do(chart: FigureChart) -> str:
    """Return the next step in plain words."""
    alarms = chart.alarms()
    if not chart.is_watched.any():
        return _("Wait: no week since can be judged yet.")
    if not alarms:
        if chart.sums.signal.any():
            return _("Small slips add up (CUSUM): ask in the next weekly review what is wearing off.")
        return _("Nothing; look again next week.")
    if all(alarm.is_better for alarm in alarms):
        return _("It moved to the good side: find out why, and keep it.")
    return _("Ask the team what happened in that week, and close the alarm with its cause.")


def _latest(chart: FigureChart) -> str:
    return _("{value} ({week})").format(value=shown(chart.latest, chart.unit), week=chart.weeks[-1])


def _estimates(chart: FigureChart) -> list[Estimate]:
    head, n = f"rollout.control_charts.{chart.metric}", chart.limits.n
    window = (chart.weeks[0], chart.weeks[-1] + timedelta(days=6))
    found = [
        Estimate(
            f"{head}.{key}", f"{chart.label}: {name}", value, chart.unit, n, method=chart.limits.kind, window=window
        )
        for key, name, value in (
            ("center", _("Centre"), chart.limits.center),
            ("low", _("Lower limit"), float(chart.low[-1])),
            ("high", _("Upper limit"), float(chart.high[-1])),
        )
    ]
    found.append(
        Estimate(
            f"{head}.alarms",
            _("{label}: alarms").format(label=chart.label),
            len(chart.alarms()),
            "alarms",
            int(chart.is_watched.sum()),
        )
    )
    return found + [
        Estimate(f"{head}.week", f"{week:%Y-%m-%d}", float(value), chart.unit, int(size), group=f"week={week:%G-W%V}")
        for week, value, size, is_watched in zip(chart.weeks, chart.values, chart.sizes, chart.is_watched, strict=True)
        if is_watched
    ]


def _unverified(answer: ControlCharts) -> Iterator[str]:
    """Say which limits do not come from the pilot, as it has not verified the figure, and which should not."""
    of_pilot = [chart for chart in answer.charts if chart.scope.pilot and chart.metric not in answer.verified]
    before = [chart.label for chart in of_pilot if chart.scope.basis == "before"]
    wrong = [chart.label for chart in of_pilot if chart.scope.basis == "pilot"]
    if before:
        message = _(
            'The pilot has not verified {names}: its verdict on them is not "met with evidence", or there is none. '
            "Their limits show the old process, from the weeks before the pilot, so that an improvement is an alarm."
        )
        yield message.format(names=_(", ").join(before))
    if wrong:
        message = _(
            "The limits of {names} were frozen from a pilot that has not verified them: delete the kept limits and run "
            "`salesopt watch`."
        )
        yield message.format(names=_(", ").join(wrong))


def _few_points(answer: ControlCharts) -> list[str]:
    """Say which limits are unsteady, and what that costs in false alarms."""
    few = [chart for chart in answer.charts if chart.limits.n < BASELINE_POINTS]
    if not few:
        return []
    chances = [
        yearly_chance(answer.rules, chart.limits.n, knows_spread=chart.limits.kind in ("p", "u", "c")) for chart in few
    ]
    message = _(
        "The limits of {names} rest on fewer than the {wanted} weeks that are wanted, and are provisional: of charts "
        "of a steady process with so few, up to {share} raise a false alarm within a year. Set them anew once {wanted} "
        "quiet weeks are there."
    )
    names = _(", ").join(chart.label for chart in few)
    return [message.format(names=names, wanted=BASELINE_POINTS, share=shown(max(chances), "fraction"))]


def _joined(answer: ControlCharts) -> list[str]:
    """Say who counts from when, where units joined after the pilot."""
    starts = next((chart.scope.starts for chart in answer.charts if chart.scope.basis == "pilot"), None)
    if not starts:
        return []
    joined = {unit: day for unit, day in starts.items() if day != ALWAYS}
    message = _("Charts of the verified pilot follow the units on the new process: {units}{joined}.")
    treated = _(", ").join(unit for unit, day in starts.items() if day == ALWAYS)
    later = "".join(_("; {unit} from {day}").format(unit=unit, day=day) for unit, day in joined.items())
    return [message.format(units=treated, joined=later)]


def _young(charts: Sequence[FigureChart]) -> list[str]:
    """Say what is too young to be a point."""
    young = [chart for chart in charts if chart.source.young]
    if not young:
        return []
    counts = _("; ").join(
        _("{label}: {n:,} since {day}").format(
            label=chart.label, n=chart.source.young, day=f"{chart.source.young_from:%Y-%m-%d}"
        )
        for chart in young
    )
    message = _(
        "Leads and deals count in the week they were opened, over their first {days} days; younger weeks are not "
        "drawn, for they would look better or worse than they are ({counts})."
    )
    return [message.format(days=young[0].source.horizon, counts=counts)]


def _otherwise_counted(charts: Sequence[FigureChart]) -> list[str]:
    """Say why a chart stands apart from its target."""
    message = _(
        "{label}: the chart counts lost deals too, each up to the same number of days, so that young weeks compare "
        "with old ones; its target is about won deals alone, and is not drawn."
    )
    return [message.format(label=chart.label) for chart in charts if chart.metric in OTHERWISE_COUNTED]


def _caveats(chart: FigureChart) -> list[str]:
    said = [*_restless(chart), *_hangs_together(chart), *_season(chart)]
    return [_("{label}: {why}").format(label=chart.label, why=why) for why in said]


def _restless(chart: FigureChart) -> list[str]:
    n_watched = int(chart.is_watched.sum())
    baseline = np.array([phase == BASELINE for phase in chart.phase])
    if n_watched and chart.marked.sum() > RESTLESS * n_watched:
        message = _(
            "so many weeks signal that the level has changed for good: find the change, then delete the kept limits "
            "and run `salesopt watch`."
        )
        return [message]
    if any((flags & baseline).any() for flags in chart.marks.values()):
        return [_("some of the weeks that set the limits signal themselves, so they were no steady state.")]
    return []


def _hangs_together(chart: FigureChart) -> list[str]:
    """Say where neighbouring weeks resemble each other: then alarms are more frequent than the rules promise."""
    z = chart.z[np.array([phase == BASELINE for phase in chart.phase])]
    apart = z - z.mean()
    spread = float((apart**2).sum())
    if spread > 0 and float((apart[1:] * apart[:-1]).sum()) / spread > 2 / len(z) ** 0.5:
        return [_("neighbouring weeks resemble each other, so false alarms are more frequent than stated.")]
    return []


def _season(chart: FigureChart) -> list[str]:
    """Name the yearly wave of the history up to the watch, where there is one."""
    weeks = chart.source.history
    last = max(week for week, phase in zip(chart.weeks, chart.phase, strict=True) if phase == BASELINE)
    weeks = weeks[weeks.index <= pd.Timestamp(last)]
    if len(weeks) < FEWEST_FOR_SEASON:
        return []
    index = pd.DatetimeIndex(weeks.index)
    days = (index - pd.Timestamp(index[0].year, 1, 1)).days.to_numpy(float)
    found = yearly_swing(days, (weeks["total"] / weeks["n"]).to_numpy(float))
    if found.p >= SURE:
        return []
    month = (pd.Timestamp(2023, 1, 1) + pd.Timedelta(days=found.top_day)).month
    message = _(
        "it swings with the year, highest about month {month}, by {size} either way; the limits do not know it."
    )
    return [message.format(month=month, size=shown(found.size, difference_unit(chart.unit)))]
