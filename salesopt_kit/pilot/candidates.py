"""X1: which units could pilot: every choice scored for how like the company it is, then one drawn by lot."""

import hashlib
import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.core_figures import metric_unit
from salesopt_kit.metrics.dimensions import dimension_label
from salesopt_kit.numbers import difference_unit, shown
from salesopt_kit.pilot.foreseen import Foreseen, foreseen
from salesopt_kit.pilot.outline import Kind, Outline, outline
from salesopt_kit.pilot.plan import LARGE
from salesopt_kit.pilot.power import ENOUGH
from salesopt_kit.pilot.profiles import Profiles, profiles
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.stats.permutation import smallest_p
from salesopt_kit.tables.store import Tables

Numbers = npt.NDArray[np.float64]
MOST = 2_000
"""Choices that are scored at most; larger ones are left out whole sizes at a time."""
LARGEST = 3
SHORTLIST = 6
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Candidate:
    """A choice of units to pilot: its standardised differences from the whole company, and what it could show."""

    units: tuple[str, ...]
    differences: dict[str, float]
    """Label of the trait -> standardised difference."""
    against_rest: float
    """The same differences from the units that would be controls, as one distance."""
    detectable: float | None
    """Smallest effect that four of five pilots of these units show; None where the history does not tell."""
    smallest_p: float

    @property
    def distance(self) -> float:
        """How unlike the company it is: the root mean square of its differences."""
        return math.sqrt(sum(value**2 for value in self.differences.values()) / max(1, len(self.differences)))

    @property
    def worst(self) -> tuple[str, float]:
        """The trait that differs most, and by how many standard deviations."""
        return max(self.differences.items(), key=lambda item: abs(item[1]), default=("–", 0.0))

    @property
    def is_balanced(self) -> bool:
        """Whether no trait differs by more than a quarter of a standard deviation."""
        return abs(self.worst[1]) <= LARGE


@dataclass(frozen=True, slots=True)
class Candidates(Result):
    """All choices, the most representative first; the shortlist and the lot drawn from it."""

    kind: str
    size: int
    choices: tuple[Candidate, ...]
    shortlist: tuple[Candidate, ...]
    drawn: Candidate
    seed: str
    planned: Candidate | None
    preset: Candidate | None
    absent: tuple[str, ...]
    unit: str
    weeks: float

    def sentence(self) -> str:
        """Say who was drawn by lot, from how many, and how it can be drawn again."""
        message = _(
            "Of {n} choices by {kind} {listed} alike ones are on the shortlist; drawn by lot: {units} "
            "(controls: the other {controls}). The lot is reproducible: seed {seed}."
        )
        return message.format(
            n=len(self.choices),
            kind=self.kind,
            listed=len(self.shortlist),
            units=_(", ").join(self.drawn.units),
            controls=self.n_units - len(self.drawn.units),
            seed=self.seed,
        )

    @property
    def n_units(self) -> int:
        """Units that may take part."""
        return len({unit for choice in self.choices for unit in choice.units})

    @property
    def listed(self) -> tuple[Candidate, ...]:
        """What a page shows: the plan, the preset, the draw and the shortlist, then the most representative others."""
        marked = [one for one in (self.planned, self.preset, self.drawn) if one]
        ordered = (*marked, *self.shortlist[:SHORTLIST], *self.choices)
        kept = dict(list({choice.units: choice for choice in ordered}.items())[:SHOWN])
        return tuple(sorted(kept.values(), key=lambda choice: choice.distance))

    def marks(self, choice: Candidate) -> str:
        """Return what a choice is: planned, preset, on the shortlist, drawn."""
        said = {
            _("in engagement.yml"): self.planned is not None and choice.units == self.planned.units,
            _("one middling, one new"): self.preset is not None and choice.units == self.preset.units,
            _("drawn by lot"): choice.units == self.drawn.units,
            _("shortlist"): any(choice.units == one.units for one in self.shortlist),
        }
        return _(", ").join(name for name, is_so in said.items() if is_so)

    def methods(self) -> Iterable[str]:
        """Return how likeness and what a choice could show were found."""
        return ("standardised_difference", "power", "permutation")

    def estimates(self) -> tuple[Estimate, ...]:
        """Return distance and detectable effect of the choices that are shown."""
        return tuple(estimate for choice in self.listed for estimate in self._estimates(choice))

    def table(self) -> pd.DataFrame:
        """Return one row per choice that is shown, the most representative first."""
        return pd.DataFrame(
            {
                _("Units"): _(", ").join(choice.units),
                _("Unlike the company by"): f"{choice.distance:.2f}",
                _("Differs most in"): _worst(choice),
                _("Unlike its controls by"): f"{choice.against_rest:.2f}",
                _("Could show from"): self._effect(choice.detectable),
                _("Smallest p"): f"{choice.smallest_p:.3f}",
                _("Remark"): self.marks(choice),
            }
            for choice in self.listed
        )

    def caveats(self) -> tuple[str, ...]:
        """Return how it was judged."""
        message = _(
            "Standardised differences in volume, amount, cycle, win rate, conversion, tenure and mix over the year "
            "before the pilot; above {large} a choice is unlike the company. Who may pilot may also be a control: all "
            "units with enough deals, none picked for its figures, so the rest serve as controls."
        )
        said = [message.format(large=LARGE)]
        balanced = sum(choice.is_balanced for choice in self.shortlist)
        if balanced < len(self.shortlist):
            note = _("Only {n} of the {of} on the shortlist are balanced in every trait; the others are the nearest.")
            said.append(note.format(n=balanced, of=len(self.shortlist)))
        known = [choice.detectable for choice in self.choices if choice.detectable is not None]
        if known:
            floor = _("No choice shown here could show less than {effect} in {weeks:.0f} weeks.")
            said.append(floor.format(effect=self._effect(min(known)), weeks=self.weeks))
        if self.planned is not None and self.planned.units not in [one.units for one in self.shortlist]:
            note = _("The units of engagement.yml ({units}) are not on the shortlist.")
            said.append(note.format(units=_(", ").join(self.planned.units)))
        if self.absent:
            said.append(
                _("Not compared, for the data do not tell it: {names}.").format(names=_(", ").join(self.absent))
            )
        return tuple(said)

    def _effect(self, value: float | None) -> str:
        return shown(value, difference_unit(self.unit))

    def _estimates(self, choice: Candidate) -> Iterator[Estimate]:
        group = "units=" + "+".join(choice.units)
        label = _("Unlike the company by (standard deviations)")
        yield Estimate(
            "pilot.candidates.distance", label, choice.distance, "score", len(choice.differences), group=group
        )
        if choice.detectable is not None:
            unit = difference_unit(self.unit)
            label = _("Smallest detectable effect")
            yield Estimate("pilot.candidates.detectable", label, choice.detectable, unit, 0, group=group)


