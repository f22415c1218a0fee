"""Bottlenecks: the stages ranked by time, by efficiency and by money, and how sure each first place is."""

from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _, sentences
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.metrics.stage_counts import stage_counts, timed_stages
from salesopt_kit.metrics.stage_gain import HORIZON, LEAST_TEAMS, LEAST_VISITS, Gain, stage_gains
from salesopt_kit.metrics.stage_ranks import KINDS, StageRank, Values, ranked_by_time
from salesopt_kit.metrics.waiting import Waiting, waiting
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.tables.store import Tables

SURE = 0.95


@dataclass(frozen=True, slots=True)
class Bottlenecks(Result):
    """The open stages that deals were in; those of work come first, the one that takes most time on top."""

    card: ClassVar[str] = "bottlenecks"

    stages: tuple[StageRank, ...]
    window: tuple[date, date]
    remarks: tuple[str, ...] = ()

    @property
    def work(self) -> tuple[StageRank, ...]:
        """The stages of work, which alone can be a bottleneck."""
        return tuple(stage for stage in self.stages if stage.kind == "work")

    def sentence(self) -> str:
        """Name the bottleneck by time, and what efficiency and money say."""
        if not self.work:
            return _("No stage of work was entered, so there is no bottleneck to name.")
        first = self.work[0]
        sure = first.first_probability.value if first.first_probability else None
        message = _(
            "{stage} takes most time of all stages of work: {days} ({share}); the chance that it really is "
            "the first is {sure}."
        )
        if (sure or 0.0) < SURE:
            message = _(
                "{stage} seems to take most time of all stages of work: {days} ({share}), but the chance "
                "that it really is the first is only {sure}."
            )
        said = message.format(
            stage=first.name,
            days=shown(first.total_days.value, "days"),
            share=shown(first.share.value if first.share else None, "fraction"),
            sure=shown(sure, "chance"),
        )
        return sentences(said, self._by_efficiency(), self._by_money())

    def _by_efficiency(self) -> str:
        known = [(stage, stage.without) for stage in self.work if stage.without is not None]
        if not known:
            return ""
        stage, best = max(known, key=lambda item: item[1].value or 0.0)
        message = _("Efficiency would gain most without the wait for {stage} ({value}).")
        return message.format(stage=stage.name, value=shown(best.value, "fraction"))

    def _by_money(self) -> str:
        known = [(stage, stage.money or stage.win_gain) for stage in self.work if stage.win_gain is not None]
        if not known:
            return ""
        stage, best = max(known, key=lambda item: item[1].value if item[1] and item[1].value is not None else 0.0)
        if best is None or best.low is None or best.low <= 0:
            return _(
                "That any stage would earn more at its best teams is not shown by these data: all intervals reach zero."
            )
        message = _("{stage} at its best teams would be worth most: {value}.")
        return message.format(stage=stage.name, value=with_interval(best))

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the figures of each stage."""
        return tuple(estimate for stage in self.stages for estimate in stage.estimates)

    def caveats(self) -> tuple[str, ...]:
        """Return what is left out of the ranking and what the figures rest on."""
        return self.remarks

    def table(self) -> pd.DataFrame:
        """Return one row per stage."""
        return pd.DataFrame(
            {
                _("Stage"): stage.name,
                _("Kind"): _(KINDS[stage.kind]),
                _("All days"): with_interval(stage.total_days),
                _("Share"): _cell(stage.share),
                _("Comes first by time"): _chance(stage.first_probability),
                _("Efficiency without its wait"): _cell(stage.without),
                _("Gain at its best teams"): _cell(stage.money or stage.win_gain),
                _("Comes first by gain"): _chance(stage.money_first),
                _("Best teams"): ", ".join(stage.teams) or "–",
            }
            for stage in self.stages
        )


@once
def bottlenecks(tables: Tables, selection: Selection | None = None) -> Bottlenecks:
    """Return the ranking of the open stages over the stays that began in the window.

    (a) All days in the stage, stays still going on counted up to the end of `as_of`, with share and chance of coming
    first among the stages of work; (b) cycle-time efficiency without the wait for it, where completion times exist;
    (c) more deals won within 90 days, and their money a week, if its exits came as at its best quarter of teams: the
    semi-Markov process recomputed, teams chosen on one half of the deals and measured on the other, bootstrap over
    blocks of deals. A stage marked `external`, one that ends by a timer, and one that nobody leaves are shown last and
    never called a bottleneck of work. Raises MissingDataError without history or stays in the window.
    """
    selection = selection or EVERYTHING
    window = selection.days(tables)
    counts = stage_counts(tables, selection, HORIZON)
    found = ranked_by_time(tables, counts, window)
    if not found:
        raise MissingDataError(
            _("no stage was entered between {first} and {last}").format(first=window[0], last=window[1]),
            remedy=_("Take a longer period with `window_months`, or export more of the stage history."),
        )
    work = [stage.place for stage in found if stage.kind == "work"]
    gains = {gain.place: gain for gain in stage_gains(tables, selection, counts, work)}
    waited = _waiting(tables, selection)
    full = [_completed(tables, stage, gains.get(stage.place), waited, window) for stage in found]
    ordered = sorted(full, key=lambda stage: (stage.kind != "work", -(stage.total_days.value or 0.0)))
    return Bottlenecks(tuple(ordered), window, _remarks(tables, tuple(ordered), waited))


def _waiting(tables: Tables, selection: Selection) -> Waiting | None:
    try:
        return waiting(tables, selection)
    except MissingDataError:
        return None


def _completed(
    tables: Tables, rank: StageRank, gain: Gain | None, waited: Waiting | None, window: tuple[date, date]
) -> StageRank:
    """Return the stage with its efficiency and its gain, where they are known."""
    group, currency = f"stage={rank.stage_id}", tables.engagement.config.currency
    without = next((s.without for s in waited.stages if s.place == rank.place), None) if waited else None
    if gain is None:
        return replace(rank, without=without)
    method = _("semi-Markov recomputation, cross-fitted; bootstrap over blocks of deals")

    def estimate(key: str, label: str, values: Values, unit: str) -> Estimate:
        told = label.format(stage=rank.name, days=HORIZON)
        return Estimate(f"bottlenecks.{key}", told, values[0], unit, gain.n, *values[1:], method, window, group)

    more = _("More deals won within {days} days if {stage} ran as at its best teams")
    money = _("Money a week more if {stage} ran as at its best teams")
    first = _("Chance that {stage} gains most")
    return replace(
        rank,
        without=without,
        win_gain=estimate("win_gain", more, gain.win_gain, "fraction"),
        money=None if gain.money is None else estimate("money", money, gain.money, f"{currency}/week"),
        money_first=estimate("money_first", first, (gain.first_probability, None, None), "fraction"),
        teams=gain.teams,
    )


def _cell(estimate: Estimate | None) -> str:
    return "–" if estimate is None else with_interval(estimate)


def _chance(estimate: Estimate | None) -> str:
    return "–" if estimate is None else shown(estimate.value, "chance")


def _remarks(tables: Tables, stages: tuple[StageRank, ...], waited: Waiting | None) -> tuple[str, ...]:
    said = []
    timed = timed_stages(tables)
    for stage in stages:
        if stage.kind == "automatic":
            message = _(
                "{stage} ends by a timer (many stays end after just {days}, hardly any before), so it is no "
                "bottleneck of work."
            )
            said.append(message.format(stage=stage.name, days=shown(timed[stage.place], "days")))
    if waited is None:
        said.append(
            _(
                "The history has one time per event, so work and waiting cannot be told apart and the efficiency "
                "is not known."
            )
        )
    if any(stage.win_gain is not None for stage in stages):
        said += [
            _(
                "The best of a few teams is partly luck and falls back later; so the best quarter is chosen "
                "on one half of the deals and measured on the other, and the gain may come out below zero."
            ),
            _(
                "The gain compares teams as they are: other customers, products or people of the best teams "
                "are in it too. New deals a week and the mean amount are taken as they were."
            ),
        ]
    else:
        message = _("No gain at the best teams is shown: it takes {teams} teams with {n} stays in one stage each.")
        said.append(message.format(teams=LEAST_TEAMS, n=LEAST_VISITS))
    return tuple(said)
