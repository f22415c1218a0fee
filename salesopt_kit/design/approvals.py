"""The deals of the window through today's and the new decision rights: which approvals go away, and who decides."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import pandas as pd

from salesopt_kit.design.changes import stage_of
from salesopt_kit.design.decision_rights import name_of, range_text, rights_of, signed_by
from salesopt_kit.design.tiers import NotDecided, decide, edges, signatures, signer
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.amount_bands import Band, Bands, amount_bands
from salesopt_kit.numbers import shown
from salesopt_kit.records import DecisionRight
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.stats.proportion import wilson
from salesopt_kit.stats.ratio import share_interval
from salesopt_kit.stats.ratio_of_sums import ratio_of_sums
from salesopt_kit.tables.store import Tables


@dataclass(frozen=True, slots=True)
class Replayed:
    """Deals of one band and customer type with the row that decides them today and the one that will."""

    band: Band
    today: DecisionRight
    new: DecisionRight

    @property
    def before(self) -> tuple[str, ...]:
        """Who signs each of them today."""
        return signatures(self.today, is_new=False)

    @property
    def after(self) -> tuple[str, ...]:
        """Who signs each of them in future."""
        return signatures(self.new, is_new=True)

    @property
    def is_alone(self) -> bool:
        """Whether one person decides them in future, with nobody before or after."""
        return len(self.after) == 1


@dataclass(frozen=True, slots=True)
class StageReplay:
    """One stage: its rows, the deals that could be replayed, and those that could not by the reason."""

    stage: str
    name: str
    rights: tuple[DecisionRight, ...]
    replayed: tuple[Replayed, ...]
    left_out: dict[NotDecided, int]
    found: Bands

    @property
    def n(self) -> int:
        """How many deals were replayed."""
        return sum(one.band.n for one in self.replayed)

    @property
    def today(self) -> int:
        """How many signatures they take today, pre-reviews included."""
        return sum(one.band.n * len(one.before) for one in self.replayed)

    @property
    def new(self) -> int:
        """How many signatures they take in future."""
        return sum(one.band.n * len(one.after) for one in self.replayed)

    @property
    def gone(self) -> tuple[float | None, float | None, float | None]:
        """The share of today's signatures that goes away, with its interval."""
        sizes = [(len(one.before) - len(one.after), len(one.before), one.band.n) for one in self.replayed]
        value, interval = ratio_of_sums(sizes)
        return (value, interval.low, interval.high) if interval else (value, None, None)

    @property
    def changed(self) -> int:
        """How many deals are signed by others than today, or in another order."""
        return sum(one.band.n for one in self.replayed if one.before != one.after)

    @property
    def value(self) -> float:
        """The amounts of the replayed deals together."""
        return sum(one.band.value for one in self.replayed)

    @property
    def alone(self) -> tuple[Replayed, ...]:
        """The deals that one person decides in future."""
        return tuple(one for one in self.replayed if one.is_alone)

    @property
    def value_alone(self) -> float:
        """The amounts that one person decides in future."""
        return sum(one.band.value for one in self.alone)

    def by_signer(self) -> list[tuple[str, int, int]]:
        """Return who signs, how often today and how often in future, the greatest relief first."""
        today: Counter[str] = Counter()
        new: Counter[str] = Counter()
        for one in self.replayed:
            for name in one.before:
                today[name] += one.band.n
            for name in one.after:
                new[name] += one.band.n
        names = dict.fromkeys([*today, *new])
        return sorted(((name, today[name], new[name]) for name in names), key=lambda row: row[2] - row[1])


@dataclass(frozen=True, slots=True)
class ApprovalReplay(Result):
    """The replay of every stage that has decision rights."""

    card: ClassVar[str] = "approval_replay"

    stages: tuple[StageReplay, ...]
    currency: str
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Say how many approvals go away, for how many deals, and what one person then decides."""
        message = _(
            "{name}: of {today:,} approvals that {n:,} deals take today, {gone:,} go away ({share}). Other people than "
            "today approve {changed:,} deals; one person alone decides {alone:,} of them, {value} in all."
        )
        return " ".join(
            message.format(
                name=one.name,
                today=one.today,
                n=one.n,
                gone=one.today - one.new,
                share=shown(one.gone[0], "fraction"),
                changed=one.changed,
                alone=sum(part.band.n for part in one.alone),
                value=shown(one.value_alone, self.currency),
            )
            for one in self.stages
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the figures of each stage, then the approvals by who gives them."""
        return tuple(estimate for one in self.stages for estimate in _estimates(one, self.currency))

    def caveats(self) -> tuple[str, ...]:
        """Return what could not be replayed, and what the replay takes for granted."""
        told = tuple(said for one in self.stages for said in _left_out(one))
        return (
            *told,
            *self.remarks,
            _("The replay changes who signs and nothing else: deals, amounts and their path stay as they were."),
            _("A pre-review counts as one approval; an approver who signs for two rows is counted for each deal."),
        )

    def table(self) -> pd.DataFrame:
        """Return one row per row of the decision rights."""
        return pd.DataFrame(row for one in self.stages for row in _rows(one, self.currency))


