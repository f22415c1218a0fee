"""Method cards: one YAML file each in `cards/`, in both languages, with one figure drawn from made-up data."""

import base64
import html
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import pandas as pd
from ruamel.yaml import YAML

from salesopt_kit.charts import Chart, new_figure
from salesopt_kit.locale import _, pick
from salesopt_kit.methods.figures import FIGURES
from salesopt_kit.results import Answers, Result

FIELDS = ("question", "idea", "assumption", "lies", "source")
WIDTH, HEIGHT = 6.4, 3.0
"""Inches of a card's figure."""
Workbook = Literal["pilot", "rollout"]


@dataclass(frozen=True, slots=True)
class MethodCard(Result):
    """What one method asks, does, supposes, and when it lies, with one figure."""

    key: str

    @property
    def name(self) -> str:
        """The method's name in the reader's language."""
        return pick(methods()[self.key]["name"])

    def text(self, field: str) -> str:
        """Return one of FIELDS in the reader's language."""
        return pick(methods()[self.key][field])

    def sentence(self) -> str:
        """Return the question that the method answers."""
        return _("{name}: {text}").format(name=self.name, text=self.text("question"))

    def table(self) -> pd.DataFrame:
        """Return one row per field."""
        return pd.DataFrame({_("Method"): label, self.name: self.text(field)} for field, label in _labels().items())

    def chart(self) -> Chart:
        """Return the one figure, drawn from made-up data."""
        figure = new_figure(WIDTH, HEIGHT)
        FIGURES[self.key](figure.subplots())
        return Chart(f"method_{self.key}", _("Made-up data: {title}").format(title=self._title(figure)), figure)

    def _title(self, figure: Any) -> str:  # noqa: ANN401 -- a Matplotlib figure
        return str(figure.axes[0].get_title(loc="left")).replace("\n", " ")

    def _repr_html_(self) -> str:
        return f'<div class="answer" id="method-{self.key}">{_fold(self)}</div>'


@dataclass(frozen=True, slots=True)
class MethodCards(Answers):
    """Several method cards, each a fold-out of its own."""

    def _repr_html_(self) -> str:
        cards = "".join(_fold(part) for part in self.parts if isinstance(part, MethodCard))
        return f'<div class="answer"><p class="finding">{html.escape(self.said)}</p>{cards}</div>'


@cache
def methods() -> dict[str, dict[str, Any]]:
    """Return every card by its key; each text field is a mapping of language to text."""
    folder = files("salesopt_kit").joinpath("methods", "cards")
    found = sorted((path for path in folder.iterdir() if path.name.endswith(".yml")), key=lambda path: path.name)
    return {path.name.removesuffix(".yml"): YAML(typ="safe").load(path.read_text(encoding="utf-8")) for path in found}


def find_method(method: str) -> str:
    """Return the key of the card of `method`, which is a key or one of a card's `aliases`.

    KeyError where there is no such card.
    """
    if method in methods():
        return method
    for key, card in methods().items():
        if method in card.get("aliases", ()):
            return key
    raise KeyError(method)


def method_card(method: str) -> MethodCard:
    """Return the card of a method by the key that an analysis gives (`Contrast.method`), or by an alias."""
    return MethodCard(find_method(method))


def method_cards(used_in: Workbook | None = None, *only: str) -> MethodCards:
    """Return the cards that a workbook uses, all of them, or `only` some (keys or aliases), in order of their names."""
    keys = list(dict.fromkeys(map(find_method, only))) or [
        key for key, card in methods().items() if used_in in (None, card["used_in"])
    ]
    said = _("{n} methods, each with its question, what it supposes, when it lies, and a figure of made-up data.")
    return MethodCards(said.format(n=len(keys)), tuple(MethodCard(key) for key in keys))


def _labels() -> dict[str, str]:
    return {
        "question": _("Question"),
        "idea": _("What it does"),
        "assumption": _("What it supposes"),
        "lies": _("When it lies"),
        "source": _("Source"),
    }


def _fold(card: MethodCard) -> str:
    lines = "".join(
        f"<dt>{html.escape(label)}</dt><dd>{html.escape(card.text(field))}</dd>" for field, label in _labels().items()
    )
    title = html.escape(_("Method: {name}").format(name=card.name))
    return f'<details class="card method"><summary>{title}</summary><dl>{lines}</dl>{_picture(card.chart())}</details>'


def _picture(chart: Chart) -> str:
    data = base64.b64encode(chart.png()).decode()
    return (
        f'<img src="data:image/png;base64,{data}" alt="{html.escape(chart.alt)}" style="max-width: 36rem; width: 100%">'
    )
