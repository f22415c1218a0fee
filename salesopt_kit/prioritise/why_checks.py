"""What is wrong with the 5-Why chains: circles, jumps and loose ends, each said with its reason."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from salesopt_kit.locale import _
from salesopt_kit.metrics.evidence import Cited, look_up
from salesopt_kit.prioritise.evidence import references
from salesopt_kit.prioritise.vocabulary import Vocabulary, vocabulary
from salesopt_kit.prioritise.whys import priorities
from salesopt_kit.records import PainPoint, Records, WhyChain, load_records, needed
from salesopt_kit.records.wording import alike
from salesopt_kit.results import Table, explains_missing
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import Priority

FEWEST_WHYS = 2
PRESSING = (Priority.URGENT, Priority.IMPORTANT)
TWO_IN_ONE = re.compile(
    r".{2,}(?:因为|由于|所以|因此|导致|以致|造成).{2,}"
    r"|\w.*\b(?:because|therefore|leads? to|led to|so that|as a result|which causes)\b.*\w",
    re.IGNORECASE | re.DOTALL,
)
"""A cause and its effect in one sentence."""


@dataclass(frozen=True, slots=True)
class Checked:
    """All that the rules look at."""

    records: Records
    found: dict[str, Cited]
    words: Vocabulary
    priorities: dict[str, Priority]

    def point_of(self, chain: WhyChain) -> PainPoint:
        """Return the pain point that a chain begins at."""
        return next(point for point in self.records.pain_points if point.id == chain.pain_point)

    def is_bare(self, chain: WhyChain, place: int) -> bool:
        """Return whether nothing supports a why."""
        return not any(self.found[name].supports for name in chain.whys[place].evidence)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, with which record, and by which rule that is said."""

    record: str
    problem: str
    rule: str


@explains_missing
def why_problems(tables: Tables) -> Table:
    """Return what is wrong with the chains themselves, and why it is said; MissingData without pain points."""
    records = load_records(tables.engagement)
    needed(records, "pain_points")
    found = look_up(tables, (name for names in references(records).values() for name in names))
    faults = list(problems(Checked(records, found, vocabulary(tables), priorities(tables))))
    said = _("{n} things to mend in the chains.") if faults else _("The chains have no gap, no jump and no circle.")
    cells = pd.DataFrame(
        {_("Record"): fault.record, _("Problem"): fault.problem, _("Why this is said"): fault.rule} for fault in faults
    )
    return Table(said.format(n=len(faults)), cells)


def problems(given: Checked) -> Iterator[Fault]:
    """Yield the faults of each chain, then circles through several, then pressing pain points never asked about."""
    for chain in given.records.why_chains:
        yield from _circle(given, chain)
        yield from _ends(chain)
        yield from _jumps(given, chain)
        yield from _two_in_one(chain)
        yield from _bare_in_a_row(given, chain)
    yield from _circles_through_several(given.records)
    for point in given.records.pain_points:
        rule = given.priorities.get(point.id)
        if rule in PRESSING and not given.records.chains_of(point):
            said = _("it is {priority}, and nobody has asked why").format(priority=rule.label)
            yield Fault(point.id, said, _("5-Why is asked of every urgent and every important pain point (P3)."))


def _ends(chain: WhyChain) -> Iterator[Fault]:
    if len(chain.whys) < FEWEST_WHYS:
        said = _("fewer than two whys: a first answer is seldom the root cause")
        yield Fault(chain.id, said, _("One step from pain point to root cause leaves out what lies between."))
    if chain.root_cause is None:
        yield Fault(
            chain.id, _("no root cause is marked at its end"), _("A person decides which answer the root cause is.")
        )