@explains_missing
def candidates(tables: Tables, kind: Kind | None = None) -> Result:
    """Return every choice of one to three units by team, segment or person, scored, and one drawn by lot.

    The shortlist holds the choices of the planned size that are balanced in every trait, the six nearest where there
    are fewer; the lot is Python's Mersenne Twister seeded by the slug and the pilot's first day. Works without a pilot
    in engagement.yml. MissingDataError where fewer than three units have enough deals.
    """
    planned = outline(tables, kind)
    known = profiles(tables, planned)
    choices = tuple(sorted(_scored(tables, planned, known), key=lambda choice: choice.distance))
    by_units = {choice.units: choice for choice in choices}
    shortlist = _shortlist(choices, planned.size)
    seed = f"{tables.engagement.config.slug} {planned.first_day}"
    return Candidates(
        dimension_label(planned.dimension),
        planned.size,
        choices,
        shortlist,
        drawn_by_lot(shortlist, seed),
        seed,
        by_units.get(tuple(sorted(planned.treated))),
        by_units.get(middling_and_new(known)),
        known.absent,
        metric_unit(planned.primary, tables.engagement.config.currency),
        planned.weeks,
    )


def drawn_by_lot(shortlist: tuple[Candidate, ...], seed: str) -> Candidate:
    """Return one of the shortlist; the same one for the same seed, on every machine."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8])
    ordered = sorted(shortlist, key=lambda choice: choice.units)
    return ordered[random.Random(number).randrange(len(ordered))]  # noqa: S311 -- a lot, not a secret


def middling_and_new(known: Profiles) -> tuple[str, ...]:
    """Return the handbook's choice: the newest unit, and of the others the middle one by won amount per seller."""
    newest = int(np.argmax(known.newest))
    others = [place for place in np.argsort(known.output, kind="stable") if place != newest]
    middle = others[len(others) // 2]
    return tuple(sorted((known.units[middle], known.units[newest])))


def _shortlist(choices: tuple[Candidate, ...], size: int) -> tuple[Candidate, ...]:
    sized = [choice for choice in choices if len(choice.units) == size] or list(choices)
    balanced = [choice for choice in sized if choice.is_balanced]
    return tuple(balanced if len(balanced) >= SHORTLIST else sized[:SHORTLIST])


def _scored(tables: Tables, planned: Outline, known: Profiles) -> Iterator[Candidate]:
    eve = _eve(tables, planned)
    n = len(known.units)
    total = 0
    for size in range(1, min(LARGEST, n // 2) + 1):
        total += math.comb(n, size)
        if total > MOST and size > planned.size:
            return
        chosen = list(combinations(range(n), size))
        member = np.zeros((len(chosen), n))
        for row, places in enumerate(chosen):
            member[row, list(places)] = 1
        labels = [trait.label for trait in known.traits]
        apart = np.array([trait.difference(member) for trait in known.traits])
        rest = np.array([trait.difference(1 - member) for trait in known.traits])
        against = np.sqrt(np.nanmean((apart - rest) ** 2, axis=0))
        effects = _detectable(eve, [tuple(known.units[place] for place in places) for places in chosen])
        for row, places in enumerate(chosen):
            values = {label: float(apart[place, row]) for place, label in enumerate(labels)}
            yield Candidate(
                tuple(known.units[place] for place in places),
                {label: value for label, value in values.items() if not math.isnan(value)},
                float(against[row]),
                effects[row],
                smallest_p(n, size),
            )


def _eve(tables: Tables, planned: Outline) -> Foreseen | None:
    try:
        return foreseen(tables, planned, planned.primary)
    except MissingDataError:
        return None


def _detectable(eve: Foreseen | None, chosen: list[tuple[str, ...]]) -> list[float | None]:
    """Return what each choice could show; None where the history does not tell."""
    after = round(7 * eve.planned.weeks) if eve else 0
    scatter = eve.scatter(after) if eve else None
    if eve is None or scatter is None:
        return [None] * len(chosen)
    place = {unit: number for number, unit in enumerate(eve.units)}
    return [
        eve.pilot(after, np.array([[place[unit] for unit in units]])).smallest(ENOUGH, scatter.variance)
        if all(unit in place for unit in units)
        else None
        for units in chosen
    ]


def _worst(choice: Candidate) -> str:
    name, value = choice.worst
    return _("{name} ({value:+.2f})").format(name=name, value=value)
