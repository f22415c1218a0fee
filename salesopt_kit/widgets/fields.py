"""The fields of a form, made from the typed row that the store keeps of a kind."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from salesopt_kit.engagement import Bound, Engagement
from salesopt_kit.locale import _
from salesopt_kit.records.kinds import Kind
from salesopt_kit.terms import Term
from salesopt_kit.widgets.labels import WORDS_OF_LITERALS, help_of, label_of
from salesopt_kit.widgets.links import LINK_FIELDS

Shape = Literal["text", "long", "suggest", "number", "whole", "day", "days", "list", "bound", "choice", "flag", "links"]
LONG = {
    *("problem", "text", "measure", "resources", "acceptance", "risk", "contingency", "notes", "answer", "task"),
    *("decides", "step", "scope"),
}
SIMPLE: dict[type, Shape] = {bool: "flag", date: "day", int: "whole", float: "number", Bound: "bound"}


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form. `choices` are (value, label); of a "suggest" field any other text will do too.

    `spellings` are (value, text) of what else people write for a choice.

    Of a "links" field `is_single` allows one id at most, and `can_add` makes a new record of a text that is no id.
    """

    name: str
    label: str
    shape: Shape
    is_required: bool = False
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    low: float | None = None
    high: float | None = None
    spellings: tuple[tuple[str, str], ...] = ()
    is_single: bool = False
    can_add: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the field as the page gets it."""
        return asdict(self)


def fields_of(kind: Kind, engagement: Engagement | None = None) -> tuple[Field, ...]:
    """Return the fields of a kind in the order of its row, the links to other records last."""
    own = [_field(kind.key, name, info, engagement) for name, info in kind.model.model_fields.items() if name != "id"]
    links = [
        Field(link.name, _(link.label), "links", is_single=link.is_single, can_add="observations" in link.others[:1])
        for link in LINK_FIELDS.get(kind.key, ())
    ]
    return (*own, *links)


def _field(kind: str, name: str, info: FieldInfo, engagement: Engagement | None) -> Field:
    inner = _without_none(info.annotation)
    shape, choices = _shape(name, inner)
    if shape in ("text", "long") and (suggested := tuple(_suggested(kind, name, engagement))):
        shape, choices = "suggest", suggested
    return Field(
        name,
        label_of(kind, name),
        shape,
        info.is_required(),
        help_of(kind, name),
        choices,
        _bound(info, "ge"),
        _bound(info, "le"),
        _spellings(inner),
    )


def _without_none(annotation: Any) -> Any:  # noqa: ANN401 -- a type, or an alias of one
    if get_origin(annotation) in (UnionType, Union):
        return next(part for part in get_args(annotation) if part is not type(None))
    return annotation


def _shape(name: str, inner: Any) -> tuple[Shape, tuple[tuple[str, str], ...]]:  # noqa: ANN401
    if inner in SIMPLE:
        return SIMPLE[inner], ()
    if get_origin(inner) is tuple:
        return ("days" if get_args(inner) == (date, date) else "list"), ()
    if get_origin(inner) is Literal:
        return "choice", tuple((value, _(WORDS_OF_LITERALS.get(value, value))) for value in get_args(inner))
    if isinstance(inner, type) and issubclass(inner, Term):
        return "choice", tuple((term.value, term.label) for term in inner)
    return ("long" if name in LONG else "text"), ()


def _spellings(inner: Any) -> tuple[tuple[str, str], ...]:  # noqa: ANN401
    if not (isinstance(inner, type) and issubclass(inner, Term)):
        return ()
    return tuple((term.value, text) for term in inner for text in term.spellings)


def _bound(info: FieldInfo, side: str) -> float | None:
    return next((getattr(part, side) for part in info.metadata if hasattr(part, side)), None)


def _suggested(kind: str, name: str, engagement: Engagement | None) -> Iterable[tuple[str, str]]:
    """Yield what engagement.yml knows of a field."""
    if engagement is None:
        return
    config = engagement.config
    if name == "stage":
        yield from ((stage.id, stage.name) for stage in config.stages)
    elif f"{kind}.{name}" in ("targets.key", "evaluations.metric", "daily_entries.metric"):
        yield from ((key, key) for key in config.targets)
    elif name == "unit" and kind in ("feedback", "pilot_notes", "daily_entries", "trainings") and config.pilot:
        yield from ((unit, unit) for unit in (*config.pilot.treated, *config.pilot.controls))
