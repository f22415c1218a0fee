"""Stages proposed from the names found in exports: their order, their kind, and a short key for each."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from salesopt_kit.locale import N_, _
from salesopt_kit.terms import StageKind

KINDS = (
    (StageKind.LOST, r"lost|\bloss\b|(?<!c)lose|disqualif|abandon|cancel|\bdrop|输|丢|流失|失败|无效|取消"),
    (StageKind.WON, r"\bwon\b|closedwon|\bwin\b|赢|成交|胜"),
    (StageKind.PARKED, r"hold|park|nurtur|搁置|暂停"),
)
ORDER = (
    ("lead", r"lead|\bnew\b|prospect|open|inbox|线索|新建"),
    ("screening", r"qualif|screen|contact|engag|appoint|discover|筛选|初步|接触"),
    ("needs", r"need|requirement|analy|demo|present|value|perception|需求|分析"),
    ("solution", r"solution|proposal|quot|price|offer|方案|报价"),
    ("negotiation", r"negotia|decision|review|谈判|商务|审批"),
    ("contract", r"contract|legal|sign|commit|合同|签"),
    ("handover", r"hand.?over|deliver|onboard|implement|after.?sales|invoice|payment|售后|交付|付款"),
)
"""Words by which a stage is placed in a sales process, with the key of a stage that has no Latin name."""
HANDBOOK = (
    ("lead", N_("Lead acquisition")),
    ("screening", N_("Initial screening")),
    ("needs", N_("Needs analysis")),
    ("solution", N_("Solution")),
    ("negotiation", N_("Negotiation")),
    ("contract", N_("Contract signing")),
    ("handover", N_("After-sales handover")),
)
"""The nodes of the handbook's process, for an engagement that starts without exports."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A stage as proposed; `values` are the spellings found that differ from its name."""

    id: str
    name: str
    kind: StageKind = StageKind.OPEN
    values: tuple[str, ...] = ()


def proposed_stages(names: Iterable[str], *, is_ordered: bool) -> tuple[Proposed, ...]:
    """Return a stage for each of `names`, spellings that differ in case alone taken together; won and lost come last.

    Where the order of `names` means nothing (`is_ordered` is false), known words of sales processes set it.
    """
    spellings: dict[str, list[str]] = {}
    for name in names:
        spellings.setdefault(_unnumbered(name), []).append(name)
    groups = list(spellings.values())
    numbers = [re.match("[0-9]{1,2}(?![0-9])", group[0]) for group in groups]
    if not is_ordered:
        numbered = all(numbers)
        groups.sort(key=lambda group: int(re.split("[^0-9]", group[0])[0]) if numbered else _place(group[0]))
    groups.sort(key=lambda group: list(StageKind).index(kind_of(group[0])))
    taken: set[str] = set(spellings)
    stages: list[Proposed] = []
    for number, (name, *more) in enumerate(groups, 1):
        key = _key(name, number, taken - {_unnumbered(name)})
        taken.add(key)
        stages.append(Proposed(key, name, kind_of(name), tuple(more)))
    return tuple(stages)


def handbook_stages() -> tuple[Proposed, ...]:
    """Return the handbook's process with a won and a lost end, in the language in use."""
    ends = (
        Proposed("won", StageKind.WON.label.capitalize(), StageKind.WON),
        Proposed("lost", StageKind.LOST.label.capitalize(), StageKind.LOST),
    )
    return (*(Proposed(key, _(name)) for key, name in HANDBOOK), *ends)


def kind_of(name: str) -> StageKind:
    """Return what a stage of this name means for a deal, as far as its words say."""
    return next((kind for kind, words in KINDS if re.search(words, name.lower())), StageKind.OPEN)


def _unnumbered(name: str) -> str:
    """Return a name without case and the number that some CRMs put before it, as in 1-Qualify."""
    return re.sub(r"^[0-9]{1,2} *[-.、)] *(?=[^0-9])", "", " ".join(name.lower().split()))


def _place(name: str) -> float:
    """Return the place of a name in a sales process; an unknown one stays in the middle."""
    found = (place for place, (_key, words) in enumerate(ORDER) if re.search(words, name.lower()))
    return next(found, len(ORDER) / 2)


def _key(name: str, number: int, taken: set[str]) -> str:
    """Return a free key for a stage: its name in plain letters, the key of its kind or place, or its number."""
    plain = re.sub(r"[^a-z0-9]+", "_", _unnumbered(name)).strip("_")
    if plain[:1].isdigit():
        plain = f"stage_{plain}"
    if not plain or not name.isascii():
        kind = kind_of(name)
        known = (key for key, words in ORDER if re.search(words, name))
        plain = str(kind) if kind is not StageKind.OPEN else next(known, f"stage_{number}")
    key, again = plain, 1
    while key in taken:
        again += 1
        key = f"{plain}_{again}"
    return key
