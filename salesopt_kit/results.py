"""What every answer of the kit can do: become a sentence, a table, HTML, and numbers with their uncertainty."""

import functools
import html
import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, ClassVar, ParamSpec, TypeVar

import pandas as pd

from salesopt_kit.cards import card_html, cards_of, methods_html, methods_named
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.numbers import bare, columns_of, shown

P = ParamSpec("P")
R = TypeVar("R")

SHORT, LONG = 14, 44
"""Columns of text up to which a cell of a table is not broken, and from which on it is kept wide."""
KEY_JOINT = re.compile(r"(?<=[a-z])([._])(?=[a-z])")
"""Where a key such as sources.stage_events.columns may be broken."""
TAG = re.compile(r"<[^>]+>")
MIME = "application/vnd.salesopt.estimates+json"
"""The notebook output type that carries an answer's numbers to the run's results.json."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """One number that a page shows, with all that is needed to judge it.

    `id` is stable across runs and languages ("win_rate.count"); `group` names the part it is for ("team=East"), empty
    for the whole. `unit` is "fraction", "days", "deals", ... or a currency code; rates are fractions. `low` and `high`
    bound the 95 % interval, None where there is none and `method` or a caveat says why. `n` counts what went in.
    """

    id: str
    label: str
    value: float | None
    unit: str
    n: int
    low: float | None = None
    high: float | None = None
    method: str = ""
    window: tuple[date, date] | None = None
    group: str = ""
    caveats: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the estimate as JSON-ready values; what is no finite number is None."""
        fields = asdict(self)
        for key in ("value", "low", "high"):
            fields[key] = fields[key] if fields[key] is not None and math.isfinite(fields[key]) else None
        fields["window"] = [day.isoformat() for day in self.window] if self.window else None
        fields["caveats"] = list(self.caveats)
        return fields


class Result(ABC):
    """Base of the frozen dataclasses that analysis functions return."""

    __slots__ = ()
    card: ClassVar[str] = ""
    """Id of the definition card shown beside the answer."""

    @abstractmethod
    def sentence(self) -> str:
        """Say the finding in plain words, with its n and its uncertainty."""

    def estimates(self) -> tuple[Estimate, ...]:
        """Return every number of the answer."""
        return ()

    def caveats(self) -> tuple[str, ...]:
        """Return what a reader must know before leaning on the answer."""
        return ()

    def to_frame(self) -> pd.DataFrame:
        """Return one row of unrounded numbers per estimate; columns are the fields of Estimate."""
        return pd.DataFrame([estimate.to_dict() for estimate in self.estimates()])

    def table(self) -> pd.DataFrame:
        """Return the table a page shows: text cells, headings in the reader's language; empty for none."""
        rows = [
            {
                _("Figure"): estimate.label,
                _("Value"): shown(estimate.value, estimate.unit),
                _("95% interval"): _interval(estimate),
                "n": f"{estimate.n:,}",
                _("Method"): estimate.method,
            }
            for estimate in self.estimates()
        ]
        return pd.DataFrame(rows)

    def tabled(self) -> Iterable[Estimate]:
        """Return the estimates that the table's cells show with their intervals."""
        return self.estimates()

    def methods(self) -> Iterable[str]:
        """Return the keys of the statistical methods that found the answer, as the analysis itself recorded them."""
        return ()

    def used_methods(self) -> tuple[str, ...]:
        """Return the keys of the method cards that the answer needs.

        They are those of `methods`, and of every term in its words, table, caveats and estimates that has a card.
        """
        return self._used_methods(self._body())

    def _used_methods(self, body: str) -> tuple[str, ...]:
        estimates = self.estimates()
        words = html.unescape(TAG.sub(" ", body.replace("<wbr>", "")))
        named = methods_named(" \n".join([words, *dict.fromkeys(one.method for one in estimates)]))
        bounded = ("interval",) if any(one.low is not None for one in estimates) else ()
        return tuple(sorted({*(card for key in self.methods() for card in cards_of(key)), *named, *bounded}))

    def _body(self) -> str:
        """Return the answer as HTML without its cards."""
        table = self.table()
        parts = [f'<p class="finding">{html.escape(self.sentence())}</p>']
        if len(table):
            parts.append(table_html(table, self.tabled()))
        if caveats := self.caveats():
            items = "".join(f"<li>{html.escape(caveat)}</li>" for caveat in caveats)
            parts.append(f'<ul class="caveats">{items}</ul>')
        return "".join(parts)

    def _repr_html_(self) -> str:
        body = self._body()
        cards = (card_html(self.card) if self.card else "") + methods_html(self._used_methods(body))
        return f'<div class="answer">{body}{cards}</div>'

    def _repr_mimebundle_(self, **_options: object) -> dict[str, Any]:
        return {
            "text/html": self._repr_html_(),
            "text/plain": self.sentence(),
            MIME: [estimate.to_dict() for estimate in self.estimates()],
        }


@dataclass(frozen=True, slots=True)
class Missing(Result):
    """The answer to a question that the engagement's data cannot answer yet."""

    what: str
    remedy: str

    def sentence(self) -> str:
        """Say what is missing."""
        return _("Not available: {what}").format(what=self.what)

    def used_methods(self) -> tuple[str, ...]:
        """Return none: nothing was reckoned."""
        return ()

    def _repr_html_(self) -> str:
        what = html.escape(self.sentence())
        remedy, _newline, example = html.escape(self.remedy).partition("\n")
        example = f"<pre>{example}</pre>" if example else ""
        return f'<div class="answer missing"><p class="finding">{what}</p><p>{remedy}</p>{example}</div>'


