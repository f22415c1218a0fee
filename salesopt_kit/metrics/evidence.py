"""What records cite: a figure, a complaint or an interview, looked up in the engagement's own data."""

import difflib
import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import get_args

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.metrics.dimensions import DIMENSION_NAMES
from salesopt_kit.metrics.working_hours import HoursBy, working_hours
from salesopt_kit.results import Estimate, Result
from salesopt_kit.tables.store import Tables

FAMILIES = (
    "complaints",
    "deal_cycle",
    "event_log",
    "handoffs",
    "interviews",
    "lead_conversion",
    "lead_volume",
    "output_per_head",
    "ramp",
    "sales_velocity",
    "stage_conversion",
    "time_in_stage",
    "triangulation",
    "waiting",
    "win_rate",
    "working_hours",
)
"""The metrics whose figures can be cited; each is a module and a function of this name."""
NAMED = ("stage=", "topic=", "group=", "kind=", "person=", "department=")
"""Parts whose name stands in the label of their figure."""
QUOTED = 90
"""Characters of a complaint or a statement that are quoted."""


class Standing(Enum):
    """What looking up a reference came to."""

    FOUND = auto()
    UNKNOWN = auto()
    """It names a figure, complaint or statement that is not there."""
    NO_DATA = auto()
    """The engagement has no data to look it up in."""
    STATED = auto()
    """Plain words of a person, which nothing can be looked up for."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A reference, what it says in the reader's words, and the figure where it is one."""

    reference: str
    standing: Standing
    said: str
    estimate: Estimate | None = None
    quote: str = ""
    """All the words of a complaint or a statement."""

    @property
    def supports(self) -> bool:
        """Whether something stands behind the claim; data that cannot be looked up get the benefit of the doubt."""
        return self.standing is not Standing.UNKNOWN


def look_up(tables: Tables, references: Iterable[str]) -> dict[str, Cited]:
    """Return what each reference stands for.

    "metric:<estimate id>" with "/<group>" behind it for a part ("metric:time_in_stage.median/stage=contract") gives the
    figure over `tables.window`, "complaint:<complaint_id>" and "interview:<row as the spreadsheet numbers it>" a quote;
    anything else is the plain words of a person. Each metric is computed once.
    """
    wanted = sorted(set(references))
    answers = {key: _answer(tables, *key) for key in {_family(name) for name in wanted if name.startswith("metric:")}}
    found = {}
    for reference in wanted:
        kind, _colon, name = reference.partition(":")
        if kind == "metric":
            found[reference] = _figure(reference, answers[_family(reference)])
        elif kind == "complaint":
            found[reference] = _quote(tables, reference, "complaints", "complaint_id", name.strip())
        elif kind == "interview":
            found[reference] = _quote(tables, reference, "interviews", "source_row", name.strip())
        else:
            found[reference] = Cited(reference, Standing.STATED, reference)
    return found


def _family(reference: str) -> tuple[str, str]:
    """Return the metric of a reference and the dimension that its group needs, "" for none."""
    name, _slash, group = reference.removeprefix("metric:").strip().partition("/")
    dimension = group.partition("=")[0]
    family = name.partition(".")[0]
    known = get_args(HoursBy) if family == "working_hours" else DIMENSION_NAMES
    return family, dimension if dimension in known else ""


def _answer(tables: Tables, family: str, dimension: str) -> Result | Cited:
    """Return the answer of a metric, or a Cited without a reference that says why there is none."""
    if family not in FAMILIES:
        near = difflib.get_close_matches(family, FAMILIES, 1, 0.5)
        hint = _(" (did you mean {near}?)").format(near=near[0]) if near else ""
        return Cited("", Standing.UNKNOWN, _("there is no metric {name}").format(name=family) + hint)
    module = importlib.import_module(f"salesopt_kit.metrics.{family}")
    try:
        if family == "working_hours" and dimension in get_args(HoursBy):
            return working_hours(tables, by=dimension)  # type: ignore[arg-type]  # it is one of them
        plain: Result = getattr(module, family)(tables)
        if not dimension or any(estimate.group.startswith(f"{dimension}=") for estimate in plain.estimates()):
            return plain
        by = getattr(module, f"{family}_by", None)
        return by(tables, dimension) if by else plain
    except MissingDataError as missing:
        return Cited("", Standing.NO_DATA, missing.what)


def _figure(reference: str, answer: Result | Cited) -> Cited:
    if isinstance(answer, Cited):
        return Cited(reference, answer.standing, f"{reference}: {answer.said}")
    name, _slash, group = reference.removeprefix("metric:").strip().partition("/")
    known = {(estimate.id, estimate.group): estimate for estimate in answer.estimates()}
    estimate = known.get((name, group))
    if estimate is None:
        near = difflib.get_close_matches(f"{name}/{group}", [f"{id_}/{part}" for id_, part in known], 1, 0.5)
        hint = _(" (did you mean {near}?)").format(near=near[0].rstrip("/")) if near else ""
        return Cited(reference, Standing.UNKNOWN, reference + ": " + _("there is no such figure") + hint)
    part = group.partition("=")[2]
    label = estimate.label if not part or estimate.group.startswith(NAMED) else f"{estimate.label}, {part}"
    said = _("{label}: {value}, n={n:,}").format(label=label, value=with_interval(estimate), n=estimate.n)
    return Cited(reference, Standing.FOUND, said, estimate)


def _quote(tables: Tables, reference: str, table: str, key: str, name: str) -> Cited:
    if table not in tables:
        return Cited(
            reference, Standing.NO_DATA, _("{reference}: no table `{table}`").format(reference=reference, table=table)
        )
    rows = tables.table(table)
    match = rows[key].cast("string") == name
    texts = tables.to_frame(rows.filter(match).select("text").limit(1))["text"]
    if not len(texts):
        said = _("{reference}: nothing like it in `{table}`").format(reference=reference, table=table)
        return Cited(reference, Standing.UNKNOWN, said)
    text = " ".join(str(texts.iloc[0]).split())
    quote = text if len(text) <= QUOTED else text[:QUOTED] + "…"
    source = _("interview, row {name}") if table == "interviews" else _("complaint {name}")
    said = _("“{quote}” ({source})").format(quote=quote, source=source.format(name=name))
    return Cited(reference, Standing.FOUND, said, quote=text)
