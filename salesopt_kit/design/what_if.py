"""What if? Today's process and the one to be, simulated from the client's own log by the same luck."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from salesopt_kit.design.what_if_assumptions import what_if_assumptions
from salesopt_kit.design.what_if_calibration import need_weeks
from salesopt_kit.design.what_if_change import ExpectedChange, Planned, changes_of, expected_changes, said
from salesopt_kit.design.what_if_log import DAYS_PER_WEEK, Log, log_until, moment_of
from salesopt_kit.design.what_if_result import Curve, Figure, WhatIf, Workload
from salesopt_kit.engagement import Stage
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.metrics.coverage import days_of_sheets
from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.metrics.working_hours import working_hours
from salesopt_kit.numbers import difference_unit, shown
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.stats.life_table import Numbers
from salesopt_kit.stats.semi_markov_fit import Process
from salesopt_kit.stats.semi_markov_simulation import SEED, Paths, drawn
from salesopt_kit.tables.store import Tables

DEALS, DRAWS = 10_000, 200
WHOLE = 5
"""Figures of the whole process at the head of a draw."""
DAYS_PER_MONTH = 365.25 / 12
IN_TIME = 90
"""Days within which a deal is to be won in "won in time"."""
CURVE = tuple(range(0, 181, 3))
"""Days at which the share of won deals closed by then is told, for drawing."""


@explains_missing
def what_if(tables: Tables, changes: Sequence[ExpectedChange | Planned]) -> WhatIf:
    """Return what the changes are expected to bring: cycle, wins and load, with 95 % intervals.

    The semi-Markov process is fitted to the stays that began in `window_months` before the pilot (or before `as_of`).
    200 draws of 10,000 deals, each with the deals of the log resampled and followed to their end; new deals arrive at
    the weekly rate of the log. Today and to-be share data and luck in each draw, so that the difference holds what the
    changes do and not the scatter of two simulations. The intervals are those of the long-run figure, for one month
    scatters more. Raises InputError for a stage that the process does not have and for impossible changes;
    MissingDataError where there is no change or too little history.
    """
    expected = expected_changes(changes)
    if not expected:
        raise MissingDataError(
            _("no change of the process is described, so there is nothing to simulate"),
            remedy=_(
                "Enter which node changes and by how much: a record of `node_changes` with "
                "`expected_days` or `expected_factor`."
            ),
        )
    return _simulated(tables, expected)


@explains_missing
def what_if_workload(tables: Tables, changes: Sequence[ExpectedChange | Planned]) -> Result:
    """Return visits a month, deals there at a time and, where time sheets tell, hours a month per stage."""
    answer = what_if(tables, changes)
    if not isinstance(answer, WhatIf):
        return answer
    there = [figure for figure in answer.stages if figure.key == "there"]
    most = max(there, key=lambda figure: abs(figure.change.value or 0.0))
    message = _("The load changes most in {stage}: {to_be} deals there at a time in place of {now} ({change}).")
    words = message.format(
        stage=most.stage_name,
        to_be=shown(most.to_be.value, "deals"),
        now=shown(most.now.value, "deals"),
        change=with_interval(most.change),
    )
    owners = {stage.id: stage.owner for stage in tables.engagement.config.stages}
    return Workload(answer.stages, owners, words, _load_remarks(answer))


@once
def _simulated(tables: Tables, changes: tuple[ExpectedChange, ...]) -> WhatIf:
    log = log_until(tables)
    process = Process(log.stays)
    planned = changes_of(tables, log, process, changes)
    found = drawn(process, log.began, planned, _told, deals=DEALS, draws=DRAWS)
    now, to_be = (np.array(side) for side in zip(*found, strict=True))
    monthly = _monthly(log)
    if np.isnan(now[:, 0]).any() or np.isnan(to_be[:, 0]).any():
        raise MissingDataError(
            _("hardly a deal of the log is won, so no cycle can be told"), remedy=_("Take a longer period.")
        )
    shape = _Shape(log, monthly)
    calibration = need_weeks(tables)
    hours = _hours_per_visit(tables, log)
    return WhatIf(
        changes,
        tuple(shape.whole(now, to_be)),
        tuple(shape.by_stage(now, to_be, hours)),
        Curve(np.array(CURVE, float), _band(now[:, -len(CURVE) :]), _band(to_be[:, -len(CURVE) :])),
        (log.first, log.last),
        log.new_deals,
        calibration,
        tuple(said(tables, change) for change in changes),
        _remarks(tables, log, changes),
    )


def _told(paths: Paths) -> Numbers:
    """Return mean, median and 90th percentile of the won deals' days, shares won and won in time, then per stage.

    Per stage: visits and days per deal; then the share of won deals closed within each of CURVE days.
    """
    cycles, is_won = paths.cycles()
    won = np.sort(cycles[is_won])
    head = [np.nan] * 3 if not len(won) else [won.mean(), *np.quantile(won, [0.5, 0.9])]
    in_time = np.searchsorted(won, IN_TIME, side="right")
    curve = np.searchsorted(won, CURVE, side="right") / max(len(won), 1)
    shares = [len(won) / paths.deals, in_time / paths.deals]
    return np.concatenate(
        [head, shares, paths.visits_per_stage() / paths.deals, paths.days_per_stage() / paths.deals, curve]
    )


def _monthly(log: Log) -> Numbers:
    """Return the new deals a month in each draw, the weeks of the log resampled."""
    random = np.random.default_rng([SEED, 1])
    weeks = random.choice(log.weekly, (DRAWS, len(log.weekly)))
    monthly: Numbers = weeks.mean(axis=1) / DAYS_PER_WEEK * DAYS_PER_MONTH
    return monthly


class _Shape:
    """The draws as figures; of a draw come five figures, then visits per deal, days per deal and the curve."""

    def __init__(self, log: Log, monthly: Numbers) -> None:
        self.log, self.monthly = log, monthly
        self.method = _("semi-Markov simulation, {deals:,} deals × {draws} draws, bootstrap over deals").format(
            deals=DEALS, draws=DRAWS
        )

    def whole(self, now: Numbers, to_be: Numbers) -> list[Figure]:
        """Return the figures of the whole process."""
        names = [
            ("cycle_mean", _("Days until a win, mean"), "days"),
            ("cycle_median", _("Days until a win, median"), "days"),
            ("cycle_p90", _("Days until a win, 9 in 10 by then"), "days"),
            ("won_share", _("Share of new deals won"), "fraction"),
            ("won_in_time", _("Share of new deals won within {days} days").format(days=IN_TIME), "fraction"),
        ]
        found = [
            self.figure(key, label, unit, now[:, place], to_be[:, place])
            for place, (key, label, unit) in enumerate(names)
        ]
        wins = [side[:, 3] * self.monthly for side in (now, to_be)]
        return [*found, self.figure("wins", _("Deals won a month"), "deals", wins[0], wins[1])]

    def by_stage(self, now: Numbers, to_be: Numbers, hours: dict[str, float]) -> list[Figure]:
        """Return visits and deal-days a month, deals there at a time and hours a month of each stage."""
        found, stages = [], self.log.stages
        for place, stage in enumerate(stages):
            visits = [side[:, WHOLE + place] * self.monthly for side in (now, to_be)]
            days = [side[:, WHOLE + len(stages) + place] * self.monthly for side in (now, to_be)]
            there = [side / DAYS_PER_MONTH for side in days]  # Little's law
            found.append(self.figure("visits", "", "visits", visits[0], visits[1], stage))
            found.append(self.figure("days", "", "days", days[0], days[1], stage))
            found.append(self.figure("there", "", "deals", there[0], there[1], stage))
            if stage.id in hours:
                work = [side * hours[stage.id] for side in visits]
                found.append(self.figure("hours", "", "hours", work[0], work[1], stage))
        return found

    def figure(
        self, key: str, label: str, unit: str, now: Numbers, to_be: Numbers, stage: Stage | None = None
    ) -> Figure:
        """Return one figure; its values are medians over the draws."""
        stage_id, stage_name = (stage.id, stage.name) if stage else ("", "")
        group = f"stage={stage_id}" if stage else ""
        window, n = (self.log.first, self.log.last), self.log.new_deals
        named = {"visits": _("Visits a month to {stage}"), "hours": _("Hours a month in {stage}")}
        named |= {"there": _("Deals at a time in {stage}"), "days": _("Days of all deals a month in {stage}")}
        text = named[key].format(stage=stage_name) if stage else label

        def estimate(what: str, said: str, values: Numbers, unit: str) -> Estimate:
            low, middle, high = np.nanquantile(values, [0.025, 0.5, 0.975])
            id_ = f"what_if.{key}.{what}"
            return Estimate(id_, said, float(middle), unit, n, float(low), float(high), self.method, window, group)

        return Figure(
            key,
            text,
            estimate("now", _("{figure}, today").format(figure=text), now, unit),
            estimate("to_be", _("{figure}, to be").format(figure=text), to_be, unit),
            estimate(
                "change",
                _("{figure}, change").format(figure=text),
                to_be - now,
                difference_unit(unit),
            ),
            stage_id,
            stage_name,
        )


def _hours_per_visit(tables: Tables, log: Log) -> dict[str, float]:
    """Return the logged hours per visit of each stage; {} without time sheets that name deals."""
    try:
        span = days_of_sheets(tables, (log.first, log.last))
        answer = working_hours(tables, Selection(span), by="stage")
    except MissingDataError:
        return {}
    start, end = moment_of(tables, span[0]), moment_of(tables, span[1] + timedelta(days=1))
    is_covered = log.rows["entered"].between(start, end).to_numpy(bool)
    visits = np.bincount(log.stays.stage[is_covered], minlength=log.stays.stages) / log.kept
    ids = {stage.name: place for place, stage in enumerate(log.stages)}
    return {
        log.stages[ids[part.name]].id: part.hours.value / float(visits[ids[part.name]])
        for part in answer.parts
        if part.name in ids and part.hours.value and visits[ids[part.name]]
    }


def _band(draws: Numbers) -> Numbers:
    band: Numbers = np.quantile(draws, [0.5, 0.025, 0.975], axis=0)
    return band


def _remarks(tables: Tables, log: Log, changes: Sequence[ExpectedChange]) -> tuple[str, ...]:
    remarks = [
        _("Fitted to the stays that began from {first} to {last}, {n:,} new deals among them.").format(
            first=log.first, last=log.last, n=log.new_deals
        ),
        what_if_assumptions(tables).sentence(),
        _(
            "As many deals arrive as today, and nobody becomes busier or freer: whether approvers can cope is asked of "
            "the queue. Beyond the longest stays seen, times are taken as exponential."
        ),
        _("The intervals are of the long-run figures; a single month, or a pilot of few deals, scatters more."),
    ]
    if any(change.below is not None for change in changes):
        remarks.append(_("Small and large deals are taken to need the same time today."))
    if any(change.removed for change in changes):
        remarks.append(
            _("A stage that is left out takes no time and moves nothing back; deals lost there today are still lost.")
        )
    if log.kept < 1:
        remarks.append(_("Fitted to {share} of the deals, taken evenly.").format(share=shown(log.kept, "fraction")))
    return tuple(remarks)


def _load_remarks(answer: WhatIf) -> tuple[str, ...]:
    remarks = [answer.caveats()[0]]
    if any(figure.key == "hours" for figure in answer.stages):
        remarks.append(
            _("Hours are those logged on deals per visit today, times the visits; less work per visit is not in them.")
        )
    else:
        remarks.append(_("Without time sheets that name deals, hours of work cannot be told."))
    return tuple(remarks)
