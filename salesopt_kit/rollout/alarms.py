"""R2: alarms as records: each is opened once, and closed with the cause that was found; open ones come first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _, sentences
from salesopt_kit.metrics.core_figures import metric_label
from salesopt_kit.numbers import bare, shown
from salesopt_kit.records import load_records, models, rows
from salesopt_kit.records.gaps import gaps_table, missing_in_roll_out
from salesopt_kit.results import Estimate, Result, Table, explains_missing
from salesopt_kit.rollout import figure_chart
from salesopt_kit.rollout.control_charts import ControlCharts, charted
from salesopt_kit.rollout.figure_chart import FigureChart
from salesopt_kit.rollout.rules import rule_card, rule_label
from salesopt_kit.tables.store import Tables

if TYPE_CHECKING:
    from salesopt_kit.records.changes import Saved
    from salesopt_kit.records.store import Store


@dataclass(frozen=True, slots=True)
class Alarms(Result):
    """The alarms that were opened, open ones first, and those that the charts show and nobody has opened yet."""

    opened: tuple[models.Alarm, ...]
    fresh: tuple[figure_chart.Alarm, ...]
    as_of: date
    units: dict[str, str]

    @property
    def still_open(self) -> tuple[models.Alarm, ...]:
        """The alarms that were not closed yet."""
        return tuple(alarm for alarm in self.opened if alarm.closed_on is None)

    def sentence(self) -> str:
        """Say how many alarms are open and for how long, and how many wait to be opened."""
        if not self.opened and not self.fresh:
            return _("No chart has raised an alarm.")
        days = [(self.as_of - alarm.opened_on).days for alarm in self.still_open if alarm.opened_on]
        n_closed = len(self.opened) - len(self.still_open)
        said = [_("{open} alarms are open and {closed} closed.").format(open=len(self.still_open), closed=n_closed)]
        if days:
            said.append(_("The oldest has been open for {days} days.").format(days=max(days)))
        if self.fresh:
            message = _("{n} new alarms have no record yet: run `salesopt watch`.")
            said.append(message.format(n=len(self.fresh)))
        return sentences(*said)

    def methods(self) -> Iterable[str]:
        """Return the rules that raised them."""
        rules = (*(alarm.rule for alarm in self.opened), *(alarm.rule for alarm in self.fresh))
        return sorted({rule_card(rule) for rule in rules})

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the number of open, closed and new alarms."""
        n_open = len(self.still_open)
        counts = (
            ("open", _("Open alarms"), n_open),
            ("closed", _("Closed alarms"), len(self.opened) - n_open),
            ("new", _("New alarms"), len(self.fresh)),
        )
        return tuple(Estimate(f"rollout.alarms.{key}", label, n, "alarms", n) for key, label, n in counts)

    def table(self) -> pd.DataFrame:
        """Return the open alarms, then the new ones, then those that were closed."""
        is_closed = [alarm for alarm in self.opened if alarm.closed_on]
        return pd.DataFrame(
            [
                *(
                    self._row(alarm, alarm.id, _("open since {day}").format(day=alarm.opened_on))
                    for alarm in self.still_open
                ),
                *(self._row(alarm, "–", _("new")) for alarm in self.fresh),
                *(self._row(alarm, alarm.id, _("closed on {day}").format(day=alarm.closed_on)) for alarm in is_closed),
            ]
        )

    def _row(self, alarm: models.Alarm | figure_chart.Alarm, id_: str, state: str) -> dict[str, str]:
        unit = self.units.get(alarm.metric, getattr(alarm, "unit", ""))
        return {
            _("Record"): id_,
            _("Figure"): metric_label(alarm.metric),
            _("Week from"): str(alarm.week),
            _("Value"): shown(alarm.value, unit),
            _("Limits"): _("{low} to {high}").format(low=bare(alarm.low, unit), high=bare(alarm.high, unit)),
            _("What was seen"): rule_label(alarm.rule) + (_(" (good side)") if alarm.is_better else ""),
            _("State"): state,
            _("Cause"): getattr(alarm, "cause", "") or "–",
            _("What is done"): _("; ").join([*_done(alarm)]) or "–",
        }


