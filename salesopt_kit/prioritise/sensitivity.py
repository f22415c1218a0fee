"""How far the order hangs on single ratings: priority and place of each pain point if scores are off by one level."""

from dataclasses import dataclass

import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _, sentences
from salesopt_kit.numbers import shown
from salesopt_kit.prioritise.matrix import Placed, matrix
from salesopt_kit.prioritise.ranking import GRADES, Moves, moves
from salesopt_kit.records import priority
from salesopt_kit.results import Estimate, Missing, Result, explains_missing
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import Priority


@dataclass(frozen=True, slots=True)
class Shifted:
    """A pain point and its priority with one rating a level higher or lower; None where there is no such level."""

    placed: Placed
    impact_up: Priority | None
    impact_down: Priority | None
    frequency_up: Priority | None
    frequency_down: Priority | None

    @property
    def others(self) -> tuple[Priority, ...]:
        """The priorities it could have instead."""
        shifted = (self.impact_up, self.impact_down, self.frequency_up, self.frequency_down)
        return tuple(other for other in shifted if other and other is not self.placed.priority)

    @property
    def holds(self) -> bool:
        """Whether the priority stays the same whichever rating is off by one level."""
        return not self.others


@dataclass(frozen=True, slots=True)
class Sensitivity(Result):
    """Each pain point with its shifted priorities and what may become of its place, in the order of the matrix."""

    rows: tuple[Shifted, ...]
    moves: tuple[Moves, ...]

    def sentence(self) -> str:
        """Say how many priorities hold, and how firmly the first stays first."""
        message = _("{holds} of {n} pain points keep their priority whichever one of their ratings is off by a level.")
        said = message.format(holds=sum(row.holds for row in self.rows), n=len(self.rows))
        first, move = self.rows[0].placed.point, self.moves[0]
        if sum(one.place == 1 for one in self.moves) > 1:
            ids = _(", ").join(
                row.placed.point.id for row, one in zip(self.rows, self.moves, strict=True) if one.place == 1
            )
            return sentences(said, _("{ids} share the first place.").format(ids=ids))
        message = _(
            "{id} comes first, and stays first in {kept} of the {cases} cases in which one score of one pain point is "
            "off; with all scores possibly off at once the chance of that is {chance}."
        )
        chance = shown(move.together.first, "fraction")
        return sentences(said, message.format(id=first.id, kept=move.first_in, cases=move.cases, chance=chance))

    def estimates(self) -> tuple[Estimate, ...]:
        """Return how many priorities hold, and how often each pain point comes first."""
        holding = sum(row.holds for row in self.rows)
        label = _("Pain points whose priority holds")
        whole = Estimate("matrix.holding", label, holding, "pain_points", len(self.rows), method=_("one rating off"))
        firsts = (
            Estimate(
                *("matrix.first_chance", row.placed.point.problem, move.together.first, "fraction", len(self.rows)),
                method=_("every score a level lower, as it is or a level higher, all equally likely; exact"),
                group=f"pain_point={row.placed.point.id}",
            )
            for row, move in zip(self.rows, self.moves, strict=True)
        )
        return (whole, *firsts)

    def caveats(self) -> tuple[str, ...]:
        """Say what the order goes by and what is assumed of the scores."""
        return (
            _("The order goes by priority, then impact, then frequency; equal pain points share the better place."),
            _(
                "Other priority: if one of its own scores is off by a level. Own score off, any score off: the places "
                "between which it then is. First: in how many of all cases with one score off it comes first."
            ),
            _(
                "All scores off at once: each is a level lower, as it is or a level higher, equally likely and one "
                "independent of the other. Raters who agree with each other make the order firmer than that."
            ),
        )

    def table(self) -> pd.DataFrame:
        """Return one row per pain point, in the order of the matrix."""
        return pd.DataFrame(
            {
                _("Place"): str(move.place),
                _("Record"): row.placed.point.id,
                _("Problem in detail"): row.placed.point.problem,
                _("Priority"): row.placed.priority.label,
                _("Other priority"): _others(row),
                _("Own score off"): _span(*move.own),
                _("Any score off"): _span(*move.any),
                _("First"): f"{move.first_in}/{move.cases}",
                _("All off (95 %)"): _span(move.together.low, move.together.high),
                _("Chance of first"): shown(move.together.first, "fraction"),
            }
            for row, move in zip(self.rows, self.moves, strict=True)
        )


@explains_missing
def sensitivity(tables: Tables) -> Sensitivity | Missing:
    """Return which priorities and places change if scores are off by one level; MissingData without any rating."""
    answer = matrix(tables)
    if isinstance(answer, Missing):
        return answer
    if not answer.placed:
        raise MissingDataError(
            _("no pain point has an impact and a frequency yet"),
            remedy=_("Rate `impact` and `frequency` as high, medium or low."),
        )
    order = moves([(placed.impact, placed.frequency) for placed in answer.placed])
    return Sensitivity(tuple(shifted(placed) for placed in answer.placed), order)


def shifted(placed: Placed) -> Shifted:
    """Return the priorities around a pain point's place in the matrix."""
    impact, frequency = GRADES.index(placed.impact), GRADES.index(placed.frequency)
    return Shifted(
        placed,
        _at(impact + 1, frequency),
        _at(impact - 1, frequency),
        _at(impact, frequency + 1),
        _at(impact, frequency - 1),
    )


def _at(impact: int, frequency: int) -> Priority | None:
    places = range(len(GRADES))
    return priority(GRADES[impact], GRADES[frequency]) if impact in places and frequency in places else None


def _span(best: int, worst: int) -> str:
    return str(best) if best == worst else f"{best}–{worst}"


def _others(row: Shifted) -> str:
    """Say which score in which direction makes it another priority."""
    ways = (
        (_("impact higher"), row.impact_up),
        (_("impact lower"), row.impact_down),
        (_("frequency higher"), row.frequency_up),
        (_("frequency lower"), row.frequency_down),
    )
    message = _("{way}: {priority}")
    changed = [
        message.format(way=way, priority=other.label)
        for way, other in ways
        if other and other is not row.placed.priority
    ]
    return _("; ").join(changed) or _("stays")
