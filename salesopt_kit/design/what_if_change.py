"""What is expected to change in the process, as people say it, and as the simulator takes it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from salesopt_kit.design.what_if_log import Log, share_below
from salesopt_kit.errors import InputError, MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.numbers import shown
from salesopt_kit.stats.semi_markov_fit import Process
from salesopt_kit.stats.semi_markov_simulation import Changes
from salesopt_kit.tables.store import Tables


@dataclass(frozen=True, slots=True)
class ExpectedChange:
    """What is expected to change in a stage, by a measure: people's assumption, not a measurement.

    `time_factor` multiplies every stay (0.5: half as long), `median_days` says instead what the median is to be; `lost`
    is the new chance that a stay there ends in losing the deal; a `removed` stage takes no time and moves nothing back.
    With `below` the change is for deals of a smaller amount only.
    """

    stage: str
    measure: str = ""
    time_factor: float | None = None
    median_days: float | None = None
    lost: float | None = None
    removed: bool = False
    below: float | None = None


class Planned(Protocol):
    """A change of a node as the records of the design tell it."""

    @property
    def stage_id(self) -> str:
        """The stage of engagement.yml."""

    @property
    def measure_id(self) -> str:
        """The measure that is to bring it about, "" for none."""

    @property
    def factor(self) -> float | None:
        """What every time there is multiplied by; 0 where the node goes away."""

    @property
    def median_days(self) -> float | None:
        """The new median per visit."""


def expected_changes(found: "Iterable[ExpectedChange | Planned]") -> "tuple[ExpectedChange, ...]":
    """Return changes as the simulator takes them; planned ones that say nothing of time are left out."""
    expected = []
    for one in found:
        if isinstance(one, ExpectedChange):
            expected.append(one)
        elif one.factor == 0:
            expected.append(ExpectedChange(one.stage_id, one.measure_id, removed=True))
        elif one.factor is not None or one.median_days is not None:
            expected.append(ExpectedChange(one.stage_id, one.measure_id, one.factor, one.median_days))
    return tuple(expected)


def changes_of(tables: Tables, log: Log, process: Process, changes: Sequence[ExpectedChange]) -> Changes:
    """Return the changes as arrays over the stages; InputError for what cannot be.

    Factors of one stage multiply; of several new medians the last one counts.
    """
    planned = Changes.none(process.stages)
    ids = [stage.id for stage in log.stages]
    amounts: dict[str, float | None] = {}
    medians = np.ones(process.stages)
    for change in changes:
        _stop_at_impossible(change, ids)
        if amounts.setdefault(change.stage, change.below) != change.below:
            raise InputError(
                _("change of {stage}").format(stage=change.stage),
                change.below,
                expected=_("one amount for all changes of a stage"),
                remedy=_("Put the changes of a stage together, or simulate them one after the other."),
            )
        place = ids.index(change.stage)
        if change.time_factor is not None:
            planned.factor[place] *= change.time_factor
        if change.median_days is not None:
            medians[place] = change.median_days / process.median_days(place)
        if change.lost is not None:
            planned.lost[place] = change.lost
        planned.removed[place] |= change.removed
        if change.below is not None:
            planned.share[place] = _share(tables, change)
    planned.factor[:] *= medians
    return planned


def said(tables: Tables, change: ExpectedChange) -> str:
    """Return a change in words, with the measure that is to bring it about."""
    stage = next(one.name for one in tables.engagement.config.stages if one.id == change.stage)
    parts = []
    if change.removed:
        parts.append(_("left out"))
    if change.time_factor is not None:
        parts.append(_("takes {share} of today's time").format(share=shown(change.time_factor, "fraction")))
    if change.median_days is not None:
        parts.append(_("takes {days} in the median").format(days=shown(change.median_days, "days")))
    if change.lost is not None:
        parts.append(_("loses {share} of the deals").format(share=shown(change.lost, "fraction")))
    if change.below is not None:
        parts.append(
            _("for amounts below {amount} only").format(amount=shown(change.below, tables.engagement.config.currency))
        )
    measure = f" ({change.measure})" if change.measure else ""
    return _("{stage} {what}").format(stage=stage, what=_(", ").join(parts)) + measure


def _stop_at_impossible(change: ExpectedChange, ids: list[str]) -> None:
    where = _("change of {stage}").format(stage=change.stage)
    if change.stage not in ids:
        raise InputError(
            where,
            change.stage,
            expected=_("one of {names}").format(names=", ".join(ids)),
            remedy=_("Name an open stage by its id in engagement.yml."),
        )
    if change.time_factor is not None and change.median_days is not None:
        raise InputError(
            where,
            (change.time_factor, change.median_days),
            expected=_("a factor or a median, not both"),
            remedy=_("Leave one of them out."),
        )
    for found in (change.time_factor, change.median_days):
        if found is not None and not (np.isfinite(found) and found >= 0):
            raise InputError(where, found, expected=_("a number from 0 on"), remedy=_("Correct the expected time."))
    if change.lost is not None and not 0 <= change.lost <= 1:
        raise InputError(
            where, change.lost, expected=_("a share from 0 to 1"), remedy=_("Write 0.1 for one deal in ten.")
        )


def _share(tables: Tables, change: ExpectedChange) -> float:
    share = share_below(tables, change.stage, change.below or 0.0)
    if share is None:
        raise MissingDataError(
            _("no deal in {stage} has an amount, so nobody knows which are small").format(stage=change.stage),
            remedy=_("Map the amount of the opportunities in engagement.yml, or leave `below` out."),
        )
    return share
