"""Triangulation: what is said, complained of and measured at each stage, and where the three agree or not."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import ClassVar

import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _, sentences
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.metrics.complaints import Complaints, complaints
from salesopt_kit.metrics.interviews import Interviews, interviews
from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.stage_conversion import StageConversion, stage_conversion
from salesopt_kit.metrics.time_in_stage import StageTime, TimeInStage, time_in_stage
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.stats.proportion import wilson
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import VoiceGroup

FEWEST_STATEMENTS, FEWEST_COMPLAINTS, FEWEST_VISITS = 10, 20, 30
"""With fewer in all (visits: to the stage), the source has not enough evidence."""
SAID_BY = 2
"""Groups that must name a stage for it to count as said."""


class Sign(Enum):
    """What one source says of a stage."""

    POINTS = auto()
    QUIET = auto()
    NOT_ENOUGH = auto()


class Agreement(Enum):
    """What the three sources come to together."""

    ALL = auto()
    PARTLY = auto()
    VOICES_ONLY = auto()
    DATA_ONLY = auto()
    NOTHING = auto()
    NOT_ENOUGH = auto()


@dataclass(frozen=True, slots=True)
class StageView:
    """One stage: what each source says of it and by which figures (None where the source has none)."""

    stage: str
    name: str
    said: Sign
    complained: Sign
    measured: Sign
    statements: Estimate | None
    groups: tuple[VoiceGroup, ...]
    tickets: Estimate | None
    complaint_share: Estimate | None
    time: StageTime | None
    rank: int
    """Place of the stage by all days spent in it, from 1; 0 where it is not known."""
    step: Estimate | None
    """The step out of the stage, variant "reached"."""
    loses_most: bool

    @property
    def agreement(self) -> Agreement:
        """What the three come to."""
        return agreement(self.said, self.complained, self.measured)

    @property
    def pointing(self) -> int:
        """How many of the three point at the stage."""
        return [self.said, self.complained, self.measured].count(Sign.POINTS)


def agreement(said: Sign, complained: Sign, measured: Sign) -> Agreement:
    """Return what three sources come to: a contradiction only where the silent side had evidence enough to speak.

    >>> agreement(Sign.QUIET, Sign.POINTS, Sign.QUIET).name
    'VOICES_ONLY'
    """
    voices = (said, complained)
    points = [*voices, measured].count(Sign.POINTS)
    if points == 3:  # noqa: PLR2004 -- there are three sources
        return Agreement.ALL
    if measured is Sign.POINTS:
        if Sign.POINTS in voices:
            return Agreement.PARTLY
        return Agreement.DATA_ONLY if Sign.QUIET in voices else Agreement.NOT_ENOUGH
    if points:
        return Agreement.VOICES_ONLY if measured is Sign.QUIET else Agreement.NOT_ENOUGH
    return Agreement.NOTHING if [*voices, measured].count(Sign.NOT_ENOUGH) <= 1 else Agreement.NOT_ENOUGH


@dataclass(frozen=True, slots=True)
class Triangulation(Result):
    """Every open stage of the process, in its order."""

    card: ClassVar[str] = "triangulation"

    stages: tuple[StageView, ...]
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Name the agreements and the contradictions."""
        kinds = {
            Agreement.ALL: _("All three sources point at {stages}."),
            Agreement.PARTLY: _("The data and one of the voices point at {stages}."),
            Agreement.VOICES_ONLY: _("Contradiction: people name {stages}, the data show nothing unusual there."),
            Agreement.DATA_ONLY: _("Contradiction: the data point at {stages}, hardly anybody names it."),
        }
        found = {kind: [one.name for one in self.stages if one.agreement is kind] for kind in kinds}
        said = [message.format(stages=_(", ").join(found[kind])) for kind, message in kinds.items() if found[kind]]
        return sentences(*said) or _("At no stage do the sources agree or contradict each other.")

    def estimates(self) -> tuple[Estimate, ...]:
        """Return how many of the sources point at each stage, and the shares of complaints that this rests on."""
        method = _("count of sources: interviews, complaints, data")
        counts = [
            Estimate(
                *("triangulation.pointing", _("Sources that point at {stage}").format(stage=one.name), one.pointing),
                *("sources", sum(sign is not Sign.NOT_ENOUGH for sign in (one.said, one.complained, one.measured))),
                method=method,
                group=f"stage={one.stage}",
            )
            for one in self.stages
        ]
        return (*counts, *(one.complaint_share for one in self.stages if one.complaint_share))

    def caveats(self) -> tuple[str, ...]:
        """State the thresholds and what is missing."""
        equal = shown(1 / len(self.stages), "fraction")
        message = _(
            "Said: {groups} groups or more and more than an equal share ({equal}) of the statements; with fewer than "
            "{statements} statements not enough evidence. Complained: the interval of the share of complaints is above "
            "an equal share; with fewer than {complaints} not enough. Measured: the interval of the share of time is "
            "above an equal share, or the step out of the stage clearly loses most deals; with fewer than "
            "{visits} visits not enough."
        )
        thresholds = message.format(
            groups=SAID_BY,
            equal=equal,
            statements=FEWEST_STATEMENTS,
            complaints=FEWEST_COMPLAINTS,
            visits=FEWEST_VISITS,
        )
        return (thresholds, *self.remarks)

    def table(self) -> pd.DataFrame:
        """Return one row per stage."""
        return pd.DataFrame(
            {
                _("Stage"): one.name,
                _("Said"): _cell(one.said, _said(one)),
                _("Complained"): _cell(one.complained, _complained(one)),
                _("Measured"): _cell(one.measured, _measured(one)),
                _("Taken together"): agreement_words(one),
            }
            for one in self.stages
        )