@dataclass(frozen=True, slots=True)
class Table(Result):
    """A sentence and a table of text cells: for lists that are not estimates."""

    said: str
    cells: pd.DataFrame
    remarks: tuple[str, ...] = ()
    used: tuple[str, ...] = ()
    """Keys of the methods behind the cells."""

    def sentence(self) -> str:
        """Return the sentence above the table."""
        return self.said

    def methods(self) -> Iterable[str]:
        """Return the methods behind the cells."""
        return self.used

    def table(self) -> pd.DataFrame:
        """Return the cells as they are."""
        return self.cells

    def caveats(self) -> tuple[str, ...]:
        """Return the remarks below the table."""
        return self.remarks


@dataclass(frozen=True, slots=True)
class Answers(Result):
    """Several answers shown one after the other under one sentence, such as one metric by each dimension."""

    said: str
    parts: tuple[Result, ...]

    def sentence(self) -> str:
        """Return the sentence above the parts."""
        return self.said

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the estimates of all parts."""
        return tuple(estimate for part in self.parts for estimate in part.estimates())

    def used_methods(self) -> tuple[str, ...]:
        """Return the method cards that stand below the parts."""
        return tuple(sorted({key for part in self.parts for key in part.used_methods()}))

    def _repr_html_(self) -> str:
        parts = "".join(
            f"<details><summary>{html.escape(part.sentence())}</summary>{part._repr_html_()}</details>"
            for part in self.parts
        )
        return f'<div class="answer"><p class="finding">{html.escape(self.said)}</p>{parts}</div>'


def explains_missing(question: Callable[P, R]) -> Callable[P, R | Missing]:
    """Make a function answer with Missing where it would raise MissingDataError, so that a page goes on."""

    @functools.wraps(question)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R | Missing:
        try:
            return question(*args, **kwargs)
        except MissingDataError as missing:
            return Missing(missing.what, missing.remedy)

    return asked


def with_interval(estimate: Estimate) -> str:
    """Return an estimate as a table cell: "63.2% (62.0% to 64.3%)", without the brackets where it has no interval."""
    if estimate.low is None or estimate.high is None:
        return shown(estimate.value, estimate.unit)
    return _("{value} ({low} to {high})").format(**_parts(estimate))


def table_html(table: pd.DataFrame, estimates: Iterable[Estimate] = ()) -> str:
    """Return `table` (text cells) as an HTML table without styles of its own; everything in it is escaped.

    A cell that is one of the `estimates` with its interval, or begins with it, is set on two lines: the value, and the
    interval and what follows below it.
    """
    known = _in_two_lines(estimates)
    heads = "".join(f"<th>{_breakable(html.escape(str(name)))}</th>" for name in table.columns)
    rows = "".join(
        f"<tr>{''.join(_cell('–' if pd.isna(cell) else str(cell), known) for cell in row)}</tr>\n"
        for row in table.itertuples(index=False, name=None)
    )
    return f'<div class="scroll"><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>'


def _breakable(heading: str) -> str:
    """Return a heading that may break after a slash and before a Chinese bracket."""
    return heading.replace("/", "/<wbr>").replace("（", "<wbr>（")


def _cell(text: str, known: dict[str, tuple[str, str]]) -> str:
    """Return a cell that says how it may break: a short one not at all, a long one not into a narrow column."""
    if figure := max(filter(text.startswith, known), key=len, default=""):
        value, below = map(html.escape, known[figure])
        return f'<td class="short">{value}<br><span class="range">{below}{html.escape(text[len(figure) :])}</span></td>'
    columns = columns_of(text)
    kind = "short" if columns <= SHORT else "long" if columns >= LONG else ""
    shown_text = KEY_JOINT.sub(r"\1<wbr>", html.escape(text))
    return f'<td class="{kind}">{shown_text}</td>' if kind else f"<td>{shown_text}</td>"


def _in_two_lines(estimates: Iterable[Estimate]) -> dict[str, tuple[str, str]]:
    """Return the cells that hold an estimate and its interval, with or without its n, as a value and what is below."""
    found = {}
    for estimate in estimates:
        if estimate.low is None or estimate.high is None:
            continue
        parts = _parts(estimate)
        for brackets, plain in (
            (_("{value} ({low} to {high})"), _("{low} to {high}")),
            (_("{value} ({low} to {high}; n={n:,})"), _("{low} to {high}; n={n:,}")),
        ):
            found[brackets.format(**parts)] = (str(parts["value"]), plain.format(**parts))
    return found


def _parts(estimate: Estimate) -> dict[str, Any]:
    """Return what a cell of an estimate is made of: value, low and high as text, n."""
    value, unit = shown(estimate.value, estimate.unit), estimate.unit
    return {"value": value, "low": bare(estimate.low, unit), "high": bare(estimate.high, unit), "n": estimate.n}


def _interval(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return "–"
    return _("{low} to {high}").format(low=bare(estimate.low, estimate.unit), high=shown(estimate.high, estimate.unit))
