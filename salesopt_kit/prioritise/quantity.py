"""P1: what a pain point is measured in, and how an amount of the window becomes an amount a month."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from salesopt_kit.locale import N_, _
from salesopt_kit.results import Estimate

MONTH_DAYS = 365.25 / 12
"""Days of a month, so that windows of other lengths come to the same month."""


class Kind(Enum):
    """What a quantity is of, in the order in which pages show it."""

    DAYS = "days"
    HOURS = "hours"
    MONEY = "money"
    DEALS = "deals"
    COMPLAINTS = "complaints"
    VOICES = "voices"

    @property
    def label(self) -> str:
        """The heading of its column."""
        return _(LABELS[self])


SUMMED = (Kind.DAYS, Kind.HOURS, Kind.MONEY, Kind.COMPLAINTS)
"""Not deals: one that comes to two stages would count twice. Not people: one may say both."""
LABELS = {
    Kind.DAYS: N_("Days of deals a month"),
    Kind.HOURS: N_("Working hours a month"),
    Kind.MONEY: N_("Money a month"),
    Kind.DEALS: N_("Deals a month"),
    Kind.COMPLAINTS: N_("Complaints a month"),
    Kind.VOICES: N_("Said by"),
}


@dataclass(frozen=True, slots=True)
class Quantity:
    """One amount that a pain point rests on.

    `source` says what is counted, as "stage=contract" ("" for everything): two pain points with one source share the
    amount. `how` says in words how the amount follows from `references`.
    """

    kind: Kind
    estimate: Estimate
    source: str
    references: tuple[str, ...]
    how: str

    @property
    def cut(self) -> str:
        """By what the whole is cut, such as "stage"; "" for the whole."""
        return self.source.partition("=")[0]

    def overlaps(self, other: "Quantity") -> bool:
        """Return whether both may count the same days, hours, money, deals or complaints.

        Parts of one cut stand side by side; parts of two different cuts, or a part and the whole, may overlap.
        """
        if self.kind is not other.kind or self.kind is Kind.VOICES:
            return False
        if self.kind is Kind.DEALS:  # each deal comes to many stages, which is said once for all
            return self.source == other.source
        return self.source == other.source or self.cut != other.cut or not self.source


def months_of(estimate: Estimate) -> float | None:
    """Return how many months the window of an estimate has; None without a window."""
    if estimate.window is None:
        return None
    first, last = estimate.window
    return ((last - first).days + 1) / MONTH_DAYS


def scaled(estimate: Estimate, factor: float, **changed: Any) -> Estimate:  # noqa: ANN401 -- fields of Estimate
    """Return an estimate times a factor, its interval too, with some fields changed."""
    value, low, high = (None if one is None else one * factor for one in (estimate.value, estimate.low, estimate.high))
    return replace(estimate, value=value, low=low, high=high, **changed)


def merged(quantities: Iterable[Quantity]) -> tuple[Quantity, ...]:
    """Return each amount once, with every reference that it follows from, in the order of the kinds."""
    found: dict[tuple[Kind, str], Quantity] = {}
    for one in quantities:
        key = (one.kind, one.source)
        known = found.get(key)
        references = (*known.references, *one.references) if known else one.references
        found[key] = replace(known or one, references=tuple(dict.fromkeys(references)))
    return tuple(sorted(found.values(), key=lambda one: list(Kind).index(one.kind)))