@once
def triangulation(tables: Tables) -> Triangulation:
    """Return for each open stage what interviews, complaints and the stage history say of it.

    The rules stand in `Triangulation.caveats`; the share of a stage is of all complaints tied to an open stage, with
    Wilson's interval. A source that is missing has not enough evidence; raises MissingDataError where all are.
    """
    sources = _sources(tables)
    if not any((sources.interviews, sources.complaints, sources.time)):
        raise sources.missing[0]
    views = tuple(_view(tables, stage.id, sources) for stage in tables.engagement.open_stages)
    message = _("Not available: {what}")
    beware = (
        _(
            "The data measure time and losses only: a complaint about something else, such as unclear terms, can be "
            "right where they show nothing."
        ),
        _("Statements are counted whether they blame or praise; read them before leaning on their number."),
    )
    return Triangulation(views, (*beware, *(message.format(what=one.what) for one in sources.missing)))


def sign_words(sign: Sign) -> str:
    """Return a sign in the reader's words."""
    return {
        Sign.POINTS: _("points here"),
        Sign.QUIET: _("nothing unusual"),
        Sign.NOT_ENOUGH: _("not enough evidence"),
    }[sign]


def agreement_words(view: StageView) -> str:
    """Say what the three sources come to at a stage."""
    voice = _("complaints") if view.said is not Sign.POINTS else _("interviews")
    words = {
        Agreement.ALL: _("all three point at it"),
        Agreement.PARTLY: _("the data and the {voice} point at it").format(voice=voice),
        Agreement.VOICES_ONLY: (
            _("contradiction: people complain, the data show nothing unusual")
            if view.complained is Sign.POINTS
            else _("contradiction: it is said in interviews, the data show nothing unusual")
        ),
        Agreement.DATA_ONLY: (
            _("contradiction: the data show it, hardly anybody says it")
            if view.statements or view.tickets
            else _("contradiction: the data show it, nobody says it")
        ),
        Agreement.NOTHING: _("nothing stands out"),
        Agreement.NOT_ENOUGH: _("not enough evidence"),
    }
    return words[view.agreement]


@dataclass(slots=True)
class _Sources:
    """The four answers that the stages are read from, None where the data for one are missing, and why."""

    interviews: Interviews | None = None
    complaints: Complaints | None = None
    time: TimeInStage | None = None
    steps: StageConversion | None = None
    missing: tuple[MissingDataError, ...] = ()


def _sources(tables: Tables) -> _Sources:
    found = _Sources()
    asked: dict[str, Callable[[Tables], Result]] = {
        "interviews": interviews,
        "complaints": complaints,
        "time": time_in_stage,
        "steps": stage_conversion,
    }
    for name, metric in asked.items():
        try:
            setattr(found, name, metric(tables))
        except MissingDataError as wrong:
            found.missing += (wrong,)
    return found


