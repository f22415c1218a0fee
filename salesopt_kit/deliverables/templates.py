"""The handbook's three templates as columns: which record each row is, which field each cell."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from salesopt_kit.design.targets import UNITS, label
from salesopt_kit.engagement import Engagement
from salesopt_kit.locale import N_, _
from salesopt_kit.pilot.template import Row, template_3
from salesopt_kit.records import rows
from salesopt_kit.results import Estimate
from salesopt_kit.terms import IssueType, Level, Term

Value = str | float | None
"""What a cell says, whatever the language: a text, a number, a date as ISO text, the key of a term; None for empty."""
Kind = Literal["text", "number", "date", "term", "stage", "metric", "computed"]
EvaluationUnit = Literal["days", "fraction", "hours", "score"]
ID = N_("ID")
"""The heading of the narrow grey column by which a row is known again."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the field of the record that it shows, the handbook's heading, and what may stand in its cells."""

    field: str
    heading: str
    kind: Kind
    width: int
    terms: type[Term] | None = None
    list_name: str = ""
    """The drop-down that proposes values, a key of `lists_of`."""


@dataclass(frozen=True, slots=True)
class Template:
    """One of the three sheets."""

    key: str
    title: str
    model: type[rows.Record]
    columns: tuple[Column, ...]

    @property
    def read(self) -> tuple[Column, ...]:
        """The columns that are read back."""
        return tuple(column for column in self.columns if column.kind != "computed")


SURVEY = Template(
    "survey",
    N_("Current-state survey"),
    rows.PainPoint,
    (
        Column("stage", N_("Process stage"), "stage", 14, list_name="stages"),
        Column("departments", N_("Departments/people"), "text", 16, list_name="departments"),
        Column("step", N_("Current step in short"), "text", 26),
        Column("days_per_deal", N_("Time (days/deal)"), "number", 11),
        Column("type", N_("Issue type (efficiency/cost/experience/risk)"), "term", 34, IssueType, "types"),
        Column("problem", N_("Problem in detail"), "text", 36),
        Column("priority", N_("Improvement priority (high/medium/low)"), "term", 16, Level, "levels"),
    ),
)
RESPONSIBILITIES = Template(
    "responsibilities",
    N_("Responsibility table"),
    rows.Measure,
    (
        Column("measure", N_("Measure"), "text", 38),
        Column("department", N_("Responsible department"), "text", 17, list_name="departments"),
        Column("owner", N_("Person in charge"), "text", 16),
        Column("due", N_("Planned completion"), "date", 14),
        Column("resources", N_("Resources needed"), "text", 24),
        Column("acceptance", N_("Acceptance criterion"), "text", 34),
    ),
)
EVALUATION = Template(
    "evaluation",
    N_("Pilot effect evaluation"),
    rows.Evaluation,
    (
        Column("label", N_("Metric evaluated"), "metric", 34, list_name="metrics"),
        Column("before", N_("Before the pilot"), "number", 16),
        Column("after", N_("After the pilot"), "number", 16),
        Column("change", N_("Rate of change"), "computed", 16),
        Column("verdict", N_("Target met (preset target)"), "computed", 30),
    ),
)
TEMPLATES = (SURVEY, RESPONSIBILITIES, EVALUATION)


def values_of(engagement: Engagement, record: rows.Record) -> dict[str, Value]:
    """Return what the cells of a record's row say, by field; computed cells are not among them."""
    template = next(one for one in TEMPLATES if isinstance(record, one.model))
    return {column.field: _value(engagement, column, getattr(record, column.field)) for column in template.read}


def computed_of(record: rows.Record) -> dict[str, str]:
    """Return the rate of change and the verdict of a row of template 3, as the workbook says them; else nothing."""
    if not isinstance(record, rows.Evaluation):
        return {}
    before, after = (
        Estimate(f"pilot.recorded.{record.metric}.{what}", record.label, value, record.unit, 0)
        for what, value in (("before", record.before), ("after", record.after))
    )
    cells = template_3((Row(record.metric, record.label, before, after, record.target),))
    return {
        column.field: str(cells[_(column.heading)].iloc[0])
        for column in EVALUATION.columns
        if column.kind == "computed"
    }


def lists_of(engagement: Engagement, found: Mapping[str, list[Any]]) -> dict[str, list[str]]:
    """Return the entries of each drop-down; `found` holds the records of each template by its key."""
    config = engagement.config
    named = [
        *(stage.owner for stage in config.stages),
        *(point.departments for point in found["survey"]),
        *(measure.department for measure in found["responsibilities"]),
    ]
    makers: dict[str, Callable[[], list[str]]] = {
        "stages": lambda: [stage.name for stage in engagement.open_stages],
        "departments": lambda: [name for name in dict.fromkeys(named) if name],
        "types": lambda: [term.label for term in IssueType],
        "levels": lambda: [term.label for term in Level],
        "metrics": lambda: list(
            dict.fromkeys(
                [
                    *(entry.label for entry in found["evaluation"]),
                    *(name for name, _unit in figures_of(engagement).values()),
                ]
            )
        ),
    }
    return {name: make() for name, make in makers.items()}


def figures_of(engagement: Engagement) -> dict[str, tuple[str, str]]:
    """Return label and unit of each figure that has a target and that template 3 can hold, by its key."""
    return {
        key: (label(key), UNITS[key]) for key in engagement.config.targets if UNITS.get(key) in get_args(EvaluationUnit)
    }


def _value(engagement: Engagement, column: Column, given: Any) -> Value:  # noqa: ANN401 -- whatever a record holds
    if given is None or given == "":
        return None
    if column.kind == "stage":
        return engagement.stage_name(given)
    if isinstance(given, Term):
        return given.value
    if isinstance(given, date):
        return given.isoformat()
    return in_sheet(given) if isinstance(given, int | float) else given


def in_sheet(number: float) -> float:
    """Return a number with the 15 digits that a sheet keeps."""
    return float(f"{number:.15g}")