@explains_missing
def alarms(tables: Tables) -> Result:
    """Return the alarms of the control charts: open ones, new ones without a record, and closed ones.

    Nothing is written: `salesopt watch` opens the records.
    """
    records = load_records(tables.engagement)
    try:
        charts = charted(tables, records=records).charts
    except MissingDataError:
        if not records.alarms:
            raise
        charts = ()
    opened = tuple(sorted(records.alarms, key=lambda alarm: alarm.week, reverse=True))
    units = {chart.metric: chart.unit for chart in charts}
    return Alarms(opened, new_alarms(charts, records.alarms), tables.as_of, units)


def loose_ends(tables: Tables) -> Table:
    """Return what is missing after roll-out: targets that nobody watches, alarms open for long, rules not updated."""
    return gaps_table(missing_in_roll_out(load_records(tables.engagement)))


def open_alarms(store: "Store", answer: ControlCharts, on: date) -> "list[Saved[rows.Alarm]]":
    """Keep the limits of each chart that has no record, open a record for each new alarm, and return these alarms.

    `on` is the day of the data. A chart is linked to the targets and evaluations of its figure, an alarm to its chart.
    What is there stays as it is, so a second run writes nothing; all of it is one change.
    """
    with store.together():
        found, _links = store.everything()
        records = [saved.record for saved in found]
        known = [one for one in records if isinstance(one, rows.Alarm)]
        opened = []
        for chart in answer.charts:
            id_ = _kept(store, chart, records, on)
            for alarm in new_alarms([chart], known):
                saved = store.add(_record(alarm, chart.unit, on))
                store.link(id_, saved.record.id, "alarmed")
                opened.append(saved)
        return opened


def new_alarms(charts: Iterable[FigureChart], known: Iterable[rows.Alarm]) -> tuple[figure_chart.Alarm, ...]:
    """Return the alarms that need a record: of each figure and rule the first week that no known alarm answers for.

    An open alarm answers for all weeks that follow it, a closed one for those up to the week in which it was closed:
    what goes on after that is a new alarm.
    """
    answered = [(one.metric, one.rule, one.week, one.closed_on or date.max) for one in known]
    found = []
    for alarm in (alarm for chart in charts for alarm in chart.marked_weeks()):
        if not any(
            (metric, rule) == (alarm.metric, alarm.rule) and since <= alarm.week <= until
            for metric, rule, since, until in answered
        ):
            found.append(alarm)
            answered.append((alarm.metric, alarm.rule, alarm.week, date.max))
    return tuple(found)


def _kept(store: "Store", chart: FigureChart, records: list[rows.Record], on: date) -> str:
    """Return the id of the record of a chart, made where there is none."""
    for record in records:
        if isinstance(record, rows.ControlChart) and record.metric == chart.metric:
            return record.id
    id_ = store.add(chart.to_record(on)).record.id
    for record in records:
        is_target = isinstance(record, rows.Target) and record.key == chart.metric
        if is_target or (isinstance(record, rows.Evaluation) and record.metric == chart.metric):
            store.link(record.id, id_, "watched_by")
    return id_


def _record(alarm: figure_chart.Alarm, unit: str, on: date) -> rows.Alarm:
    return rows.Alarm(
        metric=alarm.metric,
        rule=alarm.rule,
        week=alarm.week,
        value=alarm.value,
        low=alarm.low,
        high=alarm.high,
        unit=unit,
        is_better=alarm.is_better,
        opened_on=on,
    )


def _done(alarm: models.Alarm | figure_chart.Alarm) -> Iterable[str]:
    """Yield what is done about an alarm, and the ids of the measures that follow."""
    if isinstance(alarm, models.Alarm):
        yield from ([alarm.action] if alarm.action else [])
        yield from alarm.about