def _view(tables: Tables, stage: str, sources: _Sources) -> StageView:
    ids = [one.id for one in tables.engagement.open_stages]
    said, statements, groups = _said_of(sources.interviews, stage, ids)
    share = _complaint_share(tables, sources.complaints, stage, ids) if sources.complaints else None
    times = sources.time.stages if sources.time else ()
    rank = next((place for place, one in enumerate(times, 1) if one.stage_id == stage), 0)
    time = times[rank - 1] if rank else None
    step, loses_most = _step(tables, sources.steps, stage)
    is_long = time is not None and (time.share.low or 0.0) > 1 / len(ids)
    tickets = sources.complaints.stages if sources.complaints else ()
    return StageView(
        stage=stage,
        name=tables.engagement.stage_name(stage),
        said=said,
        complained=_sign(
            share is not None and (share.low or 0.0) > 1 / len(ids), share is not None and share.n >= FEWEST_COMPLAINTS
        ),
        measured=_sign(is_long or loses_most, time is not None and time.visits >= FEWEST_VISITS),
        statements=statements,
        groups=groups,
        tickets=next((one for one in tickets if one.group == f"stage={stage}"), None),
        complaint_share=share,
        time=time,
        rank=rank,
        step=step,
        loses_most=loses_most,
    )


def _said_of(
    answer: Interviews | None, stage: str, ids: list[str]
) -> tuple[Sign, Estimate | None, tuple[VoiceGroup, ...]]:
    if answer is None:
        return Sign.NOT_ENOUGH, None, ()
    told = [one for one in answer.statements if one.stage in ids]
    here = [one for one in told if one.stage == stage]
    groups = tuple(group for group in VoiceGroup if any(one.group is group for one in here))
    figures = (one for one in answer.estimates() if one.id == "interviews.stage_count")
    statements = next((one for one in figures if one.group == f"stage={stage}"), None)
    is_much = len(groups) >= SAID_BY and len(here) > len(told) / len(ids)
    return _sign(is_much, len(told) >= FEWEST_STATEMENTS), statements, groups


def _sign(points: bool, enough: bool) -> Sign:
    if not enough:
        return Sign.NOT_ENOUGH
    return Sign.POINTS if points else Sign.QUIET


def _complaint_share(tables: Tables, answer: Complaints, stage: str, ids: list[str]) -> Estimate | None:
    told = {ticket.complaint_id for topic in answer.topics for ticket in topic.tickets if ticket.stage in ids}
    here = {ticket.complaint_id for topic in answer.topics for ticket in topic.tickets if ticket.stage == stage}
    if not told:
        return None
    around, n = wilson(len(here), len(told)), len(told)
    label = _("Share of complaints tied to {stage}").format(stage=tables.engagement.stage_name(stage))
    return Estimate(
        *("triangulation.complaint_share", label, len(here) / n, "fraction", n, around.low, around.high),
        *(_("Wilson score interval"), answer.total.window, f"stage={stage}"),
    )


def _step(tables: Tables, answer: StageConversion | None, stage: str) -> tuple[Estimate | None, bool]:
    """Return the step out of a stage and whether its interval lies below that of every other step."""
    if answer is None:
        return None, False
    name = tables.engagement.stage_name(stage)
    steps = [one for one in answer.variants["reached"] if one.value is not None]
    step = next((one for one in steps if one.label.startswith(f"{name} → ")), None)
    if step is None or step.high is None:
        return step, False
    others = [one.low or 0.0 for one in steps if one is not step]
    return step, step.n >= FEWEST_VISITS and bool(others) and step.high < min(others)


def _cell(sign: Sign, figures: str) -> str:
    return _("{sign}: {figures}").format(sign=sign_words(sign), figures=figures) if figures else sign_words(sign)


def _said(view: StageView) -> str:
    if view.statements is None:
        return ""
    message = _("{n} statements of {groups}")
    n = shown(view.statements.value, "statements")
    return message.format(n=n, groups=_(", ").join(group.label for group in view.groups))


def _complained(view: StageView) -> str:
    if view.complaint_share is None:
        return ""
    n = shown(view.tickets.value if view.tickets else 0.0, "complaints")
    return _("{n} complaints, {share}").format(n=n, share=with_interval(view.complaint_share))


def _measured(view: StageView) -> str:
    said = []
    if view.time:
        said.append(_("{share} of the time, place {rank}").format(share=with_interval(view.time.share), rank=view.rank))
    if view.step and view.step.value is not None:
        lost = shown(1 - view.step.value, "fraction")
        said.append(
            _("{lost} get no further").format(lost=lost) + (_(" (most of all steps)") if view.loses_most else "")
        )
    return _("; ").join(said)
