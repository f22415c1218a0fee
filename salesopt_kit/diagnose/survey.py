"""Template 1, the current-state survey (销售流程现状调研表), filled from the data as a proposal."""

import html
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _, sentences
from salesopt_kit.metrics.agreement import Sign
from salesopt_kit.metrics.coded_complaints import NO_TOPIC, Coded
from salesopt_kit.metrics.complaints import Complaints, complaints
from salesopt_kit.metrics.evidence import Cited, look_up
from salesopt_kit.metrics.interviews import Interviews, Statement, interviews
from salesopt_kit.metrics.sequence import department_source, sequence
from salesopt_kit.metrics.stage_views import StageView
from salesopt_kit.metrics.triangulation import triangulation
from salesopt_kit.numbers import shown
from salesopt_kit.records.template_1 import survey_row
from salesopt_kit.results import Estimate, Result, explains_missing, table_html
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import IssueType, Level
from salesopt_kit.text.topics import Topic, read_topics

Answer = TypeVar("Answer")

MOST_DEPARTMENTS = 3
QUOTED = 80


@dataclass(frozen=True, slots=True)
class ProposedRow:
    """One proposed row of the template: its cells, and the references behind each as (heading, reference)."""

    stage: str
    cells: dict[str, str]
    evidence: tuple[tuple[str, str], ...]
    priority: Level


@dataclass(frozen=True, slots=True)
class ProposedSurvey(Result):
    """The stages that at least one source points at, most urgent first; a person decides about each row."""

    rows: tuple[ProposedRow, ...]
    cited: dict[str, Cited]

    def sentence(self) -> str:
        """Say how many rows are proposed and how many of high priority."""
        high = sum(row.priority is Level.HIGH for row in self.rows)
        message = _("{n} rows are proposed from the data, {high} of them of high priority; a person decides.")
        return message.format(n=len(self.rows), high=high)

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the figures behind the cells."""
        return tuple(cited.estimate for cited in self.cited.values() if cited.estimate)

    def caveats(self) -> tuple[str, ...]:
        """State the rule of the priority and what else is proposed."""
        return (
            _(
                "Proposed priority: high where the data and the interviews or the complaints point at the stage, "
                "medium where the data alone or both voices do, low where one voice does."
            ),
            _("The issue type is that of the topic named most at the stage, efficiency where no topic is named."),
            _("The days are the median of one visit to the stage, visits still going on counted in."),
        )

    def table(self) -> pd.DataFrame:
        """Return the template: its seven columns, a row per proposal."""
        return pd.DataFrame([row.cells for row in self.rows])

    def evidence(self) -> pd.DataFrame:
        """Return one row per cell and reference: what was found for it."""
        return pd.DataFrame(
            {
                _("Row"): row.stage,
                _("Cell"): heading,
                _("Evidence"): self.cited[reference].said,
                _("Reference"): reference,
            }
            for row in self.rows
            for heading, reference in row.evidence
        )

    def _repr_html_(self) -> str:
        # super() does not work in a dataclass with slots.
        page, evidence = Result._repr_html_(self), self.evidence()
        summary = html.escape(_("The evidence behind each cell"))
        below = f"<details><summary>{summary}</summary>{table_html(evidence)}</details>" if len(evidence) else ""
        return f'<div class="survey">{page}{below}</div>'


@explains_missing
def proposed_survey(tables: Tables) -> ProposedSurvey:
    """Return template 1 with one proposed row per stage that interviews, complaints or the data point at.

    Every cell that rests on the data has a reference that `metrics.evidence.look_up` finds.
    """
    views = [view for view in triangulation(tables).stages if view.pointing]
    voices = _Voices(
        _or_none(complaints, tables), _or_none(interviews, tables), read_topics(tables.engagement.folder).topics
    )
    departments = _departments(tables)
    order = {Level.HIGH: 0, Level.MEDIUM: 1, Level.LOW: 2}
    rows = sorted(
        (_row(tables, view, voices, departments.get(view.stage, ())) for view in views),
        key=lambda row: order[row.priority],
    )
    return ProposedSurvey(tuple(rows), look_up(tables, (name for row in rows for _heading, name in row.evidence)))


def proposed_priority(view: StageView) -> Level:
    """Return the priority by the rule that the answer states."""
    voices = [view.said, view.complained].count(Sign.POINTS)
    if view.measured is Sign.POINTS:
        return Level.HIGH if voices else Level.MEDIUM
    return Level.MEDIUM if voices > 1 else Level.LOW


@dataclass(frozen=True, slots=True)
class _Voices:
    complaints: Complaints | None
    interviews: Interviews | None
    topics: tuple[Topic, ...]

    def tickets(self, stage: str) -> list[Coded]:
        topics = self.complaints.topics if self.complaints else ()
        return [ticket for topic in topics for ticket in topic.tickets if ticket.stage == stage]

    def statements(self, stage: str) -> list[Statement]:
        return [one for one in (self.interviews.statements if self.interviews else ()) if one.stage == stage]

    def top_topic(self, stage: str) -> Topic | None:
        """Return the topic that tickets and statements of a stage name most; the dictionary's order breaks ties."""
        named = Counter([ticket.topic for ticket in self.tickets(stage)])
        named.update(topic for one in self.statements(stage) for topic in one.topics)
        named.pop(NO_TOPIC, None)
        return max((one for one in self.topics if named[one.id]), key=lambda one: named[one.id], default=None)