@dataclass(frozen=True, slots=True)
class Relief(Result):
    """The same replay, told by who signs."""

    stages: tuple[StageReplay, ...]

    def sentence(self) -> str:
        """Name whoever is relieved most."""
        name, today, new = min((row for one in self.stages for row in one.by_signer()), key=lambda row: row[2] - row[1])
        message = _("{name} is relieved most: {today:,} approvals today, {new:,} in future.")
        return message.format(name=signer(name), today=today, new=new)

    def table(self) -> pd.DataFrame:
        """Return one row per approver, and one for all."""
        rows = []
        for one in self.stages:
            signers = [*one.by_signer(), (_("all"), one.today, one.new)]
            rows += [
                {
                    _("Node"): one.name,
                    _("Approver"): signer(name),
                    _("Approvals today"): f"{today:,}",
                    _("Approvals in future"): f"{new:,}",
                    _("Go away"): f"{today - new:,}" if new <= today else _("{n:,} more").format(n=new - today),
                    _("Share"): shown((today - new) / today, "fraction") if today else "–",
                    _("Deals"): f"{one.n:,}",
                }
                for name, today, new in signers
            ]
        return pd.DataFrame(rows)


@explains_missing
def replay_approvals(tables: Tables) -> ApprovalReplay:
    """Return every deal that reached an approving stage in `tables.window`, decided by today's and the new rows.

    A deal counts once however often it came back. MissingData without decision rights or stage history.
    """
    return ApprovalReplay(replays(tables), tables.engagement.config.currency, _pilot_remark(tables))


def _pilot_remark(tables: Tables) -> tuple[str, ...]:
    pilot = tables.engagement.config.pilot
    if pilot is None or not tables.window[0] <= pilot.period[0] <= tables.window[1]:
        return ()
    message = _(
        "The pilot began on {day}, inside the window: its units may have used the new rules since. The replay applies "
        "both tables to every deal alike."
    )
    return (message.format(day=pilot.period[0]),)


@explains_missing
def relief(tables: Tables) -> Relief:
    """Return how many approvals each approver gives today and in future, over the same deals."""
    return Relief(replays(tables))


def replays(tables: Tables) -> tuple[StageReplay, ...]:
    """Return the replay of each stage of engagement.yml that has decision rights."""
    rights = rights_of(tables)
    made = [
        StageReplay(stage, name_of(tables, stage), rows, *through(rows, rows, found), found)
        for stage in dict.fromkeys(right.stage for right in rights)
        if (known := stage_of(tables.engagement, stage))
        for rows in [tuple(right for right in rights if right.stage == stage)]
        for found in [amount_bands(tables, known.id, edges(rows))]
    ]
    if not made:
        raise MissingDataError(
            _("no decision right is at a stage of engagement.yml"),
            remedy=_("Write the stage's id under `stage` in records/decision_rights.yml."),
        )
    return tuple(made)


def through(
    today: Sequence[DecisionRight], new: Sequence[DecisionRight], found: Bands
) -> tuple[tuple[Replayed, ...], dict[NotDecided, int]]:
    """Return the deals that both tables decide, and how many are left out for which reason."""
    replayed: list[Replayed] = []
    left_out: Counter[NotDecided] = Counter()
    for band in found.bands:
        before, after = (decide(rows, band.low, band.segment) for rows in (today, new))
        if isinstance(before, NotDecided):
            left_out[before] += band.n
        elif isinstance(after, NotDecided):
            left_out[after] += band.n
        else:
            replayed.append(Replayed(band, before, after))
    return tuple(replayed), dict(left_out)


