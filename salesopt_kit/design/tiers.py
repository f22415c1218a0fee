"""Who decides a deal by its amount and customer type, where the rows overlap or leave a gap, and other thresholds."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from salesopt_kit.locale import N_, _
from salesopt_kit.records import DecisionRight


class NotDecided(StrEnum):
    """Why no row of the table decides a deal."""

    NO_AMOUNT = "no_amount"
    NEGATIVE = "negative"
    NO_SEGMENT = "no_segment"
    NOBODY = "nobody"
    SEVERAL = "several"

    @property
    def label(self) -> str:
        """The reason in the reader's language."""
        return _(REASONS[self])


REVIEW = "pre-review:"
"""Stands before the name of whoever reviews before the first approval."""
REASONS = {
    NotDecided.NO_AMOUNT: N_("without an amount"),
    NotDecided.NEGATIVE: N_("with a negative amount"),
    NotDecided.NO_SEGMENT: N_("without a customer type where the table asks for it"),
    NotDecided.NOBODY: N_("that no row of the table decides"),
    NotDecided.SEVERAL: N_("that several rows of the table claim"),
}


@dataclass(frozen=True, slots=True)
class Clash:
    """A range of amounts that no row decides (`rows` empty), or that several claim; `below` None for no end.

    `segments` are the customer types it is true of; empty for every type.
    """

    stage: str
    low: float
    below: float | None
    rows: tuple[str, ...]
    segments: tuple[str, ...] = ()

    @property
    def is_gap(self) -> bool:
        """Whether nobody decides there."""
        return not self.rows


def decide(rights: Sequence[DecisionRight], amount: float | None, segment: str | None) -> DecisionRight | NotDecided:
    """Return the row that decides a deal at one stage, or why none does.

    A row without a customer type is for every one; a row's first amount is inside it, its last one outside.
    """
    if amount is None:
        return NotDecided.NO_AMOUNT
    if amount < 0:
        return NotDecided.NEGATIVE
    here = [right for right in rights if _holds(right, amount)]
    if not segment and any(right.segment for right in here):
        return NotDecided.NO_SEGMENT
    claims = [right for right in here if right.segment in ("", segment)]
    if len(claims) != 1:
        return NotDecided.SEVERAL if claims else NotDecided.NOBODY
    return claims[0]


def signatures(right: DecisionRight, *, is_new: bool) -> tuple[str, ...]:
    """Return who signs in order, the pre-review first, marked by REVIEW; `signer` puts one into words."""
    review = right.pre_review_new if is_new else right.pre_review_today
    approvers = right.new if is_new else right.today
    return (*((REVIEW + review,) if review else ()), *approvers)


def signer(name: str) -> str:
    """Return who signs in the reader's language: "Legal (pre-review)" for a marked one, else the name itself."""
    return _("{who} (pre-review)").format(who=name.removeprefix(REVIEW)) if name.startswith(REVIEW) else name


def edges(rights: Iterable[DecisionRight]) -> tuple[float, ...]:
    """Return the amounts at which something in the rows begins or ends, 0 first."""
    bounds = {0.0} | {right.amount_from for right in rights}
    return tuple(sorted(bounds | {right.amount_below for right in rights if right.amount_below is not None}))


def clashes(rights: Sequence[DecisionRight], segments: Iterable[str] = ()) -> tuple[Clash, ...]:
    """Return every gap and overlap in the table, stage by stage.

    `segments` are the customer types of the data; those that the rows name are looked at as well. Where neither names
    one, or the data are not known, every other type is looked at too.
    """
    stages = dict.fromkeys(right.stage for right in rights)
    return tuple(
        clash
        for stage in stages
        for clash in _clashes_at([right for right in rights if right.stage == stage], tuple(segments))
    )


def moved(rights: Sequence[DecisionRight], threshold: float) -> tuple[DecisionRight, ...]:
    """Return the table of one stage with the end of its lowest tier moved to `threshold`.

    Rows that end or begin there follow; rows that the lowest tier swallows go away.
    """
    end = first_end(rights)
    if end is None or threshold == end:
        return tuple(rights)
    return tuple(_moved(rights, end, threshold))


def first_end(rights: Iterable[DecisionRight]) -> float | None:
    """Return where the lowest tier ends; None where it has no end."""
    ends = [right.amount_below for right in rights if right.amount_from == 0 and right.amount_below is not None]
    return min(ends, default=None)


def _moved(rights: Sequence[DecisionRight], end: float, threshold: float) -> Iterator[DecisionRight]:
    for right in rights:
        if right.amount_below == end:
            yield right.model_copy(update={"amount_below": threshold})
        elif right.amount_from == end or end < right.amount_from < threshold:
            if right.amount_below is None or right.amount_below > threshold:
                yield right.model_copy(update={"amount_from": threshold})
        else:
            yield right


def _holds(right: DecisionRight, amount: float) -> bool:
    return right.amount_from <= amount and (right.amount_below is None or amount < right.amount_below)


def _clashes_at(rights: Sequence[DecisionRight], segments: tuple[str, ...]) -> Iterator[Clash]:
    types = list(dict.fromkeys([*(right.segment for right in rights if right.segment), *segments]))
    if not segments:
        types.append("")  # whoever is of no type that is named
    found: dict[tuple[float, float | None, tuple[str, ...]], list[str]] = {}
    for type_ in types:
        for low, below, rows in _ranges(rights, type_):
            if len(rows) != 1:
                found.setdefault((low, below, rows), []).append(type_)
    for (low, below, rows), affected in sorted(found.items(), key=lambda item: item[0][0]):
        every = len(affected) == len(types)
        told = () if every else tuple(name or _("any other customer type") for name in affected)
        yield Clash(rights[0].stage, low, below, rows, told)


def _ranges(rights: Sequence[DecisionRight], segment: str) -> list[tuple[float, float | None, tuple[str, ...]]]:
    """Return the ranges between the edges with the rows that claim each; neighbours that are alike are one range."""
    bounds: list[float | None] = [*edges(rights), None]
    ranges: list[tuple[float, float | None, tuple[str, ...]]] = []
    for low, below in pairwise(bounds):
        if low is None:
            continue
        rows = tuple(right.id for right in rights if _holds(right, low) and right.segment in ("", segment))
        if ranges and ranges[-1][2] == rows:
            ranges[-1] = (ranges[-1][0], below, rows)
        else:
            ranges.append((low, below, rows))
    return ranges
