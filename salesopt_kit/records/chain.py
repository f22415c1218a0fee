"""The chain of evidence of one record, followed both ways, as a tree of text with every gap on it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from salesopt_kit.errors import InputError
from salesopt_kit.locale import _
from salesopt_kit.records import rows
from salesopt_kit.records.changes import Link
from salesopt_kit.records.gaps import missing_links
from salesopt_kit.records.join import joined
from salesopt_kit.records.kinds import CHAIN_LINKS, kind_of
from salesopt_kit.records.missing_link import MissingLink
from salesopt_kit.records.store import Store
from salesopt_kit.records.wording import said

INDENT = "  "
ASIDE = ("supports", "backs", "endangers")
"""What is shown behind a record on the way down, though it leads up."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A record on the way, and how far it is from the one that was asked for.

    `is_repeated`: its own way was shown before. `is_aside`: it stands beside the way, behind the record above it.
    """

    depth: int
    id: str
    is_repeated: bool = False
    is_aside: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """What a record rests on, what follows from it, what speaks about it, and what is missing on the way."""

    id: str
    above: tuple[Branch, ...]
    below: tuple[Branch, ...]
    about: tuple[str, ...]
    gaps: tuple[MissingLink, ...]
    records: dict[str, rows.Record]
    bare: frozenset[str]
    """The whys that nothing supports."""

    def text(self) -> str:
        """Return the tree as lines of text."""
        lines = [self._said(self.id), ""]
        for heading, branches in ((_("It rests on"), self.above), (_("It leads to"), self.below)):
            lines.append(heading)
            lines += [self._line(branch) for branch in branches] or [INDENT + "–"]
            lines.append("")
        if self.about:
            lines += [_("Records about it"), *(INDENT + self._said(id_) for id_ in self.about), ""]
        lines.append(_("Missing") if self.gaps else _("No link of the chain is missing."))
        lines += [f"{INDENT}{gap.record}  {gap.said}. {gap.remedy}" for gap in self.gaps]
        return "\n".join(lines) + "\n"

    def _line(self, branch: Branch) -> str:
        again = _(" (as above)") if branch.is_repeated else ""
        return INDENT * branch.depth + ("← " if branch.is_aside else "") + self._said(branch.id) + again

    def _said(self, id_: str) -> str:
        return said(self.records[id_]) + (_(" (unsupported)") if id_ in self.bare else "")


def trace(store: Store, id_: str, *, pilot_began: date | None = None) -> Chain:
    """Return the chain of a record; InputError where there is none. `pilot_began` is needed to judge targets."""
    wanted = kind_of(id_)
    found, links = store.everything()
    records = {saved.record.id: saved.record for saved in found}
    if id_ not in records:
        near = [known for known in records if kind_of(known) is wanted]
        raise InputError(
            store.where,
            id_,
            expected=_("one of {names}").format(names=", ".join(near) or _("none yet")),
            remedy=_("Look up its id in a table of records."),
        )
    aside = _neighbours(links, up=True, kinds=ASIDE)
    above = tuple(_walk(id_, _neighbours(links, up=True), {}, {id_}))
    below = tuple(_walk(id_, _neighbours(links, up=False), aside, {id_}))
    ids = {id_, *(branch.id for branch in (*above, *below) if not branch.is_aside)}
    about = dict.fromkeys(link.start for link in links if link.kind == "about" and link.end in ids)
    gaps = missing_links(joined(records.values(), links, pilot_began))
    is_plan = any(isinstance(records[one], rows.Measure) for one in ids)  # gaps of the plan as a whole name no record
    return Chain(
        id_,
        above,
        below,
        tuple(one for one in about if one not in ids),
        tuple(gap for gap in gaps if gap.record in ids or (is_plan and gap.record not in records)),
        records,
        frozenset(one for one, record in records.items() if isinstance(record, rows.Why) and not aside.get(one)),
    )


def _neighbours(links: Iterable[Link], *, up: bool, kinds: Sequence[str] = CHAIN_LINKS) -> dict[str, list[str]]:
    near: dict[str, list[str]] = defaultdict(list)
    for link in links:
        if link.kind in kinds:
            near[link.end if up else link.start].append(link.start if up else link.end)
    return near


def _walk(
    id_: str,
    near: dict[str, list[str]],
    aside: dict[str, list[str]],
    seen: set[str],
    depth: int = 1,
) -> Iterator[Branch]:
    """Yield all that is reached from a record, each after what leads to it; what was shown is not unfolded again."""
    for other in near.get(id_, []):
        is_new = other not in seen
        yield Branch(depth, other, is_repeated=not is_new and bool(near.get(other)))
        if is_new:
            seen.add(other)
            yield from (Branch(depth + 1, one, is_aside=True) for one in aside.get(other, []))
            yield from _walk(other, near, aside, seen, depth + 1)
