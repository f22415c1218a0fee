"""What if fewer deals had to be approved? The approvers as a queue, today and without the small deals."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import numpy as np
import pandas as pd

from salesopt_kit.design.queue_inputs import approvers_of, daily_arrivals, hours_of, how_to_say
from salesopt_kit.design.what_if_log import Log, log_until, share_below
from salesopt_kit.engagement import Approval, Stage
from salesopt_kit.errors import InputError, MissingDataError
from salesopt_kit.locale import _, sentences
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.metrics.once import once
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.stats.life_table import Numbers
from salesopt_kit.stats.queue_simulation import Load, Played, play, poisson_load
from salesopt_kit.stats.semi_markov_fit import Process
from salesopt_kit.tables.store import Tables

REPLICATIONS = 60
DAYS = 250
"""Working days of one replication, about a year, after WARM_UP days that do not count."""
WARM_UP = 40
SEED = 20240630


@dataclass(frozen=True, slots=True)
class Situation:
    """The queue in one situation: waits in working hours, the share of time that approvers are busy, and the load."""

    key: str
    name: str
    wait: Estimate
    p90: Estimate
    busy: Estimate
    arrivals: Estimate

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """All figures of the situation."""
        return self.wait, self.p90, self.busy, self.arrivals


@dataclass(frozen=True, slots=True)
class ApprovalQueue(Result):
    """The queue today and in other situations, with the change of the mean wait in each of them."""

    card: ClassVar[str] = "approval_queue"

    stage: Stage
    situations: tuple[Situation, ...]
    changes: tuple[Estimate, ...]
    load: float
    """Today's hours of work per hour of the approvers; from 1 on they cannot cope."""
    window: tuple[date, date]
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Say how long a deal waits for a free approver, and what taking the small ones away would bring."""
        today = self.situations[0]
        message = _("In {stage} a deal waits {wait} working hours for a free approver, who is busy {busy} of the time.")
        if self.load >= 1:
            message = _("More comes to {stage} than its approvers can do ({load} of their time), so the queue grows.")
        said = message.format(
            stage=self.stage.name,
            wait=with_interval(today.wait),
            busy=shown(today.busy.value, "fraction"),
            load=shown(self.load, "fraction"),
        )
        if len(self.situations) > 1:
            other = self.situations[1]
            message = _("{name}: {wait} working hours, busy {busy} of the time.")
            then = message.format(
                name=other.name, wait=with_interval(other.wait), busy=shown(other.busy.value, "fraction")
            )
            return sentences(said, then)
        return said

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the figures of each situation and the changes."""
        return (*(one for situation in self.situations for one in situation.estimates), *self.changes)

    def caveats(self) -> tuple[str, ...]:
        """Return whose estimates went in, and what a queue of free approvers leaves out."""
        return self.remarks

    def table(self) -> pd.DataFrame:
        """Return one row per situation."""
        changes = ["–", *(with_interval(change) for change in self.changes)]
        return pd.DataFrame(
            {
                _("Situation"): one.name,
                _("Arrivals a working day"): shown(one.arrivals.value, "visits"),
                _("Wait, working hours (mean)"): with_interval(one.wait),
                _("9 in 10 wait less"): with_interval(one.p90),
                _("Approvers busy"): with_interval(one.busy),
                _("Change of the mean wait"): change,
            }
            for one, change in zip(self.situations, changes, strict=True)
        )


@explains_missing
def approval_queue(tables: Tables, stage: str = "") -> ApprovalQueue:
    """Return how long deals wait for a free approver of a stage: today, without small deals, and with small ones first.

    SimPy, 60 replications of 250 working days after a warm-up of 40: deals come at random at the rate of the log (its
    weeks resampled in each replication), any approver takes one at a time in order of arrival, for gamma distributed
    hours. The same deals and hours meet every situation, so that the differences are those of the rule alone.
    Approvers, hours and the amount come from `approvals` in engagement.yml; without them, people of the stage's owner
    in `people`, and the hours they logged on deals in the stage. The stage is the first under `approvals` unless named.
    MissingDataError where nothing tells the hours or the people.
    """
    approvals = tables.engagement.config.approvals
    if not stage and not approvals:
        raise MissingDataError(_("nobody has said who approves what"), remedy=how_to_say("contract"))
    return _queue(tables, stage or next(iter(approvals)))


@once
def _queue(tables: Tables, stage_id: str) -> ApprovalQueue:
    config, log = tables.engagement.config, log_until(tables)
    ids = [one.id for one in log.stages]
    if stage_id not in ids:
        raise InputError(
            "approvals",
            stage_id,
            expected=_("one of {names}").format(names=", ".join(ids)),
            remedy=_("Name an open stage by its id in engagement.yml."),
        )
    place = ids.index(stage_id)
    stage, told = log.stages[place], config.approvals.get(stage_id, Approval())
    servers, who_said = approvers_of(tables, log, stage, told)
    hours, hours_said = hours_of(tables, log, place, told)
    daily = daily_arrivals(tables, log, place)
    rate = float(daily.mean()) / config.calendar.hours_per_day
    share = share_below(tables, stage_id, told.below) if told.below else None
    model = _Model(config.calendar.hours_per_day, servers, hours, told.variation, daily, share or 0.0)
    runs = [model.replication(number) for number in range(REPLICATIONS)]
    keys = ["today", *(["without", "first"] if share else [])]
    n, window, names = int((log.stays.stage == place).sum()), (log.first, log.last), _names(tables, told)
    came = {key: float(daily.mean()) * (1 - (share or 0.0) if key == "without" else 1.0) for key in keys}
    by_key = {key: [run[key] for run in runs] for key in keys}
    return ApprovalQueue(
        stage,
        tuple(_situation(key, names[key], by_key[key], came[key], n, window) for key in keys),
        tuple(_change(by_key["today"], by_key[key], key, n, window) for key in keys[1:]),
        rate * hours / servers,
        window,
        (who_said, hours_said, *_remarks(tables, log, place, runs, told)),
    )