def _row(tables: Tables, view: StageView, voices: _Voices, departments: tuple[str, ...]) -> ProposedRow:
    stage = next(one for one in tables.engagement.config.stages if one.id == view.stage)
    topic = voices.top_topic(view.stage)
    parts = list(_problem(view, voices, topic))
    proposed = _("{what} (proposed)")
    priority = proposed_priority(view)
    names = tuple(dict.fromkeys(filter(None, (stage.owner, *departments))))
    cells = survey_row(
        view.name,
        "/".join(names),
        _step(stage.inputs, stage.outputs),
        _days(view),
        proposed.format(what=(topic.issue_type if topic else IssueType.EFFICIENCY).label),
        sentences(*(said for said, _references in parts)),
        proposed.format(what=priority.label),
    )
    headings = list(cells)
    time = [f"metric:time_in_stage.median/stage={view.stage}"] if view.time else []
    behind = [reference for _said, references in parts for reference in references]
    sources = [f"metric:triangulation.pointing/stage={view.stage}"]
    topical = [name for name in behind if "topic=" in name] or behind[:1]
    pairs = [(headings[3], time), (headings[4], topical), (headings[5], behind), (headings[6], sources)]
    return ProposedRow(view.name, cells, tuple((heading, name) for heading, names in pairs for name in names), priority)


def _days(view: StageView) -> str:
    """Return the median visit with its interval, without the unit, which is in the heading."""
    if view.time is None:
        return ""
    median = view.time.median
    if median.low is None or median.high is None:
        return shown(median.value, "")
    message = _("{value} ({low} to {high})")
    return message.format(value=_one(median.value), low=_one(median.low), high=_one(median.high))


def _one(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _step(inputs: tuple[str, ...], outputs: tuple[str, ...]) -> str:
    if inputs and outputs:
        return _("From {inputs} to {outputs}").format(inputs=_(", ").join(inputs), outputs=_(", ").join(outputs))
    return _(", ").join((*inputs, *outputs))


def _problem(view: StageView, voices: _Voices, topic: Topic | None) -> Iterator[tuple[str, list[str]]]:
    """Yield sentences of the problem in detail, each with its references."""
    part = f"stage={view.stage}"
    if view.time:
        message = _("It takes {share} of all days of deals.")
        yield message.format(share=shown(view.time.share.value, "fraction")), [f"metric:time_in_stage.share/{part}"]
    if view.loses_most and view.step and view.step.value is not None:
        message = _("{lost} of the deals get no further.")
        yield message.format(lost=shown(1 - view.step.value, "fraction")), [f"metric:{view.step.id}"]
    tickets = [one for one in voices.tickets(view.stage) if topic and one.topic == topic.id]
    if topic and tickets:
        message = _("{n} complaints: {topic}, such as “{quote}” ({id}).")
        said = message.format(
            n=len(tickets), topic=topic.name, quote=_quoted(tickets[-1].text), id=tickets[-1].complaint_id
        )
        yield said, [f"metric:complaints.cell/topic={topic.id}/{part}", f"complaint:{tickets[-1].complaint_id}"]
    statements = voices.statements(view.stage)
    if statements:
        best = next((one for one in statements if topic and topic.id in one.topics), statements[0])
        message = _("{n} statements, such as “{quote}” ({group}).")
        said = message.format(n=len(statements), quote=_quoted(best.text), group=best.group.label)
        yield said, [f"metric:interviews.stage_count/{part}", f"interview:{best.row}"]


def _departments(tables: Tables) -> dict[str, tuple[str, ...]]:
    """Return the departments that made most of the entries of the window in each stage, at most MOST_DEPARTMENTS."""
    if "stage_events" not in tables or not department_source(tables):
        return {}
    rows = sequence(tables)
    rows = rows.filter(rows.entered_on.between(*tables.window))
    counted = tables.to_frame(rows.group_by(["place", "department"]).aggregate(n=rows.count()))
    counted = counted.dropna().sort_values(["place", "n", "department"], ascending=[True, False, True])
    ids = [stage.id for stage in tables.engagement.config.stages]
    return {
        ids[int(str(place))]: tuple(str(name) for name in part["department"][:MOST_DEPARTMENTS])
        for place, part in counted.groupby("place")
    }


def _or_none(metric: Callable[[Tables], Answer], tables: Tables) -> Answer | None:
    try:
        return metric(tables)
    except MissingDataError:
        return None


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= QUOTED else line[:QUOTED] + "…"