def _estimates(one: StageReplay, currency: str) -> Iterator[Estimate]:
    group, window, count = f"stage={one.found.stage_id}", one.found.window, _("count")

    def estimate(key: str, label: str, value: float | None, unit: str, n: int, *, method: str = count) -> Estimate:
        told = label.format(stage=one.name)
        return Estimate(f"approvals.{key}", told, value, unit, n, method=method, window=window, group=group)

    yield estimate("today", _("Approvals today, {stage}"), one.today, "approvals", one.n)
    yield estimate("new", _("Approvals in future, {stage}"), one.new, "approvals", one.n)
    yield _bounded(
        estimate("gone_share", _("Share of approvals that go away, {stage}"), None, "fraction", one.n),
        one.gone,
        _("ratio of sums over deals, linearised normal interval"),
    )
    yield _bounded(
        estimate("changed_share", _("Share of deals that others approve, {stage}"), None, "fraction", one.n),
        _wilson(one.changed, one.n),
        _("Wilson score interval"),
    )
    n_alone = sum(part.band.n for part in one.alone)
    yield _bounded(
        estimate("alone_share", _("Share of deals that one person decides, {stage}"), None, "fraction", one.n),
        _wilson(n_alone, one.n),
        _("Wilson score interval"),
    )
    yield estimate("value_alone", _("Value that one person decides, {stage}"), one.value_alone, currency, n_alone)
    yield _bounded(
        estimate(
            "value_alone_share", _("Share of the value that one person decides, {stage}"), None, "fraction", one.n
        ),
        value_share(one.replayed),
        _("ratio of sums over deals, linearised interval on the logit scale"),
    )
    left_out = sum(one.left_out.values())
    yield estimate("left_out", _("Deals that could not be replayed, {stage}"), left_out, "deals", one.found.n)
    for name, today, new in one.by_signer():
        label = _("Approvals by {name} that go away, {stage}").format(name=signer(name), stage=one.name)
        key, told = "approvals.gone_by_approver", f"{group}, approver={name}"
        yield Estimate(key, label, today - new, "approvals", one.n, method=count, window=window, group=told)


def _bounded(estimate: Estimate, values: tuple[float | None, float | None, float | None], method: str) -> Estimate:
    value, low, high = values
    return replace(estimate, value=value, low=low, high=high, method=method)


def _wilson(count: int, n: int) -> tuple[float | None, float | None, float | None]:
    if not n:
        return None, None, None
    interval = wilson(count, n)
    return count / n, interval.low, interval.high


def value_share(replayed: Iterable[Replayed]) -> tuple[float | None, float | None, float | None]:
    """Return the share of the value that one person decides, with its interval."""
    parts = list(replayed)
    alone, rest = ([one.band for one in parts if one.is_alone is flag] for flag in (True, False))
    part, other = sum(band.value for band in alone), sum(band.value for band in rest)
    if part + other == 0:
        return None, None, None
    part_squares, rest_squares = (sum(band.squares for band in side) for side in (alone, rest))
    bounds = share_interval(part, other, part_squares, rest_squares, sum(one.band.n for one in parts))
    low, high = bounds or (None, None)
    return part / (part + other), low, high


def _left_out(one: StageReplay) -> Iterator[str]:
    n = sum(one.left_out.values())
    if n:
        message = _("{name}: {n:,} of {of:,} deals that came there could not be replayed: {why}.")
        why = _("; ").join(f"{count:,} {reason.label}" for reason, count in one.left_out.items())
        yield message.format(name=one.name, n=n, of=one.found.n, why=why)
    if zero := sum(band.zero for band in one.found.bands):
        yield _("{name}: {n:,} deals have an amount of 0 and count in the lowest row.").format(name=one.name, n=zero)
    visits = sum(band.visits for band in one.found.bands)
    if visits > one.found.n:
        message = _("{name}: the {n:,} deals came there {visits:,} times; each is counted once.")
        yield message.format(name=one.name, n=one.found.n, visits=visits)


def _rows(one: StageReplay, currency: str) -> Iterator[dict[str, str]]:
    for right in one.rights:
        parts = [part for part in one.replayed if part.today == right]
        n, value = sum(part.band.n for part in parts), sum(part.band.value for part in parts)
        before, after = len(signatures(right, is_new=False)), len(signatures(right, is_new=True))
        yield {
            _("Record"): right.id,
            _("Amount ({currency})").format(currency=currency): range_text(right.amount_from, right.amount_below),
            _("Customer type"): right.segment or _("every type"),
            _("Signs today"): signed_by(right, is_new=False),
            _("Signs in future"): signed_by(right, is_new=True),
            _("Deals"): f"{n:,}",
            _("Deal value"): shown(value, currency),
            _("Approvals"): f"{n * before:,} → {n * after:,}",
            _("Go away"): f"{n * (before - after):,}",
        }