@dataclass(frozen=True, slots=True)
class _Model:
    """All that a replication is made of; `daily` are arrivals per working day in each week of the log."""

    day: float
    servers: int
    hours: float
    variation: float
    daily: Numbers
    share: float

    def replication(self, number: int) -> dict[str, Played]:
        """Return what one year brings in each situation, with the same deals in all of them."""
        random = np.random.default_rng([SEED, number])
        rate = float(random.choice(self.daily, len(self.daily)).mean()) / self.day
        span = (WARM_UP + DAYS) * self.day
        load = poisson_load(random, rate, span, self.hours, self.variation)
        is_small = random.random(len(load.arrivals)) < self.share
        large = Load(load.arrivals[~is_small], load.services[~is_small])
        start = WARM_UP * self.day
        today = {"today": play(load, self.servers, warm_up=start, hours=span)}
        if not self.share:
            return today
        without = play(large, self.servers, warm_up=start, hours=span)
        return today | {
            "without": without,
            "first": play(load, self.servers, first=is_small, warm_up=start, hours=span),
        }


def _situation(
    key: str, name: str, runs: list[Played], arrivals: float, n: int, window: tuple[date, date]
) -> Situation:
    group = f"situation={key}"
    told = [
        Estimate(
            f"approval_queue.{what}", label, *_spread([getattr(run, what) for run in runs], unit, n), window, group
        )
        for what, label, unit in (
            ("mean", _("Wait for a free approver, mean working hours"), "working hours"),
            ("p90", _("Wait for a free approver, 9 in 10 wait less, working hours"), "working hours"),
            ("busy", _("Share of the time that approvers are busy"), "fraction"),
        )
    ]
    came = _("Arrivals a working day")
    return Situation(
        key,
        name,
        told[0],
        told[1],
        told[2],
        Estimate("approval_queue.arrivals", came, arrivals, "visits", n, window=window, group=group),
    )


def _change(today: list[Played], then: list[Played], key: str, n: int, window: tuple[date, date]) -> Estimate:
    steps = [after.mean - before.mean for before, after in zip(today, then, strict=True)]
    label = _("Change of the mean wait, working hours")
    return Estimate("approval_queue.change", label, *_spread(steps, "working hours", n), window, f"situation={key}")


def _spread(values: list[float], unit: str, n: int) -> tuple[float, str, int, float, float, str]:
    """Return the mean over the replications and the range of 95 % of them, in the order of Estimate's fields."""
    low, high = np.nanquantile(values, [0.025, 0.975])
    method = _("SimPy, mean and 95% range of {n} simulated years").format(n=REPLICATIONS)
    return float(np.nanmean(values)), unit, n, float(low), float(high), method


def _names(tables: Tables, told: Approval) -> dict[str, str]:
    amount = shown(told.below, tables.engagement.config.currency)
    return {
        "today": _("As it is"),
        "without": _("Without deals below {amount}").format(amount=amount),
        "first": _("Deals below {amount} first").format(amount=amount),
    }


def _remarks(tables: Tables, log: Log, place: int, runs: list[dict[str, Played]], told: Approval) -> tuple[str, ...]:
    stage, day = log.stages[place], tables.engagement.config.calendar.hours_per_day
    wait = float(np.nanmean([run["today"].mean for run in runs])) / day
    stay = _(
        "A stay in {stage} takes {median} in the median; waiting for a free approver explains {wait} of working time."
    )
    remarks = [
        stay.format(
            stage=stage.name,
            median=shown(Process(log.stays).median_days(place), "days"),
            wait=shown(wait, "days"),
        ),
        _(
            "Assumed: approvers do nothing else and never pause in working hours, deals come at random, and what is "
            "left out needs no approval anywhere else. Where the queue explains little of a stay, fewer approvals free "
            "people, and the stay becomes shorter only by what else is changed."
        ),
    ]
    if "first" in runs[0]:
        small, large = (_mean_of(runs, is_small=is_small) for is_small in (True, False))
        message = _("With small deals first, these wait {small} and the others {large} working hours on average.")
        remarks.append(message.format(small=shown(small, "working hours"), large=shown(large, "working hours")))
        share = share_below(tables, stage.id, told.below or 0.0)
        remarks.append(
            _("{share} of the deals that come to {stage} are below the amount.").format(
                share=shown(share, "fraction"), stage=stage.name
            )
        )
    elif told.below:
        remarks.append(_("No deal in this stage has an amount below the one given, so only today can be shown."))
    return tuple(remarks)


def _mean_of(runs: list[dict[str, Played]], *, is_small: bool) -> float:
    """Return the mean wait of the small or of the other deals where small ones go first."""
    means = []
    for run in runs:
        played = run["first"]
        chosen = played.waits[played.is_counted & (played.is_first == is_small)]
        means.append(float(chosen.mean()) if len(chosen) else np.nan)
    return float(np.nanmean(means))
