"""Method cards with their figures: the list at the end of a page, and a card for an answer that is a chart."""

import html
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from salesopt_kit.cards import find_method, method_html, method_lines, methods, methods_html, methods_shown
from salesopt_kit.charts import Chart, new_figure
from salesopt_kit.locale import _, pick
from salesopt_kit.methods.figures import FIGURES
from salesopt_kit.methods.kept_pictures import picture
from salesopt_kit.results import Answers, Result

WIDTH, HEIGHT = 6.4, 3.0
"""Inches of a card's figure."""


@dataclass(frozen=True, slots=True)
class MethodCard(Result):
    """What one method asks, does, supposes, and when it lies, with one figure."""

    key: str

    @property
    def name(self) -> str:
        """The method's name in the reader's language."""
        return pick(methods()[self.key]["name"])

    def sentence(self) -> str:
        """Return the question that the method answers."""
        return _("{name}: {text}").format(name=self.name, text=pick(methods()[self.key]["question"]))

    def table(self) -> pd.DataFrame:
        """Return one row per field."""
        return pd.DataFrame({_("Method"): label, self.name: text} for label, text in method_lines(self.key))

    def chart(self) -> Chart:
        """Return the one figure, drawn from made-up data."""
        figure = new_figure(WIDTH, HEIGHT)
        FIGURES[self.key](figure.subplots())
        title = figure.axes[0].get_title(loc="left").replace("\n", " ")
        return Chart(f"method_{self.key}", _("Made-up data: {title}").format(title=title), figure)

    def _repr_html_(self) -> str:
        return f'<div class="answer">{self.folded()}</div>'

    def folded(self) -> str:
        """Return the whole card as a fold-out; its figure is where the cards at the answers lead."""
        kept = picture(self.key, self.chart)
        source = f'src="data:image/png;base64,{kept.png}" alt="{html.escape(kept.alt)}"'
        image = f'<img {source} style="max-width: 36rem; width: 100%">'
        return method_html(self.key, f'<div class="made-up" id="method-{self.key}">{image}</div>')


@dataclass(frozen=True, slots=True)
class MethodCards(Answers):
    """Several method cards, each a fold-out of its own."""

    def _repr_html_(self) -> str:
        folded = "".join(part.folded() for part in self.parts if isinstance(part, MethodCard))
        return f'<div class="answer"><p class="finding">{html.escape(self.said)}</p>{folded}</div>'


@dataclass(frozen=True, slots=True)
class MethodsUsed(Result):
    """The methods behind a chart, which has no place for a card of its own."""

    keys: tuple[str, ...]

    def sentence(self) -> str:
        """Name the methods."""
        names = _(", ").join(pick(methods()[find_method(key)]["name"]) for key in self.keys)
        return _("How it was reckoned: {names}.").format(names=names)

    def methods(self) -> Iterable[str]:
        """Return the methods as they were given."""
        return self.keys

    def _repr_html_(self) -> str:
        return f'<div class="answer">{methods_html(self.keys)}</div>'


def method_card(method: str) -> MethodCard:
    """Return the card of a method by the key that an analysis gives (`Contrast.method`), or by an alias."""
    return MethodCard(find_method(method))


def method_cards(*only: str) -> MethodCards:
    """Return the cards of all methods that this page has shown so far, or `only` some (keys or aliases)."""
    keys = tuple(dict.fromkeys(map(find_method, only))) or methods_shown()
    said = _("{n} methods, each with its question, what it supposes, when it lies, and a figure of made-up data.")
    if not keys:
        said = _("No answer above was reckoned by a method that needs a card, or none was run yet.")
    return MethodCards(said.format(n=len(keys)), tuple(MethodCard(key) for key in keys))


def methods_used(*keys: str) -> MethodsUsed:
    """Return the folded cards of the methods of a chart, to be shown below it; KeyError for an unknown method."""
    return MethodsUsed(tuple(map(find_method, keys)))
