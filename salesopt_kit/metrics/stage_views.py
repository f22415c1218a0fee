"""Each open stage as interviews, complaints and the history show it: what each says of it, and by which figures."""

from collections.abc import Callable
from dataclasses import dataclass

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.agreement import Agreement, Sign, agreement
from salesopt_kit.metrics.complaints import Complaints, complaints
from salesopt_kit.metrics.interviews import Interviews, interviews
from salesopt_kit.metrics.stage_conversion import StageConversion, stage_conversion
from salesopt_kit.metrics.time_in_stage import StageTime, TimeInStage, time_in_stage
from salesopt_kit.results import Estimate, Result
from salesopt_kit.stats.proportion import wilson
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import VoiceGroup

FEWEST_STATEMENTS, FEWEST_COMPLAINTS, FEWEST_VISITS = 10, 20, 30
"""With fewer in all (visits: to the stage), the source has not enough evidence."""
SAID_BY = 2
"""Groups that must name a stage for it to count as said."""


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


def stage_views(tables: Tables) -> tuple[tuple[StageView, ...], tuple[MissingDataError, ...]]:
    """Return the view of each open stage, and which sources are missing; raises MissingDataError where all are."""
    sources = _sources(tables)
    if not any((sources.interviews, sources.complaints, sources.time)):
        raise sources.missing[0]
    return tuple(_view(tables, stage.id, sources) for stage in tables.engagement.open_stages), sources.missing


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