def _circle(given: Checked, chain: WhyChain) -> Iterator[Fault]:
    """A text that comes back explains itself; the root cause may say the last why once more."""
    seen = {alike(given.point_of(chain).problem): _("the pain point")}
    rule = _("What is explained by itself is not explained; texts are compared without spaces and punctuation.")
    for number, why in enumerate(chain.whys, 1):
        name = _("why {number}").format(number=number)
        if alike(why.text) in seen:
            message = _("it goes round in a circle: {later} says the same as {earlier}")
            yield Fault(chain.id, message.format(later=name, earlier=seen[alike(why.text)]), rule)
            return
        seen[alike(why.text)] = name
    last = alike(chain.whys[-1].text) if chain.whys else ""
    cause = chain.root_cause
    if cause and alike(cause.text) != last and alike(cause.text) in seen:
        message = _("it goes round in a circle: the root cause says the same as {earlier}")
        yield Fault(chain.id, message.format(earlier=seen[alike(cause.text)]), rule)


def _circles_through_several(records: Records) -> Iterator[Fault]:
    """Chains that explain each other: A because of B in one, B because of A in another."""
    after: dict[str, dict[str, str]] = {}
    for chain in records.why_chains:
        texts = [one for one in _texts(records, chain) if one]
        if len(set(texts)) < len(texts):
            continue  # its own circle is told already
        for here, there in pairwise(texts):
            after.setdefault(here, {}).setdefault(there, chain.id)
    told: set[frozenset[str]] = set()
    for start in after:
        chains = _way_back(after, start)
        if chains and frozenset(chains) not in told:
            told.add(frozenset(chains))
            message = _("it goes round in a circle together with {others}")
            others = [one for one in dict.fromkeys(chains) if one != chains[0]]
            yield Fault(
                chains[0],
                message.format(others=_(", ").join(others)),
                _("One chain explains by this what the other explains by that, so neither has a root."),
            )


def _texts(records: Records, chain: WhyChain) -> list[str]:
    """Return what a chain says from pain point to root cause, made comparable, a repeated root cause left out."""
    problem = next(point.problem for point in records.pain_points if point.id == chain.pain_point)
    texts = [alike(problem), *(alike(why.text) for why in chain.whys)]
    if chain.root_cause and alike(chain.root_cause.text) != texts[-1]:
        texts.append(alike(chain.root_cause.text))
    return texts


def _way_back(after: dict[str, dict[str, str]], start: str) -> list[str]:
    """Return the chains on a way from a text back to itself, none where there is no such way."""
    ways: list[tuple[str, list[str]]] = [(start, [])]
    seen: set[str] = set()
    while ways:
        here, chains = ways.pop()
        for there, chain in after.get(here, {}).items():
            if there == start:
                return [*chains, chain]
            if there not in seen:
                seen.add(there)
                ways.append((there, [*chains, chain]))
    return []


def _jumps(given: Checked, chain: WhyChain) -> Iterator[Fault]:
    """A stage or department that comes out of nowhere, where nothing shows that it belongs there."""
    point = given.point_of(chain)
    known = given.words.of_point(point)
    rule = _(
        "It names a stage or department that neither the pain point nor a step above it names, and cites nothing: a "
        "step may be missing. Cite what shows it, or put the step between."
    )
    message = _("{step} jumps to {names}")
    for place, why in enumerate(chain.whys):
        named = given.words.named_in(why.text)
        if given.is_bare(chain, place) and (new := named - known):
            step = _("why {number}").format(number=place + 1)
            yield Fault(chain.id, message.format(step=step, names=_(", ").join(sorted(new))), rule)
        known = known | named
    if chain.root_cause and (new := given.words.named_in(chain.root_cause.text) - known):
        yield Fault(chain.id, message.format(step=_("the root cause"), names=_(", ").join(sorted(new))), rule)


def _two_in_one(chain: WhyChain) -> Iterator[Fault]:
    for number, why in enumerate(chain.whys, 1):
        if TWO_IN_ONE.search(why.text):
            said = _("why {number} holds a cause and its effect in one").format(number=number)
            yield Fault(
                chain.id,
                said,
                _("It says why by itself (“because”, “leads to”): make it two whys, each with evidence."),
            )


def _bare_in_a_row(given: Checked, chain: WhyChain) -> Iterator[Fault]:
    for place in range(1, len(chain.whys)):
        if given.is_bare(chain, place - 1) and given.is_bare(chain, place):
            said = _("whys {one} and {other} both without evidence").format(one=place, other=place + 1)
            yield Fault(chain.id, said, _("Below two guesses in a row, the rest of the chain is guesswork too."))
            return
